"""Decoded pictures kept ready, bounded by bytes."""

from PySide6.QtGui import QImage

from m2fnet_core.media.frames import Frame


def to_image(frame: Frame) -> QImage:
    """The picture in the format Qt paints fastest; owns its pixels."""
    height, width = frame.pixels.shape[:2]
    borrowed = QImage(frame.pixels.data, width, height, frame.pixels.strides[0], QImage.Format.Format_RGB888)
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)


class Pictures:
    """Frame number -> picture. Beyond the budget the one farthest from where the person is goes first.

    (Least recently used first would drop, while stepping backwards, the very frames that come next.)
    """

    def __init__(self, budget: int) -> None:
        """``budget``: bytes. One picture is always kept, however large."""
        self._budget = budget
        self._bytes = 0
        self._kept: dict[int, QImage] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """Bytes of all pictures kept."""
        return self._bytes

    def get(self, number: int) -> QImage | None:
        """The picture; None when it is not kept."""
        return self._kept.get(number)

    def put(self, number: int, picture: QImage, centre: int) -> None:
        """Keep a picture, dropping those farthest from frame ``centre`` beyond the budget, never this one."""
        self._drop(number)
        self._bytes += picture.sizeInBytes()
        while self._bytes > self._budget and self._kept:
            self._drop(max(self._kept, key=lambda kept: abs(kept - centre)))
        self._kept[number] = picture

    def room(self) -> int:
        """How many pictures of the size of those kept fit, at least 1."""
        return max(1, self._budget * len(self._kept) // self._bytes) if self._kept else 1

    def _drop(self, number: int) -> None:
        dropped = self._kept.pop(number, None)
        self._bytes -= dropped.sizeInBytes() if dropped is not None else 0
