"""Who decides: whoever sits here, where he may, or somebody else who proves himself for this once."""

from __future__ import annotations

from scanrefund.errors import UsageFault
from scanrefund.model.staff import Credential, Permission, Staff
from scanrefund.staff_desk import refused
from scanrefund.web.call import Call
from scanrefund.web.fields import Fields


def credential_of(fields: Fields) -> Credential | None:
    """The second person that a call brought, if any."""
    approval = fields.part("approval")
    return Credential(approval.number("staff_id"), approval.secret("secret")) if approval else None


def hand_of(call: Call, permission: Permission, *, never: str = "") -> Staff:
    """The person in whose name something is done; `never` may not, having asked for it himself.

    Raises UsageFault approval_needed where the person at the page may not and nobody else was brought,
    own_refund, and SignInFault for somebody who is not believed.
    """
    credential = credential_of(call.fields)
    if credential is None:
        person = call.person
        if not person.may(permission):
            raise UsageFault("approval_needed", permission=permission.value)
    else:
        call.site.tries.count(call.now())
        ended = call.site.house.staff.authorise(credential.staff_id, credential.secret, permission)
        if ended.staff is None:
            raise refused(ended, permission)
        person = ended.staff
    if never and person.staff_id == never:
        raise UsageFault("own_refund")
    return person


def second_person(call: Call) -> Credential:
    """Who decides, with what proves it. Raises UsageFault approval_needed where nobody was brought."""
    call.site.tries.count(call.now())
    credential = credential_of(call.fields)
    if credential is None:
        raise UsageFault("approval_needed")
    return credential
