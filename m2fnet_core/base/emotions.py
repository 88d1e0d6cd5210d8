"""Label sets: which emotions a bundle or a corpus knows, and in which order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelSet:
    """An ordered set of emotion labels. The order is the order of the network's outputs."""

    name: str
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.labels) < 2 or len(set(self.labels)) != len(self.labels):
            raise ValueError(f"label set {self.name!r} needs at least two labels, each once: {self.labels}")

    def __len__(self) -> int:
        return len(self.labels)

    def index(self, label: str) -> int:
        """Position of ``label`` among the network's outputs. Raises ValueError for an unknown label."""
        return self.labels.index(label)


MELD = LabelSet("MELD-7", ("neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"))
IEMOCAP = LabelSet("IEMOCAP-6", ("happy", "sad", "neutral", "angry", "excited", "frustrated"))
