"""One lane per speaker, utterances as blocks."""

from html import escape

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from app.base import icons
from app.base.theme import readable_on, scaled, sign_of, speaker_colour
from app.base.words import decision_words
from app.views.timeline.content import Content, Lane
from app.views.timeline.heights import Wish
from app.views.timeline.look import Look, mix
from app.views.timeline.raster import device_size, draw, stacked
from app.views.timeline.spans import NOISE, Ints
from app.views.timeline.tips import utterance_tip
from app.views.timeline.tracks.base import Track, say
from app.views.timeline.viewport import Viewport
from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.document.content import Decision
from m2fnet_core.document.review import corrected

_MOST_BLOCKS = 450  # more visible ones than this and lanes are painted column by column
_SLACK = 3  # pixels beside a block that still count as the block
_ROUNDED_FROM, _TEXT_FROM = 8.0, 26.0  # pixels of width
_LABEL_SIGN_FROM = 12.0  # pixels of width that have room for the sign of a label
_SIGN, _SIGN_FROM = 11.0, 30.0  # pixels: size of a decision's sign, and the width that has room for it
_EDGE, _EDGES_FROM = 5, 18  # pixels: how wide an edge is for the mouse, and the width of a block that has edges
_SHORTEST_TEXT = 6  # characters; less than this of a longer text says nothing


