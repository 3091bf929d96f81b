"""Every rule and every feature belongs to a concept people understand."""

from __future__ import annotations

from collections import Counter

from features.catalogue import FOLDERS, all_features
from models.explanation.concepts import CONCEPTS, concept_of_feature, concept_of_typology, concepts
from models.rules.catalogue import all_rules
from models.scoring.facts import model_features


def test_every_model_feature_and_every_rule_has_one() -> None:
    assert {feature.name for feature in model_features()} <= set(concept_of_feature())
    assert {rule.typology for rule in all_rules()} <= set(concept_of_typology())
    assert set(concept_of_feature().values()) | set(concept_of_typology().values()) == set(concepts())


def test_nothing_is_declared_twice_or_of_what_is_not_there() -> None:
    declared = [name for concept in CONCEPTS for name in concept.features]
    typologies = [typology for concept in CONCEPTS for typology in concept.typologies]
    folders = [folder for concept in CONCEPTS for folder in concept.folders]
    for names in (declared, typologies, folders, [concept.code for concept in CONCEPTS]):
        assert max(Counter(names).values()) == 1
    assert set(declared) <= {feature.name for feature in all_features()}
    assert set(typologies) == {rule.typology for rule in all_rules()}
    assert set(folders) == set(FOLDERS)


def test_titles_are_in_both_languages_and_none_repeats() -> None:
    for concept in CONCEPTS:
        english, chinese = concept.title
        assert english.isascii()
        assert not chinese.isascii()
    assert len({concept.title for concept in CONCEPTS}) == len(CONCEPTS)


def test_a_few_stand_where_a_reader_would_look() -> None:
    found = concept_of_feature()
    assert found["count_confirmed_on_card"] == "history"
    assert found["ratio_quantity_to_holdings"] == "quantity"
    assert found["days_paid_after_death"] == "status"
    assert found["count_credits_untouched"] == "custody"
    assert found["is_decided_by_own_kin"] == "kin"
