"""Photographs of vehicles with the corners of their plates, and what is learned from each: crops as the finder gets
them, with a plate, with something over it, with none, and from where it is not in view."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

import coverings
import plates
from coverings import Random
from data import labels, licensed, rows, split
from plate_network import CLASSES, SIDE

# Pictures larger than this are made smaller.
LARGEST = 288
# Beyond its edge a photograph goes on with its last pixels for this share of its size.
RIM = 0.3
# Of the vehicle's larger side, around its box.
MARGIN = 0.06
PLATE, COVERED, BARE = range(len(CLASSES))
# Rows of `plate_not_visible` that do show one (by eye).
SHOWING = ("oi_485e5f37dd13ffab_jpg_0", "oi_5373ec295ea62c47_jpg_0", "oi_87b4f1202cd06440_jpg_2")


@dataclass
class Photo:
    """`pixels` [H,W,3] RGB; `quad` [4,2] the plate's corners in its pixels, none where its place is not in view; `box` the
    vehicle as left, top, right, bottom."""

    name: str
    pixels: np.ndarray
    quad: np.ndarray | None
    box: np.ndarray
    group: str
    source: str
    night: bool = False

    def held_out(self) -> bool:
        return self.group in HELD_OUT or (self.source == "oi" and split(self.group) == 0)


# Whole drives and scenes, so that no vehicle is on both sides.
HELD_OUT = ("rob/dayride_type1_002_mp4", "rob/dayride_type1_003_mp4", "rob/nightride_type3_001_mp4", "vn/second")
# The frames of `plates_vn` that show other motorbikes than the rest.
SECOND_SCENE = ("clip3_new_14", "clip3_new_15", "clip3_new_16", "clip3_new_17")


def photos(data: Path) -> list[Photo]:
    quads: dict[str, list[np.ndarray]] = {}
    for row in labels("plates_on_vehicles"):
        corners = np.array([float(value) for name, value in row.items() if name != "file"]).reshape(4, 2)
        quads.setdefault(row["file"], []).append(corners)
    found = [photo for row in rows(data / "vehicles_plate") if licensed(row) for photo in of_vehicle(data, row, quads)]
    for file in sorted(name for name in quads if name.startswith("plates_vn/")):
        found += motorbikes(data, file, quads[file])
    return found


def of_vehicle(data: Path, row: dict[str, str], quads: dict[str, list[np.ndarray]]) -> list[Photo]:
    """The photograph of a row of `vehicles_plate`, unless where its plate is has not been labelled."""
    name, kind = f"vehicles_plate/{row['file']}", row["class"]
    if kind == "covered_synthetic" or Path(name).stem in SHOWING:
        return []
    if kind == "plate":
        left, top, right, bottom = (float(value) for value in row["note"].split("=")[1].split())
        quad = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    elif kind == "vehicle_platebox":
        if name not in quads:
            return []
        quad = quads[name][0]
    else:
        quad = None
    pixels = np.asarray(Image.open(data / name).convert("RGB"))
    h, w, _ = pixels.shape
    source = row["group"].split("/")[0]
    group = row["group"].split("_t_")[0] if source == "rob" else row["group"]
    return [Photo(name, pixels, quad, np.array([0.0, 0, w, h]), group, source, "night" in name)]


def motorbikes(data: Path, file: str, quads: list[np.ndarray]) -> list[Photo]:
    """What is seen of each motorbike around its plate."""
    with Image.open(data / file) as opened:
        whole = opened.convert("RGB")
    found = []
    for number, quad in enumerate(quads):
        wide, tall = coverings.size(quad)
        x, y = quad.mean(axis=0)
        box = np.array([x - 1.25 * wide, y - 3.0 * tall, x + 1.25 * wide, y + 1.9 * tall])
        box = np.clip(box, 0, [whole.width, whole.height] * 2)
        part = whole.crop(tuple(int(v) for v in box))
        scale = min(1.0, LARGEST / max(part.size))
        part = part.resize((round(part.width * scale), round(part.height * scale)), Image.BOX)
        group = "vn/second" if Path(file).stem in SECOND_SCENE else "vn/first"
        corners = (quad - np.floor(box[:2])) * scale
        edge = np.array([0.0, 0, *part.size])
        found.append(Photo(f"{file}#{number}", np.asarray(part), corners, edge, group, "vn", True))
    return found


@lru_cache(maxsize=1)
def drawn(count: int = 240, seed: int = 3) -> list[np.ndarray]:
    """Plates [h,w,4], with how much they cover last."""
    random = np.random.default_rng(seed)
    return [np.dstack([plate.image, plate.alpha]) for plate in (plates.render(random) for _ in range(count))]


@dataclass
class Crop:
    """`pixels` [256,256,3] RGB; `shown` its width and height, the rest being padding; `quad` as in Photo, in its pixels."""

    pixels: np.ndarray
    shown: tuple[int, int]
    quad: np.ndarray | None
    state: int | None


def altered(photo: Photo, state: int | None, random: Random) -> tuple[np.ndarray, np.ndarray | None]:
    """The photograph with its place in a state, and the same things done elsewhere; its place's corners now."""
    picture, quad = photo.pixels.astype(np.float32), photo.quad
    if random.random() < 0.6:
        distract(picture, quad, random)
    if quad is None:
        return picture, None
    if state == BARE:
        coverings.erase(picture, quad, random)
        if random.random() < 0.2:
            coverings.recess(picture, quad, random)
        return picture, quad
    if random.random() < (0.55 if photo.source != "vn" else 0.3):
        quad = replaced(picture, quad, photo.source == "vn", random)
    if state == COVERED:
        coverings.cover(picture, quad, coverings.COVERS[random.choice(6, p=[0.25, 0.2, 0.2, 0.15, 0.1, 0.1])], random)
    return picture, quad


