"""Which face speaks: the weights that a person names are checked, faces are followed and held against the sound."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from m2fnet_core.base.dialogue import FaceBox, Utterance
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.base.folders import resource
from m2fnet_core.media.cepstra import cepstra
from m2fnet_core.media.frames import FrameReader
from m2fnet_core.media.probe import probe
from m2fnet_core.nets.speaking import SpeakingFace
from m2fnet_core.people.speaking import Face, Sampled, faces_between, speaking_faces, surest
from m2fnet_core.people.speaking_model import load_speaking
from tests.media_maker import Sound, write_media

WEIGHTS = Path(__file__).resolve().parents[4] / "shared" / "weights" / "lr_asd_talkset.safetensors"


def test_weights_that_are_missing_or_others_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"not on this machine; fetch .*3\.4 MB, MIT"):
        load_speaking()
    other = tmp_path / "other.model"
    other.write_bytes(b"x")
    with pytest.raises(CheckpointError, match=r"other\.model is not the published file"):
        load_speaking(other)
    with pytest.raises(CheckpointError, match=r"lost\.model cannot be read"):
        load_speaking(tmp_path / "lost.model")


def test_the_published_weights_fit_the_network() -> None:
    if not WEIGHTS.is_file():
        pytest.skip("the weights of LR-ASD are not beside the repository")
    published = {name: tensor.shape for name, tensor in load_file(WEIGHTS).items() if not name.startswith("lossV.")}

    assert published == {name: tensor.shape for name, tensor in SpeakingFace().state_dict().items()}


def test_a_face_is_followed_between_samples_and_scored_at_each_of_its_pictures() -> None:
    info = probe(resource("demo", "conversation.mp4"))
    samples: list[Sampled] = [(n / 5, (FaceBox(n / 5, (10.0 + n, 10, 40.0 + n, 40), 1, 1),)) for n in range(4)]
    with FrameReader(info) as reader:
        (face,) = faces_between(info, reader, samples, 0.0, 0.6, SpeakingFace().eval())

    assert face.places == [*range(15)]
    assert face.boxes[7][0] == pytest.approx(10 + 0.3 * 5)  # at 0.3 s
    assert face.scores.shape == (15,)
    assert np.isfinite(face.scores).all()


def test_the_surest_face_speaks_and_nobody_where_none_does() -> None:
    quiet = Face([0, 1], [(0, 0, 9, 9)] * 2, [], np.array([-2, -1], np.float32))
    loud = Face([0, 1], [(20, 0, 29, 9), (21, 0, 30, 9)], [], np.array([1, 2], np.float32))

    found = surest([quiet, loud], 10.0)

    assert found is not None
    assert found.box == (21, 0, 30, 9)
    assert found.time == pytest.approx(10.06)
    assert surest([quiet], 10.0) is None
    assert surest([], 10.0) is None


def test_a_sound_file_has_nobody_on_screen(tmp_path: Path) -> None:
    info = probe(write_media(tmp_path / "talk.wav", picture=None, sound=Sound()))

    assert speaking_faces(info, [Utterance("1", 0.0, 1.0)], SpeakingFace()) == (None,)


def test_cepstra_are_as_many_as_asked_and_finite_for_silence() -> None:
    assert cepstra(np.zeros(0, np.float32), 8).shape == (8, 13)
    assert np.isfinite(cepstra(np.zeros(4000, np.float32), 30)).all()
