"""Draws plates of Vietnam as they are on the road: painted, embossed, screwed on, dirty, worn, bent and shaded.

    plate = plates.render(np.random.default_rng(1), "motorbike")

Faces of letters come from Debian's packages, several of them and each stretched to a plate's proportions, because the
plates' own face is not free. Pictures are [H,W,3], RGB, 0 to 255, a pixel per millimetre.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from plate_series import SERIES, Series, Sheet, draw_text, rows

FONTS = Path("/usr/share/fonts")
# File, Debian's package, how often, how much bolder (in mm).
Face = tuple[str, str, float, float]
FACES: tuple[Face, ...] = (
    ("truetype/opendin/OSP-DIN.ttf", "fonts-opendin", 8, 0.2),
    ("truetype/roadgeek/RG2014C.ttf", "fonts-roadgeek", 2, 0.8),
    ("truetype/roadgeek/RG2014D.ttf", "fonts-roadgeek", 1, 0.6),
    ("truetype/roboto/unhinted/RobotoCondensed-Bold.ttf", "fonts-roboto-unhinted", 2, -0.6),
    ("truetype/roboto/unhinted/RobotoCondensed-Medium.ttf", "fonts-roboto-unhinted", 1, 0.2),
    ("truetype/osifont/osifont.ttf", "fonts-osifont", 1, 2.0),
    ("opentype/bebas-neue/BebasNeue-Bold.otf", "fonts-bebas-neue", 1, 0.0),
    ("truetype/liberation/LiberationSansNarrow-Bold.ttf", "fonts-liberation", 1, 0.0),
    ("truetype/dejavu/DejaVuSansCondensed-Bold.ttf", "fonts-dejavu-extra", 1, -1.0),
)
HAN = ("truetype/wqy/wqy-microhei.ttc", "fonts-wqy-microhei")
# Drawn larger than it is given back, for smooth edges.
FINE = 3


@dataclass
class Plate:
    """`image` [H,W,3] RGB and `alpha` [H,W], 0 to 255: what is plate, its corners being round; `text` as in `plate_series`."""

    image: np.ndarray
    alpha: np.ndarray
    text: str
    kind: str
    lines: int
    # Height of its characters, in rows of `image`.
    character: float


def render(
    random: np.random.Generator,
    kind: str | None = None,
    text: str | None = None,
    lines: int | None = None,
    faces: tuple[Face, ...] = FACES,
) -> Plate:
    """A plate of a series (any, where none is named), on one or two lines where the series has both."""
    if kind is None:
        names = list(SERIES)
        weights = np.array([SERIES[name].weight for name in names])
        kind = names[random.choice(len(names), p=weights / weights.sum())]
    series = SERIES[kind]
    sheets = [sheet for sheet in series.sheets if lines in (None, sheet.rows)]
    if not sheets:
        raise ValueError(f"a plate of the series {kind} has no {lines} lines")
    sheet = sheets[random.integers(len(sheets))]
    text = text or draw_text(random, kind)
    ink, letters = lettering(random, text, kind, sheet, faces)
    image, alpha = painted(random, series, sheet, ink, letters, kind)
    image = worn(random, image, ink)
    image, alpha = bent(random, framed(random, screwed(random, image)), alpha)
    return Plate(np.clip(image, 0, 255).astype(np.uint8), (alpha * 255).astype(np.uint8), text, kind, sheet.rows, sheet.character[0])


# --- letters ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def face(file: str, package: str) -> ImageFont.FreeTypeFont:
    if not (FONTS / file).is_file():
        raise FileNotFoundError(f"{FONTS / file} is not there: apt-get install {package} (scripts/setup.sh train does)")
    return ImageFont.truetype(str(FONTS / file), 160)


@lru_cache(maxsize=4096)
def glyph(character: str, file: str, package: str) -> Image.Image:
    """The ink of one character, cut to its bounds."""
    if character == "Đ":  # not every face has it
        barred = glyph("D", file, package).copy()
        middle, half = barred.height / 2, barred.height * 0.045
        ImageDraw.Draw(barred).rectangle([0, middle - half, barred.width * 0.5, middle + half], fill=255)
        return ImageOps.expand(barred, (barred.width // 8, 0, 0, 0), 0)
    font = face(file, package)
    left, top, right, bottom = font.getbbox(character)
    picture = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(picture).text((-left, -top), character, fill=255, font=font)
    return picture


def lettering(
    random: np.random.Generator, text: str, kind: str, sheet: Sheet, faces: tuple[Face, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """How much ink each pixel has, and which of it belongs to the letters of a diplomatic plate."""
    weights = np.array([often for _, _, often, _ in faces], dtype=float)
    file, package, _, bolder = faces[random.choice(len(faces), p=weights / weights.sum())]
    w, h = sheet.size
    canvas, special = (Image.new("L", (w * FINE, h * FINE)) for _ in range(2))
    printed = rows(text, sheet)
    tall, wide = sheet.character
    tall, wide = tall * random.uniform(0.94, 1.03), wide * random.uniform(0.9, 1.06)
    spread = random.uniform(0.92, 1.06)
    for number, row in enumerate(printed):
        # The middles of rows, with as much between them as above and below.
        middle = h * (0.5 if len(printed) == 1 else (0.275, 0.725)[number]) + random.normal(0, h * 0.006)
        cells = [(character, *cell(character, file, package, wide)) for character in row]
        gap = wide * 0.17 * spread
        width = sum(size for _, size, _ in cells) + gap * (len(cells) - 1)
        squeeze = min(1.0, w * 0.925 / width)
        x = (w - width * squeeze) / 2 + random.normal(0, w * 0.004)
        for character, size, picture in cells:
            draw_cell(canvas, character, picture, (x, middle), (size * squeeze, tall))
            if kind == "diplomatic" and character.isalpha():
                draw_cell(special, character, picture, (x, middle), (size * squeeze, tall))
            x += (size + gap) * squeeze
    bolder = bolder * tall / 80 + random.normal(0, 0.5)
    return spread_ink(canvas, bolder), spread_ink(special, bolder)


def cell(character: str, file: str, package: str, wide: float) -> tuple[float, Image.Image | None]:
    """How wide a character stands, in mm, and its ink; None for a dash or a dot."""
    if character in "-.·":
        return wide * (0.42 if character == "-" else 0.26), None
    if not character.isascii() and character != "Đ":
        # The face is thin, and plates are not.
        return wide * 1.05, glyph(character, *HAN).filter(ImageFilter.MaxFilter(9))
    picture = glyph(character, file, package)
    usual = glyph("0" if character.isdigit() else "H", file, package)
    return wide * float(np.clip(picture.width / usual.width, 0.4, 1.2)), picture


def draw_cell(canvas: Image.Image, character: str, picture: Image.Image | None, at: tuple[float, float], size: tuple[float, float]) -> None:
    """`at`: left and middle; `size`: width and height, in mm."""
    (x, middle), (wide, tall) = at, size
    if picture is not None:
        shape = (max(1, round(wide * FINE)), max(1, round(tall * FINE)))
        canvas.paste(picture.resize(shape, Image.BILINEAR), (round(x * FINE), round((middle - tall / 2) * FINE)))
        return
    half = tall * 0.06
    centre = middle + (tall * 0.42 if character == "." else 0)
    box = (x, centre - half, x + wide, centre + half)
    if character == "-":
        ImageDraw.Draw(canvas).rectangle([v * FINE for v in box], fill=255)
    else:
        middle_x, radius = x + wide / 2, half * 1.2
        ImageDraw.Draw(canvas).ellipse(
            [v * FINE for v in (middle_x - radius, centre - radius, middle_x + radius, centre + radius)], fill=255
        )


def spread_ink(canvas: Image.Image, bolder: float) -> np.ndarray:
    """Ink in 0 to 1, a pixel per mm; rounded as a stamp leaves it, and `bolder` mm wider all around."""
    soft = np.asarray(canvas.filter(ImageFilter.GaussianBlur(FINE * 1.6)), dtype=np.float32) / 255
    # A blurred edge of this width falls from 1 to 0 over about 4 mm.
    edge = np.clip(0.5 - bolder * 0.22, 0.15, 0.7)
    sharp = np.clip((soft - edge) * 4 + 0.5, 0, 1) * (soft > 0.02)
    h, w = sharp.shape
    return sharp.reshape(h // FINE, FINE, w // FINE, FINE).mean(axis=(1, 3))


# --- metal ------------------------------------------------------------------------------------------------------------


def rounded(size: tuple[int, int], inset: float, radius: float) -> np.ndarray:
    """1 within a rectangle with round corners, `inset` mm from the edge."""
    w, h = size
    picture = Image.new("L", (w * FINE, h * FINE))
    box = [inset * FINE, inset * FINE, (w - inset) * FINE - 1, (h - inset) * FINE - 1]
    ImageDraw.Draw(picture).rounded_rectangle(box, radius * FINE, fill=255)
    small = np.asarray(picture, dtype=np.float32).reshape(h, FINE, w, FINE)
    return small.mean(axis=(1, 3)) / 255


def painted(
    random: np.random.Generator, series: Series, sheet: Sheet, ink: np.ndarray, letters: np.ndarray, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Ground, rim and ink, with light on what is raised."""
    w, h = sheet.size
    ground = np.array(series.ground, dtype=np.float32) * random.uniform(0.88, 1.06) + random.normal(0, 5, 3)
    colour = np.array(series.ink, dtype=np.float32) + random.normal(0, 8, 3) + (random.uniform(0, 30) if max(series.ink) < 60 else 0)
    image = np.broadcast_to(ground, (h, w, 3)).astype(np.float32).copy()
    if kind == "chinese_green":
        fall = np.linspace(1, 0, h, dtype=np.float32)[:, None, None]
        image = image + (np.array([235, 240, 235]) - ground) * fall
    radius = min(w, h) * random.uniform(0.05, 0.09)
    alpha = rounded(sheet.size, 0, radius)
    wide, inset = random.uniform(2.5, 5), random.choice([0.0, random.uniform(2, 5)])
    rim = rounded(sheet.size, inset, radius - inset) - rounded(sheet.size, inset + wide, max(1, radius - inset - wide))
    metal = np.full(3, random.uniform(120, 200))
    line = metal if random.random() < (0.7 if w < 200 else 0.3) else colour
    image += (line - image) * (rim * random.uniform(0.5, 1))[:, :, None]
    strong = random.uniform(0.86, 1)
    image += (colour - image) * (ink * strong)[:, :, None]
    if series.letters is not None:
        image += (np.array(series.letters) - image) * (letters * strong)[:, :, None]
    raised = np.clip(ink + rim, 0, 1)
    slope = np.diff(raised, axis=0, prepend=0) * random.uniform(0.4, 1) + np.diff(raised, axis=1, prepend=0) * random.uniform(-0.8, 0.8)
    return image - slope[:, :, None] * random.uniform(0, 60), alpha


