"""Emotions that stand in a transcript's text: ``You came! [joy]``. They are no speech. No torch."""

import re
from collections.abc import Collection

from m2fnet_core.base.emotions import IEMOCAP, MELD

KNOWN = frozenset((*MELD.labels, *IEMOCAP.labels))
NO_TEXT = "[…]"  # stands for an utterance that nobody transcribed, where a format needs a text

_ENDING = re.compile(r"(?:^|\s)\[(?P<label>[^\[\]]{1,60})\]$")


def with_label(text: str, label: str | None) -> str:
    """The text with its label behind it; `NO_TEXT` where there is neither."""
    marked = f"[{label}]" if label else "" if text else NO_TEXT
    return f"{text} {marked}".strip()


def cut_label(text: str, labels: Collection[str] = KNOWN) -> tuple[str | None, str | None]:
    """What `with_label` was given: the text (None: nothing but the label) and the label, where it is one of these."""
    if text == NO_TEXT:
        return None, None
    match = _ENDING.search(text)
    if match is None or match["label"] not in labels:
        return text or None, None
    return text[: match.start()].rstrip() or None, match["label"]
