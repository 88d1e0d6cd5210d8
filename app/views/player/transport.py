"""The bar under the picture: place, play, step, time, speed, loop, overlays, volume."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from app.base import icons
from app.views.player.slider import SlimSlider

SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_SIDE = 8  # pixels left and right
_STEPS = 1000  # of the volume slider


def clock(seconds: float) -> str:
    """``hh:mm:ss.mmm``."""
    thousandths = max(0, round(seconds * 1000))
    whole, rest = divmod(thousandths, 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}.{rest:03d}"


def times(rate: float) -> str:
    """A speed as a person writes it: ``1.5×``, ``−2×``."""
    return f"{rate:g}×".replace("-", "−")


class Transport(QWidget):
    """Says what a person asks for; shows what it is told."""

    play_clicked = Signal()
    step_clicked = Signal(int)
    place_chosen = Signal(float)  # media seconds
    speed_chosen = Signal(float)
    volume_chosen = Signal(float, bool)  # 0 to 1, muted

    def __init__(self, loop: QAction, overlays: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._playing, self._muted = False, False
        self.place = SlimSlider("Place", "Go to a place in the video")
        self.place.setTracking(True)
        self.play = icons.button("play", "Play or pause")
        self.play.setIconSize(QSize(22, 22))
        self.back = icons.button("frame-back", "One frame back (pauses)")
        self.on = icons.button("frame-on", "One frame on (pauses)")
        self.time = QLabel(clock(0))
        self.total = QLabel()
        self.number = QLabel()
        self.speed = _speed_button(self)
        self.loop, self.overlays = _toggle(loop), _toggle(overlays)
        self.sound = icons.button("volume", "Sound on or off")
        self.volume = SlimSlider("Volume", "Volume")
        self.volume.setRange(0, _STEPS)
        self.volume.setValue(_STEPS)
        self.volume.setFixedWidth(84)
        self._loop, self._overlays = loop, overlays
        self._arrange()
        self._connect()
        self.setEnabled(False)

    def _arrange(self) -> None:
        self.total.setObjectName("muted")
        self.number.setObjectName("muted")
        self._make_room()
        self.number.setToolTip("Number of the frame on screen, counted from 0")
        buttons = self._buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for part in (self.back, self.play, self.on):
            buttons.addWidget(part)
        buttons.addSpacing(8)
        for label in (self.time, self.total, self.number):
            buttons.addWidget(label)
            buttons.addSpacing(6)
        buttons.addStretch(1)
        for button in (self.speed, self.loop, self.overlays, self.sound):
            buttons.addWidget(button)
        buttons.addWidget(self.volume)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_SIDE, 2, _SIDE, 5)
        layout.setSpacing(0)
        layout.addWidget(self.place)
        layout.addLayout(buttons)

    def _make_room(self) -> None:
        """For the widest numbers, at the text size in force."""
        _tabular(self.time, clock(0), QFont.Weight.DemiBold)
        _tabular(self.number, "frame 00000")
        _tabular(self.total, f"/ {clock(0)}")
        self.speed.setMinimumWidth(self.speed.fontMetrics().horizontalAdvance("−0.75×") + 12)

    def _connect(self) -> None:
        self.play.clicked.connect(self.play_clicked)
        self.back.clicked.connect(lambda: self.step_clicked.emit(-1))
        self.on.clicked.connect(lambda: self.step_clicked.emit(1))
        self.place.chosen.connect(lambda value: self.place_chosen.emit(value / 1000))
        self.volume.chosen.connect(lambda _value: self._say_volume(False))
        self.sound.clicked.connect(lambda: self._say_volume(not self._muted))
        self.tint()

    def set_medium(self, duration: float, sound: bool) -> None:
        """A medium of that many seconds is open; 0: none is."""
        self.setEnabled(duration > 0)
        self.place.setRange(0, max(1, round(duration * 1000)))
        self.total.setText(f"/ {clock(duration)}" if duration > 0 else "")
        self._fit()
        for part in (self.sound, self.volume):
            part.setEnabled(sound)
        self.sound.setToolTip("Sound on or off" if sound else "This video has no sound")
        self.set_time(0.0, None)

    def set_time(self, time: float, number: int | None) -> None:
        """The frame on screen; no number for sound alone or while the frames are being counted."""
        self.time.setText(clock(time))
        self.number.setText("" if number is None else f"frame {number}")
        if not self.place.isSliderDown():
            self.place.setValue(round(time * 1000))

    def set_playing(self, playing: bool) -> None:
        """Which symbol the play button has."""
        self._playing = playing
        self.tint()

    def set_rate(self, rate: float) -> None:
        """The speed in force."""
        self.speed.setText(times(rate))
        for action in self.speed.menu().actions():
            action.setChecked(action.data() == rate)

    def tint(self) -> None:
        """Symbols in the colours of the palette in force, as the state is."""
        self.play.setIcon(icons.icon("pause" if self._playing else "play", self.palette()))
        self.sound.setIcon(icons.icon("volume-off" if self._muted else "volume", self.palette()))
        self._loop.setIcon(icons.icon("loop", self.palette()))
        self._overlays.setIcon(icons.icon("overlay", self.palette()))

    def changeEvent(self, event: QEvent) -> None:
        """Tint anew for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.tint()
        elif event.type() == QEvent.Type.FontChange and hasattr(self, "_buttons"):
            self._make_room()
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Of what can be done without, show as much as there is room for; nothing is ever cut off."""
        room = self.width() - 2 * _SIDE
        least_needed_first = (self.number, self.volume, self.total)
        for part in least_needed_first:
            part.show()
        for part in least_needed_first:
            self._buttons.invalidate()  # a layout inside another one does not notice by itself what was hidden
            if self._buttons.minimumSize().width() <= room:
                break
            part.hide()

    def minimumSizeHint(self) -> QSize:
        """Room for the buttons and the time."""
        always = (self.back, self.play, self.on, self.speed, self.loop, self.overlays, self.sound)
        needed = sum(part.minimumSizeHint().width() + 2 for part in always) + self.time.minimumWidth() + 2 * _SIDE + 20
        return QSize(max(330, needed), super().minimumSizeHint().height())

    def _say_volume(self, muted: bool) -> None:
        self._muted = muted
        self.tint()
        self.volume_chosen.emit(self.volume.sliderPosition() / _STEPS, muted)


def _toggle(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _speed_button(transport: Transport) -> QToolButton:
    button = QToolButton()
    button.setText(times(1.0))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setToolTip("Speed; the pitch of the voices is kept")
    button.setAccessibleName("Speed")
    menu, group = QMenu(button), QActionGroup(button)
    group.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
    for speed in SPEEDS:
        action = group.addAction(QAction(times(speed), button, checkable=True, checked=speed == 1.0))
        action.setData(speed)
        action.triggered.connect(lambda _checked, speed=speed: transport.speed_chosen.emit(speed))
        menu.addAction(action)
    button.setMenu(menu)
    return button


def _tabular(label: QLabel, widest: str, weight: QFont.Weight = QFont.Weight.Normal) -> None:
    """Digits of one width and room for all of them, so that running numbers do not shake."""
    label.ensurePolished()
    font = label.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setWeight(weight)
    label.setFont(font)
    label.setMinimumWidth(QFontMetrics(font).horizontalAdvance(widest) + 2)
