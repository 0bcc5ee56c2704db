"""The bench of the live camera still meets the program: a few frames, every figure there."""

from __future__ import annotations

from tests.bench import film
from tests.bench.camera import run


def test_the_camera_bench_finds_every_figure() -> None:
    arguments = ["--frames", "2", "--codes", "1", "--seconds", "0.1", "--sizes", "480p"]
    report = run(arguments)
    figures = report.figures["summary"]["480p"]
    assert str(figures["soon_announced"]).endswith(" of 1")  # a busy machine may be too late
    assert str(figures["soon_pale_announced"]).endswith(" of 1")
    assert all(figures[f"{name}_ratio"] > 0 for name in (*film.EMPTY, "phone"))
    assert {row[0] for row in report.rows} == set(figures)


def test_the_film_is_the_same_for_a_seed() -> None:
    one, other = (list(film.filmed([film.scenes("480p", 3)["desk"]] * 2, 3)) for _ in range(2))
    assert [frame.tobytes() for frame in one] == [frame.tobytes() for frame in other]
    assert one[0].tobytes() != one[1].tobytes()
    codes = film.codes(3, 30)
    assert len({*codes}) == 30
    assert {len(code) for code in codes} == {18}
