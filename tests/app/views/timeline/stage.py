"""A timeline on the screen, and hands to work it with."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from app.models.video.session import Session
from app.views.timeline import Timeline
from app.views.timeline.canvas import Canvas
from tests.app.conversation import begin, media, predict, utterances

DURATION = 10.0
LABELS = ("neutral", "surprise", "fear", "joy", "anger")  # predicted for u0 to u4


class Stage:
    """Five utterances of Ada and Bo, 1.5 s long, from 0, 2, 4, 6 and 8 s on; no sound."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (1000, 560)) -> None:
        self.session = Session()
        self.keys = Qt.KeyboardModifier.NoModifier  # held while the mouse does something
        self.timeline = Timeline(self.session)
        qtbot.addWidget(self.timeline)
        self.timeline.resize(*size)
        self.timeline.show()
        qtbot.waitExposed(self.timeline)
        canvas = self.timeline.findChild(Canvas)
        assert canvas is not None
        self.canvas = canvas
        self.sought = QSignalSpy(self.timeline.seek_requested)
        self.activated = QSignalSpy(self.timeline.utterance_activated)
        self.looked = QSignalSpy(self.timeline.view_changed)

    def open(self, predicted: int = 5) -> None:
        """Show the conversation with that many predictions."""
        self.session.open(replace(media(duration=DURATION), audio=None))
        begin(self.session, utterances())
        for number in range(predicted):
            predict(self.session, f"u{number}", LABELS[number])

    @property
    def view(self) -> tuple[float, float]:
        """First and last visible second."""
        return self.canvas.navigation.view.start, self.canvas.navigation.view.end

    def seeks(self) -> list[float]:
        """What was asked of the player."""
        return [self.sought.at(i)[0] for i in range(self.sought.count())]

    def at(self, time: float, track: str = "lanes", height: float = 0.5) -> QPoint:
        """The pixel of a time on a track; ``height`` 0 is its top, 1 its bottom."""
        row = self.canvas.row_of(track)
        assert row is not None, f"{track} is hidden"
        rect = self.canvas.track_rect(row)
        x = rect.left() + self.canvas.navigation.view.x_of(time)
        return QPoint(min(round(x), rect.right()), min(rect.top() + round(height * rect.height()), rect.bottom()))

    def on(self, utterance_id: str, share: float = 0.5) -> QPoint:
        """A pixel in the block of an utterance; ``share`` of its length from its start."""
        utterance = self.session.utterance(utterance_id)
        assert utterance is not None
        lane = self.session.speakers.index(utterance.speaker)
        height = (lane + 0.5) / len(self.session.speakers)
        return self.at(utterance.start + share * utterance.duration, "lanes", height)

    def colour(self, point: QPoint) -> QColor:
        """What is painted there."""
        return self.canvas.grab().toImage().pixelColor(point)

    def press(self, point: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """The button goes down."""
        self._mouse(QEvent.Type.MouseButtonPress, point, button, button)

    def move(self, point: QPoint, held: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """The mouse moves."""
        self._mouse(QEvent.Type.MouseMove, point, Qt.MouseButton.NoButton, held)

    def release(self, point: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """The button comes up."""
        self._mouse(QEvent.Type.MouseButtonRelease, point, button, Qt.MouseButton.NoButton)

    def click(self, point: QPoint) -> None:
        """Down and up."""
        self.press(point)
        self.release(point)

    def double_click(self, point: QPoint) -> None:
        """As a window system sends it."""
        self.click(point)
        self._mouse(QEvent.Type.MouseButtonDblClick, point, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton)
        self.release(point)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """Press, move on the way, and release."""
        self.press(start, button)
        for step in range(1, 5):
            self.move(start + (end - start) * step / 4, button)
        self.release(end, button)

    def _mouse(self, kind: QEvent.Type, point: QPoint, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        where, screen = QPointF(point), QPointF(self.canvas.mapToGlobal(point))
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, where, screen, button, held, self.keys))

    def wheel(
        self, point: QPoint, along: int = 0, across: int = 0, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Turn the wheel by eighths of a degree; away from the user is positive."""
        phase, buttons = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
        screen = QPointF(self.canvas.mapToGlobal(point))
        event = QWheelEvent(QPointF(point), screen, QPoint(), QPoint(across, along), buttons, keys, phase, False)
        QApplication.sendEvent(self.canvas, event)

    def tip(self, point: QPoint) -> str:
        """What the tooltip says there."""
        QApplication.sendEvent(self.canvas, QHelpEvent(QEvent.Type.ToolTip, point, self.canvas.mapToGlobal(point)))
        text = QToolTip.text()
        QToolTip.hideText()
        return text
