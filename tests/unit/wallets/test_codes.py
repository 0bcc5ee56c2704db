"""Every code of both wallets, sorted by what it must come to, and what codes nobody knows come to."""

from __future__ import annotations

import random
import string

import pytest

from scanrefund.model.outcome import Outcome, Signature
from scanrefund.wallets import alipay_codes, wechat_codes
from scanrefund.wallets.alipay_codes import name_of
from scanrefund.wallets.code_table import CodeTable, believed

TABLES: dict[str, CodeTable] = {
    "wechat send": wechat_codes.SEND,
    "wechat ask": wechat_codes.ASK,
    "wechat order": wechat_codes.ORDER,
    "alipay send": alipay_codes.SEND,
    "alipay ask": alipay_codes.ASK,
    "alipay order": alipay_codes.ORDER,
}

WECHAT_UNKNOWN = """SYSTEM_ERROR SYSTEMERROR BIZ_ERR_NEED_RETRY BIZERR_NEED_RETRY SERVICE_UNAVAILABLE
    BANK_ERROR BANKERROR FREQUENCY_LIMITED RATELIMIT_EXCEEDED RATELIMIT_EXCEED INVALID_REQ_TOO_MUCH"""
WECHAT_HELD = """SIGN_ERROR SIGNERROR CERT_ERROR NO_AUTH NOAUTH PARAM_ERROR MCH_NOT_EXISTS REQUEST_BLOCKED
    RULE_LIMIT"""
ALIPAY_UNKNOWN = """ACQ.SYSTEM_ERROR unknow-error 10003 20000 40004 40005 isv.app-call-limited
    isv.method-call-limited"""
ALIPAY_HELD = """20001 aop.invalid-auth-token aop.auth-token-time-out aop.invalid-app-auth-token
    aop.invalid-app-auth-token-no-api aop.app-auth-token-time-out aop.no-product-reg-by-partner
    40001 isv.missing-method isv.missing-signature isv.missing-signature-type isv.missing-signature-key
    isv.missing-app-id isv.missing-timestamp isv.missing-version isv.missing-app-cert-sn
    isv.missing-alipay-root-cert-sn 40002 isv.invalid-signature isv.invalid-app-id isv.invalid-timestamp
    isv.invalid-charset isv.invalid-format isv.invalid-method isv.invalid-parameter
    isv.invalid-signature-type isv.invalid-encrypt isv.invalid-encrypt-type isv.illegal-json
    isv.suspected-attack isv.app-cert-expired isv.code-invalid not-online-app 40003
    isv.missing-signature-config isv.decryption-error-unknown 40006 isv.insufficient-isv-permissions
    isv.insufficient-user-permissions isv.self-invoke-forbidden ACQ.INVALID_PARAMETER"""

EXPECTED: dict[str, dict[Outcome, str]] = {
    "wechat send": {
        Outcome.UNKNOWN: WECHAT_UNKNOWN + " REFUND_NOT_EXISTS ORDER_NOT_READY ERROR",
        Outcome.HELD: WECHAT_HELD + " NOT_ENOUGH NOTENOUGH",
        Outcome.DECLINED: """INVALID_REQUEST RESOURCE_NOT_EXISTS ORDER_NOT_EXIST ORDERNOTEXIST
            INVALID_TRANSACTIONID USER_ACCOUNT_ABNORMAL TRADE_OVERDUE REFUND_FEE_MISMATCH TRADE_ERROR""",
    },
    "wechat ask": {
        Outcome.UNKNOWN: WECHAT_UNKNOWN + " INVALID_REQUEST",
        Outcome.HELD: WECHAT_HELD,
        Outcome.ABSENT: "RESOURCE_NOT_EXISTS REFUND_NOT_EXISTS REFUNDNOTEXIST",
    },
    "wechat order": {
        Outcome.UNKNOWN: WECHAT_UNKNOWN + " INVALID_REQUEST TRADE_ERROR",
        Outcome.HELD: WECHAT_HELD,
        Outcome.ABSENT: "ORDER_NOT_EXIST ORDERNOTEXIST RESOURCE_NOT_EXISTS",
    },
    "alipay send": {
        Outcome.UNKNOWN: ALIPAY_UNKNOWN + " ACQ.REFUND_CHARGE_ERROR ACQ.DISCORDANT_REPEAT_REQUEST",
        Outcome.HELD: ALIPAY_HELD
        + """ ACQ.SELLER_BALANCE_NOT_ENOUGH ACQ.REASON_TRADE_STATUS_INVALID ACQ.REASON_TRADE_BEEN_FREEZEN
            ACQ.USER_NOT_MATCH_ERR ACQ.TRADE_SETTLE_ERROR ACQ.ALLOC_AMOUNT_VALIDATE_ERROR
            ACQ.REFUNDALLOC_UNAUTH_LIMIT ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST
            ACQ.OVERDRAFT_AGREEMENT_NOT_MATCH ACQ.OVERDRAFT_ASSIGN_ACCOUNT_INVALID
            ACQ.REFUND_ACCOUNT_NOT_EXIST ACQ.ENTERPRISE_PAY_BIZ_ERROR""",
        Outcome.DECLINED: """ACQ.TRADE_NOT_EXIST ACQ.TRADE_STATUS_ERROR ACQ.TRADE_HAS_CLOSE
            ACQ.TRADE_HAS_FINISHED ACQ.TRADE_NOT_ALLOW_REFUND ACQ.NOT_ALLOW_PARTIAL_REFUND
            ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND ACQ.REFUND_AMT_NOT_EQUAL_TOTAL
            ACQ.REASON_TRADE_REFUND_FEE_ERR ACQ.REFUND_FEE_ERROR ACQ.CURRENCY_NOT_SUPPORT
            ACQ.BUYER_NOT_EXIST ACQ.BUYER_ERROR ACQ.BUYER_ENABLE_STATUS_FORBID ACQ.CUSTOMER_VALIDATE_ERROR""",
    },
    "alipay ask": {
        Outcome.UNKNOWN: ALIPAY_UNKNOWN + " ACQ.ENTERPRISE_PAY_BIZ_ERROR",
        Outcome.HELD: ALIPAY_HELD,
        Outcome.ABSENT: "ACQ.TRADE_NOT_EXIST TRADE_NOT_EXIST",
    },
    "alipay order": {
        Outcome.UNKNOWN: ALIPAY_UNKNOWN + " ACQ.ENTERPRISE_PAY_BIZ_ERROR",
        Outcome.HELD: ALIPAY_HELD,
        Outcome.ABSENT: "ACQ.TRADE_NOT_EXIST",
    },
}
PROOFS = {Outcome.SUCCEEDED, Outcome.CLOSED, Outcome.DECLINED, Outcome.ABSENT}


