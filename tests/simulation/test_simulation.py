"""A thousand histories by seed, and every planted bug caught by some seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.simulation.approving import APPROVING
from tests.simulation.bugs import BUGS
from tests.simulation.bugs.planting import Bug, planted
from tests.simulation.caught import play_planted
from tests.simulation.clean import play_clean, play_spread, story_of
from tests.simulation.invariants import INVARIANTS
from tests.simulation.moments import DEPARTURES, RECEIPTS
from tests.simulation.plan import Kind, history_of
from tests.simulation.run import play
from tests.simulation.shrink import shrink
from tests.simulation.stage import Stage
from tests.simulation.world import Theme, world_of

SEEDS = 1_000
CHUNK = 20
PLANTED_MIN = 40
DOCS = Path(__file__).parents[2] / "docs/reliability"
TABLE = DOCS / "planted-bugs.md"
RULES: dict[str, Mapping[str, object]] = {
    r"After every event \((\d+) rules\): ([^.]*)\.": INVARIANTS,
    r"Whenever a trip leaves \((\d+)\): ([^.]*)\.": DEPARTURES,
    r"Whenever a clerk is told something \((\d+)\): ([^.]*)\.": RECEIPTS,
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


def documented_seeds() -> dict[str, int]:
    """Each planted bug's catching seed, as the documents tell it."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d+) \| `\w+` \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    return {name: int(seed) for name, seed in rows}


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_no_history_breaks_an_invariant(stage: Stage, first: int) -> None:
    for seed in range(first, first + CHUNK):
        failure = play(stage, seed)
        if failure is not None:
            pytest.fail(story_of(shrink(stage, failure)))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(stage: Stage, bug: Bug) -> None:
    """In the seed that the documents name, or else, where the program has changed since, in another one."""
    seeds = (documented_seeds()[bug.name], *range(SEEDS))
    with planted(bug, stage):
        assert any(play(stage, seed) for seed in seeds), f"{bug.name} survives: an invariant is missing"


def test_a_planted_run_tells_what_was_caught_and_what_survives() -> None:
    bugs = [bug for bug in BUGS if bug.name in ("unknown_is_failed", "cash_twice")]
    written: list[str] = []
    assert not play_planted(written.append, range(1), bugs, 1)
    assert written[1] == (f"| `unknown_is_failed` | {bugs[0].story} | 0 | `a_clerk_is_told_the_truth` |\n")
    assert written[-2:] == [
        f"| `cash_twice` | {bugs[1].story} | – | not caught |\n",
        "\n1 survive 1 seeds: cash_twice\n",
    ]
    assert play_planted(written.append, range(1), bugs[:1], 1)


def test_the_documents_name_every_planted_bug_with_its_seed() -> None:
    seeds = documented_seeds()
    assert list(seeds) == [bug.name for bug in BUGS]
    assert max(seeds.values()) < SEEDS


@pytest.mark.parametrize("listed", RULES)
def test_the_documents_name_every_invariant_and_count_them(listed: str) -> None:
    told = re.search(listed, (DOCS / "simulator.md").read_text("utf-8"))
    assert told is not None
    assert (int(told[1]), re.findall(r"`(\w+)`", told[2])) == (len(RULES[listed]), [*RULES[listed]])


def test_there_are_enough_planted_bugs_and_each_has_a_name_of_its_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= PLANTED_MIN


def test_a_seed_is_the_same_history_every_time(stage: Stage) -> None:
    bug = next(bug for bug in BUGS if bug.name == "accepted_is_paid")
    with planted(bug, stage):
        first = next(failure for seed in range(SEEDS) if (failure := play(stage, seed)))
        assert play(stage, first.seed) == first


def test_a_failure_is_shrunk_and_tells_how_to_see_it_again(stage: Stage) -> None:
    bug = next(bug for bug in BUGS if bug.name == "stuck_is_failed")
    with planted(bug, stage):
        failure = next(failure for seed in range(SEEDS) if (failure := play(stage, seed)))
        short = shrink(stage, failure)
    assert (short.rule, short.seed) == (failure.rule, failure.seed)
    assert len(short.story) < len(failure.story)
    again = f"again: python -m tests.simulation --seeds {short.seed}..{short.seed}\n"
    assert story_of(short).endswith(again)


def test_a_broken_run_does_not_pass(stage: Stage) -> None:
    written: list[str] = []
    bug = next(bug for bug in BUGS if bug.name == "unknown_is_failed")
    with planted(bug, stage):
        assert not play_clean(written.append, stage, range(2))
    assert play_clean(written.append, stage, range(2))


def test_a_run_over_two_processes_plays_every_seed_once() -> None:
    written: list[str] = []
    assert play_spread(written.append, range(103), 2)
    assert written[-1].startswith("103 histories, 0 broken, ")


def test_what_people_do_about_approvals_is_played_where_the_shop_knows_its_staff_and_nowhere_else() -> None:
    """In shops of every kind: what nobody plays, no invariant can judge."""
    with_staff, themes = set[Kind](), set[Theme]()
    for seed in range(SEEDS):
        kinds = {event.kind for event in history_of(seed)}
        if world_of(seed).approval_above_fen is None:
            assert not kinds & set(APPROVING), seed
        else:
            with_staff |= kinds
            themes.add(world_of(seed).theme)
    assert with_staff >= set(APPROVING)
    assert themes == set(Theme)


def test_histories_differ_from_seed_to_seed() -> None:
    assert len({history_of(seed) for seed in range(100)}) == 100
