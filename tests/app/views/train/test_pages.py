"""The pages of the training window over run folders that trainings left behind."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QMessageBox, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.studio import Studio
from app.models.training.inquiries import Inquiries
from app.models.training.models import Models
from app.models.training.runs import Runs
from app.views.parts.banner import FAILURE
from app.views.train.ablation import AblationPage
from app.views.train.compare_page import ComparePage
from app.views.train.curves import Curves
from app.views.train.models_page import ModelsPage
from app.views.train.runs_page import RunsPage
from app.views.train.window import TrainWindow
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.bundle import shelf as model_shelf
from tests.app.made_runs import add_events, going, made_comparison, made_run, whole
from tests.core.small_model import write_small_model
from tests.patience import patiently, signalled
from trainer.config import RunConfig
from trainer.events import Failed, Progress, Stopped, Warned
from trainer.judge.comparison import comparisons_of, write_comparison
from trainer.run.file import write_run
from trainer.run.folder import Run
from trainer.run.lock import locked
from trainer.run.view import runs_folder
from trainer.studies.paper_tables import Result, write_results

SPOKEN = [Utterance(f"u{n}", 2.0 * n, 2.0 * n + 1.5, "Ada", "Hello there.") for n in range(3)]


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Nothing is open, and nothing trains."""
    monkeypatch.setenv("M2FNET_DATA", str(tmp_path / "data"))
    made = Studio(Settings(tmp_path / "settings.ini"))
    yield made
    made.runs.close()
    made.close()


@pytest.fixture
def models(studio: Studio) -> Iterator[Models]:
    made = Models(studio)
    yield made
    made.close()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_model(tmp_path_factory.mktemp("small") / "bundle")


def shown_runs(qtbot: QtBot, studio: Studio) -> RunsPage:
    page = RunsPage(studio.runs, studio.session)
    qtbot.addWidget(page)
    page.show()
    return page


def compare_page(qtbot: QtBot, studio: Studio, models: Models) -> ComparePage:
    page = ComparePage(studio.runs, models, Inquiries(studio))
    qtbot.addWidget(page)
    page.show()
    return page


def shown_in(table: QTableWidget) -> list[list[str]]:
    """The texts of a table, row by row."""
    columns = range(table.columnCount())
    return [
        [item.text() if (item := table.item(row, column)) else "" for column in columns]
        for row in range(table.rowCount())
    ]


def test_a_finished_run_tells_curves_classes_and_figures(qtbot: QtBot, studio: Studio) -> None:
    made_run("mine", whole())
    page = shown_runs(qtbot, studio)
    run = page.page
    assert page.list.item(0).text() == "mine\ndone"
    assert len(run.losses.values("total")) == 200
    assert len(run.figures.values("weighted F1")) == 10
    assert run.classes.isVisible()
    assert run.confusion.isVisible()
    run.button("evaluate").click()
    assert shown_in(run.metrics)[0] == ["weighted F1", "0.622", "0.612"]
    assert not run.losses.isVisible()


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (Failed("fusion", "The disk is full; free some space and resume the run."), "The disk is full"),
        (Failed("fusion", "The memory is too small for fusion; close other programs."), "The memory is too small"),
        (Failed("fusion", "There is no corpus in /gone; correct its folder."), "There is no corpus in /gone"),
        (Warned("fusion", "the last word of a process that was killed"), "it was killed, ran out of memory"),
    ],
)
def test_a_run_that_broke_off_says_why_and_goes_on(
    qtbot: QtBot, studio: Studio, last: Failed | Warned, sentence: str
) -> None:
    folder = made_run("mine", [*going(3), last])
    (folder / "log.txt").write_text("one\ntwo\nthree\nthe last words\n", encoding="utf-8")
    page = shown_runs(qtbot, studio)
    run = page.page
    assert sentence in run.trouble.text
    assert run.trouble.text.endswith("two\nthree\nthe last words")
    assert run.resume.isVisible()
    assert run.finish.isVisible()
    assert not run.stop.isVisible()


