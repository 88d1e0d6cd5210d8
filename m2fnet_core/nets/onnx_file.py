"""An ONNX file from outside as data: bounded in size, of standard operators alone, whole in itself. No torch.

`onnx` and `onnxruntime` (extra ``onnx``) are imported when they are needed.
"""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from m2fnet_core.base.config_field import check_settings, setting
from m2fnet_core.base.errors import CheckpointError
from m2fnet_core.nets.configs import WIDEST

Takes = Literal["waveform", "log-mel", "face"]
Pool = Literal["none", "mean"]
Numbers = NDArray[np.float32]
LARGEST = 2_000_000_000  # bytes: what the format itself can hold in one file
_OPSETS = range(11, 26)
_STANDARD = ("", "ai.onnx")
_HOW = "export it again with standard operators"
_OTHER = "name one that torch.onnx or its like wrote"


@dataclass(frozen=True, slots=True)
class OnnxEncoder:
    """What an ONNX file takes and gives. ``takes``: sound as float32 [B, samples] at 16 kHz or
    [B, 80, columns of 10 ms] (`m2fnet_core.media.speech_mel`), a face as float32
    [B, 3, size, size], RGB. It gives [B, n], or [B, T, n] to pool.
    """

    takes: Takes = setting("waveform", "What the file takes", choices=get_args(Takes))
    gives: int = setting(1, "Numbers of its vector, or classes whose logits are the vector", low=1, high=WIDEST)
    pool: Pool = setting("none", "What is done over the time that it gives vectors for", choices=get_args(Pool))
    size: int = setting(224, "Side of a face's picture", unit="pixels", low=16, high=1024)
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)  # of red, green, blue in 0 .. 1, taken from a face
    deviation: tuple[float, ...] = (0.229, 0.224, 0.225)  # by which it is divided then
    licence: str = ""

    def __post_init__(self) -> None:
        check_settings(self)
        if len(self.mean) != 3 or len(self.deviation) != 3 or min(self.deviation) <= 0:
            raise ValueError("mean and deviation are three numbers each, deviation above 0")