def clouds(random: np.random.Generator, shape: tuple[int, int], cell_mm: float) -> np.ndarray:
    """Smooth noise of mean 0 and deviation 1, with spots about `cell_mm` large."""
    h, w = shape
    coarse = random.normal(0, 1, (max(2, int(h / cell_mm) + 1), max(2, int(w / cell_mm) + 1))).astype(np.float32)
    picture = Image.fromarray(coarse).resize((w, h), Image.BICUBIC)
    smooth = np.asarray(picture)
    return (smooth - smooth.mean()) / max(1e-3, float(smooth.std()))


def worn(random: np.random.Generator, image: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Faded ink, scratches, dirt, rust; never so much that a character is lost."""
    shape = image.shape[:2]
    age = random.random() ** 2
    bare = np.clip(clouds(random, shape, 7) - 1.4, 0, 1) * ink * age
    image = image + (150 - image) * (bare * 0.8)[:, :, None]
    brown = np.array([random.uniform(60, 120), random.uniform(50, 100), random.uniform(35, 80)])
    dirt = np.clip(0.35 * clouds(random, shape, 40) + 0.25 * clouds(random, shape, 9) + random.uniform(-0.8, 0.7), 0, 1)
    low = np.linspace(random.uniform(0, 1), 1, shape[0])[:, None]
    image = image + (brown - image) * (dirt * low * 0.55 * age)[:, :, None]
    if random.random() < 0.25 * age:
        spots = np.clip(clouds(random, shape, 14) - 2.0, 0, 1)
        image = image + (np.array([110, 60, 30]) - image) * (spots * 0.8)[:, :, None]
    marks = Image.new("L", shape[::-1])
    for _ in range(int(random.integers(0, 6) * age)):
        x, y = random.uniform(0, shape[1]), random.uniform(0, shape[0])
        ImageDraw.Draw(marks).line([x, y, x + random.normal(0, 50), y + random.normal(0, 15)], fill=140)
    return image + (140 - image) * (np.asarray(marks, dtype=np.float32) / 255)[:, :, None]


def screwed(random: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Two or four bolts, on some plates."""
    h, w, _ = image.shape
    if random.random() < 0.35:
        return image
    picture = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
    across, radius = random.uniform(0.2, 0.36) * w, random.uniform(0.018, 0.032) * min(h * 1.6, w)
    heights = ((0.1,), (0.9,), (0.1, 0.9), (0.5,))[random.integers(4 if w > 3 * h else 3)]
    tone = random.uniform(30, 220)
    if heights == (0.5,):
        across = w * 0.475
    for height in heights:
        for side in (-1, 1):
            x, y = w / 2 + side * across + random.normal(0, 1), h * height + random.normal(0, 1)
            bolt = np.clip(tone + random.normal(0, 12, 3), 0, 255).astype(int)
            ImageDraw.Draw(picture).ellipse([x - radius, y - radius, x + radius, y + radius], fill=tuple(bolt), outline=tuple(bolt // 2))
    return np.asarray(picture, dtype=np.float32)


def framed(random: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A seller's frame with a line of small print over the lower edge, a clear cover that shines, or a shadow."""
    h, w, _ = image.shape
    kind = random.random()
    if kind < 0.12:
        tone, edge = random.uniform(10, 70), int(h * random.uniform(0.03, 0.05))
        image = image.copy()
        for part in (image[:edge], image[-edge * 2 :], image[:, :edge], image[:, -edge:]):
            part[:] = tone
        picture = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
        words = ("AUTO", "HONDA", "TOYOTA", "SHOWROOM", "0912 345 678", "Ô TÔ")[random.integers(6)]
        font = face(*FACES[3][:2]).font_variant(size=max(5, int(edge * 1.6)))
        ImageDraw.Draw(picture).text((w / 2, h - edge), words, fill=(200, 200, 200), font=font, anchor="mm")
        return np.asarray(picture, dtype=np.float32)
    y, x = np.mgrid[0:1 : h * 1j, 0:1 : w * 1j]
    slant = random.uniform(-0.8, 0.8)
    if kind < 0.3:
        band = np.exp(-(((y - random.uniform(0, 1) - slant * (x - 0.5)) / random.uniform(0.03, 0.15)) ** 2))
        return image + (255 - image) * (band * random.uniform(0.1, 0.45))[:, :, None]
    if kind < 0.5:
        lit = 1 / (1 + np.exp(-(y - random.uniform(0.1, 0.6) + slant * (x - 0.5)) / random.uniform(0.01, 0.1)))
        depth = random.uniform(0.3, 0.7)
        return image * (depth + (1 - depth) * lit)[:, :, None]
    return image


def bent(random: np.random.Generator, image: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Waves up and down by a few millimetres, on a third of the plates, with the shade that goes with them."""
    if random.random() > 0.35:
        return image, alpha
    h, w, _ = image.shape
    phase = np.arange(w) / w * random.uniform(1.5, 6) + random.uniform(0, 6)
    depth = random.uniform(0, 0.03) * h
    shift = np.round(np.sin(phase) * depth).astype(int)
    places = np.clip(np.arange(h)[:, None] + shift[None], 0, h - 1)
    columns = np.broadcast_to(np.arange(w), (h, w))
    shade = 1 + np.cos(phase) * random.uniform(0, 0.12)
    return image[places, columns] * shade[None, :, None], alpha[places, columns]
