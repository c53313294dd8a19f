"""The classifiers: layers of the detector, which already see people and things, and small heads of our own.

The layers are read out of the detector's ONNX file node by node, so that no second copy of its architecture has to be
kept here. Only the operations that they use are known.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

# Output of the detector's third stage: 128 channels at a sixteenth of the input's size. The stages beyond it take most
# of the parameters and see more than a head's or hand's width.
STAGE, CHANNELS, STRIDE = "841", 128, 16
# The detector's classes for what is carried: backpack, handbag, suitcase.
BAGS = [24, 26, 28]

# The detector was trained on pixels of 0 to 255 with about this mean and spread; every crop is brought there, so that
# how dark or flat a scene is tells nothing.
MEAN, SPREAD = 114.0, 58.0
LEAST_SPREAD = 4.0


class Layers(nn.Module):
    """The nodes of the detector's graph that `outputs` need, with its weights to start from."""

    def __init__(self, detector: Path, outputs: list[str]) -> None:
        super().__init__()
        graph = onnx.load(str(detector)).graph
        weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
        self.outputs = outputs
        self.nodes: list[tuple[str, str | int, list[str], str]] = []
        focus = next(node for node in graph.node if node.op_type == "Concat")
        self.focused = focus.output[0]
        needed = set(outputs)
        for node in reversed(graph.node):
            if node.output[0] in needed and node.output[0] != self.focused:
                inputs = list(node.input) if node.op_type == "Concat" else [i for i in node.input if i not in weights]
                needed.update(inputs)
                self.nodes.insert(0, (node.op_type, self.prepared(node, weights), inputs, node.output[0]))

    def prepared(self, node: onnx.NodeProto, weights: dict[str, np.ndarray]) -> str | int:
        """The module that a convolution became, or the size of a pooling."""
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "MaxPool":
            return attributes["kernel_shape"][0]
        if node.op_type in ("Sigmoid", "Mul", "Add", "Concat", "Resize"):
            return 0
        if node.op_type != "Conv":
            raise ValueError(f"the detector's graph has an operation that is not known here: {node.op_type}")
        weight, bias = (torch.from_numpy(np.array(weights[name])) for name in node.input[1:3])
        conv = nn.Conv2d(
            weight.shape[1] * attributes["group"],
            weight.shape[0],
            weight.shape[2],
            stride=attributes["strides"][0],
            padding=attributes["pads"][0],
            groups=attributes["group"],
        )
        conv.weight.data, conv.bias.data = weight, bias
        name = f"n{node.output[0]}"
        self.add_module(name, conv)
        self.add_module(f"norm{name}", nn.BatchNorm2d(conv.out_channels))
        return name

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        quarters = [x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]]
        values = {self.focused: torch.cat(quarters, dim=1)}
        for operation, how, inputs, output in self.nodes:
            given = [values[name] for name in inputs]
            if operation == "Conv":
                out = getattr(self, f"norm{how}")(getattr(self, how)(given[0]))
            elif operation == "Sigmoid":
                out = torch.sigmoid(given[0])
            elif operation == "Mul":
                out = given[0] * given[1]
            elif operation == "Add":
                out = given[0] + given[1]
            elif operation == "MaxPool":
                out = F.max_pool2d(given[0], how, stride=1, padding=how // 2)
            elif operation == "Resize":
                out = F.interpolate(given[0], scale_factor=2.0, mode="nearest")
            else:
                out = torch.cat(given, dim=1)
            values[output] = out
        return [values[name] for name in self.outputs]

    @torch.no_grad()
    def fold(self) -> None:
        """Puts the normalisations into the convolutions, as the detector has them."""
        for name, norm in list(self.named_modules()):
            if isinstance(norm, nn.BatchNorm2d):
                conv = getattr(self, name.removeprefix("norm"))
                gain = norm.weight / (norm.running_var + norm.eps).sqrt()
                conv.weight.mul_(gain[:, None, None, None])
                conv.bias.copy_((conv.bias - norm.running_mean) * gain + norm.bias)
                setattr(self, name, nn.Identity())

    def keep_first(self, count: int) -> None:
        """Leaves the first `count` convolutions and their normalisations as they are while the rest is trained."""
        for name in [how for operation, how, _, _ in self.nodes if operation == "Conv"][:count]:
            getattr(self, name).requires_grad_(False)
            getattr(self, f"norm{name}").requires_grad_(False).eval()

    @torch.no_grad()
    def settle(self, x: torch.Tensor) -> None:
        """Sets the normalisations so that they change nothing for pictures like `x`.

        The detector's own were folded into its weights; without any, training is slow and goes astray.
        """

        def measure(norm: nn.BatchNorm2d, given: tuple[torch.Tensor]) -> None:
            norm.running_mean.copy_(given[0].mean(dim=(0, 2, 3)))
            norm.running_var.copy_(given[0].var(dim=(0, 2, 3)))
            norm.weight.copy_((norm.running_var + norm.eps).sqrt())
            norm.bias.copy_(norm.running_mean)

        norms = [module for module in self.modules() if isinstance(module, nn.BatchNorm2d)]
        hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
        self.eval()
        self.forward(x)
        for hook in hooks:
            hook.remove()


class Classifier(nn.Module):
    """Crops [N,3,S,S], BGR in 0..255, to the logit of yes [N,1]."""

    def __init__(self, detector: Path, side: int, width: int = 48) -> None:
        super().__init__()
        self.layers = Layers(detector, [STAGE])
        cells = side // STRIDE
        self.squeeze = nn.Conv2d(CHANNELS, width, 1)
        self.place = nn.Linear(width * cells * cells, 48)  # where in the crop something is matters
        self.any = nn.Linear(CHANNELS, 16)  # and what is anywhere in it
        self.out = nn.Linear(64, 1)
        self.drop = nn.Dropout(0.3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (features,) = self.layers(even(x))
        placed = self.place(self.drop(F.silu(self.squeeze(features)).flatten(1)))
        anywhere = self.any(self.drop(features.mean(dim=(2, 3))))
        return self.out(self.drop(F.silu(torch.cat([placed, anywhere], dim=1))))


class Mirrored(nn.Module):
    """The mean of what a classifier says of a crop and of its mirror image: a little surer, for twice the time."""

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        both = self.model(torch.cat([x, x.flip(3)]))
        return (both[: len(x)] + both[len(x) :]) / 2


class Finder(nn.Module):
    """Crops of whole persons [N,3,S,S], BGR in 0..255, to the logit of yes [N,1], by looking for the thing itself.

    A bag is a small part of a person; told only that there is one, a net of this size learns the place and the clothes.
    So this one is the whole detector, which knows bags, cut down to them; and where bags are is learned too.
    """

    def __init__(self, detector: Path, _side: int) -> None:
        super().__init__()
        # Its two finer grids: what fills a crop beyond them is no bag.
        self.layers = Layers(detector, scores_of(detector)[:4])
        for name in self.layers.outputs[1::2]:
            conv, norm = getattr(self.layers, f"n{name}"), nn.BatchNorm2d(len(BAGS))
            conv.weight.data, conv.bias.data = conv.weight.data[BAGS], conv.bias.data[BAGS]
            conv.out_channels = len(BAGS)
            setattr(self.layers, f"normn{name}", norm)
        self.gain = nn.Parameter(torch.tensor([1.0, 3.0]))

    def cells(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Of each grid [N,1,H,W] the logarithm of how likely a bag's middle is there."""
        scores = self.layers(even(x))
        pairs = zip(scores[::2], scores[1::2], strict=True)
        return [F.logsigmoid(thing) + F.logsigmoid(kinds.logsumexp(dim=1, keepdim=True)) for thing, kinds in pairs]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool([cell.flatten(1) for cell in self.cells(x)])

    def pool(self, cells: list[torch.Tensor]) -> torch.Tensor:
        return torch.cat(cells, dim=1).logsumexp(dim=1, keepdim=True) * self.gain[0] + self.gain[1]


@torch.no_grad()
def mix(model: nn.Module, own: nn.Module, share: float) -> None:
    """Takes only a `share` of what was learned, and keeps the rest of the detector's `own` weights.

    Half way between what was known before and what a small set of pictures taught lies a model that is better on both
    than either.
    """
    model.layers.fold()
    own.layers.fold()
    before = own.state_dict()
    model.load_state_dict({name: before[name].lerp(value, share) for name, value in model.state_dict().items()})


def scores_of(detector: Path) -> list[str]:
    """The outputs of the detector's last convolutions, for each grid: something there, and of which class."""
    graph = onnx.load(str(detector)).graph
    before = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Sigmoid"}
    last = [node for node in graph.node if node.op_type == "Concat" and sum(i in before for i in node.input) == 2]
    return [before[name] for node in last for name in node.input if name in before]


def even(x: torch.Tensor) -> torch.Tensor:
    """Each crop with the brightness and contrast that the detector's layers know."""
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    spread = (x - mean).pow(2).mean(dim=(1, 2, 3), keepdim=True).sqrt()
    return (x - mean) / spread.clamp(min=LEAST_SPREAD) * SPREAD + MEAN


def export(model: nn.Module, shape: tuple[int, int], path: Path) -> None:
    """Writes the model as ONNX, one crop of so many rows and columns at a time."""
    model.eval()
    torch.onnx.export(
        model,
        torch.zeros(1, 3, *shape),
        str(path),
        input_names=["crop"],
        output_names=["logit"],
        opset_version=13,
    )
    shrink(path)


def shrink(path: Path) -> None:
    """Keeps the weights of a file's convolutions in 8 bits, with a scale for each channel."""
    graph = onnx.load(str(path))
    weights = {tensor.name: tensor for tensor in graph.graph.initializer}
    for node in [node for node in graph.graph.node if node.op_type == "Conv"]:
        tensor = weights[node.input[1]]
        values = numpy_helper.to_array(tensor)
        scale = np.maximum(np.abs(values).reshape(len(values), -1).max(axis=1), 1e-12) / 127
        small = np.round(values / scale.reshape(-1, 1, 1, 1)).astype(np.int8)
        name = tensor.name
        graph.graph.initializer.remove(tensor)
        graph.graph.initializer.extend(
            [
                numpy_helper.from_array(small, f"{name}.8"),
                numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"),
                numpy_helper.from_array(np.zeros(len(scale), dtype=np.int8), f"{name}.zero"),
            ]
        )
        inputs = [f"{name}.8", f"{name}.scale", f"{name}.zero"]
        graph.graph.node.insert(0, onnx.helper.make_node("DequantizeLinear", inputs, [name], axis=0))
    for node in graph.graph.node:
        node.name = ""
    onnx.checker.check_model(graph)
    path.write_bytes(graph.SerializeToString())
