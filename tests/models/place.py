#!/usr/bin/env python3
"""Writes place.onnx, a plate finder for tests: of its one place, tilted and in the middle of its 64 pixels, the score of "plate"
is the mean of all pixels / 255, that of "bare" what is missing to 1, and that of "covered" how much redder than blue they are."""

import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "models"))
from onnx_file import FLOAT, Graph, Tensor, model  # noqa: E402


def floats(*values: float) -> Tensor:
    return Tensor(FLOAT, (1, 1, len(values)), struct.pack(f"<{len(values)}f", *values))


graph = Graph("place", inputs=[("crop", FLOAT, (1, 3, 64, 64))], outputs=[("places", FLOAT, (1, 1, 11))])
graph.initializers["brightness"] = floats(1 / 765, 1 / 765, 1 / 765)
graph.initializers["redness"] = floats(-1 / 255, 0, 1 / 255)
graph.initializers["one"] = floats(1)
graph.initializers["corners"] = floats(16, 24, 48, 20, 48, 40, 16, 44)
graph.add("ReduceMean", ["crop"], ["rows"], axes=[3], keepdims=1)
graph.add("ReduceMean", ["rows"], ["blue_green_red"], axes=[2], keepdims=0)
graph.add("MatMul", ["brightness", "blue_green_red"], ["plate"])
graph.add("MatMul", ["redness", "blue_green_red"], ["red"])
graph.add("Relu", ["red"], ["covered"])
graph.add("Sub", ["one", "plate"], ["bare"])
graph.add("Concat", ["plate", "covered", "bare", "corners"], ["places"], axis=2)
HERE.joinpath("place.onnx").write_bytes(model(graph, "canhdem"))
