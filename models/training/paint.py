"""Painting on pictures what too few of them show: gloves on bare hands, masks, scarves and balaclavas on bare faces.

The same picture is then there with and without, so that neither the place, nor the person, nor the camera tells.
Canvases are [H,W,3], BGR, 0 to 255; places are in 0..1 of the canvas.
"""

import numpy as np
import torch
from PIL import Image, ImageDraw

from augment import LUMA, skin

Point = tuple[float, float]


def cloth(canvas: np.ndarray, alpha: np.ndarray, detail: float, random: np.random.Generator) -> np.ndarray:
    """Covers a part of the canvas with some cloth, lit as the part was; what is smaller than `detail` (in 0..1 of the
    canvas) does not show through."""
    side = canvas.shape[0]
    luma = torch.from_numpy(canvas.astype(np.float32) @ LUMA.numpy())[None, None]
    reach = max(1, int(detail * side))
    for _ in range(2):
        luma = torch.nn.functional.avg_pool2d(luma, 2 * reach + 1, 1, reach, count_include_pad=False)
    luma = luma[0, 0].numpy()
    mean = max(1.0, float((luma * alpha).sum() / max(1e-3, alpha.sum())))
    kind = int(random.integers(6))
    low, high = ((10, 55), (170, 250), (60, 170), (60, 210), (110, 200), (60, 200))[kind]
    colour = np.full(3, random.uniform(low, high)) + random.normal(0, 45 if kind == 3 else 8, 3)
    if kind == 4:  # surgical blue or green
        colour = np.array([random.uniform(150, 230), random.uniform(150, 215), random.uniform(80, 150)])
    if kind == 5:  # leather, which is near to skin
        colour = np.array([random.uniform(20, 110), random.uniform(90, 170), random.uniform(130, 225)])
    weave = random.normal(0, random.uniform(1, 12), (side, side))
    if random.random() < 0.5:
        weave = (weave + np.roll(weave, 1, 0) + np.roll(weave, 1, 1)) / 1.7
    folds = (luma / mean) ** random.uniform(0.2, 0.9)
    painted = np.clip(colour[None, None] * folds[:, :, None] + weave[:, :, None], 0, 255)
    return canvas * (1 - alpha[:, :, None]) + painted * alpha[:, :, None]


def glove(canvas: np.ndarray, box: tuple[float, float, float], random: np.random.Generator) -> np.ndarray | None:
    """Gives the skin of a hand the look of a glove up to the wrist; None where no skin is found."""
    share = seen_skin(canvas, box)
    if share is None:
        return None
    far = distance_from(box, canvas.shape[0])
    reach = random.uniform(0.55, 0.75)
    alpha = np.clip((share - 0.3) * 3, 0, 1) * np.clip((reach - far) * 25, 0, 1)
    painted = cloth(canvas, alpha, 0.008, random)
    cuff = np.exp(-(((far - reach + 0.03) / 0.02) ** 2)) * random.uniform(-50, 50) * alpha
    return np.clip(painted + cuff[:, :, None], 0, 255).astype(np.uint8)


def seen_skin(canvas: np.ndarray, box: tuple[float, float, float], most_beyond: float = 0.5) -> np.ndarray | None:
    """How much of the neighbourhood of each pixel is skin [H,W]; None unless it is there where the hand is, and on no
    more than `most_beyond` of what lies around."""
    x = torch.from_numpy(canvas.astype(np.float32)).permute(2, 0, 1)[None]
    found = (skin(x) > 0.35).float()
    share = torch.nn.functional.avg_pool2d(found, 5, 1, 2)[0, 0].numpy()
    far = distance_from(box, canvas.shape[0])
    beyond = share[far > 0.8]
    is_hand = 0.25 < share[far < 0.45].mean() < 0.95 and not (beyond.size and beyond.mean() > most_beyond)
    return share if is_hand else None


def as_coarse(canvas: np.ndarray, pixel: float) -> np.ndarray:
    """A canvas with no more detail than its picture had, each of whose pixels is `pixel` of the canvas wide."""
    side = canvas.shape[0]
    coarse = max(8, round(1 / pixel))
    if coarse >= side:
        return canvas
    return np.asarray(Image.fromarray(canvas).resize((coarse, coarse), Image.BOX).resize((side, side), Image.BILINEAR))


