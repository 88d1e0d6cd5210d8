"""Traces out to pandas, to Praat's objects as praatio reads them, and to ELAN."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas
import pytest
from praatio import data_points

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.document.content import Dimension, Document, Take
from m2fnet_core.document.formats import LabelChoice, sheet_of
from m2fnet_core.document.formats.traces import columns_of
from m2fnet_core.document.traces import packed
from tests.core.document.formats.talk import document, export
from tests.core.document.formats.test_eaf import SCHEMA


def take(key: str, annotator: str, first: int, values: "np.typing.NDArray[np.float64]") -> Take:
    """Of valence."""
    return Take(key, "m", annotator, Dimension.VALENCE, first, 0.0, packed(values))


def traced(*takes: Take) -> Document:
    """The conversation with these."""
    return replace(document(), traces={each.id: each for each in takes})


WAVE = np.sin(np.arange(500) / 40)
ANN, BOB = take("a", "Ann", 25, WAVE), take("b", "Bob", 50, WAVE[25:400] * 0.5)


def test_a_table_of_two_annotators(tmp_path: Path) -> None:
    export(traced(ANN, BOB), "traces", tmp_path / "t.csv")
    table = pandas.read_csv(tmp_path / "t.csv")
    assert list(table.columns) == ["time", "valence mean", "valence Ann", "valence Bob"]
    assert (table.time.iloc[0], table.time.iloc[-1]) == (1.0, 20.96)
    assert table["valence Ann"].to_numpy() == pytest.approx(WAVE, abs=1e-3)
    assert table["valence Bob"].isna().sum() == 125
    both = table.dropna()
    assert both["valence mean"].to_numpy() == pytest.approx(both["valence Ann"].to_numpy() * 0.75, abs=1e-3)


def test_praat_objects(tmp_path: Path) -> None:
    path = tmp_path / "one.RealTier"
    export(traced(BOB), "realtier", path)
    written = path.read_text("utf-8")
    assert written.startswith('File type = "ooTextFile"\nObject class = "RealTier"\n')
    path.write_text(written.replace("RealTier", "PitchTier"), "utf-8")  # the kind of it that praatio knows
    read = data_points.open2DPointObject(str(path))
    times, values = np.array([tuple(point) for point in read.pointList]).T
    assert (read.maxTime, times[0], len(times)) == (60.0, 2.0, 375)
    assert values == pytest.approx(WAVE[25:400] * 0.5, abs=1e-3)
    export(traced(ANN, BOB), "realtier", tmp_path / "both.RealTier")
    text = (tmp_path / "both.RealTier").read_text("utf-8")
    assert 'Object class = "Collection"\n\nsize = 3\n' in text
    assert [text.count(f'name = "valence_{name}"') for name in ("mean", "Ann", "Bob")] == [1, 1, 1]


def test_an_eaf_links_what_elan_draws(tmp_path: Path) -> None:
    path, own = tmp_path / "talk.eaf", tmp_path / "talk_tsconf.xml"
    own.write_text('<timeseries version="1.0"><tracksource source-url="file:///glove.csv"/></timeseries>', "utf-8")
    for _ in range(2):  # the second time over what the first one wrote
        export(traced(ANN, BOB), "eaf", path)
        SCHEMA.validate(path)
    links = [each.get("RELATIVE_LINK_URL") for each in ET.parse(path).iter("LINKED_FILE_DESCRIPTOR")]
    assert links == ["./talk_traces.csv", "./talk_tsconf.xml"]
    root = ET.parse(own).getroot()
    foreign, source = root.findall("tracksource")
    assert (foreign.get("source-url"), source.get("source-url")) == (
        "file:///glove.csv",
        (tmp_path / "talk_traces.csv").as_uri(),
    )
    names = {int(track[1][0].get("col", "0")): track.get("name") for track in source.findall("track")}
    table = pandas.read_csv(tmp_path / "talk_traces.csv")
    assert [table.columns[place] for place in names] == list(names.values())
    own.write_text("no xml", "utf-8")
    with pytest.raises(DocumentError, match="move it away"):
        export(traced(ANN), "eaf", path)


def test_without_a_trace(tmp_path: Path) -> None:
    assert columns_of(sheet_of(document(), "m", LabelChoice.HUMAN)) == ()
    for name in ("traces", "realtier"):
        with pytest.raises(DocumentError, match="record a trace"):
            export(document(), name, tmp_path / "t")
    assert not list(tmp_path.iterdir())