def read_onnx(path: Path) -> bytes:
    """The file's content in one piece, weights beside it included, once it is safe to run.

    Raises CheckpointError, naming the file, the reason and the way out.
    """
    onnx = _needed("onnx", path)
    try:
        if path.stat().st_size > LARGEST:
            raise CheckpointError(f"{path} is larger than {LARGEST // 10**9} GB; export a smaller network.")
        model = onnx.load_from_string(path.read_bytes())
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror or error}); name an ONNX file.") from error
    except CheckpointError:
        raise
    except Exception as error:  # protobuf's own kinds of error
        raise CheckpointError(f"{path} is no ONNX file ({_line(error)}); {_OTHER}.") from error
    if not model.graph.node:
        raise CheckpointError(f"{path} is no ONNX file (it holds no network); {_OTHER}.")
    _refuse_operators(onnx, model, path)
    _take_in(onnx, model, path)
    try:
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())
    except (onnx.checker.ValidationError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged ({_line(error)}); {_HOW}.") from error


def _needed(module: str, path: Path) -> Any:
    try:
        return importlib.import_module(module)
    except (ImportError, OSError) as error:
        raise CheckpointError(
            f"{path} is an ONNX file, and {module} cannot be loaded ({_line(error)}); "
            'pip install "m2fnet-studio[onnx]".'
        ) from error


def _refuse_operators(onnx: Any, model: Any, path: Path) -> None:
    opset = max((o.version for o in model.opset_import if o.domain in _STANDARD), default=0)
    if opset not in _OPSETS:
        raise CheckpointError(
            f"{path} is of opset {opset}, and {_OPSETS[0]} to {_OPSETS[-1]} can be read; "
            "export it again with one of these."
        )
    for node in _nodes(onnx, model):
        if node.domain not in _STANDARD:
            raise CheckpointError(f"{path} has the custom operator {node.domain}.{node.op_type}; {_HOW}.")
        if not onnx.defs.has(node.op_type, domain="", max_inclusive_version=opset):
            raise CheckpointError(f"{path} has the operator {node.op_type}, which opset {opset} has not; {_HOW}.")


def _nodes(onnx: Any, model: Any) -> Iterator[Any]:
    """Every node, those inside branches and loops, too. Functions of the file's own are custom operators."""
    if model.functions:
        first = model.functions[0]
        yield onnx.helper.make_node(first.name, [], [], domain=first.domain or "local")
    waiting = [model.graph]
    while waiting:
        for node in waiting.pop().node:
            yield node
            for attribute in node.attribute:
                waiting += [attribute.g] if attribute.HasField("g") else [*attribute.graphs]


def _tensors(model: Any) -> Iterator[Any]:
    waiting = [model.graph]
    while waiting:
        graph = waiting.pop()
        yield from graph.initializer
        for node in graph.node:
            for attribute in node.attribute:
                waiting += [attribute.g] if attribute.HasField("g") else [*attribute.graphs]
                yield from [attribute.t] if attribute.HasField("t") else attribute.tensors


def _take_in(onnx: Any, model: Any, path: Path) -> None:
    """Bring weights that lie in files beside it into the model. None is read from elsewhere."""
    folder, whole = path.parent.resolve(), path.stat().st_size
    for tensor in _tensors(model):
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        facts = {entry.key: entry.value for entry in tensor.external_data}
        place = (folder / facts.get("location", "")).resolve()
        if not place.is_relative_to(folder):
            raise CheckpointError(f"{path} wants weights from {place}, outside its folder; put them beside it.")
        if not place.is_file():
            raise CheckpointError(f"{path} is incomplete: its weights {place.name} are not beside it; copy them there.")
        whole += int(facts.get("length") or place.stat().st_size)
        if whole > LARGEST:
            raise CheckpointError(f"{path} is larger than {LARGEST // 10**9} GB; export a smaller network.")
        onnx.external_data_helper.load_external_data_for_tensor(tensor, str(folder))
        tensor.data_location = onnx.TensorProto.DEFAULT
        del tensor.external_data[:]


class OnnxSession:
    """A checked file ready to run on the processor."""

    def __init__(self, content: bytes, encoder: OnnxEncoder, path: Path, threads: int) -> None:
        """Raises CheckpointError when onnxruntime is absent, refuses it, or its input or output is another one."""
        runtime = _needed("onnxruntime", path)
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = threads, 4
        self._encoder, self._path = encoder, path
        try:
            self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise CheckpointError(f"{path} cannot be run by onnxruntime ({_line(error)}); {_HOW}.") from error
        given = self._session.get_inputs()
        if len(given) != 1 or given[0].type != "tensor(float)":
            said = ", ".join(f"{each.name} {each.type}" for each in given)
            raise CheckpointError(f"{path} takes {said}; export a network that takes one tensor of float32.")
        self._input, self._output = given[0].name, self._session.get_outputs()[0].name

    def run(self, values: Numbers) -> Numbers:
        """[B, ...] as `OnnxEncoder` says -> [B, gives].

        Raises CheckpointError for what is not as it says, or no number.
        """
        found = self.raw(values)
        shape = list(np.shape(found))
        if self._encoder.pool == "mean" and len(shape) == 3:
            found = found.mean(axis=1)
        if np.shape(found) != (len(values), self._encoder.gives):
            wanted = f"[{len(values)}, {self._encoder.gives}]"
            raise CheckpointError(f"{self._path} gives {shape} where {wanted} is expected; wrap it with what it gives.")
        if not np.isfinite(found).all():
            raise CheckpointError(f"{self._path} gives what is no number; export it again in float32.")
        return np.asarray(found, np.float32)

    def raw(self, values: Numbers) -> Numbers:
        """What the file gives, whatever its shape. Raises CheckpointError where it does not take this."""
        try:
            (found,) = self._session.run([self._output], {self._input: values})
        except Exception as error:
            raise CheckpointError(
                f"{self._path} does not take {self._encoder.takes} as {list(values.shape)} ({_line(error)}); "
                "wrap it with what it takes."
            ) from error
        return np.asarray(found)

    @property
    def takes(self) -> tuple[int | str | None, ...]:
        """Shape of its input; a word or None for what may be of any length."""
        return tuple(self._session.get_inputs()[0].shape)


def probe_input(encoder: OnnxEncoder) -> Numbers:
    """A small made-up input of the right shape: a second of sound, or two faces of noise."""
    draw = np.random.default_rng(0)
    shapes = {"waveform": (1, 16_000), "log-mel": (1, 80, 100), "face": (2, 3, encoder.size, encoder.size)}
    return np.asarray(draw.normal(0.0, 0.1, shapes[encoder.takes]), np.float32)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
