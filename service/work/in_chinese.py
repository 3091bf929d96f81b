"""What the models' own doors say, in Chinese: they speak one language, pages speak two.

Found by a part of the English text that holds no number and no name. `tests/serving/test_every_refusal.py` walks what
the models can say and finds what is not here.
"""

from __future__ import annotations

from typing import Final

_PARTS: Final = (
    # Deciding about models and rules.
    ("somebody else must approve it", "提议人不能自己批准，须由另一人批准。"),
    ("was never compared with", "该模型尚未与现役模型比较：请先在服务器上运行 mingbai release compare。"),
    ("nobody proposed model", "尚无人提议启用该模型。"),
    ("is in force already", "该模型已是现役模型。"),
    ("another champion came into force", "提议之后现役模型已更换：请重新比较并提议。"),
    ("were compared again since", "提议之后两个模型又作过比较：请依据最新报告重新提议。"),
    ("were changed since it was trained", "模型文件在训练后被改动：请重新训练。"),
    ("the gate failed on", "准入比较有未通过的项目，不能启用。"),
    ("the gate cannot tell of", "准入比较有无法判断的项目：须两人均逐项勾选承担，或等待更多核查结论。"),
    ("are no items of the gate", "勾选承担的项目不在准入比较之中。"),
    ("compare again", "比较报告已过时（数据、规则或模型有变）：请重新比较。"),
    ("there is nothing to go back from", "现役的就是随软件提供的模型，无可退回。"),
    ("without long numbers", "理由中不得出现八位及以上的数字。"),
    ("say who decides", "请写明由谁决定。"),
    ("say why", "请写明理由。"),
    ("say who moves the rule and why", "请写明理由。"),
    ("say for which county's data", "请写明是哪个县的数据。"),
    ("a champion is in force: a new model", "已有现役模型：新模型须由两人批准后才能启用。"),
    ("takes a replay", "该变更须附回放结果：请先回放此规则，再选择该次回放。"),
    ("has changed since that replay", "回放之后规则有改动：请重新回放。"),
    ("has changed since it went into shadow", "影子运行期间规则有改动：请退回草稿重新开始。"),
    ("days in shadow are over", "影子运行时间不足。"),
    ("nothing on record says when its shadow time began", "没有影子运行开始时间的记录：请退回草稿重新开始。"),
    ("it cannot become", "规则当前状态不允许此变更。"),
    # Replays.
    ("found no rule or typology", "没有该规则或手法类型。"),
    ("there is nothing to take out", "该规则不在实施中，无可停用。"),
    ("the replay's file was changed", "回放结果被改动：请重新回放。"),
    ("that replay does not speak of", "该次回放不涉及此规则：请为此规则单独回放。"),
    ("the evidence is no replay", "所附不是回放结果。"),
    ("nothing was submitted in that range", "所选日期内没有发放明细。"),
    # The record of models, rules and policies.
    ("is on record", "模型记录中没有该编号。"),
    ("holds models of several counties", "模型记录中有几个县的模型：请写明是哪一个。"),
    ("holds no bundle in", "该版本的模型文件不在记录中：请从备份恢复。"),
    ("has no run on record", "该版本没有训练记录：请从备份恢复。"),
    ("which is gone", "模型记录指向的文件已不存在：请从备份恢复，或重新训练。"),
    ("is no folder of reports", "该文件夹不是报告文件夹。"),
    ("was never used with this record", "该政策参数从未用于此记录：请提供其文件。"),
    ("no states of rules are kept", "没有该版本的规则状态记录。"),
    ("found a state", "规则记录中有不存在的状态：请从备份恢复。"),
    ("lines are missing", "记录被改动或有缺失：请从备份恢复。"),
    ("lines before it are missing", "记录被改动或有缺失：请从备份恢复。"),
    ("was changed since it was written", "记录文件被改动：请从备份恢复。"),
    ("restore it from a copy", "记录无法读取：请从备份恢复。"),
    ("restore the record from a copy", "记录无法读取：请从备份恢复。"),
    ("cannot be read: train again", "模型指向文件无法读取：请重新训练，或删除该文件以使用随软件提供的模型。"),
    ("train again with `mingbai train`", "模型文件夹无法读取：请重新训练。"),
    ("does not name model, feature set", "模型版本的写法无法识别。"),
    # A policy file.
    ("unknown key", "政策参数文件中有不认识的项。"),
    ("expected a share between 0 and 1", "政策参数应为 0 到 1 之间的比例。"),
    ("expected 0 or more", "政策参数不得小于 0。"),
    ("expected a number", "政策参数应为数字。"),
    ("pass an existing TOML file", "没有该政策参数文件。"),
    ("is not TOML", "政策参数文件不是 TOML 格式。"),
    # Tables of figures.
    ("expected .parquet or .csv", "文件名应以 .parquet 或 .csv 结尾。"),
    ("cannot be read as", "文件内容与其后缀不符，无法读取。"),
    ("cases need the columns", "核查件文件缺少必需的列。"),
    ("truth needs the columns", "真值文件缺少必需的列。"),
    ("scores need the columns", "评分文件缺少必需的列。"),
    ("no scored disbursement_id is in the data", "评分文件中的发放明细都不在数据中。"),
    ("no disbursement was submitted", "所选日期内没有发放明细。"),
)  # fmt: skip


def in_chinese(text: str) -> str:
    """What was said, in Chinese; empty where nobody translated it."""
    return "".join(dict.fromkeys(chinese for part, chinese in _PARTS if part in text))
