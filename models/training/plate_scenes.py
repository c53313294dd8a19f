"""Vehicles as a camera shows them: a drawn plate where the photograph's own was, something over it, or nothing there;
in some light, blurred, noisy, compressed; once, or over frames in which the vehicle comes nearer.

Pictures are [H,W,3] RGB, 0 to 255; a quad is [4,2], clockwise from the upper left.
"""

import io
from dataclasses import dataclass, replace

import numpy as np
import torch
from PIL import Image, ImageFilter

import augment
import coverings
from augment import Dice
from plates import Plate
from vehicles import Photo

# Characters lower than this many pixels are not to be read by eye; from `LEGIBLE` on they are.
TOO_SMALL, LEGIBLE = 6.5, 9.0
# Least difference between ink and ground in the finished picture, of 255, and how many deviations of the noise that is.
LEAST_CONTRAST, LEAST_OVER_NOISE = 28, 4.0
# Most blur (one deviation), in heights of a character.
MOST_BLUR = 0.09
# Something over a plate is laid anew, so often at most, until less than this share of the writing's contrast is left.
MOST_COVERS, HIDDEN = 12, 0.25
# Of a scene's larger side, around the vehicle.
RIM = 0.12


@dataclass
class Scene:
    """`box` of the vehicle as left, top, width, height; `quad` where its plate is or was, None where that is not in view;
    `rows` of characters and their height in pixels, 0 without a plate."""

    pixels: np.ndarray
    box: tuple[int, int, int, int]
    quad: np.ndarray | None
    character: float = 0.0


@dataclass(frozen=True)
class Look:
    """What a camera makes of a scene. `blur`: one deviation, and `moved` the length of a smear to one side, in pixels;
    `noise`: one deviation, of 255; `quality` of the JPEG; `lit` is the light's seed, `grain` the noise's."""

    light: str
    blur: float
    moved: float
    noise: float
    quality: int
    lit: int
    grain: int


def enlarged(photo: Photo, width: float) -> Photo:
    """The photograph at the size at which its plate is about `width` pixels wide; where it has none, a vehicle's width."""
    across = coverings.size(photo.quad)[0] if photo.quad is not None else (photo.box[2] - photo.box[0]) / 4
    scale = width / across
    h, w, _ = photo.pixels.shape
    size = (max(16, round(w * scale)), max(16, round(h * scale)))
    picture = Image.fromarray(photo.pixels).resize(size, Image.BICUBIC if scale > 1 else Image.LANCZOS)
    quad = None if photo.quad is None else photo.quad * scale
    return replace(photo, pixels=np.asarray(picture), quad=quad, box=photo.box * scale)


def turned(quad: np.ndarray, roll: float, yaw: float) -> np.ndarray:
    """The quad turned in the picture and about its upright, by degrees, seen from some ten widths away."""
    middle, (wide, _) = quad.mean(axis=0), coverings.size(quad)
    x, y = (quad - middle).T
    roll, yaw = np.radians(roll), np.radians(yaw)
    depth = 1 + x * np.sin(yaw) / (10 * max(wide, 1e-3))
    x, y = x * np.cos(yaw) / depth, y / depth
    return middle + np.stack([x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)], axis=1)


def width_of(photo: Photo, plate: Plate, wanted: float) -> float:
    """How wide the photograph's own plate has to be for the drawn one to be as wide as wanted: both have one area."""
    wide, tall = coverings.size(photo.quad)
    return wanted / np.sqrt(plate.image.shape[1] / plate.image.shape[0] / (wide / tall))


def with_plate(photo: Photo, plate: Plate, turn: tuple[float, float], random: np.random.Generator) -> Scene:
    """`plate` where the photograph's was, lit as that was; `turn`: roll and yaw in degrees."""
    picture = photo.pixels.astype(np.float32)
    light = float(np.clip(coverings.light_of(picture, photo.quad), 0.45, 1.05))
    aspect = plate.image.shape[1] / plate.image.shape[0]
    wide, tall = coverings.size(photo.quad)
    change = np.sqrt(aspect / (wide / tall))
    quad = turned(coverings.grown(photo.quad, change, 1 / change), *turn)
    inside(quad, picture.shape)
    coverings.erase(picture, photo.quad, random)
    coverings.paste(picture, np.dstack([plate.image, plate.alpha]), quad, light)
    return on_ground(photo, picture, quad, character_height(plate, quad))


def character_height(plate: Plate, quad: np.ndarray) -> float:
    """In pixels of the quad."""
    return coverings.size(quad)[1] * plate.character / plate.image.shape[0]


def inside(quad: np.ndarray, shape: tuple[int, ...]) -> None:
    """Moves a quad so that it lies within the picture as far as it fits."""
    h, w = shape[:2]
    low, high = quad.min(axis=0), quad.max(axis=0)
    quad += np.maximum(0, 1 - low) - np.maximum(0, high - np.array([w - 1, h - 1]))


def with_cover(scene: Scene, kind: str, random: np.random.Generator) -> Scene:
    """Something over the plate, a kind of `coverings.COVERS`."""
    for _ in range(MOST_COVERS):
        picture = scene.pixels.astype(np.float32)
        coverings.cover(picture, scene.quad, kind, random)
        if still_seen(scene.pixels, picture, scene.quad) < HIDDEN:
            break
    return replace(scene, pixels=picture, character=0.0)


def still_seen(before: np.ndarray, after: np.ndarray, quad: np.ndarray) -> float:
    """How much of what was written is left, 0 to 1: what is dark and light there now follows what was."""
    where = coverings.filled(before.shape, coverings.grown(quad, 0.85, 0.75), 0.1) > 0.9
    was, is_now = (picture.mean(axis=2)[where] for picture in (before, after))
    was, is_now = was - was.mean(), is_now - is_now.mean()
    return float(np.clip((was @ is_now) / max(1e-6, float(was @ was)), 0, 1))


