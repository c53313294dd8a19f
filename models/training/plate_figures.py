"""How well places of plates are found and told apart: on held-out vehicles, as cameras show them."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

import coverings
from augment import LIGHTS, Dice, through_camera
from data import split
from plate_fit import padded, tensors
from plate_network import CLASSES, SIDE, PlateFinder
from vehicles import BARE, COVERED, PLATE, Crop, Photo, crop_of, distract, replaced

NONE = len(CLASSES)
# Of a crop's larger side, in pixels of the camera.
SIZES = (96, 160, 256)
OVERLAP = 0.3
MOST = 4
# What it is worth to tell each state right, and NONE, for the choice of thresholds.
WORTH = np.array([1.2, 0.8, 1.2, 0.8])
# Pixels of a place's width from which its state is judged.
LEAST_WIDTH = 24


@dataclass
class Place:
    """What was found: its class, score and corners [4,2] in pixels of the crop."""

    state: int
    score: float
    quad: np.ndarray


@dataclass
class Seen:
    """One look at one held-out vehicle. `truth`: its place's state, NONE where that is not in view; `kind`: what was done to
    it; `width`: of the place, in pixels of the camera; `rows`: what the net says, the best cells of each class."""

    truth: int
    kind: str
    quad: np.ndarray | None
    width: float
    light: str
    group: str
    source: str
    rows: np.ndarray

    def first_half(self) -> bool:
        return split(f"half of {self.group}", 2) == 0


@dataclass
class Thresholds:
    """Least scores, and what plate or covered may score anywhere for a `bare` to count."""

    plate: float
    covered: float
    bare: float
    veto: float


def decode(rows: np.ndarray, at: Thresholds) -> list[Place]:
    """As the program does it: the best class of each row, places apart from each other, the surest first."""
    best = rows[:, : len(CLASSES)].argmax(axis=1)
    score = rows[np.arange(len(rows)), best]
    least = np.array([at.plate, at.covered, at.bare])[best]
    vetoed = (best == BARE) & (rows[:, [PLATE, COVERED]].max() >= at.veto)
    kept: list[Place] = []
    for index in np.argsort(-score):
        if score[index] < least[index] or vetoed[index] or len(kept) == MOST:
            continue
        quad = rows[index, len(CLASSES) :].reshape(4, 2)
        if all(overlap(quad, other.quad) <= OVERLAP for other in kept):
            kept.append(Place(int(best[index]), float(score[index]), quad))
    return kept


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of the boxes around two quads."""
    low = np.maximum(a.min(axis=0), b.min(axis=0))
    high = np.minimum(a.max(axis=0), b.max(axis=0))
    both = float(np.prod(np.clip(high - low, 0, None)))
    one, other = (float(np.prod(q.max(axis=0) - q.min(axis=0))) for q in (a, b))
    return both / max(1e-6, one + other - both)


def variants(photo: Photo, random: np.random.Generator) -> list[tuple[int, str, Crop]]:
    """A held-out vehicle as it is, with every state of its place, and with the same things done elsewhere."""
    plain = photo.pixels.astype(np.float32)
    made: list[tuple[int, str, np.ndarray, np.ndarray | None]] = []
    if photo.quad is None:
        other = plain.copy()
        distract(other, None, random)
        made = [(NONE, "as it is", plain, None), (NONE, "changed elsewhere", other, None)]
    else:
        made.append((PLATE, "as it is", plain, photo.quad))
        other = plain.copy()
        distract(other, photo.quad, random)
        made.append((PLATE, "changed elsewhere", other, photo.quad))
        other = plain.copy()
        made.append((PLATE, "drawn", other, replaced(other, photo.quad, photo.source == "vn", random)))
        for kind in ("cloth", "tape", "mud", "board", "fold", "glare"):
            other = plain.copy()
            coverings.cover(other, photo.quad, kind, random)
            made.append((COVERED, kind, other, photo.quad))
        for kind in ("erased", "erased, hollow"):
            other = plain.copy()
            coverings.erase(other, photo.quad, random)
            if "hollow" in kind:
                coverings.recess(other, photo.quad, random)
            made.append((BARE, kind, other, photo.quad))
    state = {NONE: None}
    return [(truth, kind, crop_of(photo, picture, quad, state.get(truth, truth), None)) for truth, kind, picture, quad in made]


