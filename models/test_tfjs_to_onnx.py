"""Tests of the converter on a graph of a few nodes; that MoveNet computes the same is tested where models run."""

import base64
import hashlib
import json
import struct
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import onnx_file  # noqa: E402
import tfjs_to_onnx  # noqa: E402


def said(text: str) -> dict:
    return {"s": base64.b64encode(text.encode()).decode()}


def said_list(*texts: str) -> dict:
    return {"list": {"s": [said(text)["s"] for text in texts]}}


def numbers(*values: int) -> dict:
    return {"list": {"i": [str(value) for value in values]}}


CONVOLUTION = {
    "padding": said("SAME"), "data_format": said("NHWC"), "strides": numbers(1, 2, 2, 1), "dilations": numbers(1, 1, 1, 1),
    "fused_ops": said_list("BiasAdd", "Relu6"),
}


def shape(*sizes: int) -> dict:
    return {"dim": [{"size": str(size)} for size in sizes]}


# A picture of 4x6 through one convolution of three filters (2x1 pixels), and the place of its greatest value.
NODES = [
    {"name": "best", "op": "ArgMax", "input": ["conv:0", "axis"], "attr": {}},
    {"name": "picture in", "op": "Placeholder", "attr": {"shape": {"shape": shape(1, 4, 6, 3)}}},
    {"name": "conv", "op": "_FusedConv2D", "input": ["picture in", "kernel", "bias"], "attr": CONVOLUTION},
    *({"name": name, "op": "Const"} for name in ("kernel", "bias", "axis")),
]
WEIGHTS = [
    {"name": "kernel", "dtype": "float32", "shape": [2, 1, 3, 3], "quantization": {"dtype": "float16"}},
    {"name": "bias", "dtype": "float32", "shape": [3]},
    {"name": "axis", "dtype": "int32", "shape": []},
]
KERNEL = [index / 4 for index in range(18)]
DATA = struct.pack("<18e3fi", *KERNEL, 1, 2, 3, -1)


def described(nodes: list[dict] = NODES, weights: list[dict] = WEIGHTS) -> bytes:
    outputs = {"out": {"name": "best:0", "tensorShape": shape(1, 2, 3)}}
    graph = {"modelTopology": {"node": nodes}, "signature": {"outputs": outputs}, "weightsManifest": [{"weights": weights}]}
    return json.dumps(graph).encode()


def changed(index: int, **fields: object) -> list[dict]:
    return [{**node, **fields} if at == index else node for at, node in enumerate(NODES)]


def fields(content: bytes) -> list[tuple[int, int | bytes]]:
    """The fields of a protobuf message, by number: what the writer must have written."""
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(content):
        key = varint()
        match key & 7:
            case 0:
                found.append((key >> 3, varint()))
            case 2:
                size = varint()
                found.append((key >> 3, content[at : at + size]))
                at += size
            case 5:
                found.append((key >> 3, content[at : at + 4]))
                at += 4
            case kind:
                raise AssertionError(f"wire type {kind}")
    return found


def of(message: list[tuple[int, int | bytes]], number: int) -> list:
    return [value for found, value in message if found == number]


