"""What can be done to the place of a plate in a photograph: another plate, something over it, nothing there.

The same is done to other places of the same size, on vehicles with a plate and on those whose plate is not in view, so
that neither a seam nor a flat thing tells the answer. Pictures are [H,W,3] float, RGB, 0 to 255, and are changed in
place; a quad is [4,2], x and y in pixels, clockwise from the upper left.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Random = np.random.Generator

COVERS = ("cloth", "tape", "mud", "board", "fold", "glare")


def grown(quad: np.ndarray, across: float, down: float) -> np.ndarray:
    """A quad so many times as wide and high around its middle."""
    middle = quad.mean(axis=0)
    right = (quad[1] + quad[2] - quad[0] - quad[3]) / 4
    low = (quad[2] + quad[3] - quad[0] - quad[1]) / 4
    rest = quad - middle - np.array([-right - low, right - low, right + low, low - right])
    return middle + np.array([-right * across - low * down, right * across - low * down, right * across + low * down, low * down - right * across]) + rest


def size(quad: np.ndarray) -> tuple[float, float]:
    """Mean width and height."""
    wide = (np.hypot(*(quad[1] - quad[0])) + np.hypot(*(quad[2] - quad[3]))) / 2
    tall = (np.hypot(*(quad[3] - quad[0])) + np.hypot(*(quad[2] - quad[1]))) / 2
    return float(wide), float(tall)


def filled(shape: tuple[int, ...], outline: np.ndarray, soft: float = 0.6) -> np.ndarray:
    """How much of each pixel lies within a polygon, 0 to 1 [H,W]; its edge is `soft` pixels wide."""
    h, w = shape[:2]
    large = Image.new("L", (w * 2, h * 2))
    ImageDraw.Draw(large).polygon([(float(x) * 2, float(y) * 2) for x, y in outline], fill=255)
    small = large.resize((w, h), Image.BOX).filter(ImageFilter.GaussianBlur(soft))
    return np.asarray(small, dtype=np.float32) / 255


def around(shape: tuple[int, ...], quad: np.ndarray, margin: float) -> tuple[slice, slice]:
    """Rows and columns of a picture that a quad and its surroundings take."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    reach = (high - low).max() * margin + 4
    left, top = (max(0, int(v)) for v in low - reach)
    right, bottom = (int(v) for v in high + reach)
    return slice(top, min(shape[0], bottom)), slice(left, min(shape[1], right))


