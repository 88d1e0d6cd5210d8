"""The demo's words: lines of our own, said by two people who never existed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance. ``speed`` is words per minute, ``pitch`` 0 to 99, ``pause`` the seconds of silence before it."""

    speaker: str
    text: str
    speed: int
    pitch: int
    pause: float = 0.35


LINES = (
    Line("Nora", "Good morning, June. The results are in.", 165, 42, 0.6),
    Line("June", "Already? I did not expect them before noon!", 178, 72),
    Line("Nora", "I am so sorry. Two tests failed, and one is lost.", 150, 32, 0.45),
    Line("June", "Lost? I told you not to touch that disk! Nobody ever listens!", 185, 50, 0.25),
    Line("Nora", "I was afraid you would say that. What if we lose everything?", 168, 48, 0.4),
    Line("June", "And what is that awful smell? Something is rotten in there.", 160, 46),
    Line("Nora", "Wait, look! There is a moth in the relay!", 182, 62, 0.5),
    Line("June", "No! A real bug! That is wonderful, I love it!", 185, 80, 0.2),
    Line("Nora", "And with the moth gone, every test is green. We did it!", 178, 58),
    Line("June", "Fine. Let us write the report, and then have lunch.", 168, 56, 0.4),
)
MOTH_LINES = (6, 7)  # while these are said, a moth flies through the picture
TAIL = 0.8  # seconds after the last line
