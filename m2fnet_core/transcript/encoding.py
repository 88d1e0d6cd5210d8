"""Text of a file in whatever encoding it was saved. No torch."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from m2fnet_core.base.errors import TranscriptError
from m2fnet_core.base.wording import count

_LARGEST = 64 * 2**20  # bytes; hundreds of hours of speech, yet a video picked by mistake is not read into memory
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030", "big5", "cp949"]
# Letters and signs of Western Europe: a text that has no others is cp1252, though a detector may prefer its neighbours.
_WESTERN = "àâäáãåæçèéêëìíîïñòóôöõøœùúûüÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜŸ¿¡«»‹›‘’‚“”„–—…•€£§°ª·´©®\xa0"
_FAMILY = (("cp1252", frozenset(_WESTERN)), ("cp1254", frozenset(_WESTERN + "ğşıĞŞİ")))


_PADDING = 4  # zeros; fewer belong to the last letters of UTF-16 and UTF-32
_BROKEN = "\ufffd"  # what stands for a byte that is no letter
# Zeros that an unclean end leaves, marks of order, direction and width: not seen, not said. Joiners belong to words.
_INVISIBLE = re.compile("[\0\ufeff\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def read_text(path: Path) -> tuple[str, tuple[str, ...]]:
    """The text of ``path`` with ``\\n`` line ends, and a notice when it was not, or not quite, UTF-8.

    Text that is nearly UTF-8 is UTF-8: a wrong byte is replaced, all other letters stay.

    Raises TranscriptError when the file cannot be read, is empty, is too large, or holds no text.
    """
    data = _without_padding(read_bytes(path))
    encoding = _encoding(data)
    if encoding is None:
        raise TranscriptError(f"{path} is not a text file; pick a transcript (srt, vtt, csv) instead.")
    text = _INVISIBLE.sub("", data.decode(encoding, errors="replace")).replace("\r\n", "\n").replace("\r", "\n")
    if encoding in ("utf-8", "utf-8-sig"):
        broken = text.count(_BROKEN)
        return text, (f"{path.name}: {count(broken, 'letter')} cannot be read, shown as {_BROKEN}.",) if broken else ()
    return text, (f"{path.name} is not UTF-8: it was read as {encoding}; save it as UTF-8 if letters look wrong.",)


def read_bytes(path: Path) -> bytes:
    """All of a transcript file. Raises TranscriptError when it cannot be read, is empty or too large."""
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise TranscriptError(f"{path} is too large for a transcript ({size / 2**20:.0f} MB); pick another file.")
        data = path.read_bytes()
    except OSError as error:
        raise TranscriptError(f"{path} cannot be read ({error.strerror or error}); pick another transcript.") from error
    if not data.strip():
        raise TranscriptError(f"{path} is empty; pick another transcript.")
    return data


def _without_padding(data: bytes) -> bytes:
    """Without the zeros with which a recorder that lost power filled the end; an even length, as UTF-16 needs."""
    text = data.rstrip(b"\0")
    return data if len(data) - len(text) < _PADDING else text + b"\0" * (len(text) % 2)


def _encoding(data: bytes) -> str | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data and (wide := _wide(data)) is not None:
        return wide
    text = data.decode("utf-8", errors="replace")
    if b"\0" in data and _CONTROL.search(text.replace("\0", "")):
        return None  # no text with zeros in it, but a file of another kind
    broken = text.count(_BROKEN)
    right = sum(sign > "\x7f" for sign in text) - broken
    return "utf-8" if not broken or right >= 2 * broken or (right and broken == 1) else _legacy(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: one of the two bytes of nearly every character of a timing line is zero."""
    head = data[:4096]
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros.count(0) > 0.4 * len(zeros):
            return name
    return None


def _legacy(data: bytes) -> str | None:
    for name, usual in _FAMILY:
        if all(sign in usual for sign in data.decode(name, errors="replace") if ord(sign) > 126):
            return name
    guess = from_bytes(data, cp_isolation=_GUESSES).best()
    return None if guess is None else guess.encoding
