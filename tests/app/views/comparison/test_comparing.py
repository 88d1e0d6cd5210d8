"""Two annotators side by side, how far they agree, and what the labels say, through the views' own signals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.models.studio import Studio
from app.models.tables.compare_table import Column
from app.models.tables.pairing import NETWORK
from app.views.comparison.agreement import AgreementPanel
from app.views.comparison.compare import Compare
from app.views.comparison.measures import Measures, figure, interval
from app.views.comparison.statistics import Statistics
from m2fnet_core.document.agreement import Measure
from m2fnet_core.document.commands import Decide
from m2fnet_core.document.content import Decision
from m2fnet_core.document.formats import LabelChoice
from m2fnet_core.document.judges import Judge, Pass
from tests.app.desk import LABELS, studio_with

ME, BEA = "me", "Bea"


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[Studio]:
    """u0 to u9, predicted. Me: joy on u0 to u3, u0 and u1 blind. Bea: joy on u1, fear on u2 to u5."""
    made = studio_with(10)
    made.project.set_annotator(ME)
    own = [Decision(f"u{k}", ME, "joy", saw_prediction=k > 1) for k in range(4)]
    theirs = [Decision(f"u{k}", BEA, "joy" if k == 1 else "fear") for k in range(1, 6)]
    made.project.do(Decide((*own, *theirs)))
    yield made
    made.close()


def shown(qtbot: QtBot, view: QWidget) -> None:
    """On the screen."""
    qtbot.addWidget(view)
    view.resize(640, 480)
    with qtbot.waitExposed(view):
        view.show()


@pytest.fixture
def compare(qtbot: QtBot, studio: Studio) -> Compare:
    """Filled."""
    view = Compare(studio.pairing, studio.session)
    shown(qtbot, view)
    qtbot.waitUntil(lambda: bool(view.model.rows))
    return view


def cell(view: Compare, place: int) -> QPoint:
    """Inside the words of a row."""
    return view.table.visualRect(view.model.index(place, Column.TEXT)).center()


def test_who_is_compared_at_first(studio: Studio) -> None:
    pairing = studio.pairing
    assert (pairing.first, pairing.second) == (Judge(ME), Judge(BEA))
    assert Judge(ME, Pass.BLIND) in pairing.choices  # worked both ways
    assert Judge(BEA, Pass.BLIND) not in pairing.choices
    pairing.choose(Judge(BEA), NETWORK)
    assert pairing.second == NETWORK
    studio.project.set_blind(True)
    assert NETWORK not in pairing.choices
    assert pairing.second != NETWORK


def test_side_by_side_and_differences_only(qtbot: QtBot, compare: Compare) -> None:
    rows = [(row.utterance.id, row.first, row.second, row.network) for row in compare.model.rows]
    assert rows[0] == ("u0", "joy", "", LABELS[0])
    assert rows[2] == ("u2", "joy", "fear", LABELS[2])
    assert [row[0] for row in rows] == ["u0", "u1", "u2", "u3", "u4", "u5"]
    assert compare.counter.text() == "2 of 3 utterances differ"
    compare.only.click()
    assert [row.utterance.id for row in compare.model.rows] == ["u2", "u3"]


def test_a_click_selects_and_plays(qtbot: QtBot, studio: Studio, compare: Compare) -> None:
    with qtbot.waitSignal(compare.play_asked) as heard:
        qtbot.mouseClick(compare.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(compare, 2))
    assert heard.args == [4.0, 5.5]
    assert studio.session.selected == "u2"
    QTest.keyClick(compare.table, Qt.Key.Key_Down)
    assert studio.session.selected == "u3"


def test_one_key_adopts_the_other_label_as_one_step(qtbot: QtBot, studio: Studio, compare: Compare) -> None:
    compare.only.click()
    studio.session.select("u2")
    compare.adopt_button.click()
    said = studio.project.decision("u2")
    assert said is not None
    assert said.label == "fear"
    assert studio.project.undo_title == "label"
    qtbot.waitUntil(lambda: compare.model.rows[0].first == "fear")
    assert [row.utterance.id for row in compare.model.rows] == ["u2", "u3"]  # in sight until one goes on
    assert compare.counter.text() == "1 of 3 utterances differ"
    studio.session.select("u0")
    with qtbot.waitSignal(studio.aim.told) as heard:
        studio.pairing.adopt()
    assert heard.args == ["Bea gave this utterance no label."]
    studio.pairing.adopt(NETWORK)
    own = studio.project.decision("u0")
    assert own is not None
    assert own.label == LABELS[0]
    studio.project.undo()
    again = studio.project.decision("u0")
    assert again is not None
    assert again.label == "joy"


def test_a_new_annotator_can_be_chosen(qtbot: QtBot, studio: Studio, compare: Compare) -> None:
    studio.project.do(Decide((Decision("u5", "Cy", "joy"),)))
    qtbot.waitUntil(lambda: compare.bar.first.findText("Cy") >= 0)
    compare.bar.second.setCurrentText("Cy")
    compare.bar.second.activated.emit(compare.bar.second.currentIndex())
    assert studio.pairing.second == Judge("Cy")
    qtbot.waitUntil(lambda: compare.counter.text() == "no utterance of both")


def test_blind_mode_hides_the_network_from_the_comparison(qtbot: QtBot, studio: Studio, compare: Compare) -> None:
    studio.project.set_blind(True)
    qtbot.waitUntil(lambda: compare.table.isColumnHidden(Column.NETWORK))
    assert all(row.network == "" for row in compare.model.rows)
    studio.session.select("u0")
    with qtbot.waitSignal(studio.aim.told) as heard:
        studio.pairing.adopt(NETWORK)
    assert "Blind" in heard.args[0]


def test_a_hidden_panel_reads_nothing(qtbot: QtBot, studio: Studio) -> None:
    view = Compare(studio.pairing, studio.session)
    qtbot.addWidget(view)
    studio.annotating.label("joy", "u7")
    assert not view.lazily._gather.isActive()
    assert view.model.rows == []


@pytest.fixture
def panel(qtbot: QtBot, studio: Studio) -> Iterator[AgreementPanel]:
    """Computed."""
    view = AgreementPanel(studio.pairing, studio.project, studio.session)
    shown(qtbot, view)
    qtbot.waitUntil(lambda: view.found is not None)
    yield view
    view.close_reader()


def test_agreement_is_shown_with_its_counts(qtbot: QtBot, studio: Studio, panel: AgreementPanel) -> None:
    assert panel.counts.text() == "3 utterances labelled by both, 2 differently. Only me: 1. Only Bea: 2."
    whole = {row.word: row.measure for row in panel.whole.rows}
    assert whole["Same label"].value == pytest.approx(1 / 3)
    assert whole["Cohen's kappa"].value is not None
    classes = {row.word: row for row in panel.classes.rows}
    assert classes["joy"].detail == "1 both · 3 / 1"
    assert classes["anger"].measure.reason == "Nobody said anger."
    studio.annotating.label("fear", "u2")
    qtbot.waitUntil(lambda: "1 differently" in panel.counts.text())


def test_blind_and_assisted_passes_are_set_side_by_side(qtbot: QtBot, studio: Studio, panel: AgreementPanel) -> None:
    studio.project.do(Decide((Decision("u0", ME, LABELS[0]),)))  # decided blind before
    qtbot.waitUntil(lambda: bool(panel.passes.rows) and panel.passes.rows[0].detail == "0 of 1")
    words = [row.word for row in panel.passes.rows]
    assert words[0] == "Said the same again"
    assert "Assisted minus blind" in words
    studio.project.set_blind(True)
    qtbot.waitUntil(lambda: [row.word for row in panel.passes.rows] == ["Said the same again"])


def test_of_nothing_there_is_a_reason(qtbot: QtBot, studio: Studio, panel: AgreementPanel) -> None:
    studio.pairing.choose(Judge(ME, Pass.BLIND), Judge(ME, Pass.ASSISTED))
    qtbot.waitUntil(lambda: panel.counts.text().startswith("0 utterances"))
    assert panel.whole.rows[0].measure.reason == "No utterance has a label of both."
    assert not panel.whole.grab().isNull()


def test_figures_as_words() -> None:
    assert (figure(0.7, True), figure(-0.004, False), figure(-0.5, False)) == ("70 %", "0.00", "−0.50")
    assert interval(Measure(0.5), False) == ""
    assert interval(Measure(0.5, 0.25, 0.75), True) == "25 % to 75 %"


def test_measures_speak_for_themselves(qtbot: QtBot) -> None:
    view = Measures()
    qtbot.addWidget(view)
    assert view.rows == ()


@pytest.fixture
def statistics(qtbot: QtBot, studio: Studio) -> Iterator[Statistics]:
    """Counted."""
    view = Statistics(studio.project, studio.session, studio.notices)
    shown(qtbot, view)
    qtbot.waitUntil(lambda: view.counted is not None)
    yield view
    view.close_reader()


def test_statistics_follow_the_choice(qtbot: QtBot, studio: Studio, statistics: Statistics) -> None:
    assert statistics.summary.text() == "10 of 10 utterances labelled"
    statistics.whose.setCurrentIndex(statistics.whose.findData(LabelChoice.HUMAN))
    statistics.whose.activated.emit(statistics.whose.currentIndex())
    qtbot.waitUntil(lambda: statistics.summary.text() == "4 of 10 utterances labelled")
    studio.annotating.label("anger", "u9")
    qtbot.waitUntil(lambda: statistics.summary.text() == "5 of 10 utterances labelled")
    statistics.scope.setCurrentIndex(1)
    statistics.scope.activated.emit(1)
    qtbot.waitUntil(lambda: statistics.counted is not None and statistics.counted.edges[-1] > 1)  # one video: seconds


def test_blind_mode_leaves_the_network_out_of_the_statistics(
    qtbot: QtBot, studio: Studio, statistics: Statistics
) -> None:
    assert statistics.network.isVisible()
    studio.project.set_blind(True)
    qtbot.waitUntil(lambda: not statistics.network.isVisible())
    assert statistics.summary.text() == "4 of 10 utterances labelled"
    assert not statistics.whose.isEnabled()


def test_plots_are_saved(qtbot: QtBot, studio: Studio, statistics: Statistics, tmp_path: Path) -> None:
    for plot in statistics.plots:
        statistics.save(plot, tmp_path / "plot.png")
        image = QImage(str(tmp_path / "plot.png"))
        assert image.width() == 2 * plot.width()
        statistics.save(plot, tmp_path / "plot.svg")
        text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
        assert text.startswith("<?xml")
        assert "<text" in text or "<path" in text
    with qtbot.waitSignal(studio.notices.added) as heard:
        statistics.save(statistics.time, tmp_path / "nowhere" / "plot.png")
    assert "plot.png" in heard.args[0].text