class Converted(unittest.TestCase):
    def graph(self, content: bytes) -> list[tuple[int, int | bytes]]:
        [graph] = of(fields(content), 7)
        return fields(graph)

    def operations(self, content: bytes) -> list[str]:
        return [of(fields(node), 4)[0].decode() for node in of(self.graph(content), 1)]

    def test_nodes_come_in_the_order_of_the_data(self) -> None:
        content = tfjs_to_onnx.convert(described(), DATA)
        order = ["Transpose", "Transpose", "Conv", "Clip", "Transpose", "ArgMax"]
        self.assertEqual(self.operations(content), order)
        names = [of(fields(value), 1)[0] for number in (11, 12) for value in of(self.graph(content), number)]
        self.assertEqual(names, [b"picture", b"best"])

    def test_weights_are_widened_and_turned(self) -> None:
        initializers = {}
        for content in of(self.graph(tfjs_to_onnx.convert(described(), DATA)), 5):
            tensor = fields(content)
            initializers[of(tensor, 8)[0].decode()] = (of(tensor, 1), of(tensor, 2)[0], of(tensor, 9)[0])
        dims, kind, raw = initializers["kernel planes"]
        self.assertEqual((dims, kind), ([3, 3, 2, 1], onnx_file.FLOAT))
        # Rows, columns, in, out: the value at [row, 0, in, out] is row * 9 + in * 3 + out, in quarters.
        turned = [KERNEL[row * 9 + at * 3 + to] for to in range(3) for at in range(3) for row in range(2)]
        self.assertEqual(list(struct.unpack("<18f", raw)), turned)
        self.assertEqual(initializers["bias"], ([3], onnx_file.FLOAT, struct.pack("<3f", 1, 2, 3)))
        self.assertNotIn("kernel", initializers)

    def test_depthwise_weights_are_turned(self) -> None:
        kernel = onnx_file.Tensor(onnx_file.FLOAT, (2, 1, 2, 2), struct.pack("<8f", *range(8)))
        turned = tfjs_to_onnx.depthwise_filters_first(kernel)
        self.assertEqual(turned.dims, (4, 1, 2, 1))
        self.assertEqual(struct.unpack("<8f", turned.raw), (0, 4, 1, 5, 2, 6, 3, 7))

    def test_the_same_bytes_each_time(self) -> None:
        content = tfjs_to_onnx.convert(described(), DATA)
        self.assertEqual(content, tfjs_to_onnx.convert(described(), DATA))
        # When the writing changes on purpose, so do this and the hashes in the manifest.
        self.assertEqual(hashlib.sha256(content).hexdigest(), "fbbdc5ce310bd6feb12c90462d7d958222185ba52da56a6fefc1529dc91ea1e5")

    def test_numbers_are_written_as_protobuf_has_them(self) -> None:
        for value, written in ((0, b"\0"), (127, b"\x7f"), (300, b"\xac\x02"), (-1, b"\xff" * 9 + b"\x01")):
            self.assertEqual(onnx_file.varint(value), written)


class Refused(unittest.TestCase):
    def refused(self, topology: bytes, data: bytes = DATA) -> str:
        with self.assertRaises(tfjs_to_onnx.ConvertError) as caught:
            tfjs_to_onnx.convert(topology, data)
        return str(caught.exception)

    def test_what_is_not_known_is_named(self) -> None:
        cases = [
            (changed(0, op="TopKV2"), "operation TopKV2 is not supported"),
            (changed(2, attr={**CONVOLUTION, "fused_ops": said_list("BiasAdd", "Elu")}), "conv: a convolution with"),
            (changed(2, attr={**CONVOLUTION, "data_format": said("NCHW")}), "conv: a convolution with"),
            (changed(1, attr={"shape": {"shape": shape(1, 4, 6, 1)}}), "picture in takes (1, 4, 6, 1)"),
            (changed(2, input=["picture in", "best", "bias"]), "feeds itself"),
            (changed(2, input=["picture in", "picture in", "bias"]), "picture in should be a constant"),
            (changed(2, input=["picture in", "gone", "bias"]), "gone"),
            (changed(2, attr={}), "not a graph model"),
        ]
        for nodes, message in cases:
            with self.subTest(message):
                self.assertIn(message, self.refused(described(nodes)))

    def test_weights_must_fit_their_file(self) -> None:
        self.assertIn("end at byte 52, their file at 53", self.refused(described(), DATA + b"x"))
        self.assertIn("not a graph model", self.refused(described(), DATA[:-1]))
        packed = [{**WEIGHTS[0], "quantization": {"dtype": "uint8", "scale": 1, "min": 0}}, *WEIGHTS[1:]]
        self.assertIn("kernel: float32 stored as uint8", self.refused(described(weights=packed)))
        self.assertIn("not a graph model", self.refused(b"{}"))
        self.assertIn("not a graph model", self.refused(b"\xff"))


if __name__ == "__main__":
    unittest.main()
