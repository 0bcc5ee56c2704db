"""`refund --contact` and `notices`: told once, retried by hand, an address never shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from scanrefund import config
from scanrefund.assemble import open_house
from tests.unit.cli.conftest import Ended, Program, Wallets

# One rehearsal room serves every test of a run.
NUMBERS = count(1)
ADDRESS = "li.lei@example.com"


@pytest.fixture
def refund(program: Program, wallets: Wallets, sold: Callable[[str, str], None]) -> Callable[[str], Ended]:
    def run(contact: str) -> Ended:
        order_id = f"TOLD-{next(NUMBERS)}"
        sold("alipay", order_id)
        code = wallets.fresh_code("alipay")
        words = ("--order", order_id, "--reason", "tried on", "--yes", "--json", "--contact", contact)
        return program("refund", *words, stdin=f"{code}\n")

    return run


def lines(home: Path) -> list[dict[str, str]]:
    file = home / "messages.jsonl"
    return (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )


def test_a_worker_tells_the_customer_once(
    program: Program, refund: Callable[[str], Ended], home: Path
) -> None:
    refund_id = refund(ADDRESS).document["refund_id"]
    (waiting,) = program("notices", "list", "--json").document
    assert (waiting["state"], waiting["to"], waiting["subject"]) == ("waiting", "l•••@example.com", refund_id)
    program("worker", "--once")
    program("worker", "--once")
    (told,) = lines(home)
    assert (told["event"], told["to"]) == ("refund_succeeded", "l•••@example.com")
    assert refund_id in told["body"]
    assert program("notices", "list", "--json").document == []
    (sent,) = program("notices", "list", "--all", "--json").document
    assert sent["state"] == "sent"


def test_a_message_that_could_not_go_is_listed_with_its_trouble_and_sent_by_hand(
    program: Program, refund: Callable[[str], Ended], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund("138 1234 5678")
    secret = home / "secret"
    secret.write_text("s")
    secret.chmod(0o600)
    with monkeypatch.context() as webhook:
        for name in ("ACCEPTED", "SUCCEEDED", "FAILED", "CANCELLED"):
            webhook.setenv(f"SCANREFUND_NOTIFY__SMS_{name}", "SMS_1")
        webhook.setenv("SCANREFUND_NOTIFY__SMS", "webhook")
        webhook.setenv("SCANREFUND_NOTIFY__SMS_URL", "http://127.0.0.1:9/sms")
        webhook.setenv("SCANREFUND_NOTIFY__SMS_SECRET_FILE", str(secret))
        program("worker", "--once")
    listed = program("notices", "list")
    assert (listed.code, "138••••5678" in listed.out, "sms_no_connection" in listed.out) == (0, True, True)
    retried = program("notices", "retry", program("notices", "list", "--json").document[0]["message_id"])
    assert retried.code == 0
    assert [line["channel"] for line in lines(home)] == ["sms"]


def test_a_message_that_was_given_up_ends_the_list_with_1(
    program: Program, refund: Callable[[str], Ended], home: Path
) -> None:
    refund(ADDRESS)
    with open_house(config.load()) as house:
        (message,) = house.outbox.due(house.clock.now(), 9)
        house.outbox.give_up(message, "smtp_550", house.clock.now())
    listed = program("notices", "list", "--json")
    assert (listed.code, listed.document[0]["state"]) == (1, "given_up")
    assert program("notices", "retry", "--given-up", "--json").document == {"retried": 1, "unsent": []}
    assert len(lines(home)) == 1


def test_a_contact_that_is_none_refunds_nothing_and_is_not_repeated(refund: Callable[[str], Ended]) -> None:
    ended = refund("li lei at example")
    assert (ended.code, ended.document["error"]["code"]) == (2, "contact_wrong")
    assert "li lei" not in ended.out + ended.err


def test_the_address_is_in_no_file_of_the_data_folder(
    program: Program, refund: Callable[[str], Ended], home: Path
) -> None:
    refund(ADDRESS)
    program("worker", "--once")
    found = [path for path in home.rglob("*") if path.is_file() and ADDRESS.encode() in path.read_bytes()]
    assert found == []


@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        ("EMAIL", "smtp", "smtp_host"),
        ("SMS", "webhook", "sms_url"),
        ("ALERTS", "apprise", "alert_urls_file"),
    ],
)
def test_a_way_that_can_never_deliver_is_refused(
    program: Program, monkeypatch: pytest.MonkeyPatch, key: str, value: str, cause: str
) -> None:
    monkeypatch.setenv(f"SCANREFUND_NOTIFY__{key}", value)
    ended = program("config", "check")
    assert ended.code == 2
    assert cause in ended.err


def test_a_password_goes_over_no_network_in_the_clear(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"EMAIL": "smtp", "SMTP_HOST": "mail.example.com", "SMTP_FROM": "a@example.com"}
    for key, value in told.items():
        monkeypatch.setenv(f"SCANREFUND_NOTIFY__{key}", value)
    assert program("config", "check").code == 0
    monkeypatch.setenv("SCANREFUND_NOTIFY__SMTP_SECURITY", "none")
    assert program("config", "check").code == 2


def test_retry_wants_one_message_or_all(program: Program) -> None:
    assert program("notices", "retry").code == 2
    assert program("notices", "retry", "x", "--given-up").code == 2
    assert program("notices", "retry", "--given-up").code == 0
