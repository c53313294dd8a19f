"""Training, calibration and measuring of one classifier."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from augment import LIGHTS, Dice, augment, through_camera, windows
from data import split
from network import Classifier, Finder, even
from samples import Samples

BATCH = 64
# Of parts, in pixels of the frame.
SIZES = (10, 12, 15, 18, 20, 24, 32, 48, 64, 96, 128, 160)


@dataclass
class Plan:
    """How one attribute is learned. `side`: pixels of the crop's height; `scale`: the same in sizes of the part; `least`:
    pixels that it has at least; `width`: of the crop, where it is not square."""

    side: int
    scale: float
    least: int = 20
    epochs: int = 16
    per_epoch: int = 6400
    rate: float = 2e-3
    taken: float = 0.5  # the rate of the detector's layers, in rates of the head's
    width: int | None = None

    def shape(self) -> tuple[int, int]:
        """Rows and columns of the crop."""
        return self.side, self.width or self.side


def weights(samples: Samples) -> torch.Tensor:
    """Both classes alike, and a tenth of what cannot be seen; within each, sources by the root of their number."""
    pairs = list(zip(samples.label, samples.source, strict=True))
    count = {pair: pairs.count(pair) for pair in set(pairs)}
    total = {label: sum(math.sqrt(n) for (of, _), n in count.items() if of == label) for label in (0, 0.5, 1)}
    share = {0: 0.45, 0.5: 0.1, 1: 0.45}
    return torch.tensor([share[pair[0]] * math.sqrt(count[pair]) / total[pair[0]] / count[pair] for pair in pairs])


def train(model: Classifier | Finder, samples: Samples, plan: Plan, seed: int, say=print) -> None:
    canvas, box, label = samples.tensors()
    thing, known = samples.things()
    chance = weights(samples)
    dice = Dice(seed)
    first = torch.multinomial(chance, 512, replacement=True, generator=dice.generator)
    model.layers.settle(even(augment(canvas[first].float(), box[first], plan.side, plan.scale, plan.least, dice, plan.width)))
    taken = list(model.layers.parameters())
    head = [p for name, p in model.named_parameters() if not name.startswith("layers.")]
    optimizer = torch.optim.AdamW(
        [{"params": taken, "lr": plan.rate * plan.taken}, {"params": head, "lr": plan.rate}], weight_decay=0.02
    )
    steps = plan.epochs * plan.per_epoch // BATCH
    base = [group["lr"] for group in optimizer.param_groups]
    done = 0
    for epoch in range(plan.epochs):
        model.train()
        losses = []
        for _ in range(plan.per_epoch // BATCH):
            ramp = min(1.0, (done + 1) / 100) * 0.5 * (1 + math.cos(math.pi * done / steps))
            for group, rate in zip(optimizer.param_groups, base, strict=True):
                group["lr"] = rate * ramp
            chosen = torch.multinomial(chance, BATCH, replacement=True, generator=dice.generator)
            target = label[chosen][:, None] * 0.94 + 0.03
            if isinstance(model, Finder):
                both = torch.cat([canvas[chosen], thing[chosen]], dim=1).float()
                x, where = augment(both, box[chosen], plan.side, plan.scale, plan.least, dice, plan.width).split([3, 1], dim=1)
                loss = finding_loss(model, model.cells(x), target, where, known[chosen])
            else:
                x = augment(canvas[chosen].float(), box[chosen], plan.side, plan.scale, plan.least, dice, plan.width)
                loss = F.binary_cross_entropy_with_logits(model(x), target)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            losses.append(loss.item())
            done += 1
        say(f"  epoch {epoch + 1}/{plan.epochs} loss {np.mean(losses):.3f}")


def finding_loss(
    model: Finder, cells: list[torch.Tensor], target: torch.Tensor, where: torch.Tensor, known: torch.Tensor
) -> torch.Tensor:
    """Whether there is one; and, for the samples of which it is `known`, that it is found where it is and nowhere else.

    `known`: 0 the place is not labelled, 1 it is, 2 the thing lies about and no person is there to ask about.
    """
    loss = F.binary_cross_entropy_with_logits
    whole = loss(model.pool([cell.flatten(1) for cell in cells]), target, reduction="none")[:, 0]
    there, elsewhere = [], []
    for cell in cells:
        share = F.adaptive_avg_pool2d(where, cell.shape[2:]) / 255
        there.append((cell + torch.log(share.clamp(min=1e-4))).flatten(1))
        elsewhere.append((cell + torch.log((1 - share).clamp(min=1e-4))).flatten(1))
    has_place = (known > 0) & (where.amax(dim=(1, 2, 3)) > 0)
    found = loss(model.pool(there), torch.ones_like(target), reduction="none")[:, 0]
    false = loss(model.pool(elsewhere), torch.zeros_like(target), reduction="none")[:, 0]
    asked = known < 2
    return (whole * asked).sum() / asked.sum().clamp(min=1) + 0.5 * ((found + false) * has_place).sum() / len(cells[0])


@torch.no_grad()
def logits(model: nn.Module, samples: Samples, plan: Plan, pixels: int | None, light: str | None, seed: int) -> np.ndarray:
    """Of every sample, seen once as a camera with so many pixels shows it in this light; as it is without."""
    model.eval()
    canvas, box, _ = samples.tensors()
    dice = Dice(seed)
    out = []
    for start in range(0, len(samples), 64):
        part = slice(start, start + 64)
        x = windows(canvas[part].float(), box[part], plan.side, plan.scale, dice if light else None, plan.width)
        if light:
            x = through_camera(x, min(pixels, plan.side), light, dice)
        out.append(model(x)[:, 0])
    return torch.cat(out).numpy()


@dataclass
class Judged:
    """Logits of the same samples under one or more conditions: light and pixels that the crop is wide."""

    label: np.ndarray
    group: list[str]
    logits: dict[tuple[str, int], np.ndarray]

    def half(self, which: int) -> "Judged":
        """Half of the groups: one to fit calibration and threshold on, the other to report figures of."""
        keep = np.array([split(f"half of {group}", 2) == which for group in self.group])
        groups = [group for group, kept in zip(self.group, keep, strict=True) if kept]
        return Judged(self.label[keep], groups, {of: logit[keep] for of, logit in self.logits.items()})

    def pooled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All logits, their labels, and weights that make both classes alike; without what cannot be seen."""
        asked = self.label != 0.5
        logit = np.concatenate([logit[asked] for logit in self.logits.values()])
        label = np.tile(self.label[asked], len(self.logits))
        return logit, label, balanced(label)


