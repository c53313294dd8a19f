"""Lines of drawn plates, as the plate reader learns them: cut out with room around, then seen through cameras and
straightened the way the program does it, with corners as badly placed as the finder places them.

A drawn line is kept as a picture of SHEET pixels that shows more than the program's strip (`Line.part`); pictures are
[3,H,W], BGR, 0 to 255.
"""

import multiprocessing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

import augment
import plates
from augment import Dice
from plate_series import FOREIGN, SERIES, plain, rows
from vehicles import Photo

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HEIGHT = 48
# Widths of the reader's input.
WIDTH_STEP, LEAST_WIDTH, MOST_WIDTH = 32, 128, 256
# Rows and columns of a kept line.
SHEET = (64, 320)
# What the program cuts out: shares of the plate beyond its corners, and how far a line reaches beyond the middle of the
# gap (src/vision/plate/lines.rs).
BEYOND, OVERLAP = 0.06, 0.03
# What is kept around that, in shares of the plate's width and of the line's height.
ROOM = (0.07, 0.16)
# Height of a line's characters in its strip.
FILLED = 0.65
# All faces alike, for real plates have another than any of these; and some wider ones.
FACES = tuple((file, package, 3.0 if "DIN" in file else 1.5, bolder) for file, package, _, bolder in plates.FACES) + (
    ("truetype/roadgeek/RG2014E.ttf", "fonts-roadgeek", 1.0, 0.4),
    ("truetype/roboto/unhinted/RobotoCondensed-Regular.ttf", "fonts-roboto-unhinted", 1.0, 1.4),
    ("truetype/roboto/unhinted/RobotoTTF/Roboto-Bold.ttf", "fonts-roboto-unhinted", 0.7, -1.0),
    ("truetype/liberation/LiberationSans-Bold.ttf", "fonts-liberation", 0.7, -0.5),
)
# How often each letter stands where the series' grammar is not kept to: I, O, Q and W are on no plate of Vietnam.
LETTERS = "ABCDEFGHJKLMNPRSTUVXYZ" * 6 + "QW" * 2 + "IO"
# Of the texts, how many are not of their series; and of their digits, how many become letters.
FREE, SWAPPED = 0.5, 0.2
# Plates that are drawn with one seed.
SERVING = 50


@dataclass
class Line:
    """`picture` [3,64,320]; `natural`: the width that its strip has, not yet a multiple of 32; `text` of CHARACTERS."""

    picture: np.ndarray
    natural: float
    text: str
    of_series: bool = True


@dataclass
class Camera:
    """What one camera was: its light, and the height of characters in pixels of its picture."""

    light: str
    character: float


# --- drawing ----------------------------------------------------------------------------------------------------------


def free_text(random: np.random.Generator, text: str) -> str:
    """The same places with other letters and digits."""
    def other(place: str) -> str:
        if not place.isascii() or not place.isalnum():
            return place
        if place.isdigit() and random.random() >= SWAPPED:
            return str(random.integers(10))
        return LETTERS[random.integers(len(LETTERS))]

    return "".join(other(place) for place in text)


def lines_of(random: np.random.Generator) -> list[Line]:
    """The lines of one plate."""
    kinds = list(SERIES)
    chance = np.sqrt([SERIES[kind].weight for kind in kinds])
    kind = kinds[random.choice(len(kinds), p=chance / chance.sum())]
    plate = plates.render(random, kind, faces=FACES)
    # Where a diplomatic plate is parted, its letters tell.
    of_series = random.random() >= FREE or kind == "diplomatic"
    if not of_series:
        plate = plates.render(random, kind, free_text(random, plate.text), plate.lines, FACES)
    sheet = next(s for s in SERIES[kind].sheets if s.size == plate.image.shape[1::-1])
    h, w, _ = plate.image.shape
    whole, left, top = on_ground(random, plate)
    cut = []
    for number, row in enumerate(rows(plate.text, sheet)):
        middle = 0.5 + random.normal(0, 0.012)
        upper = -BEYOND if number == 0 else middle - OVERLAP
        lower = 1 + BEYOND if number == len(rows(plate.text, sheet)) - 1 else middle + OVERLAP
        tall, wide = (lower - upper) * h, (1 + 2 * BEYOND) * w
        room = ROOM[1] * tall
        box = (left - (BEYOND + ROOM[0]) * w, top + upper * h - room, left + (1 + BEYOND + ROOM[0]) * w, top + lower * h + room)
        small = whole.resize(SHEET[::-1], Image.BOX if wide > SHEET[1] else Image.BILINEAR, box)
        cut.append(Line(np.asarray(small)[:, :, ::-1].transpose(2, 0, 1).copy(), wide / tall * HEIGHT, plain(row), of_series))
    return cut


