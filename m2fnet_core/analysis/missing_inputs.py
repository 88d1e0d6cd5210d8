"""What an analysis lacks, in sentences for the user: nothing that is missing is missing silently. No torch."""

from collections.abc import Mapping, Sequence

from m2fnet_core.base.bundle_kind import BundleKind
from m2fnet_core.base.dialogue import Presence, Utterance
from m2fnet_core.media.info import MediaInfo

OF_MODEL: Mapping[BundleKind, str] = {  # what to think of one that is nobody's own
    "untrained": "The model is untrained: its weights are random and its predictions mean nothing.",
    "starter": "The starter model is small and never learnt from people seen, heard and read at once: its predictions "
    "are a start to look around with, not a measurement.",
}


def known_at_once(info: MediaInfo, kind: BundleKind, utterances: Sequence[Utterance]) -> list[str]:
    """Before anything is looked at or listened to."""
    name = info.path.name
    said = [OF_MODEL[kind]] if kind in OF_MODEL else []
    if info.audio is None:
        said.append(f"{name} has no sound: the predictions go without the audio modality.")
    if info.video is None:
        said.append(f"{name} has no picture: the predictions go without the visual modality.")
    wordless = sum(utterance.text is None for utterance in utterances)
    if wordless == len(utterances):
        said.append(f"{name} has no transcript: the predictions go without the text modality.")
    elif wordless:
        said.append(f"{_some(wordless, utterances)} no text.")
    return said


def known_in_the_end(info: MediaInfo, found: Sequence[Presence]) -> list[str]:
    """After every utterance was looked at and listened to."""
    said = []
    unheard, unseen = sum(not there.audio for there in found), sum(not there.scene for there in found)
    if info.audio is not None and unheard:
        said.append(f"{_some(unheard, found)} no sound that can be heard.")
    if info.video is not None and unseen:
        said.append(f"{_some(unseen, found)} no picture that can be read.")
    if info.video is not None and unseen < len(found) and not any(there.faces for there in found):
        said.append(f"No face was found in {info.path.name}: the predictions go without faces.")
    return said


def _some(number: int, whole: Sequence[object]) -> str:
    return f"{number} of {len(whole)} utterances {'has' if number == 1 else 'have'}"
