"""How well places of plates are found and told apart: on held-out vehicles, as cameras show them."""

from dataclasses import dataclass

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
def look(model: PlateFinder, photos: list[Photo], seed: int = 11) -> list[Seen]:
    """Every variant of every photograph in each light, each at one of SIZES by turns."""
    model.eval()
    random, dice = np.random.default_rng(seed), Dice(seed)
    seen: list[Seen] = []
    for number, photo in enumerate(photos):
        made = variants(photo, random)
        x, shown = tensors([crop for _, _, crop in made])
        for turn, light in enumerate(LIGHTS):
            pixels = SIZES[(number + turn) % len(SIZES)]
            rows = model(padded(through_camera(x, pixels, light, dice), shown)).numpy()
            for (truth, kind, crop), row in zip(made, rows, strict=True):
                width = coverings.size(crop.quad)[0] * pixels / SIDE if crop.quad is not None else 0.0
                seen.append(Seen(truth, kind, crop.quad, width, light, photo.group, photo.source, few(row)))
    return seen


def few(rows: np.ndarray, most: int = 24) -> np.ndarray:
    """The best rows of each class."""
    kept = {int(k) for state in range(len(CLASSES)) for k in np.argsort(-rows[:, state])[:most]}
    return rows[sorted(kept)]


def said(one: Seen, at: Thresholds) -> int:
    places = decode(one.rows, at)
    return places[0].state if places else NONE


def confusion(seen: list[Seen], at: Thresholds) -> np.ndarray:
    """Counts [truth, said]."""
    table = np.zeros((NONE + 1, NONE + 1), dtype=int)
    for one in seen:
        table[one.truth, said(one, at)] += 1
    return table


def large_enough(seen: list[Seen]) -> list[Seen]:
    return [one for one in seen if one.truth == NONE or one.width >= LEAST_WIDTH]


def bare_figures(table: np.ndarray) -> tuple[float, float, float]:
    """Precision and recall of bare where vehicles with plate, covered, bare and none in view are alike many; and how many
    of those with a plate are said to be bare."""
    share = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    return share[BARE, BARE] / max(1e-9, share[:, BARE].sum()), share[BARE, BARE], share[PLATE, BARE]


def choose(seen: list[Seen], precision: float = 0.97) -> Thresholds:
    """The thresholds that tell the states apart best, with `bare` right so often."""
    best, found = -1.0, Thresholds(0.4, 0.4, 0.9, 0.1)
    for plate in (0.2, 0.3, 0.4, 0.5):
        for covered in (0.3, 0.4, 0.5, 0.6):
            for bare in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
                for veto in (0.1, 0.2, 0.3):
                    at = Thresholds(plate, covered, bare, veto)
                    table = confusion(seen, at)
                    right, recall, _ = bare_figures(table)
                    share = np.diag(table / np.maximum(1, table.sum(axis=1, keepdims=True)))
                    value = float(share @ [1.2, 1.0, 1.0, 0.6])
                    if right >= precision and value > best:
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
