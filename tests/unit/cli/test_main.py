"""The door: every fault becomes one sentence or one document, and an exit code."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scanrefund import __version__
from scanrefund.cli.invocation import Invocation
from scanrefund.cli.main import _interrupted, main
from tests.unit.cli.conftest import Program

CANARY = "134567890123456789"

HEAVY = ("cv2", "numpy", "sqlalchemy", "requests", "pydantic", "fastapi", "cryptography", "PIL", "zxingcpp")


def test_help_loads_nothing_heavy() -> None:
    script = f"import sys, scanrefund.cli.main; print([m for m in {HEAVY} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_version_is_told(program: Program) -> None:
    ended = program("--version")
    assert (ended.code, ended.out) == (0, f"scanrefund {__version__}\n")


def test_a_fault_is_one_sentence_on_standard_error(program: Program) -> None:
    ended = program("orders", "show", "nobody")
    assert ended.code == 2
    assert ended.out == ""
    assert "nobody" in ended.err
    assert "order_unknown" not in ended.err


def test_a_fault_is_one_document_with_json(program: Program) -> None:
    ended = program("orders", "show", "nobody", "--json")
    assert ended.code == 2
    assert ended.err == ""
    assert ended.document["error"].keys() == {"code", "say"}
    assert ended.document["error"]["code"] == "order_unknown"


def test_the_sentence_is_in_the_language_asked_for(program: Program) -> None:
    assert "找不到" in program("--language", "zh-Hans", "orders", "show", "nobody").err


@pytest.mark.parametrize("arguments", [("nonsense",), ("scan", "--nonsense"), ("status", "a", "b")])
def test_a_wrong_command_line_ends_with_2(program: Program, arguments: tuple[str, ...]) -> None:
    assert program(*arguments).code == 2
    ended = program(*arguments, "--json")
    assert ended.code == 2
    assert ended.document["error"]["code"] == "usage"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cash",), "缺少 REFUND_ID：请看 `scanrefund cash --help`。"),
        (("cash", "X", "--by", "Li"), "缺少 --why：请看 `scanrefund cash --help`。"),
        (("refund", "--order"), "--order 后面没有值：请看 `scanrefund --help`。"),
        (("scan", "--nonsense"), "没有选项 --nonsense：请看 `scanrefund scan --help`。"),
        (
            ("orders", "extend", "A", "--by", "Li", "--why", "x", "--days", "q"),
            "--days 的值不对（要写整数）：请看 `scanrefund orders extend --help`。",
        ),
        (
            ("paper", "pack", "x.txt", "--slips", "50"),
            "--slips 的值不对（最大 40）：请看 `scanrefund paper pack --help`。",
        ),
        (
            ("refund", "--order", "A", "--wait", "-1"),
            "--wait 的值不对（最小 0）：请看 `scanrefund refund --help`。",
        ),
        (
            ("orders", "fetch", "A", "--wallet", "visa"),
            ("--wallet 的值不对（只能写其中之一：wechat, alipay）：请看 `scanrefund orders fetch --help`。"),
        ),
    ],
)
def test_a_slip_of_the_keyboard_is_told_in_the_language_asked_for(
    program: Program, arguments: tuple[str, ...], told: str
) -> None:
    assert program("--language", "zh-Hans", *arguments).err == f"{told}\n"


def test_choices_are_told_on_one_line(program: Program) -> None:
    told = program("evidence", "add", "X", "--by", "Li", "--kind", "q").err
    assert "\\u" not in told
    assert "goods_checked, invoice_taken_back" in told.replace("'", "")


@pytest.mark.parametrize("arguments", [(), ("staff",)])
def test_without_a_command_it_says_so(program: Program, arguments: tuple[str, ...]) -> None:
    ended = program(*arguments)
    command = " ".join(("scanrefund", *arguments))
    assert (ended.code, ended.err) == (2, f"No command was given. See `{command} --help`.\n")


def test_a_payment_code_given_as_an_argument_is_not_repeated(program: Program) -> None:
    ended = program("refunds", CANARY)
    assert ended.code == 2
    assert CANARY not in ended.out + ended.err
    assert "13••" in ended.err


def test_every_problem_of_the_configuration_has_its_own_line(program: Program, home: Path) -> None:
    home.mkdir()
    (home / "scanrefund.toml").write_text('[shop]\nid = ""\nnom = "x"\n')
    ended = program("config", "check")
    assert ended.code == 2
    assert [line.strip().split(":")[0] for line in ended.err.splitlines()[1:]] == ["shop.id", "shop.nom"]
    assert "shop.nom" in program("config", "check", "--json").document["error"]["say"]


def test_a_wrong_configuration_is_told_in_its_own_language(
    program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCANREFUND_LANGUAGE")
    home.mkdir()
    (home / "scanrefund.toml").write_text('language = "en"\nshoe = 1\n')
    assert program("config", "check").err.startswith("The configuration is wrong")


class Keyboard:
    """Standard input that fails while the code is awaited."""

    def __init__(self, failure: BaseException) -> None:
        self._failure = failure
        self.buffer = self

    def isatty(self) -> bool:
        return False

    def read1(self, _size: int = -1) -> bytes:
        raise self._failure


def test_a_fault_nobody_foresaw_leaves_its_trace_in_a_private_file(
    home: Path, wallets: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(RuntimeError(f"bus error after {CANARY}")))
    assert main(["refund", "--order", "1", "--reason", "x", "--yes"]) == 70
    streams = capsys.readouterr()
    log = home / "crash.log"
    assert str(log) in streams.err
    assert "Traceback" not in streams.err
    assert "RuntimeError: bus error after 13••" in log.read_text(encoding="utf-8")
    assert CANARY not in log.read_text(encoding="utf-8") + streams.err + streams.out
    if sys.platform != "win32":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_ctrl_c_ends_with_130(
    form: list[str], wallets: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Keyboard(KeyboardInterrupt()))
    assert main(["refund", "--order", "1", "--reason", "x", "--yes", *form]) == 130
    streams = capsys.readouterr()
    assert "refunds --open" in streams.out + streams.err
    assert bool(streams.out) is bool(form)


def test_the_program_is_python_m_scanrefund() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "scanrefund", "status"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(("language", "sentence"), [("en", "This is not how"), ("zh-Hans", "用法不对")])
def test_a_wrong_command_line_is_told_in_the_language_in_force(
    program: Program, language: str, sentence: str
) -> None:
    err = program("--language", language, "orders", "nonsense").err
    assert sentence in err
    assert "scanrefund orders --help" in err


@pytest.mark.parametrize(
    ("command", "sentence"),
    [("orders", "Nothing was refunded"), ("decode", "Nothing was refunded"), ("worker", "refunds --open")],
)
def test_ctrl_c_says_what_this_command_may_have_done(
    command: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _interrupted(Invocation(command=command)) == 130
    assert sentence in capsys.readouterr().err


def test_an_unknown_name_of_the_environment_is_refused(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANREFUND_FOO", "1")
    ended = program("config", "check")
    assert (ended.code, "foo: there is no such key" in ended.err) == (2, True)


def test_a_choice_is_told_without_anybody_elses_words(program: Program, home: Path) -> None:
    home.mkdir()
    (home / "scanrefund.toml").write_text('[wallets]\nmode = "x"\n')
    assert "只能是 sandbox · real 之一" in program("--language", "zh-Hans", "config", "check").err


def test_what_the_system_says_is_told_in_words(
    program: Program, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SCANREFUND_HOME", str(tmp_path / "file" / "home"))
    assert "路径里有一段不是文件夹" in program("--language", "zh-Hans", "refunds").err
