"""Who speaks each utterance, by voice alone: vectors of windows of sound, and clusters of them (torch)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torchaudio.compliance.kaldi import fbank

from m2fnet_core.base.dialogue import Utterance
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.events import Hook, Progress, ignore
from m2fnet_core.base.folders import resource
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.sound import read_sound
from m2fnet_core.nets.voices import MELS, VoiceVectors
from m2fnet_core.nets.weights import read_weights
from m2fnet_core.people.voice_names import free_names

RATE = 16000
# Decisions, measured by `benchmarks/voices.py`: windows of 1.5 s, half over each other; voices whose vectors are
# further apart than this (cosine distance, mean over both groups) are two people; what is shorter than a second is
# too short to found a group and joins the nearest.
_WINDOW, _HOP, _BATCH = 148, 75, 16  # frames of 10 ms; windows at once
_APART = 0.65
_FOUNDS = 1.0  # seconds
_LONGEST = 15.0  # seconds of an utterance that are listened to

Vectors = NDArray[np.float32]


def name_speakers(
    info: MediaInfo,
    utterances: Sequence[Utterance],
    number: int = 0,
    hook: Hook = ignore,
    cancel: CancelToken | None = None,
) -> tuple[Utterance, ...]:
    """The utterances, those without a speaker named "Speaker 1", "Speaker 2", ... in the order they are heard.

    ``number`` of speakers, 0: found out. Utterances that have a speaker keep it. Memory holds one utterance's sound.
    Raises MediaError when the file went away, CheckpointError when the weights do, Cancelled between utterances.
    """
    unknown = [place for place, utterance in enumerate(utterances) if not utterance.speaker]
    if info.audio is None or not unknown:
        return tuple(utterances)
    cancel, pace, vectors = cancel or CancelToken(), Pace(len(unknown)), []
    net = load_voices()
    hook(Progress("Telling voices apart", 0, len(unknown)))
    for done, place in enumerate(unknown, 1):
        cancel.check()
        utterance = utterances[place]
        end = min(utterance.end, utterance.start + _LONGEST)
        vectors.append(voice_vector(net, read_sound(info, utterance.start, end)))
        hook(Progress("Telling voices apart", done, pace.of, pace.seconds_left(done)))
    lengths = np.array([utterances[place].duration for place in unknown])
    groups = grouped(np.stack(vectors), lengths, number)
    names = free_names(groups.tolist(), {utterance.speaker for utterance in utterances})
    named = {place: names[group] for place, group in zip(unknown, groups.tolist(), strict=True)}
    return tuple(replace(u, speaker=named.get(place, u.speaker)) for place, u in enumerate(utterances))


def load_voices() -> VoiceVectors:
    """The network with the program's weights. Raises CheckpointError."""
    path = resource("models", "voices", "campplus.safetensors")
    net = VoiceVectors()
    known = net.state_dict()
    weights = read_weights(path)
    counted = {name: value for name, value in known.items() if name.endswith("num_batches_tracked")}
    if {name: value.shape for name, value in {**counted, **weights}.items()} != {n: v.shape for n, v in known.items()}:
        raise CheckpointError(f"{path} holds other weights than voices need; install the program again.")
    net.load_state_dict({**counted, **weights})
    return net.eval()


@torch.inference_mode()
def voice_vector(net: VoiceVectors, sound: NDArray[np.float32]) -> Vectors:
    """float32[samples] of one voice at 16 kHz -> float32[192] of length 1: the mean of its windows."""
    vectors = torch.cat([net(batch)[:kept] for batch, kept in _batches(_windows(sound))])
    return functional.normalize(functional.normalize(vectors).mean(0), dim=0).numpy()


def _windows(sound: NDArray[np.float32]) -> Tensor:
    """float32[N, T, 80]: all of one length, so that the processor prepares for it once; short sound is repeated."""
    least = (_WINDOW - 1) * RATE // 100 + RATE // 40
    if 0 < len(sound) < least:
        sound = np.resize(sound, least)
    elif not len(sound):
        sound = np.zeros(least, np.float32)
    mels = fbank(torch.from_numpy(sound)[None], num_mel_bins=MELS, sample_frequency=RATE, dither=0.0)
    windows: Tensor = mels.unfold(0, _WINDOW, _HOP).transpose(1, 2)
    return windows.sub(windows.mean(1, keepdim=True))


def _batches(windows: Tensor) -> Iterator[tuple[Tensor, int]]:
    """Batches of one size, and how many of each are no filling."""
    for some in windows.split(_BATCH):
        kept = len(some)
        size = next(size for size in (1, 4, _BATCH) if kept <= size)
        yield functional.pad(some, (0, 0, 0, 0, 0, size - kept)), kept


def grouped(vectors: Vectors, lengths: NDArray[np.float64], number: int = 0) -> NDArray[np.int64]:
    """Which voice each vector is of, int64[N]. ``lengths`` in seconds, ``number`` of voices (0: found out)."""
    from sklearn.cluster import AgglomerativeClustering

    founding = np.flatnonzero(lengths >= _FOUNDS)
    if len(founding) < max(2, number):
        founding = np.arange(len(vectors))
    if len(founding) < 2 or number == 1:
        return np.zeros(len(vectors), np.int64)
    how = {"n_clusters": min(number, len(founding))} if number else {"n_clusters": None, "distance_threshold": _APART}
    found = AgglomerativeClustering(metric="cosine", linkage="average", **how).fit_predict(vectors[founding])
    weights = vectors[founding] * np.minimum(lengths[founding], 5.0)[:, None]
    centres = np.stack([weights[found == group].sum(0) for group in range(found.max() + 1)])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    groups = (vectors @ centres.T).argmax(1)
    groups[founding] = found
    return np.asarray(groups, np.int64)
