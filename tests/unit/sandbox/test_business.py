"""The wallets' rules, one by one, on made-up orders."""

from __future__ import annotations

from dataclasses import replace

from scanrefund.sandbox.business import (
    WINDOW_S,
    Order,
    Refund,
    Refused,
    alipay_refusal,
    day,
    rfc3339,
    wall_clock,
    wechat_refusal,
    wechat_repeat_refusal,
)

NOW = 1_795_000_000.0
ORDER = Order("wechat", "O1", "42", "payer", 1000, "paid", NOW - 100, NOW - 100)
REFUND = Refund("wechat", "O1", "R1", "50", 300, "{}", "SUCCESS", "SUCCESS", "customer", NOW - 90, None)


def wechat(
    order: Order = ORDER, earlier: tuple[Refund, ...] = (), amount: int = 100, total: int = 1000
) -> str:
    return text(wechat_refusal(order, earlier, amount, total, NOW, spacing_s=60))


def alipay(order: Order = ORDER, earlier: tuple[Refund, ...] = (), amount: int = 100) -> str:
    refused = alipay_refusal(order, earlier, amount, NOW, spacing_s=3)
    return refused.code if refused else ""


def text(refused: Refused | None) -> str:
    return f"{refused.status} {refused.code} {refused.message}" if refused else ""


def test_wechat_refunds_up_to_the_whole_order() -> None:
    assert wechat(earlier=(REFUND,), amount=700) == ""


def test_wechat_refuses_another_order_total() -> None:
    assert "与之前请求不一致" in wechat(total=999)


def test_wechat_refuses_after_a_year() -> None:
    assert wechat(replace(ORDER, paid_at=NOW - WINDOW_S)) == ""
    assert "最大期限" in wechat(replace(ORDER, paid_at=NOW - WINDOW_S - 1))


def test_wechat_refuses_a_fen_over_the_rest() -> None:
    assert "超过订单可退金额" in wechat(earlier=(REFUND,), amount=701)


def test_wechat_says_so_when_everything_is_refunded() -> None:
    assert "已全额退款" in wechat(earlier=(replace(REFUND, amount_fen=1000),))


def test_a_closed_refund_frees_its_amount() -> None:
    assert wechat(earlier=(replace(REFUND, amount_fen=1000, status="CLOSED"),), amount=1000) == ""
    assert alipay(earlier=(replace(REFUND, amount_fen=1000, status="CLOSED"),), amount=1000) == ""


def test_a_refund_under_way_holds_its_amount() -> None:
    assert "超过订单可退金额" in wechat(earlier=(replace(REFUND, status="PROCESSING"),), amount=701)


def test_wechat_takes_fifty_refunds_of_an_order() -> None:
    many = tuple(replace(REFUND, refund_id=f"R{n}", amount_fen=1) for n in range(50))
    assert wechat(earlier=many[:49]) == ""
    assert "50次" in wechat(earlier=many)


def test_wechat_wants_a_minute_between_refunds() -> None:
    assert wechat(earlier=(replace(REFUND, created_at=NOW - 60),)) == ""
    assert wechat(earlier=(replace(REFUND, created_at=NOW - 59),)).startswith("429 FREQUENCY_LIMITED")


def test_wechat_knows_a_repeat_by_its_content() -> None:
    assert wechat_repeat_refusal(REFUND, ORDER, 300, "{}") is None
    assert "退款金额与之前请求不一致" in text(wechat_repeat_refusal(REFUND, ORDER, 301, "{}"))
    assert "参数与订单信息不一致" in text(wechat_repeat_refusal(REFUND, ORDER, 300, '{"reason":"other"}'))
    other = replace(ORDER, order_id="O2")
    assert "参数与订单信息不一致" in text(wechat_repeat_refusal(REFUND, other, 300, "{}"))


def test_alipay_refuses_by_the_state_of_the_trade() -> None:
    assert alipay() == ""
    assert alipay(replace(ORDER, state="unpaid", paid_at=None)) == "ACQ.TRADE_STATUS_ERROR"
    assert alipay(replace(ORDER, state="closed", paid_at=None)) == "ACQ.TRADE_HAS_CLOSE"
    assert alipay(earlier=(replace(REFUND, amount_fen=1000),)) == "ACQ.TRADE_HAS_CLOSE"
    assert alipay(replace(ORDER, paid_at=NOW - WINDOW_S - 1)) == "ACQ.TRADE_HAS_FINISHED"


def test_alipay_refuses_a_fen_over_the_rest() -> None:
    assert alipay(earlier=(REFUND,), amount=700) == ""
    assert alipay(earlier=(REFUND,), amount=701) == "ACQ.REASON_TRADE_REFUND_FEE_ERR"


def test_alipay_wants_three_seconds_between_refunds() -> None:
    assert alipay(earlier=(replace(REFUND, created_at=NOW - 3),)) == ""
    assert alipay(earlier=(replace(REFUND, created_at=NOW - 2),)) == "isv.method-call-limited"


def test_times_are_written_in_beijing() -> None:
    assert rfc3339(1_795_000_000) == "2026-11-18T19:06:40+08:00"
    assert wall_clock(1_795_000_000) == "2026-11-18 19:06:40"
    assert day(1_795_000_000 + 5 * 3600) == "20261119"
