"""Small sound files of every kind that the program reads, for `benchmarks.fuzz`."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from m2fnet_core.base.folders import resource
from m2fnet_core.document.commands import AddMedia, Decide, Insert
from m2fnet_core.document.content import Decision, Medium, Turn
from m2fnet_core.document.project import Project
from tests.media_maker import Picture, Sound, write_media

SECONDS = 2.0  # of every media file
_MEDIA = ("mp4", "mkv", "webm", "avi", "ts", "mov")
_SOUNDS = ("wav", "mp3", "flac", "m4a")
_TEXTS = {
    "srt": "1\n00:00:00,100 --> 00:00:01,000\nAda: Hello.\n\n2\n00:00:01,000 --> 00:00:01,900\nBo: <i>Well</i>, yes.\n",
    "vtt": "WEBVTT\n\nNOTE a note\n\n00:00.100 --> 00:01.000\n<v Ada>Hello.\n\n00:01.000 --> 00:01.900\nYes.\n",
    "csv": 'start,end,speaker,text\n0.1,1.0,Ada,Hello.\n1.0,1.9,Bo,"Well, yes."\n',
    "TextGrid": (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 2\n'
        "tiers? <exists>\nsize = 1\nitem []:\n"
        '    item [1]:\n        class = "IntervalTier"\n        name = "Ada"\n        xmin = 0\n        xmax = 2\n'
        "        intervals: size = 1\n        intervals [1]:\n            xmin = 0\n            xmax = 2\n"
        '            text = "Hello."\n'
    ),
    "eaf": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR="" '
        'FORMAT="3.0" VERSION="3.0"><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>'
        '<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="100"/>'
        '<TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1900"/></TIME_ORDER><TIER LINGUISTIC_TYPE_REF="u" TIER_ID="Ada">'
        '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">'
        "<ANNOTATION_VALUE>Hello.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
        '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="u" TIME_ALIGNABLE="true"/></ANNOTATION_DOCUMENT>\n'
    ),
}


def seeds(folder: Path) -> list[tuple[str, Path]]:
    """Kind and file, all below ``folder``."""
    folder.mkdir(parents=True)
    return [*_media(folder), *_texts(folder), *_models(folder), ("projects", _project(folder / "project.m2f"))]


def _media(folder: Path) -> Iterator[tuple[str, Path]]:
    for ending in _MEDIA:
        size = Picture(20, 10.0, (64, 48))
        yield "media", write_media(folder / f"film.{ending}", size, Sound(SECONDS))
    for ending in _SOUNDS:
        yield "media", write_media(folder / f"sound.{ending}", None, Sound(SECONDS))


def _texts(folder: Path) -> Iterator[tuple[str, Path]]:
    for ending, text in _TEXTS.items():
        path = folder / f"words.{ending}"
        path.write_text(text, encoding="utf-8")
        yield "transcripts", path


def _models(folder: Path) -> Iterator[tuple[str, Path]]:
    model = next(path.parent for path in sorted(resource("models").rglob("config.json")))
    config = folder / "config.json"
    config.write_bytes((model / "config.json").read_bytes())
    yield "bundles", config
    archive = folder / "model.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(config, "model/config.json")
        packed.writestr("model/fusion.safetensors", bytes(1000))
    yield "archives", archive
    for name in ("smoke.toml", "corrections.toml"):
        path = folder / name
        path.write_bytes(resource("runs", name).read_bytes())
        yield "runs", path


def _project(path: Path) -> Path:
    project = Project.create(path)
    project.do(AddMedia((Medium("m", path.with_name("film.mp4"), "film.mp4", "", SECONDS),)))
    turns = tuple(Turn(f"u{k}", "m", k / 10, k / 10 + 0.1, "ada", "Hello.") for k in range(10))
    project.do(Insert(turns, {"ada": "Ada"}))
    project.do(Decide(tuple(Decision(turn.id, "ada", "joy") for turn in turns)))
    project.close()
    return path
