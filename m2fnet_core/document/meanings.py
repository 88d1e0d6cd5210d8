"""A network's prediction in the words of a project whose label scheme is another one."""

from collections.abc import Mapping
from dataclasses import replace

from m2fnet_core.base.dialogue import Prediction
from m2fnet_core.document.content import Meaning


def shown(prediction: Prediction, meanings: Mapping[str, Meaning]) -> Prediction:
    """The prediction with the probabilities of all labels that mean the same added up, and the most probable of these.

    Labels without a meaning stay as they are. What is kept in the file stays as the network said it.
    """
    if not meanings.keys() & prediction.probabilities.keys():
        return prediction
    shares: dict[str, float] = {}
    for label, share in prediction.probabilities.items():
        word = meanings[label].means if label in meanings else label
        shares[word] = shares.get(word, 0.0) + share
    return replace(prediction, label=max(shares, key=lambda word: shares[word]), probabilities=shares)
