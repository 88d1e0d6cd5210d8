"""The first flow on one screen: a video -> utterances -> vectors -> predictions -> report (torch).

Memory does not grow with the video's length: pictures and sound are read span by span, and of an utterance only its
vectors, its boxes and its prediction are kept.
"""

from collections.abc import Iterator, Sequence

from m2fnet_core.analysis.dialogue_windows import split_at_pauses
from m2fnet_core.analysis.missing_inputs import known_at_once, known_in_the_end
from m2fnet_core.analysis.predict import predict
from m2fnet_core.analysis.provisional import LivePredictions
from m2fnet_core.analysis.report import AnalysedMedia, Report, UsedModel, analysed
from m2fnet_core.analysis.utterances import Found, find_utterances
from m2fnet_core.base.devices import available_devices, choose_device
from m2fnet_core.base.dialogue import FaceBox, Prediction, Utterance
from m2fnet_core.base.errors import CheckpointError, MediaError
from m2fnet_core.base.events import AnalysisStarted, Hook, Notice, Predicted, Progress, ignore
from m2fnet_core.base.progress import CancelToken, Pace
from m2fnet_core.base.requests import Analyze
from m2fnet_core.bundle.checkpoint import load_bundle
from m2fnet_core.bundle.info import BundleInfo
from m2fnet_core.bundle.networks import Bundle, with_prior
from m2fnet_core.features.extract import FeatureExtractor
from m2fnet_core.features.store import FeatureStore
from m2fnet_core.features.vectors import UtteranceVectors
from m2fnet_core.media.content import another_file, content_hash
from m2fnet_core.media.index import frame_index
from m2fnet_core.media.info import MediaInfo
from m2fnet_core.media.probe import probe
from m2fnet_core.people.speaking import speaking_faces
from m2fnet_core.people.speaking_model import load_speaking


def analyze(
    request: Analyze, hook: Hook = ignore, cancel: CancelToken | None = None, bundle: Bundle | None = None
) -> Report:
    """Predict every utterance of a video or sound file, telling the hook as it goes.

    ``bundle``: a loaded one to use in place of the request's. Predictions are provisional until all vectors are known.
    The request's label prior takes the place of the bundle's.

    Raises MediaError, TranscriptError, CheckpointError, DeviceError, and Cancelled between frames.
    """
    cancel = cancel or CancelToken()
    info = probe(request.media)
    before = content_hash(info.path)
    if request.sha256 not in ("", before):
        raise MediaError(another_file(info.path))
    bundle = with_prior(bundle or load_bundle(request.model, choose_device(request.device)), request.prior)
    hook(Progress("Finding the utterances", 0, 1))
    found = find_utterances(request, info, hook, cancel)
    media = _media(info, before)
    _announce(info, found, bundle, hook)

    live = LivePredictions(bundle, found.utterances, hook)
    vectors: list[UtteranceVectors] = []
    for known in _vectors(info, found.utterances, bundle, request.use_cache, hook, cancel):
        vectors.append(known)
        live.update(vectors)
    predictions = predict(bundle, vectors, found.utterances)
    if content_hash(info.path) != before:
        raise MediaError(f"{info.path.name} was exchanged while it was analysed; analyse it again.")

    for prediction in predictions:
        hook(Predicted(prediction))
    for text in known_in_the_end(info, [known.present for known in vectors]):
        hook(Notice(text))
    speaking = _speaking(request, info, found.utterances, hook, cancel)
    return _report(media, bundle, found, predictions, vectors, speaking)


def _speaking(
    request: Analyze, info: MediaInfo, utterances: Sequence[Utterance], hook: Hook, cancel: CancelToken
) -> tuple[FaceBox | None, ...]:
    """The face that says each utterance, where the request asks for it and it can be told; a notice says what not."""
    nobody = (None,) * len(utterances)
    if not request.speaking:
        return nobody
    try:
        net = load_speaking()
    except CheckpointError as error:
        hook(Notice(str(error)))
        return nobody
    found = speaking_faces(info, utterances, net, hook, cancel, request.device, request.use_cache)
    off = sum(face is None for face in found)
    if off:
        hook(
            Notice(f"{off} of {len(found)} utterances of {info.path.name} are said by nobody whose face is on screen.")
        )
    return found


def _announce(info: MediaInfo, found: Found, bundle: Bundle, hook: Hook) -> None:
    about = bundle.info
    labels, device = about.label_set.labels, str(bundle.device)
    spoken, transcript, devices = found.utterances, found.transcript, available_devices()
    names = (info.path, about.name, about.kind, labels)
    hook(AnalysisStarted(*names, device, spoken, transcript, devices, bundle.hash, found.voices))
    for text in (*info.notices, *found.notices, *known_at_once(info, about.kind, found.utterances)):
        hook(Notice(text))


def _vectors(
    info: MediaInfo, utterances: Sequence[Utterance], bundle: Bundle, keep: bool, hook: Hook, cancel: CancelToken
) -> Iterator[UtteranceVectors]:
    """One per utterance, in order. The text's context ends where a dialogue does, as in training."""
    extractor = FeatureExtractor(bundle, FeatureStore() if keep else None, hook)
    pace, done = Pace(len(utterances)), 0
    hook(Progress("Looking and listening", 0, len(utterances)))
    for dialogue in split_at_pauses(utterances, bundle.info.pause_seconds):
        for known in extractor.vectors(info, dialogue, cancel):
            yield known
            done += 1
            hook(Progress("Looking and listening", done, pace.of, pace.seconds_left(done)))


def _media(info: MediaInfo, sha256: str) -> AnalysedMedia:
    frames = None if info.video is None else len(frame_index(info))
    return AnalysedMedia(
        path=info.path,
        sha256=sha256,
        duration=info.duration,
        fps=None if info.video is None else info.video.fps,
        frames=frames,
    )


def _used(info: BundleInfo) -> UsedModel:
    return UsedModel(info.name, info.trained, info.label_set.labels, info.prior or info.learnt_prior or None)


def _report(
    media: AnalysedMedia,
    bundle: Bundle,
    found: Found,
    predictions: Sequence[Prediction],
    vectors: Sequence[UtteranceVectors],
    speaking: Sequence[FaceBox | None],
) -> Report:
    rows = zip(found.utterances, predictions, vectors, speaking, strict=True)
    return Report(
        media=media,
        model=_used(bundle.info),
        utterances=tuple(analysed(spoken, said, known.boxes, face) for spoken, said, known, face in rows),
        voices=found.voices,
    )
