"""The commands that say which emotion it is, one for each label."""

from collections.abc import Iterator

from app.base.command import Command, Need

LABELS = range(1, 31)  # as many as a scheme may have; the first nine have digits


def label_commands() -> Iterator[Command]:
    """A key per label; the window names them after the document's label set."""
    for n in LABELS:
        tip = f"Give the utterance at the playhead, or the selected one, label {n} of the label set"
        keys = (f"{n}",) if n < 10 else ()
        yield Command(f"label-{n}", "A&nnotate", 0, f"Label {n}", tip, keys, "", Need.EDIT, submenu="&Label")
    for n in LABELS:
        tip = f"Add label {n} of the label set as a second label"
        keys = (f"Shift+{n}",) if n < 10 else ()
        yield Command(
            f"second-{n}", "A&nnotate", 0, f"Second label {n}", tip, keys, "", Need.EDIT, submenu="&Second label"
        )
    for n, word in enumerate(("Weak", "Clear", "Strong"), 1):
        tip = f"The emotion is {word.lower()}; again: no word on it"
        yield Command(f"intensity-{n}", "A&nnotate", 0, word, tip, (f"Alt+{n}",), "", Need.EDIT, submenu="&Intensity")
