"""Surnames, to tell villages where nearly everybody bears one. Nothing here is ever read by a rule or a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[k : k + 2] for k in range(0, len(text), 2))


COMPOUND = _pairs(
    "欧阳上官司马诸葛司徒东方皇甫尉迟公孙慕容长孙宇文夏侯令狐轩辕申屠澹台公羊端木百里南宫呼延独孤赫连"
    "钟离闻人濮阳淳于单于太叔仲孙闾丘宗政鲜于司空亓官司寇颛孙巫马公西漆雕乐正拓跋宰父谷梁段干东郭南门西门"
    "第五梁丘左丘公冶万俟"
)
"""Surnames of two characters: nearly all that are borne today."""

CLANS = _pairs("吉克沙马曲比吉木马海俄木瓦渣勒格海来苏呷阿尔阿苏阿侯罗洪果基倮伍吉伍吉子的日木乃尔古曲木")
"""Clan names of the Yi as they are written in Chinese: two characters before the given name."""

DOTS = "·•・"


def surname(name: str) -> str | None:
    """The surname in a written name, None where there is none to be read.

    Compound surnames and Yi clan names are two characters; before a dot (`阿尔·布都`) everything; of a name in letters
    the last word. Spaces do not count.

    >>> [surname(name) for name in ("欧阳刚峰", "欧 明", "阿尔·布都", "Ana Lee", " ")]
    ['欧阳', '欧', '阿尔', 'Lee', None]
    """
    for dot in DOTS:
        if dot in name:
            return name.partition(dot)[0].strip() or None
    words = name.split()
    if not words:
        return None
    if name.isascii():
        return words[-1]
    text = "".join(words)
    return text[:2] if len(text) > 2 and (text[:2] in COMPOUND or text[:2] in CLANS) else text[0]


def most_common_share(names: Iterable[str | None]) -> tuple[float, int]:
    """Share of the most common surname among names that have one (0 where none has), and how many have one."""
    found = Counter(one for name in names if name and (one := surname(name)))
    total = found.total()
    return (found.most_common(1)[0][1] / total if total else 0.0), total
