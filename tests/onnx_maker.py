"""Small ONNX networks, as other people's tools would write them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


def write_network(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    takes: Sequence[Any],
    gives: Sequence[Any],
    weights: dict[str, np.ndarray],
    opsets: Sequence[tuple[str, int]] = (("", OPSET),),
) -> Path:
    """A network from ``x`` to ``y``; returns the path."""
    graph = helper.make_graph(
        list(nodes),
        "made",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(takes))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, list(gives))],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*each) for each in opsets], ir_version=10)
    onnx.save(model, str(path))
    return path


def write_voice(path: Path, width: int = 5) -> Path:
    """Takes a waveform [B, samples], gives a vector for each of some steps of 10 ms: [B, T, width]."""
    filters = np.random.default_rng(0).normal(0, 0.1, (width, 1, 320)).astype(np.float32)
    nodes = [
        helper.make_node("Unsqueeze", ["x", "axis"], ["channel"]),
        helper.make_node("Conv", ["channel", "filters"], ["heard"], strides=[160]),
        helper.make_node("Abs", ["heard"], ["loud"]),
        helper.make_node("Transpose", ["loud"], ["y"], perm=[0, 2, 1]),
    ]
    weights = {"axis": np.array([1], np.int64), "filters": filters}
    return write_network(path, nodes, ["b", "n"], ["b", "t", width], weights)


def write_face(path: Path, classes: int = 4, size: int = 48) -> Path:
    """Takes a face [B, 3, size, size], gives logits [B, classes]."""
    matrix = np.random.default_rng(1).normal(0, 1, (3, classes)).astype(np.float32)
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["y"]),
    ]
    return write_network(path, nodes, ["b", 3, size, size], ["b", classes], {"matrix": matrix})