def distance_from(box: tuple[float, float, float], side: int) -> np.ndarray:
    """Of each pixel from the middle of a hand, in sizes of the hand [H,W]."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    return np.hypot(columns - box[0], rows - box[1]) / box[2]


# Outlines in distances of the eyes from the face's middle line, and of the nose from the line of the eyes.
MASK = ((0.0, 0.4), (0.55, 0.55), (1.15, 0.85), (1.1, 1.8), (0.7, 2.5), (0.0, 2.85))
LOW_MASK = ((0.0, 0.7), (0.6, 0.75), (1.15, 1.0), (1.1, 1.8), (0.7, 2.5), (0.0, 2.85))
SCARF = ((0.0, 0.5), (0.7, 0.6), (1.35, 0.7), (1.5, 2.0), (1.7, 3.6), (0.0, 3.8))
HOOD = ((0.0, -2.4), (0.9, -2.0), (1.5, -0.9), (1.5, 1.0), (1.3, 2.4), (1.5, 3.6), (0.0, 3.8))
EYES = ((0.0, -0.3), (0.75, -0.35), (1.0, 0.05), (0.8, 0.35), (0.0, 0.4))


def covered_face(
    canvas: np.ndarray, eyes: tuple[Point, Point], nose: Point, kind: str, random: np.random.Generator
) -> np.ndarray:
    """A face with its lower part covered by a mask, a low mask (nose free but for its tip), a scarf, or a balaclava."""
    side = canvas.shape[0]
    left, right, tip = (np.array(point) * side for point in (*eyes, nose))
    middle = (left + right) / 2
    across, down = left - right, tip - middle
    # Seen from the side the eyes are close to each other, but a face is never narrower than its nose is long.
    wide = max(float(np.hypot(*across)), 0.95 * float(np.hypot(*down)))
    across = across / max(1e-3, float(np.hypot(*across))) * wide * 0.98
    outline = {"mask": MASK, "low mask": LOW_MASK, "scarf": SCARF, "balaclava": HOOD}[kind]
    alpha = filled(outline, middle, across, down, side, random)
    if kind == "balaclava":
        alpha = alpha * (1 - filled(EYES, middle, across, down, side, random))
    painted = cloth(canvas, alpha, 0.05, random)
    if random.random() < 0.5:
        painted = pleats(painted, alpha, middle, down, random)
    if kind in ("mask", "low mask") and random.random() < 0.6:
        painted = straps(painted, middle, across, down, random)
    return np.clip(painted, 0, 255).astype(np.uint8)


def filled(
    outline: tuple[Point, ...], middle: np.ndarray, across: np.ndarray, down: np.ndarray, side: int, random: np.random.Generator
) -> np.ndarray:
    """How much of each pixel lies within an outline and its mirror image, a little bent."""
    points = [(u, v) for u, v in outline] + [(-u, v) for u, v in reversed(outline[1:-1])]
    places = [middle + across * (u + random.normal(0, 0.06)) + down * (v + random.normal(0, 0.06)) for u, v in points]
    large = Image.new("L", (side * 2, side * 2))
    ImageDraw.Draw(large).polygon([tuple(place * 2) for place in places], fill=255)
    return np.asarray(large.resize((side, side), Image.BILINEAR)).astype(np.float32) / 255


def pleats(canvas: np.ndarray, alpha: np.ndarray, middle: np.ndarray, down: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Folds across the face."""
    side = canvas.shape[0]
    rows, columns = np.mgrid[0:side, 0:side]
    along = ((columns - middle[0]) * down[0] + (rows - middle[1]) * down[1]) / max(1.0, float(down @ down))
    waves = np.sin(along * random.uniform(5, 12) + random.uniform(0, 6)) * random.uniform(3, 18)
    return canvas + (waves * alpha)[:, :, None]


def straps(canvas: np.ndarray, middle: np.ndarray, across: np.ndarray, down: np.ndarray, random: np.random.Generator) -> np.ndarray:
    picture = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    tone = int(random.uniform(30, 240))
    for side in (-1, 1):
        for low in (0.9, 1.6):
            start, end = middle + across * side + down * low, middle + across * side * 1.5 + down * 0.5
            ImageDraw.Draw(picture).line([tuple(start), tuple(end)], fill=(tone, tone, tone), width=1)
    return np.asarray(picture).astype(np.float32)