def without_plate(photo: Photo, random: np.random.Generator) -> Scene:
    """Its plate removed by filling its place from around it: made, not real. On some a hollow and screw holes are left."""
    picture = photo.pixels.astype(np.float32)
    # Dice of its own: how many are thrown for the filling depends on its size, and a track's frames are to be alike.
    hollow = np.random.default_rng(int(random.integers(1 << 31)))
    coverings.erase(picture, photo.quad, random)
    if hollow.random() < 0.2:
        coverings.recess(picture, photo.quad, hollow)
    return on_ground(photo, picture, photo.quad, 0.0)


def as_it_is(photo: Photo) -> Scene:
    return on_ground(photo, photo.pixels.astype(np.float32), photo.quad, 0.0)


def on_ground(photo: Photo, picture: np.ndarray, quad: np.ndarray | None, character: float) -> Scene:
    """The vehicle with a rim around it, a blurred continuation of its picture, so that it does not fill the frame."""
    h, w, _ = picture.shape
    rim = max(8, int(RIM * max(h, w)))
    wide = np.pad(picture, ((rim, rim), (rim, rim), (0, 0)), mode="edge")
    soft = Image.fromarray(np.clip(wide, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(rim / 4))
    ground = np.array(soft, dtype=np.float32)
    ground[rim : rim + h, rim : rim + w] = picture
    left, top, right, bottom = photo.box
    box = (int(left) + rim, int(top) + rim, int(right - left), int(bottom - top))
    return Scene(ground, box, None if quad is None else quad + rim, character)


def farther(scene: Scene, share: float) -> Scene:
    """The same scene from so far away that everything is `share` as large."""
    h, w, _ = scene.pixels.shape
    size = (max(16, round(w * share)), max(16, round(h * share)))
    small = np.dstack([
        np.asarray(Image.fromarray(scene.pixels[:, :, c].astype(np.float32)).resize(size, Image.BOX if share < 0.5 else Image.BILINEAR))
        for c in range(3)
    ])
    box = tuple(int(side * share) for side in scene.box)
    return Scene(small, box, None if scene.quad is None else scene.quad * share, scene.character * share)


# --- the camera -------------------------------------------------------------------------------------------------------


def look(random: np.random.Generator, light: str, character: float, blurred: bool) -> Look:
    """Random settings; blur grows with the characters (in pixels), so that it stays readable or does not matter."""
    most = MOST_BLUR * max(character, 6.0)
    blur = random.uniform(0.5, 1.0) * most if blurred else random.uniform(0.2, 0.6) * min(most, 1.0)
    moved = random.uniform(1, 3) * most if blurred and random.random() < 0.5 else 0.0
    noise = random.uniform(0.5, 3) if light == "day" else random.uniform(2, 8)
    return Look(light, blur, moved, noise, int(random.integers(55, 95)), *(int(n) for n in random.integers(1 << 31, size=2)))


def shot(scene: Scene, seen: Look) -> np.ndarray:
    """The scene as the camera gives it, not yet compressed."""
    dice = Dice(seen.lit)
    picture = torch.from_numpy(np.clip(scene.pixels, 0, 255)[:, :, ::-1].astype(np.float32).copy()).permute(2, 0, 1)[None]
    lit = {"day": augment.by_day, "night": augment.under_lamps, "ir": augment.in_infrared}[seen.light](picture, dice)
    flat = lit.clamp(0, 255)[0].permute(1, 2, 0).numpy()[:, :, ::-1].astype(np.uint8)
    flat = np.asarray(Image.fromarray(flat).filter(ImageFilter.GaussianBlur(seen.blur)), dtype=np.float32)
    random = np.random.default_rng(seen.grain)
    noise = random.standard_normal((*flat.shape[:2], 1 if seen.light == "ir" else 3), dtype=np.float32) * seen.noise
    return np.clip(smear(flat, seen.moved) + noise, 0, 255).astype(np.uint8)


def smear(picture: np.ndarray, length: float) -> np.ndarray:
    """Moved to one side by so many pixels during the exposure."""
    steps = int(round(length)) + 1
    total = sum(np.roll(picture, n - steps // 2, axis=1) for n in range(steps))
    return total / steps


def legible(scene: Scene, seen: Look, picture: np.ndarray) -> bool:
    """Whether an eye can read it: large enough, and its ink told from its ground in the finished picture."""
    if scene.character < LEGIBLE:
        return False
    contrast = contrast_in(picture, scene.quad)
    return contrast >= LEAST_CONTRAST and contrast >= LEAST_OVER_NOISE * seen.noise


def contrast_in(picture: np.ndarray, quad: np.ndarray) -> float:
    """Between the dark and the light tenths of a place."""
    core = coverings.grown(quad, 0.85, 0.75)
    luma = picture.astype(np.float32) @ np.array([0.299, 0.587, 0.114])
    values = luma[coverings.filled(picture.shape, core, 0.1) > 0.9]
    return float(np.percentile(values, 92) - np.percentile(values, 8)) if values.size > 20 else 0.0


def compressed(picture: np.ndarray, quality: int) -> bytes:
    """As JPEG."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=quality)
    return out.getvalue()


# --- frames -----------------------------------------------------------------------------------------------------------


def approach(first: float, last: float, frames: int) -> list[float]:
    """Widths of a plate on a vehicle that comes nearer at one speed: the distance falls evenly, the width as 1 over it."""
    return [1 / (1 / first + (1 / last - 1 / first) * n / (frames - 1)) for n in range(frames)]