@torch.no_grad()
def look(model: PlateFinder, photos: list[Photo], lights: int = len(LIGHTS), seed: int = 11) -> list[Seen]:
    """Every variant of every photograph in so many lights by turns, each at one of SIZES by turns."""
    model.eval()
    random, dice = np.random.default_rng(seed), Dice(seed)
    seen: list[Seen] = []
    for number, photo in enumerate(photos):
        made = variants(photo, random)
        x, shown = tensors([crop for _, _, crop in made])
        for turn in range(number, number + lights):
            light, pixels = LIGHTS[turn % len(LIGHTS)], SIZES[(turn + turn // 3) % len(SIZES)]
            rows = model(padded(through_camera(x, pixels, light, dice), shown)).numpy()
            for (truth, kind, crop), row in zip(made, rows, strict=True):
                width = coverings.size(crop.quad)[0] * pixels / SIDE if crop.quad is not None else 0.0
                seen.append(Seen(truth, kind, crop.quad, width, light, photo.group, photo.source, few(row)))
    return seen


def few(rows: np.ndarray, most: int = 24) -> np.ndarray:
    """The best rows of each class."""
    kept = {int(k) for state in range(len(CLASSES)) for k in np.argsort(-rows[:, state])[:most]}
    return rows[sorted(kept)]


def strongest(seen: list[Seen]) -> np.ndarray:
    """Of each look the best score of the rows that are most of all a class's [N,3]; 0 where no row is."""
    scores = np.zeros((len(seen), NONE))
    for score, one in zip(scores, seen, strict=True):
        best = one.rows[:, :NONE].argmax(axis=1)
        for state in range(NONE):
            score[state] = one.rows[best == state, state].max(initial=0)
    return scores


def loudest(seen: list[Seen]) -> np.ndarray:
    """Of each look the best score of plate and covered anywhere, which may veto a bare."""
    return np.array([one.rows[:, [PLATE, COVERED]].max() for one in seen])


def said(scores: np.ndarray, others: np.ndarray, at: Thresholds) -> np.ndarray:
    """The state of the surest place of each look, as `decode` gives it; NONE where there is none."""
    allowed = scores >= [at.plate, at.covered, at.bare]
    allowed[:, BARE] &= others < at.veto
    kept = np.where(allowed, scores, -1)
    return np.where(allowed.any(axis=1), kept.argmax(axis=1), NONE)


def counted(truth: np.ndarray, answer: np.ndarray) -> np.ndarray:
    """Counts [truth, said]."""
    return np.bincount(truth * (NONE + 1) + answer, minlength=(NONE + 1) ** 2).reshape(NONE + 1, NONE + 1)


def confusion(seen: list[Seen], at: Thresholds) -> np.ndarray:
    """Counts [truth, said]."""
    return counted(np.array([one.truth for one in seen], dtype=int), said(strongest(seen), loudest(seen), at))


def large_enough(seen: list[Seen]) -> list[Seen]:
    return [one for one in seen if one.truth == NONE or one.width >= LEAST_WIDTH]


@dataclass(frozen=True)
class Bare:
    """How far `bare` can be trusted: `precision` against vehicles that are honest, their plate in view or turned away, were
    both and the bare ones alike many; its `recall`; and the shares of plates and of covered ones that are said to be bare."""

    precision: float
    recall: float
    accused: float
    covered: float


def bare_figures(table: np.ndarray) -> Bare:
    share = (table / np.maximum(1, table.sum(axis=1, keepdims=True)))[:, BARE]
    honest = share[PLATE] + share[NONE]
    return Bare(share[BARE] / max(1e-9, share[BARE] + honest), share[BARE], share[PLATE], share[COVERED])


def choose(seen: list[Seen], precision: float = 0.96) -> Thresholds:
    """The thresholds that tell the states apart best, with `bare` right so often.

    Of vehicles whose place is turned away there are few here; on others' pictures grilles and signs reach .4 for covered,
    so it starts above.
    """
    truth = np.array([one.truth for one in seen], dtype=int)
    scores, others = strongest(seen), loudest(seen)
    best, found = -1.0, Thresholds(0.4, 0.4, 0.9, 0.1)
    grid = product((0.25, 0.3, 0.35, 0.4, 0.5), (0.45, 0.5, 0.55), np.arange(0.45, 0.75, 0.05), np.arange(0.15, 0.65, 0.05))
    for plate, covered, bare, veto in grid:
        at = Thresholds(plate, covered, round(float(bare), 2), round(float(veto), 2))
        table = counted(truth, said(scores, others, at))
        share = np.diag(table) / np.maximum(1, table.sum(axis=1))
        value = float(share @ WORTH)
        if bare_figures(table).precision >= precision and value > best:
            best, found = value, at
    return found


def average_precision(seen: list[Seen]) -> tuple[float, float, float]:
    """Of plates: average precision, recall at a score of .3, both with an overlap of .5; and the mean distance of a corner
    from its place, in heights of the plate. Every vehicle whose place shows a plate or is not in view takes part."""
    hits: list[tuple[float, bool]] = []
    errors, total, recalled = [], 0, 0
    for one in seen:
        if one.truth not in (PLATE, NONE):
            continue
        total += one.truth == PLATE
        taken = False
        for place in decode(one.rows, Thresholds(0.02, 1.1, 1.1, 0)):
            right = one.quad is not None and not taken and overlap(place.quad, one.quad) >= 0.5
            hits.append((place.score, right))
            if right:
                taken = True
                recalled += place.score >= 0.3
                errors.append(np.hypot(*(place.quad - one.quad).T).mean() / coverings.size(one.quad)[1])
    hits.sort(key=lambda hit: -hit[0])
    right = np.cumsum([hit[1] for hit in hits])
    precision = right / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1] if len(hits) else np.array([])
    ap = float(sum(envelope[k] for k in range(len(hits)) if hits[k][1]) / max(1, total))
    return ap, recalled / max(1, total), float(np.mean(errors)) if errors else float("nan")