@pytest.mark.parametrize("call", TABLES)
def test_every_code_has_the_outcome_the_documents_call_for(call: str) -> None:
    expected = {code: outcome for outcome, codes in EXPECTED[call].items() for code in codes.split()}
    assert {code: line.outcome for code, line in TABLES[call].items()} == expected


def test_all_31_documented_refund_codes_of_alipay_have_a_line() -> None:
    documented = {code for code in alipay_codes.SEND if code.startswith("ACQ.")}
    assert len(documented) == 31


@pytest.mark.parametrize("call", TABLES)
def test_every_line_says_why(call: str) -> None:
    assert all(line.why and line.why == line.why.strip() for line in TABLES[call].values())


@pytest.mark.parametrize("call", TABLES)
def test_no_error_code_ever_says_that_money_moved(call: str) -> None:
    outcomes = {line.outcome for line in TABLES[call].values()}
    assert outcomes <= {Outcome.UNKNOWN, Outcome.HELD, Outcome.DECLINED, Outcome.ABSENT}


@pytest.mark.parametrize("call", TABLES)
@pytest.mark.parametrize("signature", [Signature.MISSING, Signature.WRONG])
def test_nothing_is_proved_without_a_good_signature(call: str, signature: Signature) -> None:
    for code in TABLES[call]:
        line = believed(TABLES[call], code, signature)
        assert line.outcome not in PROOFS
        assert signature is Signature.MISSING or line.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("seed", [20261123])
@pytest.mark.parametrize("call", TABLES)
def test_two_thousand_codes_nobody_knows_prove_nothing_and_alarm(call: str, seed: int) -> None:
    dice = random.Random(seed)
    table = TABLES[call]
    for _ in range(2000):
        code = name_of(_odd(dice, table), _odd(dice, table))
        if code in table:
            continue
        for signature in (Signature.VERIFIED, Signature.MISSING):
            line = believed(table, code, signature)
            assert (line.outcome, line.alarm) == (Outcome.UNKNOWN, True), code


def _odd(dice: random.Random, table: CodeTable) -> str:
    """A random word, or a known code with one letter changed, doubled or in the other case."""
    if dice.random() < 0.5:
        return "".join(dice.choices(string.ascii_letters + "._-0123456789", k=dice.randint(1, 30)))
    code = dice.choice(sorted(table))
    place = dice.randrange(len(code))
    changed = dice.choice(
        ["", code[place] * 2, code[place].swapcase() + "x", dice.choice(string.ascii_letters)]
    )
    return code[:place] + changed + code[place + 1 :]


@pytest.mark.parametrize(
    "sub_code",
    ["ACQ.SYSTEM_ERROR", "AQC.SYSTEM_ERROR", "aop.ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "isp.SYSTEM_ERROR"],
)
def test_every_spelling_of_the_system_error_is_unknown_and_no_surprise(sub_code: str) -> None:
    for table in (alipay_codes.SEND, alipay_codes.ASK, alipay_codes.ORDER):
        line = table[name_of("40004", sub_code)]
        assert (line.outcome, line.alarm) == (Outcome.UNKNOWN, False)


@pytest.mark.parametrize("sub_code", ["isp.unknow-error", "aop.unknow-error", "isp.unknown-error"])
def test_both_spellings_of_the_unknown_error_are_unknown(sub_code: str) -> None:
    assert alipay_codes.SEND[name_of("20000", sub_code)].outcome is Outcome.UNKNOWN
