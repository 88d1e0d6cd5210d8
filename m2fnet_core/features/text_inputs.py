"""Transcript of an utterance and its neighbours -> the encoder's input, by EmoBERTa's recipe (torch)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.bundle.info import TextConfig
from m2fnet_core.nets.text_encoder import TextEncoder

Tokens = tuple[int, ...]
_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")


class TextInput(NamedTuple):
    """What the encoder reads for an utterance; its own tokens are those from ``start`` to before ``stop``."""

    tokens: Tokens
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tokens of one utterance: where it opens a side of the input, and behind another one and a space."""

    opening: Tokens
    following: Tokens

    @property
    def cost(self) -> int:
        return max(len(self.opening), len(self.following))


def spoken(utterance: Utterance) -> str | None:
    """``SPEAKER: text``; the bare text of an unknown speaker; None without a transcript (never an empty string).

    Decision: curved quotation marks become straight ones. MELD's transcripts have the former, speech recognisers and
    keyboards write the latter, and to an encoder they are different words.
    """
    if utterance.text is None or not utterance.text.strip():
        return None
    name, text = utterance.speaker.strip().upper(), utterance.text.strip().translate(_PLAIN)
    return f"{name}: {text}" if name else text


def text_inputs(encoder: TextEncoder, config: TextConfig, dialogue: Sequence[Utterance]) -> list[TextInput | None]:
    """The encoder's input for each utterance of one dialogue; None where it has no text that the encoder can read.

    ``past </s></s> utterance </s></s> future``, with what the encoder's own tokenizer puts between and around two
    texts. Context grows alternately by the nearest past and the nearest future utterance until the next one does not
    fit; a separator stays when its side is empty; utterances without text are no context. An utterance longer than
    the whole budget keeps its beginning. With ``config.shared`` neighbours share an input instead: a stretch of the
    dialogue, every utterance of it between separators.
    """
    lines = [spoken(utterance) or "" for utterance in dialogue]
    tokens = _tokens(encoder, lines)
    said = [(line, own) for line, own in zip(lines, tokens, strict=True) if own]
    made = _stretches(encoder, config, [own for _, own in said]) if config.shared else _alone(encoder, config, said)
    return [next(made) if own else None for own in tokens]


def _alone(encoder: TextEncoder, config: TextConfig, said: Sequence[tuple[str, Tokens]]) -> Iterator[TextInput]:
    """An input for each line, given with its tokens."""
    following = _tokens(encoder, [f" {line}" for line, _ in said])
    pieces = [_Piece(own, behind) for (_, own), behind in zip(said, following, strict=True)]
    budget = _budget(encoder, config)
    for place, piece in enumerate(pieces):
        first, last = _context(pieces, place, config, budget)
        yield _joined(encoder, pieces[first:place], piece.opening[:budget], pieces[place + 1 : last])


def _stretches(encoder: TextEncoder, config: TextConfig, lines: Sequence[Tokens]) -> Iterator[TextInput]:
    """Inputs of as many lines as fit. A line belongs to the first of them that has ``past`` lines before it and
    ``future`` behind it, or as many of them as fit.
    """
    frame, past, future = encoder.frame, config.past or 0, config.future or 0
    room = max(1, _limit(encoder, config) - len(frame.before) - len(frame.after))
    pieces = [line[:room] for line in lines]
    ends = [0, *accumulate(len(piece) + len(frame.between) for piece in pieces)]  # of each line and its separator

    def fits(first: int, behind: int) -> bool:
        return ends[behind] - ends[first] - len(frame.between) <= room

    here = 0
    while here < len(pieces):
        first, behind = here, here + 1
        while first > max(0, here - past) and fits(first - 1, behind):
            first -= 1
        while behind < len(pieces) and fits(first, behind + 1):
            behind += 1
        last = behind if behind == len(pieces) else max(here + 1, behind - future)
        inside = tuple(token for piece in pieces[first:behind] for token in (*piece, *frame.between))
        tokens = (*frame.before, *inside[: len(inside) - len(frame.between)], *frame.after)
        for line in range(here, last):
            start = len(frame.before) + ends[line] - ends[first]
            yield TextInput(tokens, start, start + len(pieces[line]))
        here = last


def _tokens(encoder: TextEncoder, lines: Sequence[str]) -> list[Tokens]:
    return [tuple(line.ids) for line in encoder.tokenizer.encode_batch_fast(list(lines), add_special_tokens=False)]


def _budget(encoder: TextEncoder, config: TextConfig) -> int:
    """Tokens left for text beside the special ones."""
    frame = encoder.frame
    return max(1, _limit(encoder, config) - len(frame.before) - 2 * len(frame.between) - len(frame.after))


def _limit(encoder: TextEncoder, config: TextConfig) -> int:
    return min(config.max_tokens, encoder.longest or config.max_tokens)


def _context(pieces: Sequence[_Piece], place: int, config: TextConfig, budget: int) -> tuple[int, int]:
    """First and behind-last piece of the input of the piece at ``place``."""
    start = 0 if config.past is None else max(0, place - config.past)
    stop = len(pieces) if config.future is None else min(len(pieces), place + 1 + config.future)
    first, last, used = place, place + 1, len(pieces[place].opening)
    past = True
    while first > start or last < stop:
        if (past and first > start) or last >= stop:
            used += pieces[first - 1].cost
            if used > budget:
                break
            first -= 1
        else:
            used += pieces[last].cost
            if used > budget:
                break
            last += 1
        past = not past
    return first, last


def _joined(encoder: TextEncoder, past: Sequence[_Piece], current: Tokens, future: Sequence[_Piece]) -> TextInput:
    frame = encoder.frame
    before = (*frame.before, *_side(past), *frame.between)
    tokens = (*before, *current, *frame.between, *_side(future), *frame.after)
    return TextInput(tokens, len(before), len(before) + len(current))


def _side(pieces: Sequence[_Piece]) -> Tokens:
    tokens = pieces[0].opening if pieces else ()
    return tokens + tuple(token for piece in pieces[1:] for token in piece.following)
