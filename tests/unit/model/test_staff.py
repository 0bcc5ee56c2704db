from __future__ import annotations

import pickle

import pytest

from scanrefund.model.staff import PERMISSIONS, Credential, Permission, Role, Secret, Staff

P = Permission

# Who may do what, written down a second time.
MAY = {
    Role.CLERK: "refund.create",
    Role.SUPERVISOR: "refund.create refund.no_code refund.approve refund.cash refund.release refund.close"
    " order.release order.cancel order.adjust staff.unlock training.open books.read",
    Role.FINANCE: "refund.approve refund.close books.read books.sign",
    Role.OWNER: " ".join(Permission),
    Role.AUDITOR: "books.read",
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_no_more(role: Role) -> None:
    assert {permission.value for permission in PERMISSIONS[role]} == set(MAY[role].split())
    person = Staff("s1", "Li", role)
    assert {permission for permission in Permission if person.may(permission)} == PERMISSIONS[role]


@pytest.mark.parametrize("role", Role)
def test_whoever_has_left_may_do_nothing(role: Role) -> None:
    gone = Staff("s1", "Li", role, active=False)
    assert not [permission for permission in Permission if gone.may(permission)]


def test_nobody_who_reads_the_books_or_checks_others_makes_refunds() -> None:
    for role in (Role.FINANCE, Role.AUDITOR):
        assert P.REFUND_CREATE not in PERMISSIONS[role]


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret("804613")
    told = (repr(secret), str(secret), f"{secret}", repr(Credential("s1", secret)), repr([secret]))
    assert not [one for one in told if "804613" in one]
    assert secret.reveal() == "804613"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
