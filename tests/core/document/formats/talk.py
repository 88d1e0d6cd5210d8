"""Documents of one conversation, by hand and by hypothesis, and what can be compared after a way out and back."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from m2fnet_core.base.dialogue import Contributions, Prediction, Presence, Word
from m2fnet_core.base.emotions import MELD, LabelSet
from m2fnet_core.document.content import Decision, Document, KeptPrediction, Medium, Model, Speaker, Turn
from m2fnet_core.document.formats import Imported, LabelChoice, Target, read, sheet_of, write
from m2fnet_core.transcript.wording import packed, unpacked

DURATION = 60.0
MODEL = Model("starter", "f" * 64, True, MELD.labels)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
# What subtitles hold: words of letters. Any other text that survives is a gift.
WORDS = st.lists(st.text("abcdeäßéשלוםあ漢", min_size=1, max_size=6), min_size=1, max_size=4).map(" ".join)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(
    lambda text: " ".join(text.split()) or "x"
)
NAMES = ("Ann", "bob", "Zoë van der Berg", "רות", "😀 Lee", "Mr. & Mrs. O'Neil", "speaker_1", "Note", "👩‍🚀", "علی‌رضا")
ODD_NAMES = (*NAMES, "A\tB", "Dr: X", 'say "hi"', "a, b; c", "<v x>", "[Bob]", "emotion@Ann", "Ann#2", "a\nb", "=1+1")

Said = tuple[float, float, str, str | None, str | None]


def document(
    turns: Sequence[tuple[float, float, str, str | None]] = ((0.5, 2.0, "Ann", "You came!"), (2.25, 4.0, "Bob", "So?")),
    human: Sequence[str | None] = ("joy",),
    model: Sequence[str | None] = ("neutral", "sadness"),
    label_set: LabelSet = MELD,
) -> Document:
    """Turns (start, end, name, text) of one medium, what anna decided, what the model predicted."""
    ids = {name: f"s{i}" for i, name in enumerate(dict.fromkeys(name for _, _, name, _ in turns if name))}
    made = [Turn(f"t{i}", "m", start, end, ids.get(name, ""), text) for i, (start, end, name, text) in enumerate(turns)]
    decisions = {
        (turn.id, "anna"): Decision(turn.id, "anna", label, time="2026-11-01T10:00:00+00:00")
        for turn, label in zip(made, human, strict=False)
        if label is not None
    }
    predictions = {turn.id: kept(turn, label) for turn, label in zip(made, model, strict=False) if label is not None}
    return Document(
        label_set=label_set,
        media={"m": Medium("m", Path("/videos/talk.mp4"), "talk.mp4", "0" * 64, DURATION)},
        speakers={speaker: Speaker(speaker, name) for name, speaker in ids.items()},
        turns={turn.id: turn for turn in made},
        decisions=decisions,
        predictions=predictions,
    )


def kept(turn: Turn, label: str, share: float = 0.7) -> KeptPrediction:
    """A prediction of ``label`` with the probability ``share``."""
    rest = (1 - share) / (len(MELD) - 1)
    chances = {each: share if each == label else rest for each in MELD.labels}
    present = Presence(text=True, audio=True)
    said = Prediction(turn.id, label, chances, present, Contributions(text=0.25))
    return KeptPrediction(1, MODEL, "2026-11-01T09:00:00+00:00", turn.start, turn.end, said)


def empty(of: Document) -> Document:
    """The same project before anything was read."""
    return Document(label_set=of.label_set, media=of.media)


def export(given: Document, name: str, path: Path, choice: LabelChoice = LabelChoice.HUMAN) -> tuple[str, ...]:
    """Write the only medium."""
    return write(sheet_of(given, "m", choice), name, path)


def bring(path: Path, name: str, into: Document, **target: object) -> Imported:
    """Read a file for the only medium, as anna."""
    return read(path, name, Target(into, "m", **{"annotator": "anna", **target}))  # type: ignore[arg-type]


def said(given: Document, digits: int = 3) -> list[Said]:
    """Start, end, speaker, text and anna's label of every turn, times rounded."""
    rows = sheet_of(given, "m", LabelChoice.HUMAN).rows
    return sorted(
        (round(r.turn.start, digits), round(r.turn.end, digits), r.speaker, r.turn.text, r.label) for r in rows
    )


def after(into: Document, imported: Imported) -> Document:
    """The document with what was imported (what the command does, in short)."""
    new = {speaker: Speaker(speaker, name) for speaker, name in imported.speakers.items()}
    return replace(
        into,
        speakers={**into.speakers, **new},
        turns={**into.turns, **{turn.id: turn for turn in imported.turns}},
        decisions={**into.decisions, **{(d.utterance, d.annotator): d for d in imported.decisions}},
    )


def spoken(given: Document) -> list[tuple[float, str | None, tuple[Word, ...]]]:
    """The text and the words of every turn with their times, in order."""
    return sorted((turn.start, turn.text, unpacked(turn.words)) for turn in given.turns.values())


def with_words(given: Document) -> Document:
    """The document with a time for each word of a text, evenly and without gaps, in whole milliseconds."""
    return replace(given, turns={key: replace(turn, words=_evenly(turn)) for key, turn in given.turns.items()})


def _evenly(turn: Turn) -> str:
    said = (turn.text or "").split()
    step = int((turn.end - turn.start) * 1000 / max(1, len(said)))
    starts = [round(turn.start * 1000) + n * step for n in range(len(said))]
    return packed([Word(text, at / 1000, (at + step) / 1000) for text, at in zip(said, starts, strict=True)])


@st.composite
def documents(draw: st.DrawFn, names: Sequence[str] = NAMES, texts: st.SearchStrategy[str] = WORDS) -> Document:
    """Up to eight turns in whole milliseconds, overlaps included, no two alike in time and speaker."""
    spans = st.tuples(st.integers(0, 50_000), st.integers(50, 9_000), st.sampled_from(["", *names]))
    found = draw(st.lists(spans, min_size=1, max_size=8, unique_by=lambda span: (span[0], span[2])))
    rows = [
        (start / 1000, (start + length) / 1000, name, draw(st.none() | texts)) for start, length, name in sorted(found)
    ]
    human = draw(st.lists(st.none() | st.sampled_from(MELD.labels), min_size=len(rows), max_size=len(rows)))
    model = draw(st.lists(st.none() | st.sampled_from(MELD.labels), min_size=len(rows), max_size=len(rows)))
    return document(rows, human, model)