def smooth_over(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Goes on smoothly where nothing is `known` (0 to 1), by halving the picture until everything is."""
    h, w = known.shape
    if known.min() > 0 or min(h, w) < 2:
        total = max(1e-6, float(known.sum()))
        mean = (values * known[:, :, None]).sum(axis=(0, 1)) / total
        return np.where(known[:, :, None] > 0, values, mean)
    pad = ((0, h % 2), (0, w % 2))
    weight = np.pad(known, pad)
    weighted = np.pad(values * known[:, :, None], (*pad, (0, 0)))
    quarter = (weight.shape[0] // 2, 2, weight.shape[1] // 2, 2)
    sums = weight.reshape(quarter).sum(axis=(1, 3))
    coarse = weighted.reshape(*quarter, -1).sum(axis=(1, 3)) / np.maximum(sums, 1e-6)[:, :, None]
    beneath = smooth_over(coarse, np.minimum(sums, 1.0))
    large = np.dstack([
        np.asarray(Image.fromarray(beneath[:, :, c].astype(np.float32)).resize(weight.shape[::-1], Image.BILINEAR)) for c in range(values.shape[2])
    ])[:h, :w]
    return values * known[:, :, None] + large * (1 - known[:, :, None])


def erase(picture: np.ndarray, quad: np.ndarray, random: Random) -> None:
    """Lets what is around a place go on over it: its light and colour alone, or with the structure of a place beside it."""
    quad = grown(quad, *random.uniform(1.06, 1.22, 2)) + random.normal(0, 0.4, (4, 2))
    rows, columns = around(picture.shape, quad, 0.9)
    part = picture[rows, columns]
    inside = quad - [columns.start, rows.start]
    hole = filled(part.shape, grown(inside, 1.03, 1.06), 0.8)
    known = (hole < 0.02).astype(np.float32)
    source = beside(picture, (rows, columns), quad, random)
    over = source + smooth_over(part - source, known)
    grain = random.normal(0, 1, part.shape).astype(np.float32) * random.uniform(0, 3)
    part += (over + grain - part) * hole[:, :, None]


def beside(picture: np.ndarray, where: tuple[slice, slice], quad: np.ndarray, random: Random) -> np.ndarray:
    """The part of the picture that lies one size of the quad away; nothing (0) for a third of them."""
    rows, columns = where
    wide, tall = quad.max(axis=0) - quad.min(axis=0)
    way = int(random.integers(6))
    if way > 3:
        return np.zeros_like(picture[rows, columns])
    step = random.uniform(1.1, 1.6)
    dy, dx = ((-tall * step, 0), (tall * step, 0), (0, -wide * step), (0, wide * step))[way]
    y = np.clip(np.arange(rows.start, rows.stop) + int(dy), 0, picture.shape[0] - 1)
    x = np.clip(np.arange(columns.start, columns.stop) + int(dx), 0, picture.shape[1] - 1)
    return picture[y][:, x]


def warp(image: np.ndarray, quad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A picture [h,w,C] spread over a quad of another of this shape; 0 around it."""
    wide, tall = size(quad)
    fit = (max(4, min(image.shape[1], int(wide * 1.4))), max(3, min(image.shape[0], int(tall * 1.4))))
    small = Image.fromarray(image).resize(fit, Image.BOX)
    corners = np.array([[0, 0], [fit[0], 0], [fit[0], fit[1]], [0, fit[1]]], dtype=float)
    rows = []
    for (x, y), (u, v) in zip(quad, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.lstsq(np.array(rows), corners.reshape(-1), rcond=None)[0]
    return np.asarray(small.transform(shape[1::-1], Image.PERSPECTIVE, tuple(solved), Image.BILINEAR), dtype=np.float32)


def light_of(picture: np.ndarray, quad: np.ndarray) -> float:
    """How brightly the place is lit, 1 where its brightest is white."""
    rows, columns = around(picture.shape, quad, 0.0)
    part = picture[rows, columns].mean(axis=2)
    return float(np.clip(np.percentile(part, 90) / 225, 0.12, 1.1)) if part.size else 0.6


def paste(picture: np.ndarray, plate: np.ndarray, quad: np.ndarray, light: float) -> None:
    """`plate` [h,w,4], with how much it covers last."""
    layer = warp(plate, quad, picture.shape)
    alpha = layer[:, :, 3:] / 255
    # Premultiplied by the warp's black surroundings, so divided again.
    colour = layer[:, :, :3] * light
    picture += (np.clip(colour, 0, 255) - picture) * alpha


def shaped_like(quad: np.ndarray, aspect: float, random: Random) -> np.ndarray:
    """A quad of the same place and about the same area with another proportion."""
    wide, tall = size(quad)
    change = np.sqrt(aspect * random.uniform(0.85, 1.1) / (wide / max(tall, 1e-3)))
    area = random.uniform(0.95, 1.15)
    return grown(quad, change * area, area / change)


def colour(random: Random) -> np.ndarray:
    kind = int(random.integers(4))
    if kind < 2:
        tone = random.uniform(5, 70) if kind else random.uniform(120, 250)
        return tone + random.normal(0, 8, 3)
    return random.uniform(20, 230, 3)


def wobbly(quad: np.ndarray, random: Random, amount: float) -> np.ndarray:
    """The quad's outline with points between its corners, all moved a little (in shares of its height)."""
    points = []
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        points += [a + (b - a) * t for t in (0.0, 0.25, 0.5, 0.75)]
    return np.array(points) + random.normal(0, amount * size(quad)[1], (16, 2))


def clouds(random: Random, shape: tuple[int, int], cell: float) -> np.ndarray:
    """Smooth noise of mean 0 and deviation 1, with spots about `cell` pixels large."""
    coarse = random.normal(0, 1, (max(2, int(shape[0] / cell) + 2), max(2, int(shape[1] / cell) + 2))).astype(np.float32)
    return np.asarray(Image.fromarray(coarse).resize(shape[::-1], Image.BICUBIC)) * 1.3


def lay(picture: np.ndarray, alpha: np.ndarray, paint: np.ndarray, light: float, random: Random, folds: float) -> None:
    """Some stuff of one colour, with folds, over a part of the picture."""
    shade = 1 + folds * clouds(random, alpha.shape, max(3.0, alpha.sum() ** 0.5 / 3))
    weave = random.normal(0, random.uniform(0, 6), alpha.shape)
    stuff = np.clip(paint[None, None] * (light * shade)[:, :, None] + weave[:, :, None], 0, 255)
    picture += (stuff - picture) * alpha[:, :, None]


def cover(picture: np.ndarray, quad: np.ndarray, kind: str, random: Random) -> None:
    """Hides what is written on a place."""
    light = light_of(picture, quad)
    rows, columns = around(picture.shape, quad, 0.6)
    part, inside = picture[rows, columns], quad - [columns.start, rows.start]
    shape, (wide, tall) = part.shape, size(quad)
    if kind == "cloth":
        outline = wobbly(grown(inside, random.uniform(0.95, 1.3), random.uniform(1.0, 1.5)), random, 0.07)
        lay(part, filled(shape, outline), colour(random), light, random, random.uniform(0.05, 0.3))
    elif kind == "board":
        outline = grown(inside, random.uniform(0.95, 1.08), random.uniform(0.95, 1.15)) + random.normal(0, 0.03 * tall, (4, 2))
        lay(part, filled(shape, outline), colour(random), light, random, random.uniform(0, 0.06))
    elif kind == "tape":
        paint, strips = colour(random), int(random.integers(1, 4))
        for n in range(strips):
            left = n / strips + random.uniform(-0.05, 0.05) if strips > 1 else random.uniform(-0.05, 0.15)
            right = left + random.uniform(0.8, 1.0) / strips
            tilt = random.normal(0, 0.08)
            top, bottom = inside[1] - inside[0], inside[2] - inside[3]
            outline = [inside[0] + top * (left + tilt), inside[0] + top * (right + tilt), inside[3] + bottom * (right - tilt), inside[3] + bottom * (left - tilt)]
            lay(part, filled(shape, grown(np.array(outline), 1.0, random.uniform(0.95, 1.3)), 0.4), paint, light, random, 0.05)
    elif kind == "mud":
        spots = clouds(random, shape[:2], max(2.0, tall / 2)) + 0.6 * clouds(random, shape[:2], max(1.5, tall / 5))
        alpha = np.clip((spots + random.uniform(1.0, 2.0)) * 1.5, 0, random.uniform(0.85, 1.0))
        alpha = alpha * filled(shape, wobbly(grown(inside, 1.1, 1.2), random, 0.08), tall / 8)
        paint = np.array([random.uniform(60, 150), random.uniform(50, 120), random.uniform(30, 100)])
        lay(part, alpha, paint, light, random, 0.15)
    elif kind == "fold":
        # Bent up or down: what is left is a band of it, seen at a slant, and its back.
        kept = random.uniform(0.25, 0.5)
        band = inside.copy()
        if random.random() < 0.5:
            band[2:] = inside[1::-1] + (inside[2:] - inside[1::-1]) * kept
        else:
            band[:2] = inside[3:1:-1] + (inside[:2] - inside[3:1:-1]) * kept
        picture_of = np.clip(picture[rows, columns], 0, 255).copy()
        erase(part, inside, random)
        tone = random.uniform(0.3, 1.0)
        lay(part, filled(shape, band), np.full(3, random.uniform(90, 190)), light * tone, random, 0.05)
        if random.random() < 0.5:
            squeezed = np.clip(picture_of, 0, 255).astype(np.uint8)
            bounds = (*inside.min(axis=0), *inside.max(axis=0))
            cut = np.asarray(Image.fromarray(squeezed).crop(tuple(int(v) for v in bounds)).convert("RGBA"))
            if min(cut.shape[:2]) > 2:
                paste(part, cut, band, tone)
    else:
        middle = inside.mean(axis=0) + random.normal(0, 0.15, 2) * [wide, tall]
        y, x = np.mgrid[: shape[0], : shape[1]]
        far = np.hypot((x - middle[0]) / (wide * random.uniform(0.4, 0.7)), (y - middle[1]) / (max(tall, wide * 0.3) * random.uniform(0.6, 1.0)))
        glow = np.exp(-(far**3)) * random.uniform(1.2, 2.5)
        tint = 1 - random.uniform(0, 0.25, 3)
        part += (255 * tint - part) * np.clip(glow, 0, 1)[:, :, None]


def recess(picture: np.ndarray, quad: np.ndarray, random: Random) -> None:
    """The hollow and the holes that a plate leaves."""
    alpha = filled(picture.shape, grown(quad, *random.uniform(0.9, 1.1, 2)), random.uniform(0.5, 2))
    picture *= 1 - (alpha * random.uniform(0.05, 0.6))[:, :, None]
    if random.random() < 0.5:
        for side in (0.25, 0.75):
            hole = quad[0] + (quad[1] - quad[0]) * side + (quad[3] - quad[0]) * random.uniform(0.1, 0.6)
            radius = max(0.6, size(quad)[1] * 0.05)
            turn = np.linspace(0, 2 * np.pi, 9)[:8]
            spot = filled(picture.shape, hole + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1), 0.4)
            picture *= 1 - (spot * random.uniform(0.3, 0.9))[:, :, None]


def lamps(picture: np.ndarray, random: Random) -> None:
    """One to three lamps that shine into the camera, anywhere but most often at half height."""
    h, w, _ = picture.shape
    y, x = np.mgrid[:h, :w]
    for _ in range(int(random.integers(1, 4))):
        middle = (random.uniform(0, w), h * random.uniform(0.25, 0.85))
        reach = max(h, w) * random.uniform(0.02, 0.1)
        far = np.hypot(x - middle[0], y - middle[1]) / reach
        glow = np.exp(-(far**2)) * 2 + random.uniform(0.1, 0.5) / (1 + far**2)
        tint = 1 - random.uniform(0, 1, 3) ** 2 * [0.1, 0.4, 0.6]
        picture += (255 * tint - picture) * np.clip(glow, 0, 1)[:, :, None]
