"""Opening a media file with PyAV and saying in one sentence why it cannot be. No torch."""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import av.container
import av.stream

from m2fnet_core.base.errors import MediaError

# What is opened at all. Playlists and scripts (hls, concat, sdp) would make the reader open other files or hosts,
# and text files would be drawn as pictures (tty).
_DEMUXERS = (
    "aac,ac3,aiff,amr,asf,avi,caf,dv,eac3,f4v,flac,flv,gif,h264,hevc,ivf,loas,m4a,m4v,matroska,mj2,mov,mp3,mp4,mpeg,"
    "mpegts,mpegvideo,mxf,ogg,rm,swf,w64,wav,webm,wtv,wv,3gp,3g2"
)
_OPTIONS = {"format_whitelist": _DEMUXERS, "protocol_whitelist": "file"}

_BOXES = 1000  # of an ISO media file looked at
_FAILURES = 50  # damaged places in a row after which reading ends
_log = logging.getLogger(__name__)


@contextmanager
def open_media(path: Path) -> Iterator[av.container.InputContainer]:
    """Open a file of a known media format. Raises MediaError (missing, folder, no permission, empty, not media)."""
    container = _open(path)
    try:
        yield container
    finally:
        container.close()


def only(container: av.container.InputContainer, index: int) -> av.stream.Stream:
    """The stream ``index``, the one whose packets are read from now on; other streams' data is not even fetched."""
    for stream in container.streams:
        if stream.index != index:
            stream.discard = av.stream.Discard.all
    return container.streams[index]


def packets(container: av.container.InputContainer, *streams: av.stream.Stream) -> Iterator[av.Packet]:
    """The streams' packets from where the container stands; damaged places are stepped over."""
    failures = 0
    while failures < _FAILURES:
        try:
            for packet in container.demux(*streams):
                if packet.size:  # an empty one is the demuxer's end mark, or a picture that repeats the last one
                    failures = 0
                    yield packet
            return
        except av.error.FFmpegError as error:
            failures += 1
            _log.debug("%s: %s", container.name, error)


def seek(container: av.container.InputContainer, stream: av.stream.Stream, *stamps: int) -> None:
    """Go to the key frame at or before the first of ``stamps`` (ticks of ``stream``) that the demuxer accepts."""
    for stamp in stamps:
        try:
            container.seek(stamp, stream=stream, backward=True)
            return
        except av.error.FFmpegError as error:
            _log.debug("%s: cannot go to %d: %s", container.name, stamp, error)


def origin_of(container: av.container.InputContainer) -> float:
    """Container time in seconds of media time zero."""
    return float((container.start_time or 0) / av.time_base)


def _open(path: Path) -> av.container.InputContainer:
    refuse_unreadable(path)
    try:
        # An absolute path, so that a name such as "a:b.mp4" is not taken for a protocol.
        return av.open(str(path.absolute()), mode="r", options=dict(_OPTIONS), metadata_errors="replace")
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError(_why_not(path)) from error


def refuse_unreadable(path: Path) -> None:
    """Raise MediaError for a file that is missing, a folder, empty or without permission to read."""
    try:
        if path.is_dir():
            raise MediaError(f"{path.name} is a folder; choose a video or sound file inside it.")
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise MediaError(f"{path.name} is not a file but a device or a pipe; choose a video or sound file.")
        if state.st_size == 0:
            raise MediaError(f"{path.name} is empty (zero bytes); copy or record it again.")
        with path.open("rb"):
            pass
    except FileNotFoundError as error:
        raise MediaError(f"{path.name} is not at {path.parent}; it was moved or deleted, choose it again.") from error
    except PermissionError as error:
        raise MediaError(f"{path.name} cannot be read: permission denied; change its permissions.") from error
    except OSError as error:
        raise MediaError(f"{path.name} cannot be read: {error.strerror}; check the disk or the connection.") from error


def _why_not(path: Path) -> str:
    if _lost_its_index(path):
        return (
            f"{path.name} is cut off: its index (the moov box) is missing or incomplete because the recording or the "
            "copy did not finish; copy it again or repair it."
        )
    return (
        f"{path.name} is not a video or sound file that can be read; open an mp4, mkv, mov, avi, webm, wav, mp3, flac "
        "or m4a file."
    )


def _lost_its_index(path: Path) -> bool:
    """Whether this is an ISO media file (mp4, mov, m4a) whose moov box is not there as a whole."""
    with path.open("rb") as file:
        end = os.fstat(file.fileno()).st_size
        begun = False
        for _ in range(_BOXES):
            start = file.tell()
            size, name = int.from_bytes(file.read(4), "big"), file.read(4)
            begun = begun or name == b"ftyp"
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if not begun or start + size > end or size < 8:  # 0: up to the end of the file
                return begun
            if name == b"moov":
                return False
            file.seek(start + size)
    return begun
