"""Who sits here: first owner, sign in and out, lock and unlock, the language."""

from __future__ import annotations

from typing import Any

from scanrefund.errors import UsageFault
from scanrefund.model.staff import PERMISSIONS, SignIn, Staff
from scanrefund.say.catalogue import LANGUAGES
from scanrefund.staff_desk import refused
from scanrefund.web.call import Call, Reply
from scanrefund.web.fields import SECRET_CHARS_MAX
from scanrefund.web.receipts import moment
from scanrefund.web.shift_start import begin_shift

NAME_CHARS_MAX = 40


def staff(call: Call) -> list[dict[str, str]]:
    """Who may sign in here."""
    return [{"staff_id": one.staff_id, "name": one.name} for one in call.site.house.staff.names()]


def owner(call: Call) -> Any:
    """The first start: whoever is here becomes the owner. Raises UsageFault once there is anybody."""
    call.site.tries.count(call.now())
    if call.site.house.staff.has_staff():
        raise UsageFault("owner_is_there")
    name, pin = call.fields.text("name", NAME_CHARS_MAX), call.fields.secret("pin")
    return signed_in(call, call.site.house.staff.first_owner(name, pin))


def badge(call: Call) -> dict[str, str]:
    """Whose badge was scanned: a name is chosen by it, and the PIN is still asked."""
    call.site.tries.count(call.now())
    found = call.site.house.staff.of_badge(call.fields.raw_text("text", SECRET_CHARS_MAX))
    if found is None:
        raise UsageFault("badge_unknown")
    return {"staff_id": found.staff_id, "name": found.name}


def sign_in(call: Call) -> Any:
    """By PIN, under a new cookie."""
    call.site.tries.count(call.now())
    ended = call.site.house.staff.sign_in(call.fields.number("staff_id"), call.fields.secret("pin"))
    return signed_in(call, believed(ended))


def sign_out(call: Call) -> Any:
    """The page as it was before anybody came, under a new cookie."""
    call.site.sessions.end(call.session)
    fresh = call.site.sessions.open(call.language, call.now())
    return Reply({"csrf": fresh.csrf}, session=fresh)


def lock(call: Call) -> dict[str, Any]:
    """Only the PIN of the same person opens it again."""
    if call.session.person is not None:
        call.session.locked = True
    return {}


def unlock(call: Call) -> Any:
    """The same person is back."""
    call.site.tries.count(call.now())
    person = call.person
    ended = call.site.house.staff.sign_in(person.staff_id, call.fields.secret("pin"))
    return signed_in(call, believed(ended))


def language(call: Call) -> dict[str, Any]:
    """The page's language from now on."""
    wanted = call.fields.text("language")
    if wanted not in LANGUAGES:
        raise UsageFault("field_wrong", name="language")
    call.session.language = wanted
    return {}


def person_of(person: Staff) -> dict[str, Any]:
    """Somebody as the page shows him, with what he may do."""
    permissions = sorted(permission.value for permission in PERMISSIONS[person.role])
    return {
        "staff_id": person.staff_id,
        "name": person.name,
        "role": person.role.value,
        "permissions": permissions,
    }


def believed(ended: SignIn) -> Staff:
    """Whoever proved to be himself. Raises SignInFault for anybody else."""
    if ended.staff is None:
        raise refused(ended)
    return ended.staff


def tries_of(ended: SignIn) -> dict[str, Any]:
    """What a page shows beside the sentence: tries left, and until when a name is locked."""
    return {"tries_left": ended.tries_left, "locked_until": moment(ended.locked_until)}


def signed_in(call: Call, person: Staff) -> Reply:
    """The page as this person's, under a new cookie."""
    session = call.site.sessions.sign_in(call.session, person, call.now())
    begin_shift(call.site)
    return Reply({"signed_in": person_of(person), "csrf": session.csrf}, session=session)
