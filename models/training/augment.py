"""What cameras at night do to a crop: few pixels, darkness, noise, infrared, blur, compression. On batches, in torch.

Every step is drawn from the given generator and applied alike to both classes, so that none of them tells the answer.
Pictures are [N,3,H,W], BGR, 0 to 255.
"""

import math

import torch
from torch.nn import functional as F

LUMA = torch.tensor([0.114, 0.587, 0.299])  # of blue, green, red
LIGHTS = ("day", "night", "ir")


class Dice:
    """Random numbers of one seed."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand(*shape, generator=self.generator)

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=self.generator)

    def below(self, n: int) -> int:
        return int(torch.randint(n, (1,), generator=self.generator))

    def choose(self, weights: list[float], n: int) -> torch.Tensor:
        return torch.multinomial(torch.tensor(weights), n, replacement=True, generator=self.generator)


def windows(
    canvas: torch.Tensor, box: torch.Tensor, side: int, scale: float, dice: Dice | None, width: int | None = None
) -> torch.Tensor:
    """Crops around `box` (centre x, y and size in 0..1 of the canvas), `scale` times its size and `side` pixels high;
    square, or `width` pixels wide.

    With dice: as badly placed as a pose model places them, turned, mirrored and seen from above.
    """
    n = len(canvas)
    cx, cy, size = (box[:, i] * 2 - (1 if i < 2 else 0) for i in range(3))
    half = size / 2 * scale
    zero = torch.zeros(n)
    angle, flip, squeeze = zero, zero + 1, zero + 1
    if dice:
        half = half * torch.exp(dice.normal(n).clamp(-2, 2) * 0.13)
        cx = cx + dice.normal(n).clamp(-2, 2) * 0.07 * half
        cy = cy + dice.normal(n).clamp(-2, 2) * 0.07 * half
        angle = dice.normal(n).clamp(-2.5, 2.5) * 0.12
        flip = torch.where(dice.uniform(0, 1, n) < 0.5, zero - 1, zero + 1)
        squeeze = dice.uniform(0.95, 1.25, n)  # a camera high up sees heads foreshortened
    width = width or side
    narrow = width / side
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack(
        [
            torch.stack([half * cos * flip * narrow, -half * sin * squeeze, cx], dim=1),
            torch.stack([half * sin * flip * narrow, half * cos * squeeze, cy], dim=1),
        ],
        dim=1,
    )
    grid = F.affine_grid(theta, [n, canvas.shape[1], side, width], align_corners=False)
    return F.grid_sample(canvas, grid, padding_mode="border", align_corners=False)


def grey(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """One tone for all three channels, mixed by `weights` [N,3]."""
    return (x * weights[:, :, None, None]).sum(dim=1, keepdim=True).clamp(0, 255).expand(-1, 3, -1, -1)


def skin(x: torch.Tensor) -> torch.Tensor:
    """How much each pixel has the hue of skin, 0 to 1 [N,1,H,W]."""
    b, g, r = x[:, 0:1], x[:, 1:2], x[:, 2:3]
    cr = 0.5 * r - 0.419 * g - 0.081 * b
    cb = 0.5 * b - 0.331 * g - 0.169 * r
    return torch.exp(-(((cr - 22) / 14) ** 2) - ((cb + 16) / 14) ** 2)


def by_day(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    n = len(x)
    x = x * dice.uniform(0.75, 1.2, n, 1, 1, 1) * dice.uniform(0.9, 1.1, n, 3, 1, 1) + dice.uniform(-15, 15, n, 1, 1, 1)
    tone = grey(x, LUMA.expand(n, 3))
    return tone + (x - tone) * dice.uniform(0.4, 1.3, n, 1, 1, 1)


def under_lamps(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Little light of one colour, from one side."""
    n = len(x)
    x = by_day(x, dice)
    cast = torch.stack([dice.uniform(0.45, 1.05, n), dice.uniform(0.8, 1.0, n), dice.uniform(0.85, 1.1, n)], dim=1)
    gamma = dice.uniform(1.0, 2.4, n, 1, 1, 1)
    x = 255 * (x.clamp(0, 255) / 255) ** gamma * cast[:, :, None, None] * dice.uniform(0.35, 0.95, n, 1, 1, 1)
    return x * shade(x, dice, 0.35) + dice.uniform(0, 14, n, 1, 1, 1)


