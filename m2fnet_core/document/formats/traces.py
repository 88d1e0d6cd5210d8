"""Traces for other programs: a table, Praat's RealTier, and a table that an EAF links so that ELAN draws it."""

import xml.etree.ElementTree as ET  # to build and write
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse as defused_parse

from m2fnet_core.base.errors import DocumentError
from m2fnet_core.base.files import write_whole
from m2fnet_core.document.content import Dimension
from m2fnet_core.document.formats.base import Sheet, Written, one_line
from m2fnet_core.document.trace_agreement import aggregated
from m2fnet_core.document.traces import RATE, Floats, curves

MEAN = "mean"
_COLOURS = ("31,119,180", "214,39,40")  # of the dimensions in ELAN


@dataclass(frozen=True, slots=True)
class Column:
    """A curve with the name that files give it. ``whose`` is an annotator or `MEAN`."""

    dimension: Dimension
    whose: str
    values: Floats  # float64[n] from media time 0 on, NaN where there is none

    @property
    def name(self) -> str:
        """On one line, without what separates cells."""
        return one_line(f"{self.dimension.value} {self.whose}").replace(",", ";").replace('"', "'")


def columns_of(sheet: Sheet) -> tuple[Column, ...]:
    """Of each dimension the mean of all (lag-aligned; where there are several annotators), then everybody's own."""
    made: list[Column] = []
    for dimension in Dimension:
        found = curves(sheet.takes, dimension)
        if len(found) > 1:
            made.append(Column(dimension, MEAN, aggregated(found).mean))
        made += (Column(dimension, annotator, values) for annotator, values in sorted(found.items()))
    return tuple(made)


def traces_csv(sheet: Sheet) -> Written:
    """A row for each 1/25 s at which somebody traced. Raises DocumentError where nobody did."""
    return Written("time" + _table(_some(sheet)))


def realtier_text(sheet: Sheet) -> Written:
    """One RealTier, or for several curves a collection of them. Raises DocumentError where there is none."""
    columns, end = _some(sheet), sheet.medium.duration
    if len(columns) == 1:
        return Written(f'File type = "ooTextFile"\nObject class = "RealTier"\n\n{_points(columns[0], end)}')
    items = "".join(
        f'    item [{number}]:\nclass = "RealTier"\nname = "{column.name.replace(" ", "_")}"\n{_points(column, end)}'
        for number, column in enumerate(columns, 1)
    )
    head = 'File type = "ooTextFile"\nObject class = "Collection"\n\n'
    return Written(f"{head}size = {len(columns)}\nitem []:\n{items}")


def write_linked(sheet: Sheet, eaf: Path) -> tuple[Path, ...]:
    """What an EAF links: the table, and ELAN's description of it. () without traces. Raises OSError, DocumentError."""
    columns = columns_of(sheet)
    if not columns:
        return ()
    table = eaf.with_name(f"{eaf.stem}_traces.csv").absolute()
    description = eaf.with_name(f"{eaf.stem}_tsconf.xml").absolute()
    described = _description(columns, table, _described(description, table))
    write_whole(table, f"# time{_table(columns)}".encode())  # ELAN passes over lines with #
    write_whole(description, described.encode())
    return table, description


def _some(sheet: Sheet) -> tuple[Column, ...]:
    columns = columns_of(sheet)
    if not columns:
        raise DocumentError(
            f"Nobody traced anything in {sheet.medium.path.name}; record a trace (Annotate, Trace) or choose another "
            "format."
        )
    return columns


def _table(columns: Sequence[Column]) -> str:
    """Names and rows. A missing value is NaN, which ELAN, pandas and R know; ELAN takes an empty cell for 0."""
    values = _side_by_side(columns)
    there = np.flatnonzero(np.isfinite(values).any(1))
    head = "".join(f",{column.name}" for column in columns)
    rows = (f"{row / RATE:.2f},{','.join(f'{value:.4f}' for value in values[row])}\n" for row in there)
    return f"{head}\n{''.join(rows).replace('nan', 'NaN')}"


def _side_by_side(columns: Sequence[Column]) -> Floats:
    """float64[n, columns]."""
    values = np.full((max(len(column.values) for column in columns), len(columns)), np.nan)
    for place, column in enumerate(columns):
        values[: len(column.values), place] = column.values
    return values


def _points(column: Column, end: float) -> str:
    there = np.flatnonzero(np.isfinite(column.values))
    end = max(end, (len(column.values) - 1) / RATE)
    points = "".join(
        f"points [{number}]:\n    number = {place / RATE:.2f}\n    value = {column.values[place]:.4f}\n"
        for number, place in enumerate(there, 1)
    )
    return f"xmin = 0\nxmax = {end!r}\npoints: size = {len(there)}\n{points}"


def _described(path: Path, table: Path) -> ET.Element:
    """ELAN's description, version 1.0, with what it has of other tables. Raises DocumentError."""
    if not path.exists():
        return ET.Element("timeseries", date=datetime.now(UTC).isoformat(timespec="seconds"), version="1.0")
    try:
        root: ET.Element | None = defused_parse(path, forbid_dtd=True).getroot()
    except (ET.ParseError, ValueError, LookupError, DefusedXmlException) as error:
        raise DocumentError(
            f"{path} is there and is no description of time series ({error}); move it away or export to a new file."
        ) from error
    assert root is not None
    for source in [e for e in root.findall("tracksource") if e.get("source-url", "").endswith(f"/{_quoted(table)}")]:
        root.remove(source)
    return root


def _quoted(table: Path) -> str:
    return table.as_uri().rpartition("/")[2]


def _description(columns: Sequence[Column], table: Path, root: ET.Element) -> str:
    """As ELAN's time series viewer writes it."""
    rate = {"sample-type": "Discontinuous Rate", "source-url": table.as_uri(), "time-column": "0"}
    source = ET.SubElement(root, "tracksource", rate)
    provider = "mpi.eudico.client.annotator.timeseries.csv.CSVServiceProvider"
    ET.SubElement(source, "property", key="provider", value=provider)
    for place, column in enumerate(columns, 1):
        source.append(_track(column, place))
    ET.indent(root, "    ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _track(column: Column, place: int) -> ET.Element:
    track = ET.Element("track", derivative="0", name=column.name)
    ET.SubElement(track, "property", key="detect-range", value="false")
    ET.SubElement(ET.SubElement(track, "sample-position"), "pos", col=str(place), row="0")
    ET.SubElement(track, "description")
    ET.SubElement(track, "units")
    ET.SubElement(track, "range", max="1.0", min="-1.0")
    ET.SubElement(track, "color").text = _COLOURS[list(Dimension).index(column.dimension)]
    return track


def linked(paths: Sequence[Path]) -> Iterator[ET.Element]:
    """The elements of an EAF's header for what `write_linked` wrote."""
    for path in paths:
        kind = "text/xml" if path.suffix == ".xml" else "unknown"  # so does ELAN
        yield ET.Element(
            "LINKED_FILE_DESCRIPTOR", LINK_URL=path.as_uri(), RELATIVE_LINK_URL=f"./{path.name}", MIME_TYPE=kind
        )