def test_a_run_of_a_newer_version_is_left_alone(qtbot: QtBot, studio: Studio) -> None:
    folder = made_run("mine", going(1))
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    about["program"], about["config"]["invention"] = "99.0", 1
    (folder / "run.json").write_text(json.dumps(about), encoding="utf-8")
    page = shown_runs(qtbot, studio)
    assert "was made by version 99.0" in page.page.trouble.text
    assert not page.page.resume.isVisible()


def test_a_run_that_ended_before_it_began_says_so_and_shows_why(qtbot: QtBot, studio: Studio) -> None:
    folder = made_run("mine", [*going(3), Failed("fusion", "The disk is full; free some space and resume the run.")])
    Run(RunConfig("mine", out=folder.parent)).mark_done("text", {})
    write_run(RunConfig("mine", out=runs_folder(), seed=5), runs_folder() / "mine" / "run.toml")
    page = shown_runs(qtbot, studio)
    assert "The disk is full" in page.page.trouble.text
    studio.runs.follow()
    page.page.resume.click()
    patiently(qtbot, lambda: page.page.resume.isVisible())
    assert page.page.trouble.text.startswith("The training of mine broke off (exit code 1)")
    assert "seed" in page.page.trouble.text


def test_a_run_that_another_window_resumes_is_not_deleted_here(qtbot: QtBot, studio: Studio) -> None:
    runs = studio.runs
    folder = made_run("mine", [*going(3), Stopped("fusion")])
    page = shown_runs(qtbot, studio)
    assert page.page.remove.isEnabled()
    with locked(folder):
        runs.remove("mine")
        assert folder.is_dir()
        assert not page.page.remove.isEnabled()
        assert page.page.state.text() == "training, without this window"
        assert studio.notices.entries[-1].text == "mine is being trained; stop it first."
    for _ in range(10):
        runs.look()
    assert page.page.remove.isEnabled()


def test_resuming_another_run_leaves_a_pause_as_it_is(qtbot: QtBot, studio: Studio) -> None:
    runs = studio.runs
    for name in ("first", "second"):
        made_run(name, [*going(2), Stopped("fusion")])
    runs.pause("first")
    runs.resume("second")
    assert (runs.paused, runs.waiting, runs.training) == ("first", ("second",), "")


def test_what_happens_is_said_in_this_window_too(qtbot: QtBot, studio: Studio) -> None:
    main = QWidget()
    qtbot.addWidget(main)
    window = TrainWindow(studio, main)
    window.show()
    studio.notices.fail("The model cannot be copied; free some space.")
    assert window.said.text == "The model cannot be copied; free some space."
    window.close_readers()


def test_a_paused_run_holds_up_those_that_wait(qtbot: QtBot, studio: Studio) -> None:
    runs = studio.runs
    made_run("first", [*going(2), Stopped("fusion")])
    runs.pause("first")
    runs.add(RunConfig("second"))
    assert runs.training == ""
    assert runs.waiting == ("second",)
    page = shown_runs(qtbot, studio)
    assert {page.list.item(row).text() for row in range(2)} == {"first\npaused", "second\nwaiting"}
    page.choose("second")
    assert page.page.note.text() == "It waits because first is paused; resume or stop that one first."
    assert Runs(studio.settings, studio.notices).paused == "first"  # after a restart
    page.page.stop.click()
    assert runs.waiting == ()
    page.choose("first")
    assert page.page.resume.isVisible()
    page.page.stop.click()
    assert runs.paused == ""
    assert page.page.state.text() == "stopped"


def test_a_run_without_this_window_is_followed_to_its_end(qtbot: QtBot, studio: Studio) -> None:
    runs, told = studio.runs, whole()
    folder = made_run("mine", told[:80])
    with locked(folder):
        page = shown_runs(qtbot, studio)
        run = page.page
        assert run.state.text() == "training, without this window"
        assert run.stop.isVisible()
        assert run.pause.isVisible()
        runs.add(RunConfig("second"))
        page.choose("second")
        assert run.note.text() == "It waits until mine has ended, which is trained by another window or without one."
        run.stop.click()
        page.choose("mine")
        before = len(run.losses.values("total"))
        add_events(folder, told[80:])
        runs.look()
        assert before < len(run.losses.values("total")) == 200
        assert run.step == "fusion"
    runs.look()
    assert run.state.text() == "done"
    assert page.list.item(0).text() == "mine\ndone"
    run.button("evaluate").click()
    assert shown_in(run.metrics)[0] == ["weighted F1", "0.622", "0.612"]


