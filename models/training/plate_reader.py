#!/usr/bin/env python3
"""Trains the reader of plate lines, from drawn plates alone, and writes it with its card.

    models/training/plate_reader.py --data DIR [--out DIR] [--drawn FILE] [--first N]

Writes `plate-reader.onnx` and `plate-reader.md`, and prints the manifest's entry. `--data` has the photographs from which
strips without text are cut. `--drawn` keeps the drawn lines in a file, to be used again. The seed is fixed; one thread.
"""

import argparse
import copy
import hashlib
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

import plate_lines
import plate_reader_card
import vehicles
from augment import Dice
from data import HERE
from network import shrink
from plate_fit import follow
from plate_lines import CHARACTERS, HEIGHT, Line

ROOT = HERE.parent.parent
PLATES, BARE = 12000, 400
BATCH = 64


@dataclass(frozen=True)
class Round:
    """`as_found`: as in `plate_lines.seen_by_camera`."""

    steps: int
    rate: float
    as_found: float


# Each begins with the file that the one before wrote.
ROUNDS = (Round(1150, 3e-3, 0.0), Round(750, 2e-3, 1.0), Round(2000, 2e-3, 1.0), Round(3600, 2e-3, 0.4))
# Of a batch, strips without text.
EMPTY = 3
# Symbols of the output: nothing new, CHARACTERS, a space that is never said.
SYMBOLS = len(CHARACTERS) + 2
# Columns of the strip for each step of the output.
STRIDE = 4