class LanesTrack(Track):
    """Blocks coloured by emotion, a person's or else the network's, with what was said in them."""

    key, title, hideable = "lanes", "Speakers", False

    def wish(self) -> Wish:
        lanes = max(1, len(self.scene.content.lanes))
        return Wish(scaled(38) * lanes, scaled(18) * lanes)

    def lane_rect(self, rect: QRect, number: int) -> QRect:
        """The part of ``rect`` (track or header) that belongs to a lane."""
        lanes = max(1, len(self.scene.content.lanes))
        top, bottom = (rect.top() + rect.height() * n // lanes for n in (number, number + 1))
        return QRect(rect.left(), top, rect.width(), bottom - top)

    def paint(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        content = self.scene.content
        if not content.lanes:
            say(painter, rect, "No utterances yet", self.scene)
            return
        visible = [lane.spans.within(view.start, view.end) for lane in content.lanes]
        many = sum(map(len, visible)) > _MOST_BLOCKS
        part = painter.clipBoundingRect().toRect().intersected(rect)
        if part.width() < rect.width():  # only the blocks there
            first, last = (view.time_at(x - rect.left()) for x in (part.left(), part.right() + 1))
            visible = [lane.spans.within(first, last) for lane in content.lanes]
        for number, (lane, members) in enumerate(zip(content.lanes, visible, strict=True)):
            place = self.lane_rect(rect, number)
            if many:
                self._paint_columns(painter, place, view, number, part)
            else:
                self._paint_blocks(painter, place, view, lane.members[members])
            self._underline(painter, place)
        self._paint_selected(painter, rect, view)
        self._paint_draft(painter, rect, view)

    def _underline(self, painter: QPainter, place: QRect) -> None:
        painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), self.scene.look.line)

    def _paint_columns(self, painter: QPainter, place: QRect, view: Viewport, number: int, part: QRect) -> None:
        """Each column stacks the emotions of the utterances in it; its height tells how much was said in it."""
        content, look = self.scene.content, self.scene.look
        inner = place.adjusted(0, 3, 0, -4)
        columns, rows = device_size(painter, inner)
        if part.width() < place.width():
            ratio = columns / inner.width()
            first, last = (round((x - inner.left()) * ratio) for x in (part.left(), part.right() + 1))
            inner = QRect(part.left(), inner.top(), part.width(), inner.height())
            shares = content.labels_within(view.edges(columns)[first : last + 1], number)
        else:
            shares = content.lane_covers[number].columns(view.edges(columns))
        said = shares.sum(axis=0)
        shares /= np.sqrt(np.where(said > NOISE, np.maximum(said, said * said), 1.0))  # the root shows little, too
        draw(painter, inner, stacked(shares, rows), look.kinds(content.labels))

    def _paint_blocks(self, painter: QPainter, place: QRect, view: Viewport, members: Ints) -> None:
        for member in members:
            utterance = self.scene.content.utterances[member]
            block = self._block(place, view, utterance)
            self._paint_ground(painter, block, int(member))
            self._paint_mark(painter, block, int(member))
            seen = block.intersected(QRectF(place))  # the text stays visible while its block leaves
            if seen.width() >= _TEXT_FROM:
                self._write(painter, seen, int(member))
            elif seen.width() >= _LABEL_SIGN_FROM:
                self._sign_label(painter, seen, int(member))

    def _sign_label(self, painter: QPainter, block: QRectF, member: int) -> None:
        """The sign of the label where there is no room for words: a colour alone says nothing."""
        content, fill = self.scene.content, self._ground(member)
        if fill is not None:
            sign = sign_of(content.labels[content.codes[member]], content.labels)
            icons.draw_sign(painter, sign, readable_on(fill), block)

    def _block(self, place: QRect, view: Viewport, utterance: Utterance) -> QRectF:
        left, right = view.x_of(utterance.start), view.x_of(utterance.end)
        gap = 1.0 if right - left > _ROUNDED_FROM else 0.0  # neighbours stay apart
        return QRectF(place.left() + left, place.top() + 3, max(1.0, right - left - gap), place.height() - 7)

    def _paint_ground(self, painter: QPainter, block: QRectF, member: int) -> None:
        look, fill = self.scene.look, self._ground(member)
        if block.width() < _ROUNDED_FROM:
            painter.fillRect(block, fill or look.unknown)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(mix(look.ground, look.text, 0.45), 1) if fill is None else Qt.PenStyle.NoPen)
        painter.setBrush(fill or Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(block.adjusted(0.5, 0.5, -0.5, -0.5) if fill is None else block, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_mark(self, painter: QPainter, block: QRectF, member: int) -> None:
        """A person decided: a sign, and along the top the network's colour where that says something else."""
        content, look = self.scene.content, self.scene.look
        utterance = content.utterances[member]
        decision, prediction = content.decisions.get(utterance.id), content.predictions.get(utterance.id)
        if decision is None:
            return
        fill = self._ground(member) or look.ground
        differs = prediction is not None and corrected(decision, prediction)
        roomy = block.width() >= _SIGN_FROM
        if differs and prediction is not None:
            painter.fillRect(_bar(block), look.fill(prediction.label, content.labels))
        elif not roomy:
            painter.fillRect(_bar(block), readable_on(fill))
        sign = _sign(decision, differs)
        if sign and roomy:
            size = min(_SIGN, block.height() - 2)
            top = min(block.top() + 5, block.center().y() - size / 2)  # in the middle of a low block
            place = QRectF(block.right() - size - 3, top, size, size)
            icons.draw(painter, sign, readable_on(fill), place)

    def _ground(self, member: int) -> QColor | None:
        """The colour of the prediction; None without one."""
        content = self.scene.content
        code = content.codes[member]
        if code == len(content.labels):
            return None
        return self.scene.look.fill(content.labels[code], content.labels, bool(content.provisional[member]))

    def _write(self, painter: QPainter, block: QRectF, member: int) -> None:
        """What was said, and below it, where there is room, the prediction in words."""
        look = self.scene.look
        metrics = QFontMetrics(look.small)
        signed = content_sign(self.scene.content, member) and block.width() >= _SIGN_FROM
        box = block.adjusted(5, 1, -4 - (_SIGN + 2 if signed else 0), -1)
        lines = self._lines(member, metrics, int(box.width()), max(1, int(box.height() // (metrics.height() - 1))))
        ground = self._ground(member) or look.ground
        ink = readable_on(ground)
        painter.setFont(look.small)
        for row, line in enumerate(lines):
            painter.setPen(ink if row == 0 else mix(ground, ink, 0.85))
            height = box.height() / len(lines)
            place = QRectF(box.left(), box.top() + row * height, box.width(), height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)

    def _lines(self, member: int, metrics: QFontMetrics, width: int, most: int) -> list[str]:
        """The lines of text that a block of this size has room for."""
        utterance = self.scene.content.utterances[member]
        prediction = self.scene.content.predictions.get(utterance.id)
        said = metrics.elidedText(utterance.text or "", Qt.TextElideMode.ElideRight, width)
        if len(said) < min(_SHORTEST_TEXT, len(utterance.text or "")):
            said = ""
        decision = self.scene.content.decisions.get(utterance.id)
        judged: tuple[str, ...] = ()
        if decision is not None and decision_words(decision):
            judged = (decision_words(decision), decision.label or "")
        elif prediction is not None:
            judged = (f"{prediction.label} {prediction.probabilities.get(prediction.label, 0):.0%}", prediction.label)
        fitting = next((text for text in judged if metrics.horizontalAdvance(text) <= width), "")
        return [line for line in (said, fitting) if line][:most]

    def _paint_selected(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        scene = self.scene
        member = scene.content.place.get(scene.selected)
        if member is None or scene.selection is None or not view.overlaps(*scene.selection):
            return
        place = self.lane_rect(rect, int(scene.content.lane_of[member]))
        block = self._block(place, view, scene.content.utterances[member])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen, spread in ((QPen(scene.look.ground, 1.5), 0.5), (QPen(scene.look.accent, 2.5), 2.0)):
            painter.setPen(pen)
            painter.drawRoundedRect(block.adjusted(-spread, -spread, spread, spread), 4, 4)
        self._mark_frames(painter, block, view, rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_draft(self, painter: QPainter, rect: QRect, view: Viewport) -> None:
        """Where the utterance would be if the mouse let go now, and the line it snaps to."""
        draft, look = self.scene.draft, self.scene.look
        if draft is None:
            return
        place = self.lane_rect(rect, draft.lane)
        left, right = (rect.left() + view.x_of(time) for time in (draft.bounds.start, draft.bounds.end))
        block = QRectF(left, place.top() + 2, right - left, place.height() - 5)
        veil = QColor(look.accent)
        veil.setAlpha(70)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.accent, 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(veil)
        painter.drawRoundedRect(block, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if draft.guide is not None:
            x = rect.left() + view.x_of(draft.guide)
            painter.fillRect(QRectF(x - 0.5, rect.top(), 1, rect.height()), look.text)

    def _mark_frames(self, painter: QPainter, block: QRectF, view: Viewport, rect: QRect) -> None:
        """A mark along the lower edge of the selected block for each frame that the network looked at."""
        look, top = self.scene.look, block.bottom() - 3
        for colour, wide, spread in ((look.ground, 3.0, 1.0), (look.text, 1.0, 0.0)):  # rims first, then the marks
            for time in self.scene.frames:
                left = rect.left() + view.x_of(time) - wide / 2
                painter.fillRect(QRectF(left, top - spread, wide, 7 + 2 * spread), colour)

    def paint_header(self, painter: QPainter, rect: QRect) -> None:
        speakers = tuple(lane.speaker for lane in self.scene.content.lanes)
        for number, speaker in enumerate(speakers):
            self._name(painter, self.lane_rect(rect, number), speaker, speakers, self.scene.look)
        if not speakers:
            super().paint_header(painter, rect)

    def _name(self, painter: QPainter, place: QRect, speaker: str, speakers: tuple[str, ...], look: Look) -> None:
        painter.fillRect(QRect(place.left(), place.top() + 3, 4, place.height() - 7), speaker_colour(speaker, speakers))
        painter.setFont(look.font)
        painter.setPen(look.text if speaker else look.muted)
        metrics = QFontMetrics(look.font)
        box = place.adjusted(10, 0, -6, 0)
        name = metrics.elidedText(speaker or "Unknown speaker", Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
        self._underline(painter, place)

    def header_tip(self, point: QPoint, rect: QRect) -> str:
        """The speaker's full name and how often they speak."""
        lane = self._lane_at(point, rect)
        return "" if lane is None else f"{escape(lane.speaker) or 'Unknown speaker'}: {len(lane.members):,} utterances"

    def utterance_at(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        lane = self._lane_at(point, rect)
        if lane is None:
            return ""
        x = point.x() - rect.left()
        found = lane.spans.at(view.start + x / view.pixels_per_second, _SLACK / view.pixels_per_second)
        return "" if found is None else self.scene.content.utterances[lane.members[found]].id

    def edge_at(self, point: QPoint, rect: QRect, view: Viewport, utterance_id: str) -> int:
        """-1 on the utterance's start, 1 on its end, 0 between; a narrow block has no edges to take hold of."""
        utterance = self.scene.content.utterances[self.scene.content.place[utterance_id]]
        left, right = (rect.left() + view.x_of(time) for time in (utterance.start, utterance.end))
        if right - left < _EDGES_FROM:
            return 0
        return -1 if point.x() - left <= _EDGE else 1 if right - point.x() <= _EDGE else 0

    def lane_number(self, point: QPoint, rect: QRect) -> int:
        """The lane under a point."""
        lanes = max(1, len(self.scene.content.lanes))
        return min(lanes - 1, max(0, (point.y() - rect.top()) * lanes // max(1, rect.height())))

    def _lane_at(self, point: QPoint, rect: QRect) -> Lane | None:
        lanes = self.scene.content.lanes
        number = (point.y() - rect.top()) * len(lanes) // max(1, rect.height())
        return lanes[number] if 0 <= number < len(lanes) else None

    def tip(self, point: QPoint, rect: QRect, view: Viewport) -> str:
        found = self.utterance_at(point, rect, view)
        return (
            utterance_tip(self.scene, self.scene.content.utterances[self.scene.content.place[found]]) if found else ""
        )


def _bar(block: QRectF) -> QRectF:
    """Along the top of a block."""
    return QRectF(block.left() + 2, block.top(), max(1.0, block.width() - 4), 3)


def _sign(decision: Decision, differs: bool) -> str:
    """The icon of a decision, "" for one that says nothing about the label."""
    if decision.unsure:
        return "help"
    if decision.skip:
        return "close"
    return "different" if differs else "check" if decision.label else ""


def content_sign(content: Content, member: int) -> bool:
    """Whether an utterance's block carries a sign."""
    decision = content.decisions.get(content.utterances[member].id)
    return decision is not None and bool(_sign(decision, False))
