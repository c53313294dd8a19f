#!/usr/bin/env python3
"""Trains the aligner of plates, from drawn plates on photographs of vehicles and from the photographs' own, and writes it
with its card.

    models/training/plate_aligner.py --data DIR [--out DIR] [--drawn FILE]

The finder knows a plate's corners to a tenth of its sides, which is too little to read it. The aligner is shown the plate
straightened by such corners, with room around, and says where they really are. Writes `plate-aligner.onnx` and
`plate-aligner.md`, and prints the manifest's entry. `--drawn` keeps what is drawn in a file, to be used again. The seed is
fixed; one thread.
"""

import argparse
import copy
import hashlib
import math
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

import augment
import coverings
import plate_aligner_card
import plate_lines
import plate_scenes
import plates
import vehicles
from augment import Dice
from data import HERE
from network import shrink
from plate_aligner_card import Figures
from plate_fit import follow
from plate_reader import Block, convolution
from plate_series import SERIES
from vehicles import Photo

ROOT = HERE.parent.parent
# Rows and columns of the input, and how much of it lies around the plate: in shares of the plate, on each side.
SIZE, ROOM = (72, 112), (0.6, 0.3)
# A kept picture shows the plate straightened, with this many pixels and so much around it, up and down and to the sides.
SHEET, REACH = (204, 336), (1.2, 0.9)
SCENES, OWN = 1200, 0.2
# Scenes that are drawn with one seed.
SERVING = 400
BATCH, STEPS, RATE = 40, 1600, 3e-3
# Errors beyond this share of a side count less and less.
BETA = 0.03
# Corners that are off by more are not learned from.
MOST = 1.2
# Looks at held-out plates, each misplaced anew.
LOOKS, SEED = 1000, 6
UNIT = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
Random = np.random.Generator


class Aligner(nn.Module):
    """Plates [N,3,72,112], BGR, (x - 127.5) / 127.5, to how far their corners lie from where they should be [N,8]: x and y
    of each, clockwise from the upper left, in shares of the width and height of what was straightened."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            convolution(3, 16, (3, 3), (2, 2)),
            convolution(16, 32, (3, 3), (2, 2)),
            convolution(32, 64, (3, 3), (2, 2)),
            Block(64, 96, (3, 3)),
            Block(96, 96, (3, 3)),
            Block(96, 96, (5, 5)),
            convolution(96, 64, (3, 3), (2, 2)),
            # Where things are counts here: every place has weights of its own.
            nn.Conv2d(64, 96, (5, 7)), nn.ReLU(inplace=True),
        )
        self.head = nn.Conv2d(96, 8, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x)).flatten(1)


# --- drawing ----------------------------------------------------------------------------------------------------------


def scene_of(photos: list[Photo], random: Random) -> plate_scenes.Scene:
    """A vehicle with a drawn plate, or with its own."""
    width = 50 * 5 ** random.random()
    if random.random() < OWN:
        # Only those of which the corners are labelled, not a box.
        cornered = [photo for photo in photos if len(np.unique(photo.quad.round(2)[:, 0])) == 4]
        photo = cornered[random.integers(len(cornered))]
        return plate_scenes.as_it_is(plate_scenes.enlarged(photo, width))
    kinds = list(SERIES)
    chance = np.sqrt([SERIES[kind].weight for kind in kinds])
    plate = plates.render(random, kinds[random.choice(len(kinds), p=chance / chance.sum())])
    # Motorbikes are few and all in one place: their plates are set on other vehicles too.
    bikes = plate.kind.startswith("motorbike") and random.random() < 0.5
    chosen = [photo for photo in photos if (photo.source == "vn") == bikes]
    photo = chosen[random.integers(len(chosen))]
    tilted = random.random() < 0.4
    turn = (random.normal(0, 10 if tilted else 3), random.normal(0, 25 if tilted else 7))
    large = plate_scenes.enlarged(photo, plate_scenes.width_of(photo, plate, width))
    return plate_scenes.with_plate(large, plate, turn, random)


def sheet_of(scene: plate_scenes.Scene) -> np.ndarray:
    """The plate straightened, and what is around it: [3,204,336], BGR."""
    fine = 2
    v = (torch.arange(float(SHEET[0] * fine)) + 0.5) / (SHEET[0] * fine) * (1 + 2 * REACH[0]) - REACH[0]
    u = (torch.arange(float(SHEET[1] * fine)) + 0.5) / (SHEET[1] * fine) * (1 + 2 * REACH[1]) - REACH[1]
    places = torch.stack(torch.meshgrid(v, u, indexing="ij")[::-1], dim=2).view(1, -1, 2)
    quad = torch.from_numpy(np.asarray(scene.quad, dtype=np.float32))[None]
    there = moved(onto(quad), places).view(1, SHEET[0] * fine, SHEET[1] * fine, 2)
    h, w, _ = scene.pixels.shape
    picture = torch.from_numpy(np.clip(scene.pixels[:, :, ::-1], 0, 255).astype(np.float32).copy()).permute(2, 0, 1)[None]
    seen = F.grid_sample(picture, there / torch.tensor([w / 2, h / 2]) - 1, padding_mode="border", align_corners=False)
    return F.avg_pool2d(seen, fine)[0].round().byte().numpy()


def usable(photos: list[Photo]) -> list[Photo]:
    return [photo for photo in photos if photo.quad is not None and coverings.size(photo.quad)[0] >= 20]


def draw(photos: list[Photo], count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng([78, seed])
    return np.stack([sheet_of(scene_of(usable(photos), random)) for _ in range(count)])


# --- corners ----------------------------------------------------------------------------------------------------------


def onto(corners: torch.Tensor) -> torch.Tensor:
    """Homographies [N,3,3] from the unit square to corners [N,4,2]."""
    n = len(corners)
    rows, values = [], []
    for k, (u, v) in enumerate(UNIT.tolist()):
        x, y = corners[:, k, 0], corners[:, k, 1]
        zero, one = torch.zeros(n), torch.ones(n)
        rows += [torch.stack([one * u, one * v, one, zero, zero, zero, -x * u, -x * v], 1)]
        rows += [torch.stack([zero, zero, zero, one * u, one * v, one, -y * u, -y * v], 1)]
        values += [x, y]
    solved = torch.linalg.solve(torch.stack(rows, 1), torch.stack(values, 1))
    return torch.cat([solved, torch.ones(n, 1)], 1).view(n, 3, 3)


def moved(matrix: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Where homographies [N,3,3] put places [N,P,2]."""
    there = torch.cat([places, torch.ones_like(places[:, :, :1])], 2) @ matrix.transpose(1, 2)
    return there[:, :, :2] / there[:, :, 2:]


