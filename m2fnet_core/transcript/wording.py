"""Words with times to utterances, and words that go along when their text or their utterance is edited. No torch."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

from m2fnet_core.base.dialogue import Utterance, Word

UNSPACED = frozenset({"zh", "ja", "th", "lo", "my", "km", "yue"})  # languages that write no space between words
# Decisions: an utterance ends at a pause this long; at the end of a sentence already at a shorter one, or, when it has
# lasted a while, at any; 15 s are never passed. It gets this much air on each side, where nobody else speaks.
_PAUSE, _SHORT_PAUSE, _WHILE, LONGEST, _AIR = 0.7, 0.2, 4.0, 15.0, 0.1
DOUBTFUL = 0.5  # a word that the recogniser is less sure of is marked
_STOPS = (".", "?", "!", "…", "。", "？", "！", "؟", "।")


def uttered(words: Sequence[Word], language: str, duration: float) -> list[Utterance]:
    """Utterances of successive words, cut at sentence ends and pauses, never above 15 s; ids are left empty."""
    groups = [part for group in _sentences(words) for part in _short_enough(group)]
    edges = [(group[0].start, group[-1].end) for group in groups]
    before = [0.0, *(end for _, end in edges)]
    after = [*(start for start, _ in edges[1:]), duration]
    found = []
    for group, (start, end), earlier, later in zip(groups, edges, before, after, strict=False):
        first = max(start - _AIR, min((start + earlier) / 2, start), 0.0)
        last = min(end + _AIR, max((end + later) / 2, end), duration)
        found.append(
            Utterance(
                "", first, max(last, first + _AIR), text=text_of(group, language not in UNSPACED), words=tuple(group)
            )
        )
    return found


def text_of(words: Sequence[Word], spaced: bool = True) -> str:
    """The words as one text."""
    return (" " if spaced else "").join(word.text for word in words)


def packed(words: Sequence[Word]) -> str:
    """The words as a document keeps them: JSON, milliseconds and hundredths; "" for none."""
    rows = [[word.text, round(word.start, 3), round(word.end, 3), round(word.probability, 2)] for word in words]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")) if rows else ""


def unpacked(text: str) -> tuple[Word, ...]:
    """The words that `packed` wrote; none where somebody else wrote something."""
    try:
        return tuple(Word(str(said), *map(float, numbers)) for said, *numbers in json.loads(text or "[]"))
    except (ValueError, TypeError, RecursionError):
        return ()


def _sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in words:
        if group and _ends(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _ends(group: Sequence[Word], word: Word) -> bool:
    pause = word.start - group[-1].end
    if not group[-1].text.endswith(_STOPS):
        return pause >= _PAUSE
    return pause >= _SHORT_PAUSE or group[-1].end - group[0].start >= _WHILE


def _short_enough(group: list[Word]) -> list[list[Word]]:
    """The words in parts of at most 15 s, cut at the longest pause of their middle half."""
    if group[-1].end - group[0].start <= LONGEST or len(group) < 2:
        return [group]
    quarter = len(group) // 4
    places = range(max(1, quarter), max(2, len(group) - quarter))
    pauses = [after.start - before.end for before, after in pairwise(group)]
    cut = max(places, key=lambda place: pauses[place - 1])
    return _short_enough(group[:cut]) + _short_enough(group[cut:])


def split_at(words: Sequence[Word], time: float) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The words before and after a time, each where its middle is."""
    first = tuple(word for word in words if (word.start + word.end) / 2 < time)
    return first, tuple(words[len(first) :])


def retold(words: Sequence[Word], text: str | None) -> tuple[Word, ...]:
    """The words of an edited text: those that stayed keep their times, others share the time of what they replace.

    Words are told apart by spaces; in a text that has none, what is neither at its beginning nor at its end is one
    word. Without former words there are no times to share, and so none.
    """
    if not words or not text:
        return ()
    if len(words) > 1 and not _spaced(text) and not text.isascii():
        return tuple(_retold_unspaced(words, text))
    before, after = [word.text for word in words], text.split()
    found: list[Word] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += words[a:b]
        elif d > c:
            start = words[a].start if a < b else words[a - 1].end if a else words[0].start
            end = words[b - 1].end if a < b else words[a].start if a < len(words) else start
            step = max(end - start, 0.0) / (d - c)
            found += [Word(after[c + n], start + n * step, start + (n + 1) * step) for n in range(d - c)]
    return tuple(found)


def _retold_unspaced(words: Sequence[Word], text: str) -> Iterator[Word]:
    first = 0
    while first < len(words) and text.startswith(words[first].text):
        text = text.removeprefix(words[first].text)
        first += 1
    after = len(words)
    while after > first and text.endswith(words[after - 1].text):
        after -= 1
        text = text.removesuffix(words[after].text)
    yield from words[:first]
    if text:
        start = words[first].start if first < after else words[max(first - 1, 0)].end
        yield Word(text, start, max(start, words[after - 1].end))
    yield from words[after:]


def parted(text: str, words: Sequence[Word], time: float) -> tuple[str | None, str | None]:
    """A text cut in two where its words were said before and after a time; a part without words is None."""
    first, second = split_at(words, time)
    return text_of(first, _spaced(text)) or None, text_of(second, _spaced(text)) or None


def told_by(text: str | None, words: Sequence[Word]) -> bool:
    """Whether these are the words of the text, all of them and no others."""
    return bool(text and words) and text_of(words, _spaced(text or "")) == " ".join((text or "").split())


def rewritten(text: str, words: Sequence[Word], place: int, word: str) -> str:
    """The text with another word in one's place; without one, it is taken out."""
    texts = [each.text for each in words]
    texts[place : place + 1] = word.split()
    return (" " if _spaced(text) or len(words) == 1 else "").join(texts)


def _spaced(text: str) -> bool:
    return any(sign.isspace() for sign in text)


def timed(text: str | None, words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a text as it is written, with the times that a tier of words gives them.

    Aligners write words small and without their punctuation. None at all where it is not the same words: times of half
    of a text would look like those of all of it.
    """
    written: list[str] = []
    for word in (text or "").split():
        if written and not _core(word):
            written[-1] += f" {word}"  # a dash that stands alone
        else:
            written.append(word)
    if not written or [_core(word) for word in written] != [_core(word.text) for word in words]:
        return ()
    return tuple(replace(word, text=said) for said, word in zip(written, words, strict=True))


def _core(word: str) -> str:
    return "".join(sign for sign in word.casefold() if sign.isalnum())
