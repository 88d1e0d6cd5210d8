"""Setting up a training in its window: what the cards, the devices and the estimate tell."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from app.base.settings import Settings
from app.models.studio import Studio
from app.models.training.settings_tree import rows
from app.models.training.setup import Setup
from app.views.train.setup_page import SetupPage
from m2fnet_core.bundle.info import read_info, write_info
from tests.core.small_model import write_small_model
from tests.media_maker import Sound, write_media
from tests.patience import patiently
from tests.trainer.datasets.test_documents import TRAIN, project, says
from tests.trainer.learn.test_extractors import write_faces
from trainer.config import CorpusConfig
from trainer.datasets.documents import split_of
from trainer.events import Checked, Devices, Estimated, Failed, Progress

TESTS = next(n for n in range(8) if split_of(TRAIN, n) == "test")


@pytest.fixture
def studio(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("M2FNET_DATA", str(tmp_path / "data"))
    made = Studio(Settings(tmp_path / "settings.ini"))
    yield made
    made.close()


@pytest.fixture
def setup(studio: Studio) -> Iterator[Setup]:
    made = Setup(studio)
    yield made
    made.close()


@pytest.fixture
def page(qtbot: QtBot, setup: Setup) -> SetupPage:
    made = SetupPage(setup)
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_open_project_is_a_corpus_and_a_model_that_knows_its_test_is_refused(
    qtbot: QtBot, studio: Studio, setup: Setup, page: SetupPage, tmp_path: Path
) -> None:
    setup.choose("meld")
    assert page.trouble.text() == "Add a corpus to learn from."
    assert not page.add_project.isEnabled()
    decided = {n: [says(("joy", "anger")[n % 10 // 5])] for n in range(0, 160, 5)}
    mine = project(tmp_path / "mine.m2f", decided=decided, turns=160, gap=3.0)
    knowing = write_small_model(tmp_path / "knowing")
    write_info(replace(read_info(knowing), training_pieces=(f"{TRAIN[:16]}/{TESTS}",)), knowing)
    studio.choose_model(knowing)
    assert studio.project.open(mine)
    setup.choose("meld")
    page.add_project.click()
    (card,) = page.cards
    patiently(qtbot, lambda: not setup.inquiries.busy)
    found = card.found.text()
    assert "joy 12, anger 12" in found
    assert all(split in found for split in ("train: ", "validation: ", "test: "))
    empty = "surprise (0), fear (0), sadness (0), disgust (0)"
    assert f"Fewer than 10 examples to learn from: neutral (0), {empty}." in card.problems.text()
    assert page.trouble.text() == "audio needs a speech corpus: add what is missing, or do not tick audio."
    for step in ("audio", "visual"):
        page.steps[step].click()
    assert page.trouble.text().startswith("features needs extractors for sound and pictures")
    page.start_from.setCurrentText("The model in use")
    page.start_from.activated.emit(page.start_from.currentIndex())
    patiently(qtbot, lambda: not setup.inquiries.busy)
    assert not page.start.isEnabled()
    assert page.trouble.text().startswith("mine.m2f cannot be used: ")
    assert f"learnt from what this run is tested on (minute {TESTS + 1} of mine.mp4)" in card.problems.text()
    assert card.found.text() == found


def test_what_was_found_stays_when_a_setting_changes(
    qtbot: QtBot, setup: Setup, page: SetupPage, tmp_path: Path
) -> None:
    write_faces(tmp_path / "faces")
    setup.choose("meld")
    page.add(tmp_path / "faces")
    (card,) = page.cards
    patiently(qtbot, lambda: "train: " in card.found.text())
    seed = page.settings.field("seed")
    assert isinstance(seed, QLineEdit)
    seed.setText("7")
    seed.editingFinished.emit()
    assert page.cards == [card]
    assert "train: " in card.found.text()
    page.add(tmp_path / "faces")
    assert page.cards == [card]


def test_a_corpus_has_settings_of_its_own(qtbot: QtBot, setup: Setup, page: SetupPage, tmp_path: Path) -> None:
    for name in ("03-01-03-01-01-01-01", "03-01-05-01-01-01-02"):
        write_media(tmp_path / f"{name}.wav", picture=None, sound=Sound(seconds=0.2))
    setup.choose("meld")
    page.add(tmp_path)
    (card,) = page.cards
    assert (card.corpus.kind, card.corpus.validation_share) == ("speech", 0.1)
    card.more.click()
    speakers = card.form.field("test_speakers")
    assert isinstance(speakers, QLineEdit)
    speakers.setText("02")
    speakers.editingFinished.emit()
    assert setup.config.corpora[0].test_speakers == ("02",)
    patiently(qtbot, lambda: "test: 1 (anger 1)" in card.found.text())
    words = card.form.field("label_map")
    assert isinstance(words, QLineEdit)
    words.setText("joy")
    words.editingFinished.emit()
    assert "takes pairs as happy: joy" in card.form.problem("label_map")
    words.setText("joy: surprise, anger:")
    words.editingFinished.emit()
    assert setup.config.corpora[0].label_map == {"joy": "surprise", "anger": ""}
    card.kind.setCurrentIndex(card.kind.findData("faces"))
    card.kind.activated.emit(card.kind.currentIndex())
    card.kind.setCurrentIndex(card.kind.findData("speech"))
    card.kind.activated.emit(card.kind.currentIndex())
    assert setup.config.corpora[0].kind == "speech"


def test_a_long_list_of_what_is_missing_can_be_unfolded(setup: Setup, page: SetupPage, tmp_path: Path) -> None:
    setup.set(replace(setup.config, corpora=(CorpusConfig("meld", tmp_path / "meld"),)))
    (card,) = page.cards
    missing = tuple(f"train dia{n}_utt0: missing" for n in range(700))
    setup.inquiries.heard.emit(
        f"check {tmp_path / 'meld'}", Checked("meld", tmp_path, {}, ("700 clips.",), {}, missing)
    )
    card.all.click()
    assert not card.list.isHidden()
    assert card.list.toPlainText().splitlines() == ["700 clips.", *missing]


def test_a_corpus_that_is_looked_into_says_how_far(setup: Setup, page: SetupPage, tmp_path: Path) -> None:
    setup.set(replace(setup.config, corpora=(CorpusConfig("faces", tmp_path / "faces"),)))
    (card,) = page.cards
    key = f"check {tmp_path / 'faces'}"
    setup.inquiries.heard.emit(key, Progress("check", 40, 900))
    assert card.found.text() == "Looking into it … 40 of 900 files"
    setup.inquiries.heard.emit(key, Failed("check", "There is no corpus there; correct its folder."))
    assert card.found.text() == ""
    assert card.problems.text() == "⚠ There is no corpus there; correct its folder."


def test_devices_that_cannot_be_used_are_grey_and_say_why(setup: Setup, page: SetupPage) -> None:
    setup.inquiries.heard.emit("devices", Devices({"cpu": "A processor"}, {"cuda": "CUDA cannot be used: no GPU."}))
    assert [page.device.itemText(n) for n in range(3)] == [
        "The best device",
        "A processor",
        "cuda: CUDA cannot be used: no GPU.",
    ]
    flags = page.device.model().flags(page.device.model().index(2, 0))
    assert not flags & Qt.ItemFlag.ItemIsEnabled
    page.device.setCurrentIndex(1)
    page.device.activated.emit(1)
    assert setup.config.device == "cpu"
    setup.choose("meld")
    assert page.device.currentData() == "auto"


def test_an_estimate_stands_beside_its_step_and_tells_what_is_short(setup: Setup, page: SetupPage) -> None:
    gib = 2**30
    for event in (
        Estimated("text", 90.0, gib // 8, 2 * gib, "cpu", 50 * gib, 4 * gib),
        Estimated("fusion", 30.0, gib // 64, 6 * gib, "cpu", 50 * gib, 4 * gib),
        Failed("audio", "There is no speech corpus; add one."),
    ):
        setup.inquiries.heard.emit("estimate", event)
    setup.inquiries.ended.emit("estimate")
    texts = {step: page.times[step].text() for step in ("text", "fusion", "audio")}
    assert texts == {
        "text": "about 2 min on cpu, 2.0 GiB of memory, 0.1 GiB of disk",
        "fusion": "about 30 s on cpu, 6.0 GiB of memory, 16 MiB of disk",
        "audio": "",
    }
    assert page.need.text().splitlines() == [
        "There is too little memory for fusion: it needs 6.0 GiB, and 4.0 GiB are free.",
        "There is no speech corpus; add one.",
    ]


def test_the_form_keeps_what_is_unfolded(setup: Setup, page: SetupPage) -> None:
    setup.choose("meld")
    page.more.click()
    group = page.settings.topLevelItem(1)
    assert group is not None
    group.setExpanded(True)
    epochs = page.settings.field("text.loop.epochs")
    assert isinstance(epochs, QLineEdit)
    epochs.setText("3")
    epochs.editingFinished.emit()
    page.steps["audio"].click()
    assert setup.config.text.loop.epochs == 3
    same = page.settings.topLevelItem(1)
    assert same is not None
    assert same.isExpanded()
    setup.choose("iemocap")
    assert page.settings.field("text.loop.epochs") is not epochs


def test_a_wrong_entry_is_told_at_its_field(setup: Setup, page: SetupPage) -> None:
    setup.choose("meld")
    form = page.settings
    epochs = form.field("text.loop.epochs")
    assert isinstance(epochs, QLineEdit)
    epochs.setText("many")
    epochs.editingFinished.emit()
    assert form.problem("text.loop.epochs") == "text.loop.epochs takes a whole number, not 'many'."
    epochs.setText("0")
    epochs.editingFinished.emit()
    assert "below 1" in form.problem("text.loop.epochs")
    epochs.setText("3")
    epochs.editingFinished.emit()
    assert form.problem("text.loop.epochs") == ""
    assert setup.config.text.loop.epochs == 3
    assert not [row.name for row in rows(setup.config) if not row.help]


def test_a_folder_is_taken_for_what_lies_in_it(setup: Setup, page: SetupPage, tmp_path: Path) -> None:
    setup.choose("meld")
    inside = {
        "documents": "mine.m2f",
        "meld": "train_sent_emo.csv",
        "iemocap": "Session1/dialog.txt",
        "pack": "utterances.csv",
        "speech": "Actor_01/03-01.wav",
        "faces": "happy/1.png",
    }
    for kind, name in inside.items():
        (tmp_path / kind / name).parent.mkdir(parents=True)
        (tmp_path / kind / name).touch()
        page.add(tmp_path / kind)
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "angry.WAV").touch()
    page.add(tmp_path / "loose")
    assert [card.corpus.kind for card in page.cards] == [*inside, "speech"]
    held_out = {card.corpus.kind for card in page.cards if card.corpus.validation_share > 0}
    assert held_out == {"speech", "faces"}  # without a part held out nothing can be judged


def test_corpora_are_chosen_in_dialogs_and_taken_away(
    studio: Studio, setup: Setup, page: SetupPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup.choose("meld")
    chosen = {"folder": str(tmp_path / "faces"), "project": str(tmp_path / "mine.m2f")}
    (tmp_path / "faces").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen["folder"])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (chosen["project"], ""))
    page.add_folder.click()
    page.add_other.click()
    assert [card.corpus.folder.name for card in page.cards] == ["faces", "mine.m2f"]
    page.add_folder.click()
    assert studio.notices.entries[-1].text == "faces is a corpus of this run already."
    chosen.update(folder="", project="")  # the dialogs are left without an answer
    page.add_folder.click()
    page.add_other.click()
    assert len(setup.config.corpora) == 2
    (away,) = (b for b in page.cards[0].findChildren(QAbstractButton) if b.toolTip().startswith("Take this corpus"))
    away.click()
    assert [card.corpus.folder.name for card in page.cards] == ["mine.m2f"]
    assert [corpus.folder.name for corpus in setup.config.corpora] == ["mine.m2f"]


def test_what_stands_in_the_way_is_said_and_goes_away(setup: Setup, page: SetupPage, tmp_path: Path) -> None:
    setup.choose("meld")
    page.add(tmp_path / "talks.m2f")
    for step, box in page.steps.items():
        if box.isChecked() is not (step == "text"):
            box.click()
    assert page.trouble.text() == ""
    assert page.start.isEnabled()
    page.steps["audio"].click()
    assert page.trouble.text().startswith("audio needs a speech corpus: add what is missing")
    page.steps["audio"].click()
    for name in ("", ".hidden", "a/b"):
        page.name.setText(name)
        page.name.editingFinished.emit()
        assert page.trouble.text() == "Give the run a name that can be a folder's."
        assert not page.start.isEnabled()
    page.name.setText("mine")
    page.name.editingFinished.emit()
    assert page.trouble.text() == ""
    page.steps["text"].click()
    assert page.trouble.text() == "Tick at least one step."
