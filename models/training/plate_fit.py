"""Training of the plate finder."""

import copy
import math
import multiprocessing
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from augment import LIGHTS, Dice, through_camera
from plate_network import CLASSES, PAD, SIDE, STRIDE, PlateFinder, evened
from vehicles import BARE, Crop, Photo, draw

BATCH = 32
# A camera's light is drawn for each so many crops of a batch.
TOGETHER = 8
# Pixels that the larger side of a crop has at least in training.
LEAST = 80
# Below so many pixels of width nobody could tell what a place shows; nothing is asked there.
LEAST_WIDTH = 11.0


@dataclass(frozen=True)
class Round:
    """`sides`: crops are smaller at first, which costs less; each with the share of steps until which they have it."""

    steps: int
    rate: float
    sides: tuple[tuple[int, float], ...]


ROUNDS = (Round(900, 2e-3, ((160, 0.5), (192, 0.85), (SIDE, 1.0))), Round(160, 1e-3, ((192, 0.8), (SIDE, 1.0))))
# Convolutions that stay as the detector has them: edges and corners are the same everywhere.
KEPT = 10
# Of a plate, that must lie in the crop to be asked for.
LEAST_SEEN = 0.7


@dataclass
class Target:
    """`classes` [3,h,w]: 1 the place's, 0 not, -1 not asked; `corners` [8] in pixels of the crop; `here` [h,w] the cells that
    give them."""

    classes: np.ndarray
    corners: np.ndarray
    here: np.ndarray


def target(crop: Crop, pixels: int) -> Target:
    """`pixels`: those that the crop's side had in the camera."""
    side = len(crop.pixels)
    cells = side // STRIDE
    classes = np.zeros((len(CLASSES), cells, cells), dtype=np.float32)
    here = np.zeros((cells, cells), dtype=bool)
    if crop.quad is None or crop.state is None:
        return Target(classes, np.zeros(8, dtype=np.float32), here)
    low, high = crop.quad.min(axis=0), crop.quad.max(axis=0)
    middle, size = (low + high) / 2, high - low
    steps = (np.arange(cells) + 0.5) * STRIDE
    off_x, off_y = np.abs(steps - middle[0])[None], np.abs(steps - middle[1])[:, None]
    # Where nothing is, its middle cannot be told as exactly.
    wide = 2.0 if crop.state == BARE else 1.0
    near = (off_x <= max(0.55 * STRIDE, 0.2 * size[0]) * wide) & (off_y <= max(0.55 * STRIDE, 0.2 * size[1]) * wide)
    about = (off_x <= max(1.6 * STRIDE, 0.4 * size[0]) * wide) & (off_y <= max(1.6 * STRIDE, 0.4 * size[1]) * wide)
    seen = np.prod(np.clip(np.minimum(high, crop.shown) - np.maximum(low, 0), 0, None)) / max(1e-3, np.prod(size))
    if seen < LEAST_SEEN or size[0] * pixels / side < LEAST_WIDTH:
        classes[:, about] = -1
        return Target(classes, crop.quad.reshape(-1).astype(np.float32), here)
    classes[:, about & ~near] = -1
    classes[crop.state, near] = 1
    return Target(classes, crop.quad.reshape(-1).astype(np.float32), near)


