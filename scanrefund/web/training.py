"""The practice counter's calls: who practises, the exercises, what the customer shows, how it went."""

from __future__ import annotations

from typing import Any, Final

from scanrefund.errors import UsageFault
from scanrefund.scan.reader import read_line
from scanrefund.training.exercises import EXERCISES, Exercise
from scanrefund.training.judge import Judgement
from scanrefund.training.people import joined
from scanrefund.training.practice import Practice, Running
from scanrefund.training.results import Standing
from scanrefund.web.call import Call
from scanrefund.web.receipts import moment
from scanrefund.web.scanning import answer
from scanrefund.web.signing_in import NAME_CHARS_MAX, signed_in

STANDINGS_MAX: Final = 100


def overview(call: Call) -> dict[str, Any]:
    """The ten exercises with one's own best, the one under way, and where everybody stands."""
    practice = _practice(call)
    best = practice.results.best_of(call.person.name)
    running = practice.running(call.person)
    return {
        "exercises": [
            {
                "name": one.name,
                "title": _title(call, one),
                "par_s": one.par_s,
                "best": {"score": found.score, "took_s": found.took_s, "passed": found.passed}
                if (found := best.get(one.name))
                else None,
            }
            for one in EXERCISES
        ],
        "now": _now(call, running) if running else None,
        "results": [_standing(one) for one in practice.results.standings()[:STANDINGS_MAX]],
    }


def join(call: Call) -> Any:
    """Somebody practises under a name, without a secret: there is nothing here to protect."""
    _practice(call)
    call.site.tries.count(call.now())
    return signed_in(call, joined(call.site.house.staff, call.fields.text("name", NAME_CHARS_MAX)))


def begin(call: Call) -> dict[str, Any]:
    """Set an exercise up."""
    _practice(call).begin(call.person, call.fields.text("exercise"))
    return overview(call)


def show(call: Call) -> dict[str, Any]:
    """The customer holds out what he has: read as a scanner would read it."""
    practice = _practice(call)
    held = practice.show(call.person)
    reading = read_line(held.text, typed=False, now=held.since)
    told = answer(call.site, reading, held.since, call.language, number=held.text)
    return {"shown": told, "say": call.words(f"customer_shows.{held.shows.value}")}


def end(call: Call) -> dict[str, Any]:
    """What was done, judged by the books."""
    running, judged = _practice(call).end(call.person)
    return {"judgement": _judgement(call, running.exercise, judged), "training": overview(call)}


def _practice(call: Call) -> Practice:
    if call.site.practice is None:
        raise UsageFault("training_is_off")
    return call.site.practice


def _title(call: Call, exercise: Exercise) -> str:
    return call.words(f"exercise.{exercise.name}.title")


def _now(call: Call, running: Running) -> dict[str, Any]:
    exercise, order_id = running.exercise, running.order.order_id
    return {
        "name": exercise.name,
        "title": _title(call, exercise),
        "task": call.words(f"exercise.{exercise.name}.task", order_id=order_id),
        "order_id": order_id,
        "begun_at": moment(running.begun_at),
        "asked": len(running.shown),
    }


def _judgement(call: Call, exercise: Exercise, judged: Judgement) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "title": _title(call, exercise),
        "passed": judged.passed,
        "score": judged.score,
        "took_s": judged.took_s,
        "par_s": exercise.par_s,
        "missed": call.words(f"missed.{judged.missed}") if judged.missed else "",
        "mistakes": [call.words(f"mistake.{one}") for one in judged.mistakes],
        "lesson": call.words(f"exercise.{exercise.name}.lesson"),
    }


def _standing(one: Standing) -> dict[str, Any]:
    told = {"name": one.name, "passed": one.passed, "of": len(EXERCISES), "score": one.score}
    return told | {"took_s": one.took_s, "last_at": moment(one.last_at)}
