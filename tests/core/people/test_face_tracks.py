"""Faces that follow each other are one track; ids outlive another scan of the same video."""

from m2fnet_core.base.dialogue import Box, FaceBox
from m2fnet_core.people.face_tracks import FaceTracks

LEFT: Box = (10.0, 10.0, 50.0, 60.0)
RIGHT: Box = (200.0, 20.0, 240.0, 70.0)


def moved(box: Box, x: float, y: float = 0.0) -> Box:
    """Somewhat aside."""
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def faces(time: float, *boxes: Box) -> tuple[FaceBox, ...]:
    """Equally large ones."""
    return tuple(FaceBox(time, box, 0.99, 1 / len(boxes)) for box in boxes)


def scanned(*samples: tuple[float, tuple[Box, ...]]) -> FaceTracks:
    """Frames with their boxes."""
    tracks = FaceTracks()
    for time, boxes in samples:
        tracks.add(time, faces(time, *boxes))
    return tracks


def test_a_face_that_moves_is_one_track() -> None:
    tracks = scanned(*((k / 5, (moved(LEFT, 5.0 * k), RIGHT)) for k in range(20)))
    first, second = tracks.of([LEFT, RIGHT], 0.0)
    assert first != second
    assert tracks.of([RIGHT, moved(LEFT, 95.0)], 3.8) == (second, first)
    assert tracks.span(first) == (0.0, 3.8)


def test_between_two_samples_it_is_the_same_face() -> None:
    tracks = scanned((0.0, (LEFT,)), (0.2, (moved(LEFT, 8),)))
    (name,) = tracks.of([LEFT], 0.0)
    assert tracks.of([moved(LEFT, 3)], 0.1) == (name,)
    assert tracks.of([RIGHT, moved(LEFT, 5)], 0.13) == ("", name)


def test_a_short_absence_is_bridged_and_a_long_one_is_not() -> None:
    tracks = scanned((0.0, (LEFT,)), (0.2, ()), (0.8, (LEFT,)), (2.0, (LEFT,)))
    early, late = tracks.of([LEFT], 0.8)[0], tracks.of([LEFT], 2.0)[0]
    assert tracks.of([LEFT], 0.0) == (early,)
    assert late != early


def test_after_a_cut_another_face_at_another_place_is_another_track() -> None:
    tracks = scanned((0.0, (LEFT,)), (0.2, (RIGHT,)))
    assert tracks.of([LEFT], 0.0) != tracks.of([RIGHT], 0.2)


def test_nothing_is_known_far_from_every_sample() -> None:
    tracks = scanned((0.0, (LEFT,)))
    assert tracks.of([LEFT], 5.0) == ("",)
    assert FaceTracks().of([LEFT], 0.0) == ("",)


def test_the_same_scan_again_changes_nothing() -> None:
    tracks = scanned((0.0, (LEFT,)), (0.2, (LEFT, RIGHT)))
    before = tracks.of([LEFT, RIGHT], 0.2)
    for time, boxes in ((0.0, (LEFT,)), (0.2, (LEFT, RIGHT))):
        tracks.add(time, faces(time, *boxes))
    assert tracks.of([LEFT, RIGHT], 0.2) == before


def test_another_scan_takes_the_place_of_the_first_and_old_ids_find_their_faces() -> None:
    tracks = scanned((0.0, (LEFT,)), (0.2, (LEFT, RIGHT)), (0.4, (RIGHT,)))
    left, right = tracks.of([LEFT, RIGHT], 0.2)
    for time in (0.0, 0.2, 0.4):
        tracks.add(time, faces(time, moved(LEFT, 2, 1), moved(RIGHT, -1)))
    new_left, new_right = tracks.of([LEFT, RIGHT], 0.4)
    assert new_left != left
    assert tracks.current(left) == new_left
    assert tracks.current(right) == new_right
    assert tracks.current(new_left) == new_left


def test_an_id_from_elsewhere_is_nobodys() -> None:
    tracks = scanned((0.0, (LEFT,)))
    for name in ("", "t1", "99000ms 1,1px", "0ms 900,900px"):
        assert tracks.current(name) == ""
    assert tracks.span("t1") is None


def test_an_hour_is_followed_as_it_comes() -> None:
    tracks = FaceTracks()
    for k in range(18_000):
        tracks.add(k / 5, faces(k / 5, moved(LEFT, k % 7), moved(RIGHT, k % 5)))
    assert tracks.of([LEFT], 0.0) == tracks.of([LEFT], 3500.0)
