"""The books on the page, for whoever may read them: a day reconciled and signed, the book walked."""

from __future__ import annotations

from concurrent.futures import wait
from typing import Any, Final

from scanrefund.books_desk import OnMove, Run, day_of
from scanrefund.model.staff import Permission
from scanrefund.say.speak import say_fault
from scanrefund.staff_desk import refused
from scanrefund.web.books_told import reconciled, walked
from scanrefund.web.by_hand import second_person
from scanrefund.web.call import Call
from scanrefund.web.fields import NUMBER_CHARS_MAX
from scanrefund.web.refunds import ANSWER_S

# A page hears that lines are read, and not of each.
LINES_TOLD: Final = 10_000


def books(call: Call) -> dict[str, Any]:
    """What was reconciled last or is under way, and the last audit."""
    call.needs_books()
    desk = call.site.house.books
    run, audit = desk.run, desk.walked
    return {
        "last_day": desk.last_day().isoformat(),
        "run": _run(call, run) if run else None,
        "reconciled": reconciled(call, run.run_id) if run and _came_out(run) else None,
        "audit": walked(call, audit) if audit else None,
        "may_sign": call.person.may(Permission.BOOKS_SIGN),
    }


def reconcile(call: Call) -> dict[str, Any]:
    """Begin to reconcile a day; the page is answered at once or after two seconds, and hears the rest."""
    call.needs_books()
    run = call.site.house.books.begin(day_of(call.fields.text("day", NUMBER_CHARS_MAX)), _teller(call))
    wait([run.ended], ANSWER_S)
    return books(call)


def sign(call: Call) -> dict[str, Any]:
    """Sign what the page shows. Whoever signs proves himself anew, for this one day."""
    call.needs_books()
    run_id, second = call.fields.number("run_id"), second_person(call)
    house = call.site.house
    found = house.staff.authorise(second.staff_id, second.secret, Permission.BOOKS_SIGN)
    if found.staff is None:
        raise refused(found, Permission.BOOKS_SIGN)
    house.books.sign(run_id, found.staff.staff_id)
    return books(call)


def audit(call: Call) -> dict[str, Any]:
    """Walk the book; a long one is walked behind the page, which hears of the end."""
    call.needs_books()
    walking, begun = call.site.errands.begin("audit", call.site.house.books.walk)
    if begun:
        walking.add_done_callback(lambda _walked: _tell(call))
    wait([walking], ANSWER_S)
    if walking.done():
        walking.result()
    return books(call) | {"walking": not walking.done()}


def _came_out(run: Run) -> bool:
    return not run.is_under_way and run.fault is None


def _run(call: Call, run: Run) -> dict[str, Any]:
    fault = run.fault
    return {
        "run_id": run.run_id,
        "day": run.day.isoformat(),
        "running": run.is_under_way,
        "lines": run.lines,
        "fault": fault.code if fault else None,
        "say": say_fault(fault, call.language) if fault else "",
    }


def _teller(call: Call) -> OnMove:
    """Tells the pages now and then as lines are read, and at the end."""
    desk, told = call.site.house.books, [0]

    def moved() -> None:
        run = desk.run
        if run is None or not run.is_under_way or run.lines - told[0] >= LINES_TOLD:
            told[0] = run.lines if run else 0
            _tell(call)

    return moved


def _tell(call: Call) -> None:
    """Only that something moved: what it is, whoever may read it asks for."""
    call.site.events.publish("books", lambda _language: {})