def on_ground(random: np.random.Generator, plate: plates.Plate) -> tuple[Image.Image, int, int]:
    """The plate on what may be around it: paint, plastic, a shadow; and where its corner is."""
    h, w, _ = plate.image.shape
    edge = (int(h * 0.35), int(w * 0.2))
    shape = (h + 2 * edge[0], w + 2 * edge[1])
    ground = random.uniform(5, 235) + random.normal(0, 18, 3) + plates.clouds(random, shape, random.uniform(10, 80))[:, :, None] * random.uniform(0, 40)
    if random.random() < 0.5:
        ground = ground + np.linspace(-1, 1, shape[0])[:, None, None] * random.normal(0, 50)
    alpha = plate.alpha[:, :, None] / 255
    inner = ground[edge[0] : edge[0] + h, edge[1] : edge[1] + w]
    inner += (plate.image - inner) * alpha
    return Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8)), edge[1], edge[0]


def drawn_by(seed: int) -> list[Line]:
    random = np.random.default_rng([77, seed])
    return [line for _ in range(SERVING) for line in lines_of(random)]


def draw(count: int, seed: int = 0) -> list[Line]:
    """The lines of so many plates (a multiple of SERVING), the same each time."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return [line for part in pool.imap(drawn_by, range(seed, seed + count // SERVING)) for line in part]


def bare_lines(photos: list[Photo], random: np.random.Generator, count: int) -> list[Line]:
    """Parts of vehicles without their plates, and of nothing: no text."""
    made = []
    while len(made) < count:
        if len(made) % 4 == 3:
            tone = random.uniform(20, 220) + plates.clouds(random, SHEET, random.uniform(3, 60))[:, :, None] * random.uniform(0, 40, 3)
            picture = np.clip(tone, 0, 255).astype(np.uint8)
        else:
            photo = photos[random.integers(len(photos))]
            h, w, _ = photo.pixels.shape
            wide = random.uniform(0.2, 0.7) * w
            tall = min(wide / random.uniform(2.5, 5), h * 0.6)
            x, y = random.uniform(0, w - wide), random.uniform(0, h - tall)
            if photo.quad is not None and meets(photo.quad, (x, y, x + wide, y + tall)):
                continue
            picture = np.asarray(Image.fromarray(photo.pixels).resize(SHEET[::-1], Image.BILINEAR, (x, y, x + wide, y + tall)))
        made.append(Line(picture[:, :, ::-1].transpose(2, 0, 1).copy(), random.uniform(LEAST_WIDTH, MOST_WIDTH), ""))
    return made


def meets(quad: np.ndarray, box: tuple[float, float, float, float]) -> bool:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    return left < box[2] and right > box[0] and top < box[3] and bottom > box[1]


# --- the camera -------------------------------------------------------------------------------------------------------

# Lines that go through one camera together.
TOGETHER = 16
# Pixels of characters in the camera's picture, and the blur at which they can just be read, in their heights.
SMALLEST, LARGEST = 7.5, 45.0
MOST_BLUR = 0.1
# Of noise, in shares of the contrast.
MOST_NOISE = 0.22


def strips(sheets: torch.Tensor, width: int, dice: Dice, as_found: float = 0.0) -> torch.Tensor:
    """Kept lines [N,3,64,320] as strips of one width [N,3,48,width], 0 to 255, each group through its own camera."""
    return torch.cat([seen_by_camera(part, width, dice, as_found)[0] for part in sheets.split(TOGETHER)])


def strip_width(natural: float) -> int:
    """Width of a line's strip, as `line_width` gives it."""
    return int(np.clip(round(natural / WIDTH_STEP) * WIDTH_STEP, LEAST_WIDTH, MOST_WIDTH))


