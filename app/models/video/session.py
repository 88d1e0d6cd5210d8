"""The open video and what is known about it. Views read it and follow its signals; they never talk to each other."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from itertools import accumulate

from PySide6.QtCore import QObject, Signal

from m2fnet_core.base.bundle_kind import BundleKind
from m2fnet_core.base.dialogue import FaceBox, Prediction, Utterance
from m2fnet_core.base.emotions import MELD
from m2fnet_core.base.events import AnalysisStarted, Event, FacesFound, FacesScanned, Predicted
from m2fnet_core.document.content import Decision, Meaning, Take
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.people.face_tracks import FaceTracks


class Session(QObject):
    """State of one open video. Every change is announced by exactly one signal."""

    opened = Signal()  # another medium, or none: read `media`
    utterances_changed = Signal()  # the list as a whole
    prediction_changed = Signal(str)  # utterance id
    decision_changed = Signal(str)  # utterance id
    faces_changed = Signal()  # boxes of some frames
    traces_changed = Signal()
    selection_changed = Signal(str)  # utterance id, "" for none
    model_changed = Signal()  # name, kind, labels, device

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reset(None)
        self.model = ""
        self.kind: BundleKind = "trained"  # of the model
        self.device = ""
        self.labels: tuple[str, ...] = ()
        self.label_set: tuple[str, ...] = MELD.labels  # what a person can choose from, in the order of the digits
        self.meanings: Mapping[str, Meaning] = {}  # as which label of the set a network's label is shown
        self.blind = False  # predictions are hidden
        self.editable = False  # the medium belongs to a project that can be changed
        self.devices: tuple[str, ...] = ()  # what this machine could compute on; empty until the worker has said so

    @property
    def trained(self) -> bool:
        """False while the weights of the model are random."""
        return self.kind != "untrained"

    def _reset(self, media: MediaInfo | None, medium: str = "", reachable: bool = True) -> None:
        self.media = media
        self.medium = medium  # its id in the project
        self.reachable = reachable  # False: its file is missing, what is known about it is shown all the same
        self.utterances: tuple[Utterance, ...] = ()
        self.speakers: tuple[str, ...] = ()
        self.selected: str = ""
        self._by_id: dict[str, Utterance] = {}
        self._row: dict[str, int] = {}
        self._starts: list[float] = []
        self._latest_ends: list[float] = []  # of this and all earlier utterances: where a search backwards may stop
        self._predictions: dict[str, Prediction] = {}
        self._decisions: dict[str, Decision] = {}
        self._frames: dict[str, tuple[float, ...]] = {}
        self._used: dict[str, tuple[FaceBox, ...]] = {}
        self._scanned: dict[float, tuple[FaceBox, ...]] = {}
        self._scan_times: list[float] = []
        self.traces: tuple[Take, ...] = ()  # everybody's
        self.tracks = FaceTracks()  # the scanned faces, as they follow each other

    def open(self, media: MediaInfo | None, medium: str = "", reachable: bool = True) -> None:
        """Show another medium (None closes); forgets everything about the former."""
        self._reset(media, medium, reachable)
        self.opened.emit()
        self.utterances_changed.emit()
        self.selection_changed.emit("")

    def apply(self, event: Event) -> None:
        """Take in what an analysis says. Progress and outcome events are not the session's business."""
        match event:
            case AnalysisStarted():
                self.model, self.kind = event.model, event.kind
                self.labels, self.device, self.devices = event.labels, event.device, event.devices
                self.model_changed.emit()
                self.set_utterances(event.utterances)
            case FacesFound():
                self._frames[event.utterance_id] = event.frames
                self._used[event.utterance_id] = event.faces
                self.faces_changed.emit()
            case FacesScanned():
                if event.time not in self._scanned:
                    insort(self._scan_times, event.time)
                self._scanned[event.time] = event.faces
                self.tracks.add(event.time, event.faces)
                self.faces_changed.emit()
            case Predicted():
                self.predict(event.prediction)

    def set_utterances(self, utterances: Iterable[Utterance]) -> None:
        """Replace the list; predictions of ids that stay are kept."""
        self.utterances = tuple(sorted(utterances, key=lambda u: (u.start, u.end)))
        self._by_id = {u.id: u for u in self.utterances}
        self._row = {u.id: row for row, u in enumerate(self.utterances)}
        self._starts = [u.start for u in self.utterances]
        self._latest_ends = list(accumulate((u.end for u in self.utterances), max))
        self.speakers = tuple(dict.fromkeys(u.speaker for u in self.utterances))
        self._predictions = {k: v for k, v in self._predictions.items() if k in self._by_id}
        self.utterances_changed.emit()
        if self.selected not in self._by_id:
            self.select("")

    def load(
        self, utterances: Iterable[Utterance], predictions: Mapping[str, Prediction], decisions: Mapping[str, Decision]
    ) -> None:
        """Replace everything that a document says about the open medium."""
        self._predictions, self._decisions = dict(predictions), dict(decisions)
        self.set_utterances(utterances)

    def predict(self, prediction: Prediction) -> None:
        """Take in a prediction in place of the one before."""
        self._predictions[prediction.utterance_id] = prediction
        self.prediction_changed.emit(prediction.utterance_id)

    def decide(self, utterance_id: str, decision: Decision | None) -> None:
        """Take in a person's decision; None: it was taken back."""
        if decision is None:
            self._decisions.pop(utterance_id, None)
        else:
            self._decisions[utterance_id] = decision
        self.decision_changed.emit(utterance_id)

    def set_traces(self, traces: tuple[Take, ...]) -> None:
        """Take in what people traced in the open medium."""
        if traces != self.traces:
            self.traces = traces
            self.traces_changed.emit()

    def set_blind(self, blind: bool) -> None:
        """Hide predictions from every view, or show them."""
        self.blind = blind
        self.utterances_changed.emit()

    def select(self, utterance_id: str) -> None:
        """Make an utterance the selected one everywhere; "" selects none."""
        if utterance_id != self.selected:
            self.selected = utterance_id
            self.selection_changed.emit(utterance_id)

    def utterance(self, utterance_id: str) -> Utterance | None:
        """None for an unknown id."""
        return self._by_id.get(utterance_id)

    def prediction(self, utterance_id: str) -> Prediction | None:
        """As a person may see it: None while there is none, or while predictions are hidden."""
        return None if self.blind else self._predictions.get(utterance_id)

    def known_prediction(self, utterance_id: str) -> Prediction | None:
        """Also while predictions are hidden: for what never shows it."""
        return self._predictions.get(utterance_id)

    def decision(self, utterance_id: str) -> Decision | None:
        """The annotator's; None while there is none."""
        return self._decisions.get(utterance_id)

    def shown_label(self, utterance_id: str) -> str:
        """A person's label, else the network's, else ""."""
        decision, prediction = self.decision(utterance_id), self.prediction(utterance_id)
        if decision is not None and decision.label is not None:
            return decision.label
        return prediction.label if prediction is not None else ""

    @property
    def all_labels(self) -> tuple[str, ...]:
        """The network's labels in their order and as they are shown, then those that only people can choose."""
        shown = (self.meanings[word].means if word in self.meanings else word for word in self.labels)
        return tuple(dict.fromkeys((*shown, *self.label_set)))

    def frames_used(self, utterance_id: str) -> tuple[float, ...]:
        """Presentation times of the frames the network looked at."""
        return self._frames.get(utterance_id, ())

    def faces_used(self, utterance_id: str) -> tuple[FaceBox, ...]:
        """Faces on those frames."""
        return self._used.get(utterance_id, ())

    def all_faces(self) -> tuple[tuple[float, tuple[FaceBox, ...]], ...]:
        """Faces by presentation time, of every frame that was looked at, in order."""
        found = dict(self._scanned)
        for utterance, frames in self._frames.items():
            faces = self.faces_used(utterance)
            found.update({time: tuple(face for face in faces if face.time == time) for time in frames})
        return tuple(sorted(found.items()))

    def scanned_around(self, time: float) -> tuple[tuple[FaceBox, ...], tuple[FaceBox, ...]]:
        """Faces of the last sampled frame not after ``time`` and of the first one after it; () where there is none."""
        place = bisect_right(self._scan_times, time)
        before = self._scanned[self._scan_times[place - 1]] if place else ()
        after = self._scanned[self._scan_times[place]] if place < len(self._scan_times) else ()
        return before, after

    def row(self, utterance_id: str) -> int | None:
        """Place among the utterances in order of their start; None for an unknown id."""
        return self._row.get(utterance_id)

    def row_at(self, time: float) -> int:
        """Row of the last utterance that starts at or before ``time``; -1 before the first."""
        return bisect_right(self._starts, time) - 1

    def utterances_at(self, time: float) -> tuple[Utterance, ...]:
        """The utterances that cover ``time``, in order of their start."""
        found = []
        row = self.row_at(time)
        while row >= 0 and self._latest_ends[row] > time:
            if time < self.utterances[row].end:
                found.append(self.utterances[row])
            row -= 1
        return tuple(reversed(found))