def replaced(picture: np.ndarray, quad: np.ndarray, of_motorbike: bool, random: Random) -> np.ndarray:
    """Puts a plate of Vietnam where the photograph's was."""
    plate = drawn()[random.integers(len(drawn()))]
    while of_motorbike and plate.shape[1] > 2.2 * plate.shape[0]:
        plate = drawn()[random.integers(len(drawn()))]
    light = coverings.light_of(picture, quad) * random.uniform(0.85, 1.15)
    other = coverings.shaped_like(quad, plate.shape[1] / plate.shape[0], random)
    h, w, _ = picture.shape
    if other.min() < 0 or (other > [w, h]).any():
        other = quad
    coverings.erase(picture, quad, random)
    coverings.paste(picture, plate, other, light)
    return other


def distract(picture: np.ndarray, quad: np.ndarray | None, random: Random) -> None:
    """Erases and covers one or two places that are no plate's."""
    h, w, _ = picture.shape
    for _ in range(int(random.integers(1, 3))):
        wide = w * random.uniform(0.12, 0.4)
        tall = wide / random.uniform(1.3, 5)
        middle = np.array([random.uniform(0.1, 0.9) * w, random.uniform(0.1, 0.95) * h])
        place = middle + np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]]) / 2 + random.normal(0, 0.02, (4, 2)) * wide
        if quad is not None and not apart(place, quad):
            continue
        if random.random() < 0.55:
            coverings.erase(picture, place, random)
        else:
            kinds = [kind for kind in coverings.COVERS if kind not in ("fold", "board")]
            coverings.cover(picture, place, kinds[random.integers(len(kinds))], random)


def apart(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two quads are well away from each other."""
    gap = np.maximum(a.min(axis=0) - b.max(axis=0), b.min(axis=0) - a.max(axis=0))
    return bool((gap > 0.35 * coverings.size(b)[1]).any())


def crop_of(photo: Photo, picture: np.ndarray, quad: np.ndarray | None, state: int | None, random: Random | None, side: int = SIDE) -> Crop:
    """The crop that the finder gets; with dice the box is as badly placed as a detector's, turned and mirrored."""
    h, w, _ = picture.shape
    rim = int(RIM * max(h, w))
    wide = np.pad(np.clip(picture, 0, 255).astype(np.uint8), ((rim, rim), (rim, rim), (0, 0)), mode="edge")
    left, top, right, bottom = photo.box
    angle, mirror = 0.0, False
    if random is not None:
        size = np.array([right - left, bottom - top] * 2)
        left, top, right, bottom = photo.box + random.normal(0, 0.05, 4).clip(-0.12, 0.12) * size
        if random.random() < 0.35:  # nearer, or cut off by the picture's edge
            left, top, right, bottom = nearer(np.array([left, top, right, bottom]), quad, random)
        angle, mirror = float(np.clip(random.normal(0, 0.05), -0.15, 0.15)), random.random() < 0.5
    margin = MARGIN * max(right - left, bottom - top) * (1 if random is None else random.uniform(0, 1.2))
    if photo.source == "oi" or random is None:
        # These were cut with a small margin already.
        margin *= 0.3
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    across, down = right - left + 2 * margin, bottom - top + 2 * margin
    scale = side / max(across, down)
    shown = (max(16, round(across * scale)), max(16, round(down * scale)))
    flip = -1.0 if mirror else 1.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag([flip, 1.0]) / scale
    offset = middle - turn @ (np.array(shown) / 2)
    matrix = (turn[0, 0], turn[0, 1], offset[0] + rim, turn[1, 0], turn[1, 1], offset[1] + rim)
    pixels = np.asarray(Image.fromarray(wide).transform((side, side), Image.AFFINE, matrix, Image.BILINEAR))
    if quad is not None:
        quad = (quad - offset) @ np.linalg.inv(turn).T
        if mirror:
            quad = quad[[1, 0, 3, 2]]
    return Crop(pixels, shown, quad, state)


def nearer(box: np.ndarray, quad: np.ndarray | None, random: Random) -> np.ndarray:
    """A smaller part of a box, of any proportion; now and then the place is outside of it."""
    size = box[2:] - box[:2]
    part = size * random.uniform(0.45, 1.0, 2)
    if quad is not None and random.random() < 0.85:
        low, high = quad.min(axis=0) - 2, quad.max(axis=0) + 2
        part = np.minimum(np.maximum(part, (high - low) * 1.1), size)
        first = random.uniform(np.minimum(high - part, low), low).clip(box[:2], box[2:] - part)
    else:
        first = box[:2] + random.uniform(0, 1, 2) * (size - part)
    return np.concatenate([first, first + part])


def draw(photo: Photo, random: Random, side: int = SIDE, weights: tuple[float, ...] = (0.37, 0.28, 0.35)) -> Crop:
    """A crop to learn from."""
    state = int(random.choice(3, p=weights)) if photo.quad is not None else None
    picture, quad = altered(photo, state, random)
    if random.random() < (0.35 if not photo.night else 0.1):
        coverings.lamps(picture, random)
    return crop_of(photo, picture, quad, state, random, side)