def normal(x: torch.Tensor) -> torch.Tensor:
    """Pixels of 0 to 255 as the reader takes them."""
    return (x - 127.5) / 127.5


def seen_by_camera(sheets: torch.Tensor, width: int, dice: Dice, as_found: float = 0.0) -> tuple[torch.Tensor, Camera]:
    """Kept lines as the program cuts them out of one camera's picture, and what that camera was; `as_found`: the share of
    them whose corners are as far off as the finder's are on tilted plates (the aligner mends most). Where there are any,
    noise leaves something to be read."""
    x, n = sheets.float(), len(sheets)
    light = ("day", "night", "ir")[int(dice.choose([0.4, 0.3, 0.3], 1))]
    x = thickened(x, dice)
    x = {"day": augment.by_day, "night": augment.under_lamps, "ir": augment.in_infrared}[light](x, dice).clamp(0, 255)
    x = flattened(lit(x, dice), dice)
    character = SMALLEST * (LARGEST / SMALLEST) ** float(dice.uniform(0, 1, 1)) ** 1.2
    tall = character / FILLED
    # The camera's picture shows the sheet turned a little; `ahead` maps places in it to places on the sheet.
    ahead = turning(n, width / HEIGHT, dice)
    high, wide = round(tall * (1 + 2 * ROOM[1]) * 1.5), round(tall * width / HEIGHT * 1.12)
    fine = 1 if tall > 40 else 2 if tall > 18 else 3
    grid = projected(n, (high * fine, wide * fine), (1.5, 1.0), ahead)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    x = sum(x[:, :, a::fine, b::fine] for a in range(fine) for b in range(fine)) / fine**2
    x = smeared(x, character, dice)
    deviation = dice.uniform(0.2, 1, n, 1, 1, 1) ** 1.5 * {"day": 6.0, "night": 10.0, "ir": 10.0}[light]
    if as_found > 0:
        deviation = torch.minimum(deviation, contrast_of(x) * MOST_NOISE)
    noise = dice.normal(n, 3, *x.shape[2:])
    if light == "ir":
        noise = noise[:, :1].expand(-1, 3, -1, -1)
    x = (x + noise * deviation).clamp(0, 255)
    if dice.below(2) == 0:
        x = augment.compress(x, 1 + dice.uniform(0, 1, n) ** 2 * 9).clamp(0, 255)
    return stretched(straightened(x, width, ahead, dice, as_found)), Camera(light, character)