def test_a_comparison_shows_figures_and_what_flips(qtbot: QtBot, studio: Studio, models: Models, bundle: Path) -> None:
    folder = made_run("mine", whole())
    bundle_of(folder, bundle)
    made = made_comparison(folder, Path("/films/film.mp4"), SPOKEN)
    page = compare_page(qtbot, studio, models)
    assert page.verdict.text().startswith("Weighted F1 +0.060 [+0.010, +0.110] on 260 utterances of 18 dialogues")
    assert "more than chance" in page.verdict.text()
    assert page.left_out.text() == "starter has learnt from film.mp4, 0:00 to 1:00."
    assert shown_in(page.figures)[0][2] == "0.610  [0.570, 0.650]"
    assert page.before.isVisible()
    assert [row[5] for row in shown_in(page.flips)] == ["better", "worse", ""]
    with qtbot.waitSignal(page.shown) as clicked:
        page.flips.cellClicked.emit(1, 0)
    assert clicked.args == [made.flips[1]]


def test_a_comparison_over_few_dialogues_says_so(qtbot: QtBot, studio: Studio, models: Models, bundle: Path) -> None:
    folder = made_run("mine", whole())
    bundle_of(folder, bundle)
    made = made_comparison(folder, Path("/films/film.mp4"), SPOKEN)
    few = replace(made, ours=replace(made.ours, dialogues=4), more_than_chance=False)
    write_comparison(few, comparisons_of(folder)[0])
    page = compare_page(qtbot, studio, models)
    assert "of 4 dialogues (test split): too few to tell it from chance" in page.verdict.text()


def test_a_comparison_that_cannot_be_read_is_told(qtbot: QtBot, studio: Studio, models: Models, bundle: Path) -> None:
    folder = made_run("mine", whole())
    bundle_of(folder, bundle)
    (folder / "compare").mkdir()
    (folder / "compare" / "other.json").write_text("{}", encoding="utf-8")
    page = compare_page(qtbot, studio, models)
    assert "compare the models again" in page.trouble.text
    assert not page.figures.isVisible()


def test_a_comparison_tells_how_far_it_is_and_why_it_failed(
    qtbot: QtBot, studio: Studio, models: Models, bundle: Path
) -> None:
    bundle_of(made_run("mine", whole()), bundle)
    questions = Inquiries(studio)
    page = ComparePage(studio.runs, models, questions)
    qtbot.addWidget(page)
    page.show()
    assert page.verdict.text() == "Not compared yet."
    questions.heard.emit("compare", Progress("compare", 40, 260))
    assert page.verdict.text() == "Comparing … 40 of 260"
    questions.heard.emit("compare", Failed("compare", "starter tells other emotions; compare it with another."))
    assert page.verdict.text() == "Not compared yet."
    assert page.trouble.text == "starter tells other emotions; compare it with another."
    assert page.trouble.property("kind") == FAILURE


def test_an_ablation_is_started_and_copied(qtbot: QtBot, studio: Studio, bundle: Path) -> None:
    folder = made_run("mine", whole())
    bundle_of(folder, bundle)
    (folder / "ablate").mkdir()
    write_results([Result(2, "text", 61.5, 0.4, 66.23)], folder / "ablate" / "table.csv")
    page = AblationPage(studio.runs)
    qtbot.addWidget(page)
    assert not page.start.isEnabled()
    table = page.rows.topLevelItem(0)
    row = table.child(3) if table is not None else None
    assert row is not None
    row.setCheckState(0, Qt.CheckState.Checked)
    with qtbot.waitSignal(page.started) as begun:
        page.start.click()
    assert begun.args is not None
    (config,) = begun.args
    assert isinstance(config, RunConfig)
    assert (config.name, config.ablate.rows) == ("mine-ablation", ("2 text",))
    assert shown_in(page.table) == [["2", "text", "61.50", "0.40", "66.23"]]
    page.csv.click()
    assert QApplication.clipboard().text().splitlines()[1] == "2,text,61.50,0.40,66.23"
    page.markdown.click()
    assert "| 2 | text | 61.50 ± 0.40 | 66.23 |" in QApplication.clipboard().text()


