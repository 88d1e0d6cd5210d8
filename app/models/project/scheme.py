"""A label scheme while a person edits it: rows that remember which labels they were, and the one command it becomes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtGui import QColor

from app.base.theme import contrast, readable_on
from app.models.keyboard import Keyboard
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.commands import SetLabelSet
from m2fnet_core.document.content import Document, Look
from m2fnet_core.document.edits import planned
from m2fnet_core.document.schemes import PALETTE, check, looks_of

READABLE = 4.5  # contrast of words on a label's colour (WCAG 2.2, 1.4.3)


@dataclass(frozen=True, slots=True)
class Row:
    """A label to be. ``origins``: the labels of the project whose decisions it takes."""

    look: Look
    origins: tuple[str, ...] = ()


class Draft:
    """Nothing reaches the document before `command`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.name = document.label_set.name
        self.rows = [Row(look, (look.label,)) for look in looks_of(document)]
        self.elsewhere = {word: meaning.means for word, meaning in document.meanings.items()}
        self._used = {word for said in document.decisions.values() for word in (said.label, said.second) if word}
        self._predicted = {label for kept in document.predictions.values() for label in kept.model.labels}

    def add(self, name: str = "") -> None:
        """A new label at the end, in the first colour of the palette that no other has."""
        taken = {row.look.colour for row in self.rows}
        colour = next((colour for colour in PALETTE if colour not in taken), PALETTE[len(self.rows) % len(PALETTE)])
        self.rows.append(Row(Look(name, colour)))

    def change(self, place: int, **parts: str) -> None:
        """Another name, colour, key or description; decisions follow a new name."""
        row = self.rows[place]
        self.rows[place] = replace(row, look=replace(row.look, **parts))

    def remove(self, places: Iterable[int]) -> None:
        """Take labels out."""
        gone = set(places)
        self.rows = [row for place, row in enumerate(self.rows) if place not in gone]

    def merge(self, places: Sequence[int]) -> None:
        """The first of these labels takes the decisions of the others."""
        first, *rest = sorted(places)
        origins = tuple(word for place in sorted(places) for word in self.rows[place].origins)
        self.rows[first] = replace(self.rows[first], origins=origins)
        self.remove(rest)

    def move(self, place: int, by: int) -> int:
        """One place up or down; the place where it is then."""
        goal = max(0, min(len(self.rows) - 1, place + by))
        self.rows.insert(goal, self.rows.pop(place))
        return goal

    def start_from(self, name: str, looks: Sequence[Look]) -> None:
        """Another scheme; labels of the project that it has, too, keep their decisions."""
        known = {word.casefold(): word for word in self.document.label_set.labels}
        self.name = name
        self.rows = [
            Row(look, (known[look.label.casefold()],) if look.label.casefold() in known else ()) for look in looks
        ]

    def strange(self) -> list[str]:
        """Labels of decisions and of networks that the scheme has no place for: a person says what they are here."""
        own = {row.look.label for row in self.rows} | {word for row in self.rows for word in row.origins}
        return sorted((self._used | self._predicted | self.document.meanings.keys()) - own)

    def is_decided(self, word: str) -> bool:
        """Whether a person chose this label anywhere."""
        return word in self._used

    def command(self, keyboard: Keyboard) -> SetLabelSet:
        """What all of it comes to. Raises DocumentError with a sentence for what cannot be."""
        looks = tuple(replace(row.look, label=" ".join(row.look.label.split())) for row in self.rows)
        check(looks)
        _check_keys(looks, keyboard)
        labels = tuple(look.label for look in looks)
        became = {word: label for row, label in zip(self.rows, labels, strict=True) for word in row.origins}
        chosen = {word: means for word, means in self.elsewhere.items() if word not in became and means in labels}
        said = {word: means for word, means in {**chosen, **became}.items() if word != means}
        meant = {word: means for word, means in said.items() if word in self._predicted and word not in labels}
        command = SetLabelSet(LabelSet(self.name, labels), said, looks, meant)
        planned(command, self.document)
        return command


def hard_to_read(looks: Iterable[Look]) -> list[str]:
    """Labels on whose colour neither black nor white words have enough contrast."""
    colours = {look.label: QColor(look.colour) for look in looks if look.colour}
    return [label for label, colour in colours.items() if contrast(readable_on(colour), colour) < READABLE]


def _check_keys(looks: Sequence[Look], keyboard: Keyboard) -> None:
    for place, look in enumerate(looks, 1):
        others = [user for user in keyboard.users(look.key) if user != f"label-{place}"] if look.key else []
        taken = [user for user in others if not _gives_way(user, looks)]
        if taken:
            raise DocumentError(f"The key {look.key} of {look.label} gives {taken[0]!r} already; choose another key.")


def _gives_way(user: str, looks: Sequence[Look]) -> bool:
    """A label's digit is free where that label has a key of its own, or where there is no such label."""
    kind, _, number = user.rpartition("-")
    return kind == "label" and (int(number) > len(looks) or bool(looks[int(number) - 1].key))