def contrast_of(x: torch.Tensor) -> torch.Tensor:
    """About how far dark and light are from each other in each picture's middle [N,1,1,1]."""
    h, w = x.shape[2:]
    luma = (x[:, :, h // 3 : -(h // 3), w // 6 : -(w // 6)] * augment.LUMA[None, :, None, None]).sum(dim=1).flatten(1)
    return luma.std(dim=1).view(-1, 1, 1, 1) * 2.4


def thickened(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Strokes bolder or thinner than the face has them."""
    choice = dice.below(4)
    if choice > 1:
        return x
    extreme = torch.maximum if choice == 0 else torch.minimum
    other = x.clone()
    other[:, :, 1:] = extreme(other[:, :, 1:], x[:, :, :-1])
    other[:, :, :-1] = extreme(other[:, :, :-1], x[:, :, 1:])
    across = other.clone()
    other[:, :, :, 1:] = extreme(across[:, :, :, 1:], across[:, :, :, :-1])
    other[:, :, :, :-1] = extreme(other[:, :, :, :-1], across[:, :, :, 1:])
    return x + (other - x) * dice.uniform(0, 1, len(x), 1, 1, 1)


def lit(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """A shadow's edge, or the glare of a lamp, on some."""
    n, _, h, w = x.shape
    y = torch.linspace(-1, 1, h)[None, None, :, None] - dice.uniform(-1, 1, n, 1, 1, 1)
    along = torch.linspace(-1, 1, w)[None, None, None, :] - dice.uniform(-1, 1, n, 1, 1, 1)
    edge = torch.sigmoid((y + along * 1.5 * dice.normal(n, 1, 1, 1)) * dice.uniform(2, 20, n, 1, 1, 1))
    kind = dice.uniform(0, 1, n, 1, 1, 1)
    shadow = torch.where(kind < 0.2, 1 - edge * dice.uniform(0.2, 0.7, n, 1, 1, 1), torch.ones(n, 1, 1, 1))
    spot = torch.exp(-(y / 1.2) ** 2 - (along / 0.35) ** 2) * dice.uniform(0, 1, n, 1, 1, 1) ** 2 * 170
    return x * shadow + torch.where(kind > 0.85, spot, torch.zeros(n, 1, 1, 1))


def flattened(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Less contrast on all, light and dark exchanged on a few: what shines in infrared is not what is white."""
    n = len(x)
    share = dice.uniform(0.25, 1, n, 1, 1, 1) ** 0.7
    x = dice.uniform(20, 160, n, 1, 1, 1) * (1 - share) + x.clamp(0, 255) * share
    return torch.where(dice.uniform(0, 1, n, 1, 1, 1) < 0.06, 255 - x, x)


def turning(n: int, aspect: float, dice: Dice) -> torch.Tensor:
    """Homographies [N,3,3] from the camera's picture to the sheet, both from -1 to 1 about their middles, the picture's
    y in the sheet's heights."""
    much = torch.where(dice.uniform(0, 1, n) < 0.25, 1.0, 0.35)
    roll = dice.normal(n).clamp(-2, 2) * 0.09 * much
    slant = dice.normal(n).clamp(-2, 2) * 0.15 * much
    far = dice.normal(n).clamp(-2, 2) * 0.05 * much
    matrix = torch.eye(3).repeat(n, 1, 1)
    matrix[:, 0, 1] = slant / aspect
    matrix[:, 1, 0] = roll * aspect
    matrix[:, 2, 0] = far
    return matrix


def projected(n: int, size: tuple[int, int], reach: tuple[float, float], matrix: torch.Tensor) -> torch.Tensor:
    """A sampling grid [N,h,w,2]: where the homography puts a picture's pixels, whose y and x go to `reach`."""
    h, w = size
    y = ((torch.arange(float(h)) + 0.5) * 2 / h - 1) * reach[0]
    x = ((torch.arange(float(w)) + 0.5) * 2 / w - 1) * reach[1]
    places = torch.stack([x[None].expand(h, w), y[:, None].expand(h, w), torch.ones(h, w)]).view(1, 3, -1)
    there = matrix @ places.expand(n, -1, -1)
    return (there[:, :2] / there[:, 2:]).transpose(1, 2).view(n, h, w, 2)


def smeared(x: torch.Tensor, character: float, dice: Dice) -> torch.Tensor:
    """Out of focus, and moved to one side."""
    most = MOST_BLUR * max(character, 6.0)
    hard = dice.below(3) == 0
    sigma = float(dice.uniform(0.5, 1.1, 1)) * most if hard else float(dice.uniform(0.1, 0.6, 1)) * min(most, 1.2)
    reach = max(1, int(2.5 * sigma + 0.5))
    taps = torch.exp(-0.5 * (torch.arange(-float(reach), reach + 1) / sigma) ** 2)
    x = filtered(filtered(x, taps, True), taps, False)
    if hard and dice.below(2) == 0:
        x = filtered(x, torch.ones(round(float(dice.uniform(1, 3, 1)) * most) // 2 * 2 + 1), dice.below(5) > 0)
    return x


def filtered(x: torch.Tensor, taps: torch.Tensor, across: bool) -> torch.Tensor:
    reach, side = len(taps) // 2, 3 if across else 2
    wide = F.pad(x, (reach, reach, 0, 0) if across else (0, 0, reach, reach), mode="replicate")
    # Faster than a convolution of three groups.
    return sum(share * wide.narrow(side, k, x.shape[side]) for k, share in enumerate((taps / taps.sum()).tolist()))


def straightened(x: torch.Tensor, width: int, ahead: torch.Tensor, dice: Dice, as_found: float) -> torch.Tensor:
    """The strip that the program cuts out of the camera's picture, with corners off by up to some hundredths."""
    n = len(x)
    # The strip's share of the sheet, its corners off.
    part_x = (1 + 2 * BEYOND) / (1 + 2 * BEYOND + 2 * ROOM[0])
    part_y = 1 / (1 + 2 * ROOM[1])
    much = torch.where(dice.uniform(0, 1, n, 1, 1) < 0.3, 1.6, 0.7)
    off = dice.normal(n, 4, 2).clamp(-2, 2) * torch.tensor([0.022, 0.055]) * much + dice.normal(n, 1, 2).clamp(-2, 2) * torch.tensor([0.01, 0.04])
    corners = torch.tensor([[-part_x, -part_y], [part_x, -part_y], [part_x, part_y], [-part_x, part_y]]) + off
    if as_found > 0:
        found = dice.uniform(0, 1, n, 1, 1) < as_found
        corners = torch.where(found, corners * stray(n, dice) + tilt(n, dice), corners)
    y = ((torch.arange(float(HEIGHT)) + 0.5) / HEIGHT)[None, :, None, None]
    across = ((torch.arange(float(width)) + 0.5) / width)[None, None, :, None]
    a, b, c, d = (corners[:, k, None, None] for k in range(4))
    on_sheet = (a * (1 - across) + b * across) * (1 - y) + (d * (1 - across) + c * across) * y
    ones = torch.ones(n, HEIGHT, width, 1)
    back = torch.linalg.inv(ahead)
    there = torch.cat([on_sheet, ones], dim=3).view(n, -1, 3) @ back.transpose(1, 2)
    grid = (there[:, :, :2] / there[:, :, 2:]).view(n, HEIGHT, width, 2) / torch.tensor([1.0, 1.5])
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def stray(n: int, dice: Dice) -> torch.Tensor:
    """By how much more than the plate the finder's corners take in [N,1,2], often a little and sometimes much."""
    return 1 - 0.04 + dice.uniform(0, 1, n, 1, 2) ** 2 * 0.4


def tilt(n: int, dice: Dice) -> torch.Tensor:
    """What is left of a plate's roll and slant, as shifts of corners [N,4,2]: the program levels lines, and seldom errs."""
    rough = dice.uniform(0, 1, n) < 0.12
    roll = torch.where(rough, dice.uniform(-0.6, 0.6, n), dice.normal(n).clamp(-2, 2) * 0.12)
    slant = torch.where(rough, dice.uniform(-0.15, 0.15, n), dice.normal(n).clamp(-2, 2) * 0.03)
    down = roll[:, None] * torch.tensor([-1.0, 1.0, 1.0, -1.0])
    right = slant[:, None] * torch.tensor([1.0, 1.0, -1.0, -1.0])
    return torch.stack([right, down], dim=2)


def stretched(x: torch.Tensor) -> torch.Tensor:
    """As `Strip::stretched` does it."""
    luma = (x * augment.LUMA[None, :, None, None]).sum(dim=1).flatten(1)[:, ::3]
    ordered = luma.sort(dim=1).values
    last = ordered.shape[1] - 1
    dark, bright = (ordered[:, int(share * last)].view(-1, 1, 1, 1) for share in (0.02, 0.98))
    gain = (255 / (bright - dark).clamp(min=1e-6)).clamp(max=6.0)
    return ((x - dark) * gain).clamp(0, 255)
