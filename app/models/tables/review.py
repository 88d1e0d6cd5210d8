"""The review queue of the open medium: what is worth a look next, what is left, how many errors probably are."""

from PySide6.QtCore import QObject, QTimer, Signal

from app.base.settings import REVIEW, Settings
from app.models.video.session import Session
from m2fnet_core.document.content import Turn
from m2fnet_core.document.review import Estimate, Order, Tally, decided, queue

_GATHER_MS = 80  # predictions come in bursts


class ReviewQueue(QObject):
    """Ordered anew when predictions or utterances change; a decision only strikes its utterance off."""

    changed = Signal()

    def __init__(self, session: Session, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._queue: tuple[str, ...] = ()
        self._waiting: set[str] = set()
        self._passed: set[str] = set()  # shown by `next` and left undecided
        self._tally = Tally()
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._gather.timeout.connect(self.rank)
        session.utterances_changed.connect(self._begin)
        session.prediction_changed.connect(self._take_prediction)
        session.decision_changed.connect(self._take_decision)

    @property
    def order(self) -> Order:
        """As chosen; in order of time while predictions are hidden, which another order would give away."""
        return Order.TIME if self._session.blind else Order(self._settings.get(REVIEW))

    def set_order(self, order: Order) -> None:
        """Look at the utterances in another order from now on."""
        self._settings.set(REVIEW, order.value)
        self.rank()

    @property
    def left(self) -> int:
        """How many are still to be looked at."""
        return len(self._waiting)

    @property
    def estimate(self) -> Estimate:
        """How many predictions nobody looked at are probably wrong."""
        return self._tally.estimate

    def next(self) -> str:
        """The best one that was not passed over yet; once all were, from the top again. "" when nothing is left."""
        waiting = [utterance for utterance in self._queue if utterance in self._waiting]
        fresh = [utterance for utterance in waiting if utterance not in self._passed]
        if not fresh:
            self._passed.clear()
        chosen = next(iter(fresh or waiting), "")
        self._passed.add(chosen)
        return chosen

    def rank(self) -> None:
        """Order everything anew."""
        self._gather.stop()
        session = self._session
        turns = [Turn(u.id, session.medium, u.start, u.end, u.speaker, u.text) for u in session.utterances]
        predictions = {u.id: p for u in session.utterances if (p := session.known_prediction(u.id)) is not None}
        decisions = {u.id: d for u in session.utterances if (d := session.decision(u.id)) is not None}
        self._queue = queue(turns, predictions, decisions, self.order)
        self._waiting = set(self._queue)
        self._passed.clear()
        self.changed.emit()

    def _begin(self) -> None:
        self._tally = Tally()
        for utterance in self._session.utterances:
            self._count(utterance.id)
        self.rank()

    def _count(self, utterance: str) -> None:
        self._tally.put(utterance, self._session.known_prediction(utterance), self._session.decision(utterance))

    def _take_prediction(self, utterance: str) -> None:
        self._count(utterance)
        if not self._gather.isActive():
            self._gather.start()

    def _take_decision(self, utterance: str) -> None:
        self._count(utterance)
        if self.order is Order.DIFFERENT or utterance not in self._queue_set():
            self.rank()
            return
        if decided(self._session.decision(utterance)):
            self._waiting.discard(utterance)
        else:
            self._waiting.add(utterance)
        self.changed.emit()

    def _queue_set(self) -> frozenset[str]:
        if self._ranked is not self._queue:
            self._ranked, self._members = self._queue, frozenset(self._queue)
        return self._members

    _ranked: tuple[str, ...] | None = None
    _members: frozenset[str] = frozenset()
