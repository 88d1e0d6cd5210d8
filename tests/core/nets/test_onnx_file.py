"""ONNX files from outside: each that cannot be used is refused in one sentence."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.nets.onnx_file import LARGEST, OnnxEncoder, OnnxSession, probe_input, read_onnx
from tests.onnx_maker import write_face, write_network, write_voice

VOICE = OnnxEncoder("waveform", 5, "mean")


def use(path: Path, encoder: OnnxEncoder = VOICE) -> np.ndarray:
    """One run on made-up input."""
    return OnnxSession(read_onnx(path), encoder, path, 1).run(probe_input(encoder))


def test_vectors_over_time_are_averaged(tmp_path: Path) -> None:
    path = write_voice(tmp_path / "voice.onnx")
    session = OnnxSession(read_onnx(path), VOICE, path, 1)
    sound = probe_input(VOICE)
    assert np.allclose(session.run(sound), session.raw(sound).mean(axis=1))


def external(path: Path, location: str) -> Path:
    """A network that wants its weights from a file of that name."""
    model = onnx.load(str(write_face(path)))
    (matrix,) = model.graph.initializer
    weights = matrix.raw_data
    onnx.external_data_helper.set_external_data(matrix, location)
    matrix.ClearField("raw_data")
    (path.parent / "matrix.bin").write_bytes(weights)
    path.write_bytes(model.SerializeToString())
    return path


def test_weights_beside_it_are_taken_in(tmp_path: Path) -> None:
    face = OnnxEncoder("face", 4, size=48)
    inside = use(external(tmp_path / "face.onnx", "matrix.bin"), face)
    assert np.allclose(inside, use(write_face(tmp_path / "whole.onnx"), face))


def no_onnx(path: Path) -> None:
    path.write_bytes(b"GIF89a" * 10)


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)


def custom(path: Path) -> None:
    nodes = [helper.make_node("Steal", ["x"], ["y"], domain="org.bad")]
    write_network(path, nodes, ["b", "n"], ["b", "n"], {}, (("", 17), ("org.bad", 1)))


def custom_inside(path: Path) -> None:
    bad = helper.make_graph(
        [helper.make_node("Steal", ["x"], ["z"], domain="org.bad")],
        "branch",
        [],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)],
    )
    nodes = [helper.make_node("If", ["sure"], ["y"], then_branch=bad, else_branch=bad)]
    write_network(path, nodes, ["b", "n"], ["b", "n"], {"sure": np.array(True)}, (("", 17), ("org.bad", 1)))


def old(path: Path) -> None:
    write_network(path, [helper.make_node("Abs", ["x"], ["y"])], ["b", "n"], ["b", "n"], {}, (("", 7),))


def no_number(path: Path) -> None:
    nodes = [helper.make_node("Log", ["x"], ["logs"]), helper.make_node("Slice", ["logs", "from", "to"], ["y"])]
    bounds = {"from": np.array([0, 0], np.int64), "to": np.array([9, 5], np.int64)}
    write_network(path, nodes, ["b", "n"], ["b", 5], bounds)


def wider(path: Path) -> None:
    write_voice(path, width=6)


def of_pictures(path: Path) -> None:
    write_face(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_onnx, "is no ONNX file"),
        (lambda path: None, "cannot be read (No such file or directory); name an ONNX file"),
        (huge, "is larger than 2 GB; export a smaller network"),
        (custom, "has the custom operator org.bad.Steal; export it again"),
        (custom_inside, "has the custom operator org.bad.Steal; export it again"),
        (old, "is of opset 7, and 11 to 25 can be read"),
        (lambda path: external(path, "../matrix.bin"), "outside its folder; put them beside it"),
        (lambda path: external(path, "gone.bin"), "its weights gone.bin are not beside it"),
        (no_number, "gives what is no number; export it again in float32"),
        (wider, "6] where [1, 5] is expected; wrap it with what it gives"),
        (of_pictures, "does not take waveform as [1, 16000]"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    path = tmp_path / "voice.onnx"
    make(path)
    with pytest.raises(CheckpointError) as told:
        use(path)
    assert says in str(told.value)
    assert "voice.onnx" in str(told.value)


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_voice(tmp_path / "voice.onnx")
    content = read_onnx(path)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(CheckpointError, match=r'pip install "m2fnet-studio\[onnx\]"'):
        OnnxSession(content, VOICE, path, 1)
