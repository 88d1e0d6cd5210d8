"""The installation: its files, the packages it stands on, extras, and what FFmpeg's part can read. No torch."""

import importlib
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions, version
from pathlib import Path

from packaging.requirements import Requirement

from m2fnet_core.machine.finding import Finding

_NAME = "m2fnet-studio"
_PACKAGES = ("app", "m2fnet_core", "trainer")
_EXTRAS = {
    "speech": ("faster_whisper", "words of a video without a transcript"),
    "onnx": ("onnxruntime", "models as ONNX files"),
    "cluster": ("submitit", "trainings on a cluster"),
}
_DECODERS = ("h264", "hevc", "vp9", "av1", "mpeg4", "prores", "aac", "mp3", "opus", "vorbis", "flac", "pcm_s16le")


def versions() -> Iterator[Finding]:
    """System, Python, the program's own files, and every package it needs in a version it was made for."""
    yield Finding("Versions", "system", f"{platform.system()} {platform.release()} on {platform.machine()}")
    yield Finding("Versions", "Python", platform.python_version())
    yield from _program()
    for line in distribution(_NAME).requires or ():
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            yield _package(wanted)


def _package(wanted: Requirement) -> Finding:
    again = f'Install it with: pip install "{wanted.name}{wanted.specifier}"'
    try:
        found = version(wanted.name)
    except PackageNotFoundError:
        return Finding("Versions", wanted.name, "not installed", again)
    if not wanted.specifier.contains(found, prereleases=True):
        return Finding("Versions", wanted.name, f"{found} is here, {wanted.specifier} is needed", again)
    return Finding("Versions", wanted.name, found)


def _program() -> Iterator[Finding]:
    """One copy of the program, with its own files alone: a wheel put over an older one leaves what it does not know."""
    copies = [each for each in distributions() if each.metadata["Name"] == _NAME]
    said, again = version(_NAME), f"Remove it (pip uninstall {_NAME}, twice) and install it into an empty environment."
    if len(copies) > 1:
        yield Finding("Versions", _NAME, f"{len(copies)} copies are installed over one another", again)
        return
    lost, left = _strays(copies[0]) if copies else ([], [])
    if lost or left:
        what = f"{lost[0]} is missing" if lost else f"{left[0]} is left of another version"
        yield Finding("Versions", _NAME, f"{said}, but {what}", again)
    else:
        yield Finding("Versions", _NAME, said)


def _strays(copy: Distribution) -> tuple[list[str], list[str]]:
    """Files that the installer wrote and that are gone; modules in their folders that it did not write."""
    written = {str(file) for file in copy.files or () if file.parts[0] in _PACKAGES}
    if not written:  # runs from a checkout
        return [], []
    root = Path(str(copy.locate_file("")))
    lost = sorted(name for name in written if name.endswith(".py") and not (root / name).is_file())
    there = {path.relative_to(root).as_posix() for each in _PACKAGES for path in (root / each).rglob("*.py")}
    return lost, sorted(there - {name.replace("\\", "/") for name in written})


def extras() -> Iterator[Finding]:
    """What is optional: not there is right, there and broken is not."""
    for extra, (module, what) in _EXTRAS.items():
        add = f'pip install "{_NAME}[{extra}]"'
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name == module:
                yield Finding("Extras", extra, f"not installed; for {what}: {add}")
                continue
            yield Finding("Extras", extra, f"broken ({error})", f"Install it again: {add}")
        except (ImportError, OSError) as error:
            yield Finding("Extras", extra, f"broken ({_line(error)})", f"Install it again: {add}")
        else:
            name = module.replace("_", "-")
            yield Finding("Extras", extra, f"{name} {version(name)}, for {what}")


def codecs() -> Iterator[Finding]:
    """The decoders of usual films. They come with the package ``av``; no system's FFmpeg is used."""
    again = f'Install it again: "{sys.executable}" -m pip install --force-reinstall --no-deps av'
    try:
        av = importlib.import_module("av")
    except (ImportError, OSError) as error:
        yield Finding("Video and sound", "codecs", f"the package av cannot be loaded ({_line(error)})", again)
        return
    absent = [name for name in _DECODERS if name not in av.codecs_available]
    if absent:
        yield Finding("Video and sound", "codecs", f"{', '.join(absent)} cannot be read", again)
    else:
        yield Finding("Video and sound", "codecs", f"reads {', '.join(_DECODERS)} (FFmpeg {av.ffmpeg_version_info})")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