def in_infrared(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Grey; skin is bright, and cloth is black or white whatever its colour by day."""
    n = len(x)
    weights = LUMA.expand(n, 3) + 0.45 * dice.normal(n, 3)
    plain = (dice.uniform(0, 1, n) < 0.4)[:, None]
    weights = torch.where(plain, LUMA.expand(n, 3), weights)
    total = weights.sum(dim=1, keepdim=True)
    weights = weights / torch.where(total.abs() < 0.3, torch.full_like(total, 0.3), total)
    bright = grey(x, LUMA.expand(n, 3)) * 0.5 + dice.uniform(70, 130, n, 1, 1, 1)
    share = skin(x) * torch.where(plain, 0.0, 1.0)[:, :, None, None] * dice.uniform(0, 1, n, 1, 1, 1)
    x = grey(x, weights) * (1 - share) + bright * share
    x = 255 * (x.clamp(0, 255) / 255) ** dice.uniform(0.6, 1.7, n, 1, 1, 1) * dice.uniform(0.4, 1.15, n, 1, 1, 1)
    x = x * shade(x, dice, 0.6)
    bloom = F.avg_pool2d(F.relu(x - 170), 7, stride=1, padding=3) * dice.uniform(0, 1.5, n, 1, 1, 1)
    return x + bloom + dice.uniform(0, 25, n, 1, 1, 1)


def shade(x: torch.Tensor, dice: Dice, depth: float) -> torch.Tensor:
    """Light that falls off across the crop."""
    n, _, h, w = x.shape
    y = torch.linspace(-1, 1, h)[None, None, :, None] * dice.normal(n, 1, 1, 1)
    xs = torch.linspace(-1, 1, w)[None, None, None, :] * dice.normal(n, 1, 1, 1)
    return (1 + depth * 0.5 * (y + xs)).clamp(0.25, 1.8)


def dct_matrix() -> torch.Tensor:
    k, i = torch.arange(8.0)[:, None], torch.arange(8.0)[None, :]
    matrix = torch.cos(math.pi * (2 * i + 1) * k / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix


DCT = dct_matrix()
# How much coarser high frequencies are kept than low ones, as codecs do.
COARSENESS = 1 + torch.arange(8.0)[:, None] + torch.arange(8.0)[None, :]


def compress(x: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
    """Quantises blocks of 8 x 8, colour more than luma; `step` [N] is the width of the lowest frequency's step."""
    n, _, h, w = x.shape
    pad = (-h % 8, -w % 8)
    x = F.pad(x, (0, pad[1], 0, pad[0]), mode="replicate")
    luma = grey(x, LUMA.expand(n, 3))[:, :1]
    planes = torch.cat([luma, x[:, 0:1] - luma, x[:, 2:3] - luma], dim=1)
    blocks = planes.unfold(2, 8, 8).unfold(3, 8, 8)
    frequencies = DCT @ blocks @ DCT.T
    steps = step[:, None, None, None, None, None] * COARSENESS * torch.tensor([1.0, 2.5, 2.5])[None, :, None, None, None, None]
    blocks = DCT.T @ (torch.round(frequencies / steps) * steps) @ DCT
    rows, columns = blocks.shape[2:4]
    planes = blocks.permute(0, 1, 2, 4, 3, 5).reshape(n, 3, rows * 8, columns * 8)
    luma, blue, red = planes[:, 0:1], planes[:, 1:2] + planes[:, 0:1], planes[:, 2:3] + planes[:, 0:1]
    green = (luma - 0.114 * blue - 0.299 * red) / 0.587
    return torch.cat([blue, green, red], dim=1)[:, :, :h, :w]


def blur(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Out of focus, or moving to one side."""
    sigma = float(dice.uniform(0.3, 1.3, 1))
    taps = torch.exp(-0.5 * (torch.arange(-3.0, 4.0) / sigma) ** 2)
    taps = taps / taps.sum()
    along = dice.below(3)
    if along != 0:
        x = F.conv2d(F.pad(x, (3, 3, 0, 0), mode="replicate"), taps.view(1, 1, 1, 7).expand(3, 1, 1, 7), groups=3)
    if along != 1:
        x = F.conv2d(F.pad(x, (0, 0, 3, 3), mode="replicate"), taps.view(1, 1, 7, 1).expand(3, 1, 7, 1), groups=3)
    return x


def through_camera(x: torch.Tensor, pixels: int, light: str, dice: Dice) -> torch.Tensor:
    """A batch as a camera shows it: `pixels` high, in one of LIGHTS, scaled back to its size."""
    n, _, side, width = x.shape
    x = {"day": by_day, "night": under_lamps, "ir": in_infrared}[light](x, dice)
    if dice.below(3) == 0:
        x = blur(x, dice)
    if pixels < side:
        x = F.interpolate(x, size=(pixels, max(1, round(pixels * width / side))), mode="area")
    most = {"day": 7.0, "night": 14.0, "ir": 14.0}[light]
    deviation = dice.uniform(0.5, 1, n, 1, 1, 1) ** 3 * most
    noise = dice.normal(n, 3, *x.shape[2:])
    if light == "ir":
        noise = noise[:, :1].expand(-1, 3, -1, -1)
    x = (x + noise * deviation).clamp(0, 255)
    x = compress(x, 1 + dice.uniform(0, 1, n) ** 2 * 9).clamp(0, 255)
    if light == "ir":
        x = grey(x, LUMA.expand(n, 3))
    if pixels < side:
        x = F.interpolate(x, size=(side, width), mode="bilinear", align_corners=False)
    return x


def cover(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """A post, a branch, an arm: hides a part of some of the crops."""
    x = x.clone()
    height, width = x.shape[2:]
    for i in range(len(x)):
        if dice.below(5) == 0:
            w, h = (int(v) for v in dice.uniform(0.1, 0.4, 2) * torch.tensor([width, height]))
            left, top = dice.below(width - w), dice.below(height - h)
            x[i, :, top : top + h, left : left + w] = dice.uniform(0, 255, 3)[:, None, None]
    return x


def augment(
    canvas: torch.Tensor, box: torch.Tensor, side: int, scale: float, least: int, dice: Dice, width: int | None = None
) -> torch.Tensor:
    """Training crops: each small group of a batch gets a size (from `least` pixels on) and a light of its own. Channels beyond colour, masks of
    the same canvas, are only placed alike."""
    x = windows(canvas, box, side, scale, dice, width)
    x, more = cover(x[:, :3], dice), x[:, 3:]
    parts = []
    for part in x.split(8):
        pixels = min(side, int(least * (side / least) ** float(dice.uniform(0, 1.2, 1)) + 0.5))
        light = LIGHTS[int(dice.choose([0.35, 0.3, 0.35], 1))]
        parts.append(through_camera(part, pixels, light, dice))
    return torch.cat([torch.cat(parts), more], dim=1)
