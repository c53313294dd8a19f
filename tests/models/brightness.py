#!/usr/bin/env python3
"""Writes brightness.onnx, a model of an attribute for tests: its logit is (mean of all pixels − 128) / 16."""

import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "models"))
from onnx_file import FLOAT, Graph, Tensor, model  # noqa: E402

graph = Graph("brightness", inputs=[("crop", FLOAT, (1, 3, 32, 32))], outputs=[("logit", FLOAT, (1, 1, 1, 1))])
graph.initializers["middle"] = Tensor(FLOAT, (), struct.pack("<f", 128))
graph.initializers["step"] = Tensor(FLOAT, (), struct.pack("<f", 16))
graph.add("ReduceMean", ["crop"], ["mean"], axes=[1, 2, 3], keepdims=1)
graph.add("Sub", ["mean", "middle"], ["above"])
graph.add("Div", ["above", "step"], ["logit"])
HERE.joinpath("brightness.onnx").write_bytes(model(graph, "canhdem"))
