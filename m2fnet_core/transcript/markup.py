"""Subtitle mark-up off, dialogue dashes and voice tags to pieces. No torch."""

import html
import re

_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
# Not the joiners U+200C and U+200D, which Persian words, Indian scripts and emoji are spelt with.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]")
_BREAK = re.compile(r"\\[Nn]|<br\s*/?>", re.IGNORECASE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]*)>")
# "- Hi", "-Hi", ">> Hi"; but not "-5 degrees" and not the "--" of a speaker who breaks off
_DASH = re.compile(r"\s*(?:>{2,}\s*|[-–—]\s+(?=\S)|[-–—](?=[^\W\d_]|[\"'“‘¿¡\[(]))")
_INLINE_DASH = re.compile(r"(?<=[.!?…\"”’\])])\s+[-–—]\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")


def strip_markup(text: str) -> str:
    """``text`` without tags, override codes, entities and invisible signs; blanks collapsed."""
    return " ".join(_INVISIBLE.sub("", html.unescape(_TAGS.sub("", text))).split())


def voices(text: str) -> list[tuple[str, str]]:
    """``text`` of a cue cut at its ``<v Name>`` tags: (name or "", raw text) in order."""
    head, *tagged = _VOICE.split(_BREAK.sub("\n", text))
    parts = [("", head)] if head.strip() or not tagged else []
    return parts + [(strip_markup(name), part) for name, part in zip(tagged[::2], tagged[1::2], strict=True)]


def dialogue_pieces(text: str) -> list[list[str]]:
    """Lines of a cue, cleaned, grouped into the pieces that dialogue dashes separate.

    ``- Hi. - Hello`` and ``- Hi.`` above ``- Hello`` are two pieces; so is a dash that follows a finished sentence
    on the line above. A dash in front of a single piece is dropped.
    """
    lines = [line for line in map(strip_markup, text.split("\n")) if line]
    dashed = bool(lines) and _DASH.match(lines[0]) is not None  # in such a cue every dash separates speakers
    pieces: list[list[str]] = []
    for line in lines:
        dash = _DASH.match(line)
        opens = not pieces or (dash is not None and (dashed or _SENTENCE_END.search(pieces[-1][-1]) is not None))
        body = line[dash.end() :] if dash is not None and opens else line
        first, *rest = _INLINE_DASH.split(body) if dashed else [body]
        if opens:
            pieces.append([first])
        else:
            pieces[-1].append(first)
        pieces.extend([part] for part in rest)
    return pieces
