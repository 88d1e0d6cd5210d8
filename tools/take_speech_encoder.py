"""Take the first layers of Whisper base's encoder out of its CTranslate2 file, as safetensors for the step ``audio``.

The file is ``model.bin`` of Systran/faster-whisper-base (MIT licence, from OpenAI's Whisper). Used at development time:

    python -m tools.take_speech_encoder model.bin speech_encoder.safetensors
"""

import argparse
import hashlib
import struct
from pathlib import Path

import numpy as np
import torch

from m2fnet_core.nets.speech_transformer import LAYERS, SpeechEncoder
from m2fnet_core.nets.weights import write_weights

SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_KINDS = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_LAYER = {
    "self_attention/layer_norm/gamma": "attention_norm.weight",
    "self_attention/layer_norm/beta": "attention_norm.bias",
    "self_attention/linear_0/weight": "query_key_value.weight",
    "self_attention/linear_0/bias": "query_key_value.bias",
    "self_attention/linear_1/weight": "attention_out.weight",
    "self_attention/linear_1/bias": "attention_out.bias",
    "ffn/layer_norm/gamma": "feedforward_norm.weight",
    "ffn/layer_norm/beta": "feedforward_norm.bias",
    "ffn/linear_0/weight": "feedforward_in.weight",
    "ffn/linear_0/bias": "feedforward_in.bias",
    "ffn/linear_1/weight": "feedforward_out.weight",
    "ffn/linear_1/bias": "feedforward_out.bias",
}
NAMES = {
    "encoder/conv1/weight": "conv1.weight",
    "encoder/conv1/bias": "conv1.bias",
    "encoder/conv2/weight": "conv2.weight",
    "encoder/conv2/bias": "conv2.bias",
    "encoder/position_encodings/encodings": "positions",
    **{f"encoder/layer_{n}/{a}": f"layers.{n}.{b}" for n in range(LAYERS) for a, b in _LAYER.items()},
}


class _Reader:
    """Little-endian values one after the other."""

    def __init__(self, body: bytes) -> None:
        self._body, self._place = body, 0

    def number(self, form: str) -> int:
        value: int = struct.unpack_from(f"<{form}", self._body, self._place)[0]
        self._place += struct.calcsize(form)
        return value

    def take(self, length: int) -> bytes:
        self._place += length
        return self._body[self._place - length : self._place]


def read_tensors(body: bytes) -> dict[str, torch.Tensor]:
    """The tensors of a CTranslate2 file of version 6 by their names, as float32."""
    reader = _Reader(body)
    reader.number("I")  # version
    reader.take(reader.number("H"))  # the model's kind
    reader.number("I")  # its revision
    found = {}
    for _ in range(reader.number("I")):
        name = reader.take(reader.number("H")).rstrip(b"\0").decode()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        kind = _KINDS[reader.number("B")]
        values = np.frombuffer(reader.take(reader.number("I")), kind)
        found[name] = torch.from_numpy(values.reshape(shape).astype(np.float32))
    return found


def main() -> None:
    """Read, check, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    body = given.model.read_bytes()
    if hashlib.sha256(body).hexdigest() != SHA256:
        parser.error(f"{given.model} is not the file that was checked (sha256 {SHA256}).")
    tensors = read_tensors(body)
    encoder = SpeechEncoder()
    encoder.load_state_dict({mine: tensors[name] for name, mine in NAMES.items()})
    write_weights(encoder, given.out, "float16")


if __name__ == "__main__":
    main()
