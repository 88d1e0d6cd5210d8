"""Numbers and decisions as a person reads them."""

from collections.abc import Mapping

from m2fnet_core.document.content import Decision


def clock(seconds: float) -> str:
    """``1:02:03.45``: hours only where there are some, hundredths always."""
    hundredths = max(0, round(seconds * 100))
    whole, rest = divmod(hundredths, 100)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    head = f"{hours}:{minute:02d}" if hours else f"{minute}"
    return f"{head}:{second:02d}.{rest:02d}"


def percent(share: float) -> str:
    """A probability or weight as a percentage, with a decimal only below ten."""
    value = share * 100
    return f"{value:.1f} %" if 0 < value < 9.95 else f"{value:.0f} %"


def prior_words(prior: Mapping[str, float]) -> str:
    """How frequent labels were held to be beforehand."""
    if max(prior.values()) - min(prior.values()) < 1e-6:
        return "Label prior: every emotion alike."
    frequent = sorted(prior, key=lambda label: -prior[label])
    return f"Label prior: {', '.join(f'{label} {percent(prior[label])}' for label in frequent)}."


def time_left(seconds: float) -> str:
    """A rough duration: ``12 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def spent(seconds: float) -> str:
    """How long something took: ``4.2 s``, ``1 min 5 s``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def decision_words(decision: Decision | None) -> str:
    """``joy + surprise ?``: first and second label, and whether the person is unsure; "" without a decision."""
    if decision is None:
        return ""
    labels = [name for name in (decision.label, decision.second) if name]
    words = "skipped" if decision.skip else " + ".join(labels)
    return f"{words} ?".strip() if decision.unsure else words