def misplaced(n: int, dice: Dice) -> torch.Tensor:
    """Corners [N,4,2] as far from those of the unit square as the finder's are, or as they are after a first look."""
    much = torch.where(dice.uniform(0, 1, n) < 0.35, 0.35, 1.0)[:, None, None]

    def often(usual: float, seldom: float, share: float) -> torch.Tensor:
        return torch.where(dice.uniform(0, 1, n) < share, dice.uniform(-seldom, seldom, n), dice.normal(n).clamp(-2.5, 2.5) * usual)

    middle = UNIT[None] - 0.5
    grown = torch.exp(torch.stack([dice.normal(n).clamp(-2, 2) * 0.14, dice.normal(n).clamp(-2, 2) * 0.18], 1))[:, None]
    off = middle * (grown - 1) + dice.normal(n, 1, 2).clamp(-2, 2) * torch.tensor([0.06, 0.11])
    roll, slant = often(0.1, 0.9, 0.2), often(0.05, 0.3, 0.2)
    turned = torch.stack([slant[:, None] * middle[:, :, 1], roll[:, None] * middle[:, :, 0]], 2)
    return UNIT[None] + (off + turned + dice.normal(n, 4, 2).clamp(-2, 2) * torch.tensor([0.025, 0.05])) * much


def seen(sheets: torch.Tensor, corners: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Kept pictures as the aligner is shown them, straightened by `corners`, through cameras of one light."""
    n, (high, wide) = len(sheets), SIZE
    v = (torch.arange(float(high)) + 0.5) / high * (1 + 2 * ROOM[0]) - ROOM[0]
    u = (torch.arange(float(wide)) + 0.5) / wide * (1 + 2 * ROOM[1]) - ROOM[1]
    places = torch.stack(torch.meshgrid(v, u, indexing="ij")[::-1], dim=2).view(1, -1, 2).expand(n, -1, -1)
    there = moved(onto(corners), places)
    # From the plate's unit square to the sheet from -1 to 1.
    grid = (there - 0.5) / torch.tensor([0.5 + REACH[1], 0.5 + REACH[0]])
    x = F.grid_sample(sheets.float(), grid.view(n, high, wide, 2), padding_mode="border", align_corners=False)
    light = ("day", "night", "ir")[int(dice.choose([0.4, 0.3, 0.3], 1))]
    x = {"day": augment.by_day, "night": augment.under_lamps, "ir": augment.in_infrared}[light](x, dice).clamp(0, 255)
    x = plate_lines.flattened(plate_lines.lit(x, dice), dice)
    sigma = float(dice.uniform(0.1, 1.0, 1)) ** 2 * 2.2
    reach = max(1, int(2.5 * sigma + 0.5))
    taps = torch.exp(-0.5 * (torch.arange(-float(reach), reach + 1) / max(sigma, 0.05)) ** 2)
    x = plate_lines.filtered(plate_lines.filtered(x, taps, True), taps, False)
    noise = dice.normal(n, 3, high, wide)
    if light == "ir":
        noise = noise[:, :1].expand(-1, 3, -1, -1)
    deviation = torch.minimum(dice.uniform(0.1, 1, n, 1, 1, 1) ** 1.5 * 9.0, plate_lines.contrast_of(x) * plate_lines.MOST_NOISE)
    return plate_lines.normal(plate_lines.stretched((x + noise * deviation).clamp(0, 255)))


def wanted(corners: torch.Tensor) -> torch.Tensor:
    """How far the unit square's corners are from `corners`, as these have it [N,8]."""
    return (moved(torch.linalg.inv(onto(corners)), UNIT[None].expand(len(corners), -1, -1)) - UNIT).flatten(1)


# --- training ---------------------------------------------------------------------------------------------------------


def batch(sheets: np.ndarray, random: Random, dice: Dice, count: int = BATCH) -> tuple[torch.Tensor, torch.Tensor]:
    corners = misplaced(count, dice)
    target = wanted(corners)
    # Where the corners were turned inside out there is nothing to learn.
    sound = target.abs().amax(dim=1) < MOST
    chosen = torch.from_numpy(sheets[random.integers(len(sheets), size=count)])
    return seen(chosen[sound], corners[sound], dice), target[sound]


def train(sheets: np.ndarray, save=None) -> Aligner:
    """Gives the mean of the weights over the last stretch of training."""
    random, dice, model = np.random.default_rng(4), Dice(4), Aligner()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02)
    mean, losses, begun = copy.deepcopy(model), [], time.monotonic()
    for step in range(STEPS):
        rate = RATE * min(1.0, (step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / STEPS)))
        optimizer.param_groups[0]["lr"] = rate
        x, target = batch(sheets, random, dice)
        model.train()
        said = model(x)
        loss = F.smooth_l1_loss(said, target, beta=BETA)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        follow(mean, model, min(0.99, (step + 1) / (step + 10)))
        losses.append(((said - target).abs().mean().item(), target.abs().mean().item()))
        if (step + 1) % 50 == 0:
            left, before = np.mean(losses[-50:], axis=0)
            print(f"  step {step + 1}/{STEPS} off by {left:.4f} of {before:.4f}, {time.monotonic() - begun:.0f} s", flush=True)
        if save and (step + 1) % 300 == 0:
            save(mean)
    return mean.eval()


