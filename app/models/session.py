"""The open video and what is known about it. Views read it and follow its signals; they never talk to each other."""

from bisect import bisect_right, insort
from collections.abc import Iterable
from itertools import accumulate

from PySide6.QtCore import QObject, Signal

from m2fnet_core.dialogue import FaceBox, Prediction, Utterance
from m2fnet_core.events import AnalysisStarted, Event, FacesFound, FacesScanned, Predicted
from m2fnet_core.media.info import MediaInfo


class Session(QObject):
    """State of one open video. Every change is announced by exactly one signal."""

    opened = Signal()  # another medium, or none: read `media`
    utterances_changed = Signal()  # the list as a whole
    prediction_changed = Signal(str)  # utterance id
    faces_changed = Signal()  # boxes of some frames
    selection_changed = Signal(str)  # utterance id, "" for none
    model_changed = Signal()  # name, trained, labels, device

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reset(None)
        self.model = ""
        self.trained = True
        self.device = ""
        self.labels: tuple[str, ...] = ()
        self.devices: tuple[str, ...] = ()  # what this machine could compute on; empty until the worker has said so

    def _reset(self, media: MediaInfo | None) -> None:
        self.media = media
        self.utterances: tuple[Utterance, ...] = ()
        self.speakers: tuple[str, ...] = ()
        self.selected: str = ""
        self._by_id: dict[str, Utterance] = {}
        self._row: dict[str, int] = {}
        self._starts: list[float] = []
        self._latest_ends: list[float] = []  # of this and all earlier utterances: where a search backwards may stop
        self._predictions: dict[str, Prediction] = {}
        self._frames: dict[str, tuple[float, ...]] = {}
        self._used: dict[str, tuple[FaceBox, ...]] = {}
        self._scanned: dict[float, tuple[FaceBox, ...]] = {}
        self._scan_times: list[float] = []

    def open(self, media: MediaInfo | None) -> None:
        """Show another medium (None closes); forgets everything about the former."""
        self._reset(media)
        self.opened.emit()
        self.utterances_changed.emit()
        self.selection_changed.emit("")

    def apply(self, event: Event) -> None:
        """Take in what an analysis says. Progress and outcome events are not the session's business."""
        match event:
            case AnalysisStarted():
                self.model, self.trained = event.model, event.trained
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
                self.faces_changed.emit()
            case Predicted():
                self._predictions[event.prediction.utterance_id] = event.prediction
                self.prediction_changed.emit(event.prediction.utterance_id)

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

    def select(self, utterance_id: str) -> None:
        """Make an utterance the selected one everywhere; "" selects none."""
        if utterance_id != self.selected:
            self.selected = utterance_id
            self.selection_changed.emit(utterance_id)

    def utterance(self, utterance_id: str) -> Utterance | None:
        """None for an unknown id."""
        return self._by_id.get(utterance_id)

    def prediction(self, utterance_id: str) -> Prediction | None:
        """None while there is none."""
        return self._predictions.get(utterance_id)

    def frames_used(self, utterance_id: str) -> tuple[float, ...]:
        """Presentation times of the frames the network looked at."""
        return self._frames.get(utterance_id, ())

    def faces_used(self, utterance_id: str) -> tuple[FaceBox, ...]:
        """Faces on those frames."""
        return self._used.get(utterance_id, ())

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