def balanced(label: np.ndarray) -> np.ndarray:
    return np.where(label == 1, 0.5 / max(1, (label == 1).sum()), 0.5 / max(1, (label == 0).sum()))


def judge(model: nn.Module, samples: Samples, plan: Plan, least: int, seed: int = 7) -> Judged:
    """What the model says of samples as cameras show them: each light, in crops of the `least` pixels that are judged,
    of more, and of as many as it takes."""
    sizes = (least, (least + plan.side) // 2, plan.side)
    conditions = [(light, pixels) for light in LIGHTS for pixels in sizes]
    found = {of: logits(model, samples, plan, of[1], of[0], seed * 1000 + k) for k, of in enumerate(conditions)}
    return Judged(np.array(samples.label), samples.group, found)


def by_size(model: nn.Module, samples: Samples, plan: Plan, seed: int = 11) -> dict[int, dict[str, float]]:
    """AUC in each light, by how many pixels of the frame the part is wide: from where on anything is said at all."""
    asked = samples.only([i for i, label in enumerate(samples.label) if label != 0.5])
    truth = np.array(asked.label)
    found = {}
    for size in SIZES:
        pixels = int(size * plan.scale)
        if 2 / 3 * plan.least <= pixels <= plan.side:
            found[size] = {light: auc(logits(model, asked, plan, pixels, light, seed), truth) for light in LIGHTS}
    return found


def calibrate(judged: Judged) -> tuple[float, float]:
    """Temperature and bias: log-odds = logit / temperature + bias, fitted by maximum likelihood."""
    logit, label, weight = (torch.tensor(values, dtype=torch.float64) for values in judged.pooled())
    parameters = torch.tensor([0.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([parameters], max_iter=100)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        log_odds = logit * torch.exp(-parameters[0]) + parameters[1]
        loss = (F.binary_cross_entropy_with_logits(log_odds, label, reduction="none") * weight).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return round(float(torch.exp(parameters[0])), 3), round(float(parameters[1]), 3)


@dataclass
class Answers:
    """Of yes and no at some threshold, both classes weighing the same."""

    answered: float
    precision: float
    recall: float
    precision_of_no: float


def answers(logit: np.ndarray, label: np.ndarray, calibration: tuple[float, float], least: float) -> Answers:
    weight = balanced(label)
    log_odds = logit / calibration[0] + calibration[1]
    yes, no = log_odds >= least, log_odds <= -least
    right_yes, right_no = weight[yes & (label == 1)].sum(), weight[no & (label == 0)].sum()
    share = weight[yes | no].sum()
    truly = weight[(yes | no) & (label == 1)].sum()
    return Answers(
        share,
        right_yes / max(1e-9, weight[yes].sum()),
        right_yes / max(1e-9, truly),
        right_no / max(1e-9, weight[no].sum()),
    )


def least_log_odds(judged: Judged, calibration: tuple[float, float], precision: float, recall: float) -> float:
    """The least from which yes is right, and found, so often, over all lights and sizes; no takes as much."""
    logit, label, _ = judged.pooled()
    for tenths in range(2, 31):
        found = answers(logit, label, calibration, tenths / 10)
        if found.precision >= precision and found.recall >= recall:
            return tenths / 10
    return 3.0


def reliability(judged: Judged, calibration: tuple[float, float], bins: int = 10) -> tuple[list[tuple[float, float, float]], float]:
    """Of each bin how sure it is on average, how often it is right, and its share; and the mean distance of the two."""
    logit, label, weight = judged.pooled()
    sure = 1 / (1 + np.exp(-(logit / calibration[0] + calibration[1])))
    curve, error = [], 0.0
    for low in np.arange(bins) / bins:
        here = (sure >= low) & (sure < low + 1 / bins)
        share = weight[here].sum()
        if share > 0:
            said, was = (sure[here] * weight[here]).sum() / share, (label[here] * weight[here]).sum() / share
            curve.append((float(said), float(was), float(share)))
            error += share * abs(said - was)
    return curve, float(error)


def auc(scores: np.ndarray, label: np.ndarray) -> float:
    order = scores.argsort(kind="stable").argsort(kind="stable") + 1.0
    yes, no = int((label == 1).sum()), int((label == 0).sum())
    return float("nan") if not yes or not no else (order[label == 1].sum() - yes * (yes + 1) / 2) / (yes * no)
