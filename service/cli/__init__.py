"""The command `mingbai`: one command a file. Data go to files and stdout, progress and messages to stderr.

Exit codes: 0 done, 1 the data cannot be used, 2 wrong usage.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from service.cli import (
    accounts,
    audit,
    backup,
    bench_detectors,
    bench_trainer,
    cards,
    cases,
    check,
    database,
    demo,
    doctor,
    drift,
    duplicates,
    evaluate,
    explain,
    features,
    groups,
    hand_back,
    hand_over,
    keep_matches,
    key,
    match,
    models,
    release,
    replay,
    retention,
    rules,
    score,
    serve,
    simulate,
    train,
    trial,
)
from service.cli._failures import DEBUG, failure

ABOUT = """Screen subsidy payments to households: a ranked, explained queue from a folder of departments' tables.
惠民补贴资金风险筛查：从各部门数据表到有序、可解释的核查清单。

DATA is a folder of tables as docs/data-contract.md describes them, one CSV or Parquet file each. Every answer is a
question to be checked by a person: nothing here stops a payment.

\b
A first round:
  mingbai check county/
  mingbai train county/ --as-of 2019-07-01
  mingbai score county/ --from 2019-07-01 --to 2019-07-31 --out scores.parquet
  mingbai cases county/ --as-of 2019-08-01 --window 31 --out cases.csv
Without data of your own:
  mingbai demo

Exit codes: 0 done, 1 the data cannot be used, 2 wrong usage.
"""

app = typer.Typer(
    name="mingbai",
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
bench = typer.Typer(
    help="Benchmarks. 基准测试。", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)

app.command("check", short_help="Load, validate and count a folder of tables. 检查数据")(check.check)
app.command("train", short_help="Train on what was known by T. 训练模型")(train.train)
app.command("score", short_help="Score payments, with reasons and evidence. 发放评分")(score.score)
app.command("explain", short_help="Why one payment is scored as it is. 单笔解释")(explain.explain)
app.command("cases", short_help="Group alerts into a ranked queue. 核查清单")(cases.cases)
app.command("evaluate", short_help="Train, score and measure where truth is known. 质量评估")(evaluate.evaluate)
app.command("groups", short_help="Whom alerts and false alarms fall on. 群体差异")(groups.groups)
app.command("cards", short_help="One household, one card: what to keep and close. 一户一卡清理")(cards.cards)
app.command("keep-matches", short_help="Let matches count in scores. 采用匹配结果")(keep_matches.keep_matches)
app.command("duplicates", short_help="People who stand on the register twice. 重复登记")(duplicates.duplicates)
app.command("drift", short_help="What changed since the model learned. 漂移监测")(drift.drift)
app.add_typer(match.app, name="match", short_help="Who is meant by departments' lists. 名单人员匹配")
app.command("simulate", short_help="Write an invented county. 模拟县域")(simulate.simulate)
app.command("serve", short_help="The scoring API and what works behind it. 启动服务")(serve.serve)
app.command("doctor", short_help="What is wrong with a deployment, and what to do. 检查部署")(doctor.doctor)
app.add_typer(backup.backup, name="backup", short_help="One file that holds a deployment. 备份与恢复")
app.command("hand-over", short_help="A folder of tables into the service. 导入历史数据")(hand_over.hand_over)
app.command("hand-back", short_help="All facts of the service as a folder. 导出数据")(hand_back.hand_back)
app.add_typer(database.database, name="database", short_help="The service's tables: shape, upgrade. 服务数据库")
app.command("demo", short_help="Everything once, on an invented county. 演示")(demo.demo)
app.command("trial", short_help="The demo's county in a service, with accounts. 试用服务")(trial.trial)
app.add_typer(rules.app, name="rules", short_help="List the rules, show one, or move one. 规则目录")
app.command("replay", short_help="What a change of rules would have done. 规则重放")(replay.replay)
app.command("features", short_help="List the features, or show one. 特征目录")(features.features)
bench.command("detectors")(bench_detectors.bench_detectors)
bench.command("trainer")(bench_trainer.bench_trainer)
app.command("models", short_help="List models on record, or show one. 模型记录")(models.models)
app.command("rollback", short_help="Go back to the champion before. 回退模型")(release.rollback)
app.add_typer(release.release, name="release")
app.add_typer(accounts.accounts, name="accounts", short_help="Accounts of the service. 服务账户")
app.add_typer(key.key, name="key", short_help="Keys that seal personal data. 加密密钥")
app.add_typer(audit.audit, name="audit", short_help="The log that shows tampering. 审计日志")
app.command("retention", short_help="How long rows are kept. 保存期限")(retention.retention)
app.add_typer(bench, name="bench")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"mingbai {version('mingbai')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the traceback of an unexpected error (works after the command too).")
    ] = False,
) -> None:
    """Options before the command."""


def run(words: list[str]) -> int:
    """Run one command line (without the program's name) and return its exit code; never raises."""
    asked = [word for word in words if word != DEBUG]
    try:
        app(args=asked, prog_name="mingbai")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    except Exception as error:
        return failure(error, debug=DEBUG in words)
    return 0


def main() -> None:
    """Entry point of the `mingbai` command."""
    sys.exit(run(sys.argv[1:]))
