"""Traces: from what a hand did to values on a grid, their agreement, and what is left of one after a crash."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import AddTrace, RemoveMedium, RemoveTrace
from m2fnet_core.document.content import Dimension, Take
from m2fnet_core.document.project import Project
from m2fnet_core.document.trace_agreement import aggregated, ccc, lag_of
from m2fnet_core.document.trace_journal import Head, TraceJournal, keep, recover
from m2fnet_core.document.traces import RATE, Events, Floats, curves, packed, takes_of, unpacked, values_of
from tests.core.document.desk import filled
from tests.core.document.test_graded import SHROUT

ROOT = Path(__file__).parents[3]
ANN, BOB = (Head("m1", name, Dimension.VALENCE, 0.0) for name in ("Ann", "Bob"))
HEAD = ANN.take("2026-12-01T10:00:00+00:00")


def ramp(start: float, end: float, step: float = 0.04) -> Events:
    """The value is a hundredth of the media time."""
    return [(float(time), float(time) / 100) for time in np.arange(start, end + step / 2, step)]


def spans(events: Events) -> list[tuple[float, float]]:
    """Start and end of each take, in seconds."""
    return [(t.first / RATE, (t.first + len(values_of(t)) - 1) / RATE) for t in takes_of(events, HEAD)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """One video of 100 seconds."""
    made = filled(tmp_path / "p.m2f")
    yield made
    made.close()


def test_values_survive_packing() -> None:
    values = np.array([-1.0, -0.5, 0.0, 0.25, 1.0, 3.0])
    assert unpacked(packed(values)) == pytest.approx(np.clip(values, -1, 1), abs=1e-4)
    with pytest.raises(ValueError, match=r".+"):
        unpacked("no base64!")


def test_between_two_values_lies_a_line_whatever_the_speed() -> None:
    """At three times the speed frames come every 0.12 s of media time; the grid is the same."""
    for step in (0.04, 0.12, 1 / 30):
        (take,) = takes_of(ramp(2.0, 8.0, step), HEAD)
        times = (take.first + np.arange(len(values_of(take)))) / RATE
        assert (times[0], times[-1]) == (pytest.approx(2.0), pytest.approx(8.0, abs=0.05))
        assert values_of(take) == pytest.approx(times / 100, abs=1e-4)


def test_a_seek_a_gap_and_a_loop_end_a_take_and_a_pause_does_not() -> None:
    assert spans([*ramp(1, 3), *ramp(3, 5)]) == [(1, 5)]  # a pause: time stood, and went on
    assert spans([*ramp(1, 3), *ramp(7, 9)]) == [(1, 3), (7, 9)]  # a gap, or a seek further on
    assert spans([*ramp(4, 6), *ramp(1, 2)]) == [(4, 6), (1, 2)]  # a seek back, a loop
    assert spans([*ramp(1, 3), None, *ramp(3.4, 5)]) == [(1, 3), (3.4, 5)]  # a short seek that was told
    assert spans([(5.0, 0.1), (4.9, 0.1), (4.8, 0.1)]) == []  # backwards there is no trace
    assert spans([]) == []


def test_later_takes_lie_over_earlier_ones_and_a_lag_moves_them() -> None:
    flat = replace(HEAD, first=10, samples=packed(np.full(20, 0.5)))
    over = replace(HEAD, first=15, samples=packed(np.full(5, -0.5)))
    late = replace(HEAD, annotator="Bob", first=5, lag=0.4, samples=packed(np.linspace(0, 1, 21)))
    found = curves([flat, over, late], Dimension.VALENCE)
    assert np.isnan(found["Ann"][:10]).all()
    assert found["Ann"][[10, 14, 15, 19, 20, 29]] == pytest.approx([0.5, 0.5, -0.5, -0.5, 0.5, 0.5], abs=1e-4)
    assert found["Bob"][0] == pytest.approx(0.25, abs=1e-3)  # what would lie before the beginning is cut off
    assert curves([flat], Dimension.AROUSAL) == {}


def wave(late: float, scale: float = 0.8) -> Floats:
    """Forty seconds of something that no lag makes the same as itself."""
    time = np.arange(40 * RATE) / RATE - late
    return scale * (0.6 * np.sin(time / 1.7) + 0.4 * np.sin(time / 0.63 + 1))


def test_the_concordance_of_lins_formula() -> None:
    one, other = wave(0.0), wave(0.0) * 0.5 + 0.2
    rho = np.corrcoef(one, other)[0, 1]
    scale, shift = one.std() / other.std(), (one.mean() - other.mean()) / np.sqrt(one.std() * other.std())
    assert ccc(one, other) == pytest.approx(rho * 2 / (scale + 1 / scale + shift**2))  # with Lin's C_b
    assert ccc(one, one) == pytest.approx(1.0)
    assert np.isnan(ccc(np.zeros(100), np.zeros(100)))


def test_who_is_late_is_found_and_taken_into_account() -> None:
    found = {"Ann": wave(0.0), "Bob": wave(0.8), "Cem": wave(0.0)}
    assert lag_of(found["Bob"], found["Ann"]) == pytest.approx(0.8)
    assert lag_of(found["Ann"], found["Bob"]) == pytest.approx(-0.8)
    pair = aggregated({"Ann": wave(0.0), "Bob": wave(0.8)})
    assert pair.lags == {"Ann": pytest.approx(-0.4), "Bob": pytest.approx(0.4)}
    assert pair.aligned_icc > 0.999 > pair.icc
    assert aggregated(found).lags["Bob"] == pytest.approx(0.8)
    assert pair.mean[500] == pytest.approx(wave(0.4)[500], abs=0.01)
    alone = aggregated({"Ann": wave(0.0)})
    assert np.isnan([alone.icc, alone.ccc]).all()
    assert alone.mean == pytest.approx(wave(0.0))


def test_shrouts_and_fleiss_judges_as_traces() -> None:
    """Each of the six targets for ten seconds: the figure of the table, but for the number of targets."""
    held = {f"judge {k}": np.repeat([row[k] / 10 for row in SHROUT], 250) for k in range(4)}
    assert aggregated(held).icc == pytest.approx(0.29, abs=0.05)


def test_a_trace_is_a_step_and_goes_with_its_video(project: Project) -> None:
    assert keep(project, ANN, ramp(1, 3))
    assert keep(project, BOB, [*ramp(1, 3), *ramp(5, 9)])
    assert not keep(project, BOB, [])
    assert (len(project.document.traces), project.undo_title) == (3, "trace")
    change = project.undo()
    assert change is not None
    assert (change.whole, change.media) == (False, {"m1"})
    assert [take.annotator for take in project.document.traces.values()] == ["Ann"]
    project.redo()
    kept = dict(project.document.traces)
    project.do(RemoveTrace(tuple(key for key, take in kept.items() if take.annotator == "Bob")))
    project.undo()
    project.do(RemoveMedium("m1"))
    assert not project.document.traces
    project.undo()
    assert project.document.traces == kept
    with pytest.raises(DocumentError, match="gone already"):
        project.do(RemoveTrace(("x",)))
    with pytest.raises(DocumentError, match="already"):
        project.do(AddTrace((next(iter(kept.values())),)))
    with pytest.raises(DocumentError, match="annotator"):
        project.do(AddTrace((Take("n", "m1", "", Dimension.AROUSAL, 0, 0.0, packed(np.ones(3))),)))
    path = project.path
    project.close()
    with closing(Project.open(path, read_only=True)) as again:
        assert again.document.traces == kept


TRACING = """
import os, sys
from pathlib import Path
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.project import Project
from m2fnet_core.document.trace_journal import Head, TraceJournal

project = Project.open(Path(sys.argv[1]))
journal, head = TraceJournal(project.path), Head("m1", "Ann", Dimension.VALENCE, 0.2)
for piece in range(50):
    times = [piece * 0.2 + k * 0.04 for k in range(5)]
    journal.append(head, [(time, time / 100) for time in times])
    if piece == 30:
        os.write(1, b"31")
        sys.stdin.readline()
"""


def test_a_kill_in_a_trace_loses_nothing_that_was_written(project: Project) -> None:
    path = project.path
    project.close()
    command = [sys.executable, "-c", TRACING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as tracing:
        assert tracing.stdout is not None
        assert tracing.stdout.read(2) == b"31"
        os.kill(tracing.pid, signal.SIGKILL)
    with closing(Project.open(path)) as again:
        assert "being recorded" in recover(again)
        (take,) = again.document.traces.values()
        assert (take.annotator, take.lag, take.first) == ("Ann", 0.2, 0)
        assert len(values_of(take)) == 31 * 5
        assert recover(again) == ""
        again.undo()
        with closing(TraceJournal(path)) as journal:
            assert journal.left() == []
