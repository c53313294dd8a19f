#!/usr/bin/env python3
"""Converts a TensorFlow.js graph model to ONNX: the operations that MoveNet has, and no others.

    models/tfjs_to_onnx.py MODEL.json MODEL.bin OUT.onnx

The picture goes in as 32-bit floats, planes first (`[1, 3, height, width]`), whatever the graph took; its outputs are
as they were. All integers become 64 bits wide, as ONNX wants its shapes and indices. The same input gives the same
bytes. An operation, an option or a kind of weights that is not known is refused by name.

Python's standard library only, Python 3.11 or newer.
"""

import argparse
import base64
import json
import math
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import onnx_file  # noqa: E402
from onnx_file import FLOAT, INT64, Tensor  # noqa: E402

TO_PLANES, TO_PIXELS = [0, 3, 1, 2], [0, 2, 3, 1]


class ConvertError(Exception):
    """What in the model is not understood."""


def convert(topology: bytes, weights: bytes) -> bytes:
    """From the two files of a model, JSON and binary, to the content of an ONNX file."""
    try:
        described = json.loads(topology)
        nodes = described["modelTopology"]["node"]
        constants = read_weights(described["weightsManifest"], weights)
        outputs = described["signature"]["outputs"]
        graph = Converter(constants, {node["name"]: node for node in nodes}, outputs).run()
    except (KeyError, TypeError, ValueError, struct.error) as error:
        raise ConvertError(f"not a graph model as TensorFlow.js writes it: {error!r}") from error
    return onnx_file.model(graph, "canhdem")


# --- weights ---------------------------------------------------------------------------------------------------------


def read_weights(manifest: list[dict], data: bytes) -> dict[str, Tensor]:
    """All constants by name, as 32-bit floats or 64-bit integers."""
    constants, offset = {}, 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        name, dims = entry["name"], tuple(entry["shape"])
        stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
        match entry["dtype"], stored:
            case "float32", "float32":
                code, target, data_type = "f", "f", FLOAT
            case "float32", "float16":
                code, target, data_type = "e", "f", FLOAT
            case "int32", "int32":
                code, target, data_type = "i", "q", INT64
            case wanted, stored:
                raise ConvertError(f"weights {name}: {wanted} stored as {stored} is not supported")
        count = math.prod(dims)
        values = struct.unpack_from(f"<{count}{code}", data, offset)
        offset += count * struct.calcsize(code)
        constants[name] = Tensor(data_type, dims, struct.pack(f"<{count}{target}", *values))
    if offset != len(data):
        raise ConvertError(f"the weights end at byte {offset}, their file at {len(data)}")
    return constants


def filters_first(weights: Tensor) -> Tensor:
    """From rows, columns, channels in, channels out to channels out, channels in, rows, columns."""
    *size, channels, filters = weights.dims
    step = channels * filters
    return rearranged(weights, [at * filters + to for to in range(filters) for at in range(channels)], step,
                      (filters, channels, *size))


def depthwise_filters_first(weights: Tensor) -> Tensor:
    """From rows, columns, channels, filters a channel to channels times filters, 1, rows, columns."""
    *size, channels, each = weights.dims
    return rearranged(weights, list(range(channels * each)), channels * each, (channels * each, 1, *size))


def rearranged(weights: Tensor, starts: list[int], step: int, dims: tuple[int, ...]) -> Tensor:
    values = memoryview(weights.raw).cast("f")
    return Tensor(FLOAT, dims, b"".join(values[start::step].tobytes() for start in starts))


def integers(tensor: Tensor) -> list[int]:
    if tensor.data_type != INT64:
        raise ConvertError("numbers are floats where integers should be")
    return list(struct.unpack(f"<{len(tensor.raw) // 8}q", tensor.raw))


# --- attributes of nodes ---------------------------------------------------------------------------------------------


def text(value: dict) -> str:
    return base64.b64decode(value["s"]).decode()


def texts(value: dict) -> list[str]:
    return [base64.b64decode(item).decode() for item in value.get("list", {}).get("s", [])]


def numbers(value: dict) -> list[int]:
    return [int(item) for item in value.get("list", {}).get("i", [])]


def ordered(nodes: dict[str, dict]) -> list[dict]:
    """Each node after those it takes its inputs from, else as in the file; without recursion, for deep graphs."""
    done: dict[str, dict] = {}
    for wanted in nodes:
        waiting, path = [wanted], set()
        while waiting:
            name = waiting[-1]
            missing = [source for source in inputs_of(nodes[name]) if source.split(":")[0] not in done]
            if name in done or not missing:
                done.setdefault(name, nodes[name])
                path.discard(waiting.pop())
                continue
            if name in path:
                raise ConvertError(f"{name} feeds itself")
            path.add(name)
            waiting += [source.split(":")[0] for source in missing]
    return list(done.values())