def convolution(given: int, made: int, size: tuple[int, int], stride: tuple[int, int] = (1, 1), groups: int = 1, pad: bool = True) -> nn.Sequential:
    padding = (size[0] // 2, size[1] // 2) if pad else (0, size[1] // 2)
    return nn.Sequential(
        nn.Conv2d(given, made, size, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(made), nn.ReLU(inplace=True)
    )


class Block(nn.Module):
    """A convolution of each channel, then one across channels; added to what was given where the shape stays."""

    def __init__(self, given: int, made: int, size: tuple[int, int], down: bool = False) -> None:
        super().__init__()
        self.same = given == made and not down
        self.body = nn.Sequential(
            convolution(given, given, size, (2, 1) if down else (1, 1), groups=given),
            nn.Conv2d(given, made, 1, bias=False), nn.BatchNorm2d(made),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made = self.body(x)
        return F.relu(x + made if self.same else made)


class PlateReader(nn.Module):
    """Strips [N,3,48,W], BGR, (x - 127.5) / 127.5, to logits [N,W/4,38] of SYMBOLS."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(3, 24, (3, 3), (2, 2)),
            convolution(24, 48, (3, 3), (2, 2)),
            convolution(48, 64, (3, 3)),
            Block(64, 128, (3, 3), down=True),
            Block(128, 128, (3, 3)),
            Block(128, 128, (3, 3)),
            Block(128, 192, (3, 3), down=True),
            Block(192, 192, (3, 3)),
            # What is left of the height becomes one row.
            convolution(192, 192, (3, 1), groups=192, pad=False),
            convolution(192, 224, (1, 1)),
            Block(224, 224, (1, 7)),
            Block(224, 224, (1, 5)),
        )
        self.head = nn.Conv2d(224, SYMBOLS, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x)).squeeze(2).transpose(1, 2)


class Answer(nn.Module):
    """What is exported: probabilities."""

    def __init__(self, reader: PlateReader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.reader(x).softmax(dim=2)


# --- training ---------------------------------------------------------------------------------------------------------


class Batches:
    """Draws batches of strips of one width."""

    def __init__(self, lines: list[Line], bare: list[Line], seed: int, as_found: float = 0.0) -> None:
        self.as_found = as_found
        self.random, self.dice = np.random.default_rng(seed), Dice(seed)
        self.bare = np.stack([line.picture for line in bare])
        self.pictures = np.stack([line.picture for line in lines])
        self.natural = np.log([line.natural for line in lines])
        self.codes = [torch.tensor([CHARACTERS.index(c) + 1 for c in line.text]) for line in lines]

    def draw(self) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Strips [N,3,48,W] as the model takes them and the symbols of each. Lines are squeezed and stretched to the batch's width."""
        one = self.natural[self.random.integers(len(self.natural))] + self.random.normal(0, 0.12)
        width = plate_lines.strip_width(math.exp(one))
        chance = np.exp(-0.5 * ((self.natural - math.log(width)) / 0.13) ** 2)
        chosen = self.random.choice(len(chance), BATCH - EMPTY, p=chance / chance.sum())
        empty = self.random.integers(len(self.bare), size=EMPTY)
        sheets = np.concatenate([self.pictures[chosen], self.bare[empty]])
        codes = [self.codes[k] for k in chosen] + [torch.zeros(0, dtype=torch.long)] * EMPTY
        order = self.random.permutation(BATCH)
        x = plate_lines.strips(torch.from_numpy(sheets[order]), width, self.dice, self.as_found)
        return plate_lines.normal(x), [codes[k] for k in order]


def loss_of(logits: torch.Tensor, codes: list[torch.Tensor]) -> torch.Tensor:
    """Connectionist temporal classification, each strip weighing the same."""
    lengths = torch.tensor([len(code) for code in codes])
    steps = torch.full((len(codes),), logits.shape[1], dtype=torch.long)
    said = logits.log_softmax(dim=2).transpose(0, 1)
    return F.ctc_loss(said, torch.cat(codes), steps, lengths, reduction="sum", zero_infinity=True) / len(codes)


def read(logits: torch.Tensor) -> list[str]:
    """The likeliest symbol of each step; repeated ones are one."""
    texts = []
    for row in logits.argmax(dim=2).tolist():
        kept = [symbol for symbol, before in zip(row, [0, *row], strict=False) if symbol != before]
        texts.append("".join(CHARACTERS[symbol - 1] for symbol in kept if 0 < symbol <= len(CHARACTERS)))
    return texts


def train(model: PlateReader, batches: Batches, plan: Round, save=None) -> PlateReader:
    """Gives the mean of the weights over the last stretch of training."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.rate, weight_decay=0.01)
    mean, losses, right, begun = copy.deepcopy(model), [], [], time.monotonic()
    for step in range(plan.steps):
        ramp = min(1.0, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / plan.steps)))
        optimizer.param_groups[0]["lr"] = plan.rate * ramp
        x, codes = batches.draw()
        model.train()
        logits = model(x)
        loss = loss_of(logits, codes)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        follow(mean, model, min(0.99, (step + 1) / (step + 10)))
        losses.append(loss.item())
        texts = ["".join(CHARACTERS[k - 1] for k in code) for code in codes]
        right.append(np.mean([a == b for a, b in zip(read(logits), texts, strict=True)]))
        if (step + 1) % 25 == 0:
            print(f"  step {step + 1}/{plan.steps} loss {np.mean(losses[-25:]):.3f} lines {np.mean(right[-25:]):.3f} {time.monotonic() - begun:.0f} s", flush=True)
        if save and (step + 1) % 200 == 0:
            save(mean)
    return mean


# --- the file ---------------------------------------------------------------------------------------------------------


@torch.no_grad()
def loaded(path: Path, x: torch.Tensor) -> PlateReader:
    """The model of a file, to be trained further. Its normalisations, which are in its convolutions there, are set so that
    they change nothing for strips like `x`."""
    graph = onnx.load(str(path)).graph
    weights = {tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor))) for tensor in graph.initializer}
    stored = [node.input for node in graph.node if node.op_type == "Conv"]
    model = PlateReader()
    modules = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.BatchNorm2d)]
    biases: dict[nn.Module, torch.Tensor] = {}
    for (_, weight, bias), conv in zip(stored, [m for m in modules if isinstance(m, nn.Conv2d)], strict=True):
        conv.weight.copy_(weights[f"{weight}.8"].float() * weights[f"{weight}.scale"].view(-1, 1, 1, 1))
        if conv.bias is not None:
            conv.bias.copy_(weights[bias])
        else:
            biases[modules[modules.index(conv) + 1]] = weights[bias]

    def settle(norm: nn.BatchNorm2d, given: tuple[torch.Tensor]) -> None:
        norm.running_mean.copy_(given[0].mean(dim=(0, 2, 3)))
        norm.running_var.copy_(given[0].var(dim=(0, 2, 3)))
        norm.weight.copy_((norm.running_var + norm.eps).sqrt())
        norm.bias.copy_(norm.running_mean + biases[norm])

    hooks = [norm.register_forward_pre_hook(settle) for norm in biases]
    model.eval()(x)
    for hook in hooks:
        hook.remove()
    return model


def export(model: PlateReader, path: Path) -> None:
    """Writes the model as ONNX, a strip at a time of any width, its weights in 8 bits, its dictionary with it."""
    answer = Answer(copy.deepcopy(model)).eval()
    torch.onnx.export(
        answer, torch.zeros(1, 3, HEIGHT, 192), str(path), input_names=["strip"], output_names=["symbols"],
        dynamic_axes={"strip": {3: "width"}, "symbols": {1: "steps"}}, opset_version=13,
    )
    shrink(path)
    file = onnx.load(str(path))
    note = file.metadata_props.add()
    note.key, note.value = "character", "\n".join(CHARACTERS)
    onnx.checker.check_model(file)
    path.write_bytes(file.SerializeToString())


def drawn_lines(kept: Path | None) -> list[Line]:
    """Drawn, or taken from the file where they were kept."""
    if kept and kept.is_file():
        file = np.load(kept)
        return [Line(p, float(n), str(t)) for p, n, t in zip(file["pictures"], file["natural"], file["text"], strict=True)]
    lines = plate_lines.draw(PLATES)
    if kept:
        columns = {"pictures": np.stack([line.picture for line in lines]), "natural": [line.natural for line in lines]}
        np.savez(kept, text=[line.text for line in lines], **columns)
    return lines


def make(data: Path, out: Path, kept: Path | None = None, first: int = 0) -> str:
    """Trains, writes model and card; gives the manifest's entry."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    photos = vehicles.photos(data)
    lines = drawn_lines(kept)
    bare = plate_lines.bare_lines([photo for photo in photos if not photo.held_out()], np.random.default_rng(2), BARE)
    print(f"plate-reader: {len(lines)} lines of {PLATES} plates, {len(bare)} strips without text", flush=True)
    path = out / "plate-reader.onnx"
    for number, plan in enumerate(ROUNDS[first:], start=first + 1):
        batches = Batches(lines, bare, number, plan.as_found)
        model = PlateReader() if number == 1 else loaded(path, batches.draw()[0])
        model = train(model, batches, plan, save=lambda mean: export(mean, path))
        export(model, path)
    model.eval()
    with torch.no_grad():
        figures = plate_reader_card.measure(lambda x: read(model(x)), data, [photo for photo in photos if photo.held_out()])
    text = "\n".join(plate_reader_card.card((PLATES, len(lines), len(bare)), figures))
    (out / "plate-reader.md").write_text(text + "\n", encoding="utf-8")
    return plate_reader_card.manifest(hashlib.sha256(path.read_bytes()).hexdigest())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Trains the reader of plate lines and writes it with its card.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of training data")
    parser.add_argument("--out", type=Path, default=ROOT / "models")
    parser.add_argument("--drawn", type=Path, metavar="FILE", help="keep the drawn lines there")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="leave out so many rounds: --out has what they wrote")
    options = parser.parse_args(arguments)
    print(make(options.data, options.out, options.drawn, options.first))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