def tensors(crops: list[Crop]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures [N,3,S,S] BGR, and what of them is shown [N,1,S,S]."""
    x = torch.from_numpy(np.stack([crop.pixels[:, :, ::-1] for crop in crops])).permute(0, 3, 1, 2).float()
    shown = torch.zeros(len(crops), 1, *x.shape[2:])
    for mask, crop in zip(shown, crops, strict=True):
        mask[:, : crop.shown[1], : crop.shown[0]] = 1
    return x, shown


def padded(x: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
    return torch.where(shown > 0, x.clamp(0, 255), torch.tensor(PAD))


def batch(photos: list[Photo], side: int, seed: int) -> tuple[np.ndarray, list[Target]]:
    """Crops as cameras show them [N,3,S,S], and what is to be found there."""
    random, dice = np.random.default_rng(seed), Dice(seed)
    crops = [draw(photos[k], random, side) for k in random.choice(len(photos), BATCH, p=chances(photos))]
    x, shown = tensors(crops)
    parts, targets = [], []
    for start in range(0, BATCH, TOGETHER):
        pixels = min(side, int(LEAST * (side / LEAST) ** random.uniform(0, 1.3)))
        light = LIGHTS[random.choice(3, p=[0.35, 0.3, 0.35])]
        parts.append(through_camera(x[start : start + TOGETHER], pixels, light, dice))
        targets += [target(crop, pixels) for crop in crops[start : start + TOGETHER]]
    return padded(torch.cat(parts), shown).round().byte().numpy(), targets


def batches(photos: list[Photo], sides: list[int], seed: int, ahead: int = 4) -> Iterator[tuple[torch.Tensor, list[Target]]]:
    """A batch for each of `sides`, drawn by a process of its own."""
    with multiprocessing.get_context("fork").Pool(1, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        waiting: deque = deque()
        for number, side in enumerate(sides):
            waiting.append(pool.apply_async(batch, (photos, side, seed * 100_000 + number)))
            if len(waiting) == ahead:
                x, targets = waiting.popleft().get()
                yield torch.from_numpy(x).float(), targets
        for last in waiting:
            x, targets = last.get()
            yield torch.from_numpy(x).float(), targets


def loss_of(model: PlateFinder, x: torch.Tensor, targets: list[Target]) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the classes (focal), and of the corners, in shares of the plate's size."""
    logits, corners = model.cells(x)
    wanted = torch.from_numpy(np.stack([t.classes for t in targets]))
    here = torch.from_numpy(np.stack([t.here for t in targets]))
    sure = torch.sigmoid(logits)
    off = torch.where(wanted > 0.5, 1 - sure, sure)
    entropy = F.binary_cross_entropy_with_logits(logits, wanted.clamp(min=0), reduction="none")
    # The place's other states are what is most easily mistaken for its own.
    weight = (wanted >= 0).float() * torch.where(here[:, None] & (wanted == 0), 2.0, 1.0)
    count = here.sum().clamp(min=1)
    what = (entropy * off.pow(2) * weight).sum() / count
    truth = torch.from_numpy(np.stack([t.corners for t in targets]))
    quads = truth.view(-1, 4, 2)
    size = (quads.amax(dim=1) - quads.amin(dim=1)).clamp(min=4.0)
    scale = (size.prod(dim=1).sqrt()).view(-1, 1, 1, 1)
    bare = torch.tensor([0.3 if t.classes[BARE].max() > 0.5 else 1.0 for t in targets]).view(-1, 1, 1)
    error = F.smooth_l1_loss(corners / scale, (truth.view(-1, 8, 1, 1) / scale).expand_as(corners), reduction="none", beta=0.05)
    where = (error.mean(dim=1) * here * bare).sum() / count
    return what, where


def chances(photos: list[Photo]) -> np.ndarray:
    """Sources alike, but for many photographs of few vehicles."""
    share = {("oi", True): 0.5, ("oi", False): 0.17, ("rob", True): 0.13, ("vn", True): 0.2}
    kinds = [(photo.source, photo.quad is not None) for photo in photos]
    chance = np.array([share[kind] / kinds.count(kind) for kind in kinds])
    return chance / chance.sum()


def train(model: PlateFinder, photos: list[Photo], say=print) -> PlateFinder:
    first = np.concatenate([batch(photos, ROUNDS[0].sides[0][0], number)[0] for number in range(4)])
    model.layers.settle(evened(torch.from_numpy(first).float()))
    for number, plan in enumerate(ROUNDS, start=1):
        model = train_once(model, photos, plan, number, say)
    return model


def train_once(model: PlateFinder, photos: list[Photo], plan: Round, seed: int, say=print, save=None) -> PlateFinder:
    """Gives the mean of the weights over the last stretch of training, which is steadier than the last."""
    steps, rate = plan.steps, plan.rate
    model.layers.keep_first(KEPT)
    heads = [p for name, p in model.named_parameters() if not name.startswith("layers.")]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in model.layers.parameters() if p.requires_grad], "lr": rate * 0.5}, {"params": heads, "lr": rate}], weight_decay=0.02
    )
    base = [group["lr"] for group in optimizer.param_groups]
    mean = copy.deepcopy(model)
    losses = []
    sides = [next(side for side, until in plan.sides if step < until * steps) for step in range(steps)]
    for step, (x, targets) in enumerate(batches(photos, sides, seed)):
        ramp = min(1.0, (step + 1) / 50) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))
        for group, lr in zip(optimizer.param_groups, base, strict=True):
            group["lr"] = lr * ramp
        model.train()
        model.layers.keep_first(KEPT)
        what, where = loss_of(model, x, targets)
        optimizer.zero_grad()
        (what + 2 * where).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        follow(mean, model, min(0.99, (step + 1) / (step + 10)))
        losses.append((what.item(), where.item()))
        if (step + 1) % 20 == 0:
            done = np.mean(losses[-20:], axis=0)
            say(f"  step {step + 1}/{steps} classes {done[0]:.3f} corners {done[1]:.4f}")
            if save and (step + 1) % 40 == 0:
                save(mean)
    return mean


@torch.no_grad()
def follow(mean: torch.nn.Module, model: torch.nn.Module, kept: float) -> None:
    learned = model.state_dict()
    for name, value in mean.state_dict().items():
        new = learned[name]
        if value.dtype.is_floating_point:
            value.mul_(kept).add_(new, alpha=1 - kept)
        else:
            value.copy_(new)
