"""Which frames of an utterance are looked at. No torch."""

from m2fnet_core.bundle.info import VisualConfig


def chosen_frames(span: range, config: VisualConfig) -> list[int]:
    """The frames of an utterance to look at, ascending: the centred ones in a row, or spread evenly ("uniform").

    Decision: the paper says 15 successive frames, not which. A span of fewer frames gives all it has.
    """
    count = min(config.frames, len(span))
    if config.choice == "centred":
        first = (len(span) - count) // 2
        return list(span[first : first + count])
    return [span[int((i + 0.5) * len(span) / count)] for i in range(count)]
