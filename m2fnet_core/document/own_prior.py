"""How frequent a person's labels are, in a network's words: the label prior of this project. No torch."""

from collections import Counter
from collections.abc import Sequence

from m2fnet_core.base.calibration import LabelPrior
from m2fnet_core.document.content import Document


def own_prior(document: Document, annotator: str, labels: Sequence[str]) -> LabelPrior:
    """The prior of what ``annotator`` decided, for a network with these labels.

    A label of the project counts for the network's label that is shown as it, in equal parts where several are.
    """
    said = Counter(
        decision.label
        for (turn, who), decision in document.decisions.items()
        if who == annotator and turn in document.turns and decision.label is not None and not decision.skip
    )
    meanings = document.meanings
    word = {label: meanings[label].means if label in meanings else label for label in labels}
    shown_as = Counter(word.values())
    return LabelPrior("own", {label: said[word[label]] / shown_as[word[label]] for label in labels})