@torch.no_grad()
def measure(model: nn.Module, sheets: np.ndarray) -> Figures:
    """`model` on kept pictures of plates that were not learned from."""
    random, dice, steps = np.random.default_rng(SEED), Dice(SEED), ([], [], [])
    while sum(len(part) for part in steps[0]) < LOOKS:
        corners = misplaced(BATCH, dice)
        corners = corners[wanted(corners).abs().amax(dim=1) < MOST]
        chosen = torch.from_numpy(sheets[random.integers(len(sheets), size=len(corners))])
        steps[0].append(off(corners))
        # The same cameras both times.
        seed = int(random.integers(1 << 31))
        for found in steps[1:]:
            shifts = model(seen(chosen, corners, Dice(seed))).view(-1, 4, 2)
            corners = moved(onto(corners), UNIT + shifts)
            found.append(off(corners))
    return Figures(*(np.concatenate(part) for part in steps))


def off(corners: torch.Tensor) -> np.ndarray:
    return (corners - UNIT).abs().amax(dim=1).numpy()


def export(model: Aligner, path: Path) -> None:
    """Writes the model as ONNX, a plate at a time, its weights in 8 bits."""
    torch.onnx.export(
        copy.deepcopy(model).eval(), torch.zeros(1, 3, *SIZE), str(path), input_names=["plate"], output_names=["corners"], opset_version=13,
    )
    shrink(path)
    onnx.checker.check_model(onnx.load(str(path)))


def drawn(photos: list[Photo], kept: Path | None) -> np.ndarray:
    """Drawn, or taken from the file where it was kept."""
    if kept and kept.is_file():
        return np.load(kept)
    sheets = np.concatenate([draw(photos, SERVING, seed) for seed in range(SCENES // SERVING)])
    if kept:
        np.save(kept, sheets)
    return sheets


def make(data: Path, out: Path, kept: Path | None = None) -> str:
    """Trains, writes model and card; gives the manifest's entry."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    photos = vehicles.photos(data)
    learned = [photo for photo in photos if not photo.held_out()]
    sheets = drawn(learned, kept)
    print(f"plate-aligner: {len(sheets)} plates", flush=True)
    path = out / "plate-aligner.onnx"
    model = train(sheets, save=lambda mean: export(mean, path))
    export(model, path)
    figures = measure(model, draw([photo for photo in photos if photo.held_out()], 200, 1))
    said = plate_aligner_card.card(len(sheets), len(usable(learned)), figures)
    (out / "plate-aligner.md").write_text("\n".join(said) + "\n", encoding="utf-8")
    return plate_aligner_card.manifest(hashlib.sha256(path.read_bytes()).hexdigest(), SIZE)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Trains the aligner of plates and writes it with its card.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of training data")
    parser.add_argument("--out", type=Path, default=ROOT / "models")
    parser.add_argument("--drawn", type=Path, metavar="FILE", help="keep what is drawn there")
    options = parser.parse_args(arguments)
    print(make(options.data, options.out, options.drawn))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
