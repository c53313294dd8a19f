"""Writes ONNX files: the few messages of its protobuf format that a graph of float and integer tensors needs.

The same graph gives the same bytes each time: fields are written in the order of their numbers, maps are not used, and
nothing says when or where. Python's standard library only.
"""

import struct
from dataclasses import dataclass, field

IR_VERSION = 8
OPSET = 13

FLOAT, INT64 = 1, 7  # TensorProto.DataType

Attribute = int | float | str | list[int]


@dataclass(frozen=True)
class Tensor:
    """Little-endian values in row-major order."""

    data_type: int
    dims: tuple[int, ...]
    raw: bytes


@dataclass
class Graph:
    """What a model does; nodes in an order in which each finds its inputs."""

    name: str
    inputs: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    outputs: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    initializers: dict[str, Tensor] = field(default_factory=dict)
    nodes: list[bytes] = field(default_factory=list)

    def add(self, op: str, inputs: list[str], outputs: list[str], **attributes: Attribute) -> None:
        parts = [string(1, name) for name in inputs] + [string(2, name) for name in outputs]
        parts += [string(3, outputs[0]), string(4, op)]
        parts += [message(5, attribute(name, value)) for name, value in attributes.items()]
        self.nodes.append(b"".join(parts))


def model(graph: Graph, producer: str) -> bytes:
    """The whole file."""
    parts = [message(1, node) for node in graph.nodes]
    parts.append(string(2, graph.name))
    parts += [message(5, tensor(name, value)) for name, value in graph.initializers.items()]
    parts += [message(11, value_info(*value)) for value in graph.inputs]
    parts += [message(12, value_info(*value)) for value in graph.outputs]
    opset = string(1, "") + integer(2, OPSET)
    return integer(1, IR_VERSION) + string(2, producer) + message(7, b"".join(parts)) + message(8, opset)


def tensor(name: str, value: Tensor) -> bytes:
    dims = b"".join(integer(1, size) for size in value.dims)
    return dims + integer(2, value.data_type) + string(8, name) + message(9, value.raw)


def value_info(name: str, data_type: int, dims: tuple[int, ...]) -> bytes:
    shape = b"".join(message(1, integer(1, size)) for size in dims)
    return string(1, name) + message(2, message(1, integer(1, data_type) + message(2, shape)))


def attribute(name: str, value: Attribute) -> bytes:
    # The last field is AttributeProto.AttributeType.
    match value:
        case int():
            return string(1, name) + integer(3, value) + integer(20, 2)
        case float():
            return string(1, name) + varint(2 << 3 | 5) + struct.pack("<f", value) + integer(20, 1)
        case str():
            return string(1, name) + string(4, value) + integer(20, 3)
        case list():
            return string(1, name) + b"".join(integer(8, item) for item in value) + integer(20, 7)
    raise TypeError(f"attribute {name}: {value!r}")


# --- protobuf's wire format ------------------------------------------------------------------------------------------


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers in two's complement
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(number: int, value: int) -> bytes:
    return varint(number << 3) + varint(value)


def message(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def string(number: int, text: str) -> bytes:
    return message(number, text.encode())
