"""The result of an analysis as a document, so that it can be written in any format."""

from dataclasses import replace
from itertools import groupby
from pathlib import Path

from m2fnet_core.analysis.report import AnalysedUtterance, Report
from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.base.emotions import LabelSet
from m2fnet_core.document.content import Document, KeptPrediction, Medium, Model, Speaker, Turn
from m2fnet_core.document.formats import LabelChoice, Sheet, sheet_of
from m2fnet_core.transcript.wording import packed

_MEDIUM = "medium"


def sheet_of_report(report: Report, model_hash: str = "") -> Sheet:
    """The analysed video with the model's labels and the faces that the network looked at.

    ``model_hash``: the bundle's, where it is known; a report does not tell it.
    """
    boxes = sorted((face for each in report.utterances for face in each.faces), key=lambda face: face.time)
    faces = tuple((time, tuple(dict.fromkeys(some))) for time, some in groupby(boxes, key=lambda face: face.time))
    return replace(sheet_of(_document(report, model_hash), _MEDIUM, LabelChoice.MODEL), faces=faces)


def _document(report: Report, model_hash: str) -> Document:
    media, used = report.media, report.model
    medium = Medium(_MEDIUM, Path(media.path).absolute(), media.path.as_posix(), media.sha256, media.duration)
    names = dict.fromkeys(each.speaker for each in report.utterances if each.speaker)
    speakers = {name: Speaker(name, name) for name in names}
    turns = {u.id: Turn(u.id, _MEDIUM, u.start, u.end, u.speaker, u.text, packed(u.words)) for u in report.utterances}
    model = Model(used.name, model_hash, used.trained, used.labels)
    predictions = {u.id: _kept(u, model) for u in report.utterances}
    return Document(
        label_set=LabelSet(used.name, used.labels),
        media={_MEDIUM: medium},
        speakers=speakers,
        turns=turns,
        predictions=predictions,
    )


def _kept(u: AnalysedUtterance, model: Model) -> KeptPrediction:
    said = Prediction(u.id, u.label, u.probabilities, u.present, u.contributions)
    return KeptPrediction(1, model, "", u.start, u.end, said)