def inputs_of(node: dict) -> list[str]:
    return [name for name in node.get("input", []) if not name.startswith("^")]


# --- operations ------------------------------------------------------------------------------------------------------

ELEMENTWISE = {"AddV2": "Add", "Sub": "Sub", "Mul": "Mul", "RealDiv": "Div", "Sqrt": "Sqrt", "Sigmoid": "Sigmoid",
               "Identity": "Identity"}


@dataclass
class Converter:
    """One conversion: what is known of the source, and the graph as far as it is written."""

    constants: dict[str, Tensor]
    nodes: dict[str, dict]
    outputs: dict[str, dict]
    graph: onnx_file.Graph = field(default_factory=lambda: onnx_file.Graph("canhdem"))

    def run(self) -> onnx_file.Graph:
        for node in ordered(self.nodes):
            if node["op"] != "Const":
                self.operation(node["op"])(node, inputs_of(node), node["name"])
        for described in self.outputs.values():
            dims = tuple(int(dim["size"]) for dim in described["tensorShape"]["dim"])
            self.graph.outputs.append((self.value(described["name"]), FLOAT, dims))
        return self.graph

    def operation(self, op: str) -> Callable[[dict, list[str], str], None]:
        if op in ELEMENTWISE:
            return lambda _node, inputs, name: self.add(ELEMENTWISE[op], inputs, name)
        known = {
            "ArgMax": self.arg_max,
            "Cast": self.cast,
            "ConcatV2": self.concat,
            "DepthwiseConv2dNative": self.convolution,
            "ExpandDims": self.expand_dims,
            "FloorDiv": self.floor_div,
            "FusedDepthwiseConv2dNative": self.convolution,
            "GatherNd": lambda _node, inputs, name: self.add("GatherND", inputs, name),
            "Pack": self.pack,
            "Placeholder": self.placeholder,
            "Reshape": lambda _node, inputs, name: self.add("Reshape", inputs, name),
            "ResizeBilinear": self.resize,
            "SquaredDifference": self.squared_difference,
            "Squeeze": self.squeeze,
            "Unpack": self.unpack,
            "_FusedConv2D": self.convolution,
        }
        if op not in known:
            raise ConvertError(f"operation {op} is not supported; known: {', '.join(sorted([*known, *ELEMENTWISE]))}")
        return known[op]

    # What is in the graph already, or is put there when first needed.

    def value(self, name: str) -> str:
        """A source's name for a value: its first output may be called `name:0` or `name`."""
        name = name.removesuffix(":0")
        if name in self.constants:
            self.graph.initializers.setdefault(name, self.constants[name])
        return name

    def axes(self, *axes: int) -> str:
        name = f"axes {' '.join(map(str, axes))}"
        self.graph.initializers[name] = Tensor(INT64, (len(axes),), struct.pack(f"<{len(axes)}q", *axes))
        return name

    def number(self, value: float) -> str:
        name = f"number {value}"
        self.graph.initializers[name] = Tensor(FLOAT, (), struct.pack("<f", value))
        return name

    def constant(self, name: str) -> Tensor:
        if name not in self.constants:
            raise ConvertError(f"{name} should be a constant")
        return self.constants[name]

    def axis(self, name: str) -> int:
        [axis] = integers(self.constant(name))
        return axis

    def add(self, op: str, inputs: list[str], output: str, **attributes: onnx_file.Attribute) -> str:
        self.graph.add(op, [self.value(name) for name in inputs], [output], **attributes)
        return output

    def transposed(self, name: str, order: list[int], output: str) -> str:
        return self.add("Transpose", [name], output, perm=order)

    # One each.

    def placeholder(self, node: dict, _inputs: list[str], name: str) -> None:
        dims = tuple(int(dim["size"]) for dim in node["attr"]["shape"]["shape"]["dim"])
        if len(dims) != 4 or dims[0] != 1 or dims[3] != 3:
            raise ConvertError(f"{name} takes {dims}, not one picture of three colours")
        _, height, width, colours = dims
        self.graph.inputs.append(("picture", FLOAT, (1, colours, height, width)))
        self.transposed("picture", TO_PIXELS, name)

    def cast(self, node: dict, inputs: list[str], name: str) -> None:
        target = node["attr"]["DstT"]["type"]
        if target != "DT_FLOAT":
            raise ConvertError(f"{name}: a cast to {target} is not supported")
        self.add("Cast", inputs, name, to=FLOAT)

    def convolution(self, node: dict, inputs: list[str], name: str) -> None:
        attributes, depthwise = node["attr"], "Depthwise" in node["op"]
        fused = texts(attributes.get("fused_ops", {}))
        activation = fused[1:] if fused[:1] == ["BiasAdd"] else fused
        # TensorFlow puts the odd pixel of padding at the end, as SAME_UPPER does.
        padding = {"SAME": "SAME_UPPER", "VALID": "VALID"}.get(text(attributes["padding"]))
        understood = activation in ([], ["Relu"], ["Relu6"]) and len(inputs) == 2 + (fused[:1] == ["BiasAdd"])
        if not understood or padding is None or text(attributes["data_format"]) != "NHWC":
            raise ConvertError(f"{name}: a convolution with {fused}, {attributes['padding']} is not supported")
        kernel = self.constant(inputs[1])
        weights = f"{inputs[1]} planes"
        self.constants[weights] = depthwise_filters_first(kernel) if depthwise else filters_first(kernel)
        planes = self.transposed(inputs[0], TO_PLANES, f"{name} in")
        out = self.add("Conv", [planes, weights, *inputs[2:]], f"{name} sum", auto_pad=padding,
                       dilations=numbers(attributes["dilations"])[1:3], group=kernel.dims[2] if depthwise else 1,
                       strides=numbers(attributes["strides"])[1:3])
        if activation == ["Relu"]:
            out = self.add("Relu", [out], f"{name} out")
        elif activation == ["Relu6"]:
            out = self.add("Clip", [out, self.number(0.0), self.number(6.0)], f"{name} out")
        self.transposed(out, TO_PIXELS, name)

    def resize(self, node: dict, inputs: list[str], name: str) -> None:
        attributes = node["attr"]
        if attributes["align_corners"].get("b") or not attributes["half_pixel_centers"].get("b"):
            raise ConvertError(f"{name}: only resizing between the centres of pixels is supported")
        planes = self.transposed(inputs[0], TO_PLANES, f"{name} in")
        # Its sizes are those of the whole tensor; batch and channels are taken from what comes in.
        kept = f"{name} kept"
        self.add("Slice", [self.add("Shape", [planes], f"{name} shape"), self.axes(0), self.axes(2)], kept)
        sizes = self.add("Concat", [kept, inputs[1]], f"{name} sizes", axis=0)
        out = self.add("Resize", [planes, "", "", sizes], f"{name} out",
                       coordinate_transformation_mode="half_pixel", mode="linear")
        self.transposed(out, TO_PIXELS, name)

    def arg_max(self, _node: dict, inputs: list[str], name: str) -> None:
        self.add("ArgMax", inputs[:1], name, axis=self.axis(inputs[1]), keepdims=0)

    def concat(self, _node: dict, inputs: list[str], name: str) -> None:
        self.add("Concat", inputs[:-1], name, axis=self.axis(inputs[-1]))

    def expand_dims(self, _node: dict, inputs: list[str], name: str) -> None:
        self.add("Unsqueeze", [inputs[0], self.axes(self.axis(inputs[1]))], name)

    def squeeze(self, node: dict, inputs: list[str], name: str) -> None:
        self.add("Squeeze", [*inputs, self.axes(*numbers(node["attr"]["squeeze_dims"]))], name)

    def floor_div(self, node: dict, inputs: list[str], name: str) -> None:
        # ONNX rounds towards zero, which is the same for the indices that are divided here.
        if node["attr"]["T"]["type"] != "DT_INT32":
            raise ConvertError(f"{name}: only integers are divided and rounded")
        self.add("Div", inputs, name)

    def squared_difference(self, _node: dict, inputs: list[str], name: str) -> None:
        difference = self.add("Sub", inputs, f"{name} difference")
        self.add("Mul", [difference, difference], name)

    def pack(self, node: dict, inputs: list[str], name: str) -> None:
        axis = int(node["attr"]["axis"]["i"])
        parts = [self.add("Unsqueeze", [part, self.axes(axis)], f"{name} {index}") for index, part in enumerate(inputs)]
        self.add("Concat", parts, name, axis=axis)

    def unpack(self, node: dict, inputs: list[str], name: str) -> None:
        axis, count = int(node["attr"]["axis"]["i"]), int(node["attr"]["num"]["i"])
        parts = [f"{name} {index}" for index in range(count)]
        self.graph.add("Split", [self.value(inputs[0])], parts, axis=axis)
        for index, part in enumerate(parts):
            self.add("Squeeze", [part, self.axes(axis)], f"{name}:{index}" if index else name)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Converts a TensorFlow.js graph model to ONNX.")
    for name in ("topology", "weights", "out"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args(arguments)
    try:
        options.out.write_bytes(convert(options.topology.read_bytes(), options.weights.read_bytes()))
    except (ConvertError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