def bundle_of(run: Path, bundle: Path) -> None:
    """The run has made a model; nothing here opens its weights."""
    (run / "bundle").mkdir()
    (run / "bundle" / "config.json").write_bytes((bundle / "config.json").read_bytes())


def test_models_are_brought_in_named_taken_out_and_deleted(
    qtbot: QtBot, studio: Studio, models: Models, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ModelsPage(models)
    qtbot.addWidget(page)
    told: list[str] = []
    studio.notices.added.connect(lambda notice: told.append(notice.text))

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(bundle))
    page.bring_folder.click()
    patiently(qtbot, lambda: not models.under_way)
    assert [model.name for model in models.shelf] == ["small"]
    page.list.setCurrentRow(1)
    assert page.card.toPlainText().startswith("small")
    assert page.bytes.text().endswith(" MB")

    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("other", True))
    page.rename.click()
    assert [model.name for model in models.shelf] == ["other"]
    page.list.setCurrentRow(1)
    target = tmp_path / "other.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target.with_suffix("")), "Zip file (*.zip)"))
    page.export.click()
    patiently(qtbot, lambda: not models.under_way)
    assert "other/config.json" in zipfile.ZipFile(target).namelist()

    place = tmp_path / "folder"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), "Folder (*)"))
    page.export.click()
    patiently(qtbot, lambda: not models.under_way)
    assert (place / "fusion.safetensors").is_file()

    models.export(models.shelf[0], tmp_path / "one")
    models.export(models.shelf[0], tmp_path / "two")
    assert page.under_way.text() == "Exporting other …"
    patiently(qtbot, lambda: not models.under_way)
    assert [(tmp_path / name / "config.json").is_file() for name in ("one", "two")] == [True, True]
    assert told[-1] == f"other is exported to {tmp_path / 'two'}."
    models.use(models.shelf[0].folder)
    models.use(None)
    models.rename(models.shelf[0], "third")
    models.back()
    assert models.in_use == models.shelf[0].folder
    page.list.setCurrentRow(1)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    page.delete.click()
    assert "predicts now; choose another model" in told[-1]
    models.use(None)
    page.list.setCurrentRow(1)
    page.delete.click()
    assert "MB are free now" in told[-1]
    assert model_shelf.models() == ()


def test_a_model_with_a_pickle_inside_or_another_hash_is_refused(
    qtbot: QtBot, studio: Studio, models: Models, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ModelsPage(models)
    qtbot.addWidget(page)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.write(bundle / "config.json", "bad/config.json")
        archive.writestr("bad/audio.bin", b"\x80\x04.")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "bad.zip"), ""))
    with signalled(qtbot, studio.notices.added) as said:
        page.bring.click()
    assert "bad.zip holds bad/audio.bin, which is no data of a model" in said[0].text
    changed = Path(shutil.copytree(bundle, tmp_path / "changed"))
    (changed / model_shelf.HASHES).write_text(json.dumps({"fusion.safetensors": "0" * 64}), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(changed))
    with signalled(qtbot, studio.notices.added) as said:
        page.bring_folder.click()
    assert "fusion.safetensors of changed is not what its hashes.json tells" in said[0].text
    assert model_shelf.models() == ()


def test_losses_that_lie_far_apart_have_a_logarithmic_height(qtbot: QtBot) -> None:
    curves = Curves("Losses", "batch")
    qtbot.addWidget(curves)
    curves.show_lines([1, 2, 3], {"total": [200.0, 150.0, 100.0], "L_Var": [1.0, 0.5, 0.0]})
    assert curves.getAxis("left").logMode
    assert curves.values("total") == [200.0, 150.0, 100.0]
    curves.show_lines([1, 2, 3], {"total": [2.0, 1.5, 1.0], "cross_entropy": [1.9, 1.4, 0.9]})
    assert not curves.getAxis("left").logMode
