"""How well lines of plates are read, and the card that says so."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import plate_lines
from augment import Dice
from data import labels
from plate_lines import BEYOND, HEIGHT, OVERLAP, Line, strip_width
from plate_series import plain
from vehicles import Photo

Reader = Callable[[torch.Tensor], list[str]]
# Of drawn plates that were not learned from.
PLATES, SEED, BARE = 400, 1_000_000, 300
FAILURES = [
    "It learned from drawn plates alone, in faces of letters that are not the plates' own; the real ones it was measured on "
    "are six motorbikes of one car park.",
    "What cannot be told by its shape is told by what was learned: O, I, Q and W are nearly unknown to it, for they are on "
    "no plate of Vietnam.",
    "It learned for some two hours on one core. Plates turned by more than some ten degrees, and "
    "lines with the feet of the next one in them, are read worst.",
    "Chinese characters are nothing to it; Đ is D.",
    "Words of other kinds (sellers' names, stickers) are read as far as they look like a plate's characters.",
]


@dataclass
class Sight:
    """A look at a line: what is written there, what was read; the camera's light and the characters' height in its pixels."""

    text: str
    said: str
    light: str
    character: float
    of_series: bool

    @property
    def right(self) -> bool:
        return self.text == self.said


@dataclass
class Figures:
    """Drawn lines, strips without text, and what real lines say and what was read of them."""

    seen: list[Sight]
    bare: list[Sight]
    real: list[tuple[str, str]]


def measure(reader: Reader, data: Path, held_out: list[Photo]) -> Figures:
    """`held_out`: photographs from which no strip was learned."""
    bare = plate_lines.bare_lines(held_out, np.random.default_rng(3), BARE)
    return Figures(looked_at(reader, plate_lines.draw(PLATES, SEED)), looked_at(reader, bare), real_lines(data, reader))


def looked_at(reader: Reader, lines: list[Line], seed: int = 5) -> list[Sight]:
    """Every line once, those of a width through the same cameras."""
    random, dice, seen = np.random.default_rng(seed), Dice(seed), []
    widths = np.array([strip_width(line.natural * float(np.exp(random.normal(0, 0.06)))) for line in lines])
    for width in np.unique(widths):
        alike = [line for line, w in zip(lines, widths, strict=True) if w == width]
        for start in range(0, len(alike), plate_lines.TOGETHER):
            part = alike[start : start + plate_lines.TOGETHER]
            x, camera = plate_lines.seen_by_camera(torch.from_numpy(np.stack([line.picture for line in part])), int(width), dice)
            said = reader(plate_lines.normal(x))
            seen += [Sight(line.text, text, camera.light, camera.character, line.of_series) for line, text in zip(part, said, strict=True)]
    return seen


def real_lines(data: Path, reader: Reader) -> list[tuple[str, str]]:
    """Lines of the plates of `plates_vn`, cut out by their corners, and what is read there."""
    quads: dict[str, list[np.ndarray]] = {}
    for row in labels("plates_on_vehicles"):
        corners = np.array([float(value) for name, value in row.items() if name != "file"]).reshape(4, 2)
        quads.setdefault(row["file"], []).append(corners)
    found = []
    for row in labels("plates_vn"):
        boxes = data / row["file"].replace("images", "labels").replace(".jpg", ".txt")
        if row["file"] not in quads or not boxes.is_file():
            continue
        with Image.open(data / row["file"]) as opened:
            picture = opened.convert("RGB")
        x, y = (float(v) * side for v, side in zip(boxes.read_text().splitlines()[int(row["number"])].split()[1:3], picture.size, strict=True))
        quad = min(quads[row["file"]], key=lambda quad: np.hypot(*(quad.mean(axis=0) - (x, y))))
        for (upper, lower), text in zip(((-BEYOND, 0.5 + OVERLAP), (0.5 - OVERLAP, 1 + BEYOND)), row["text"].rsplit("-", 1), strict=True):
            strip = torch.from_numpy(cut(picture, quad, upper, lower)[:, :, ::-1].copy()).permute(2, 0, 1)[None].float()
            found.append((plain(text), reader(plate_lines.normal(plate_lines.stretched(strip)))[0]))
    return found


def cut(picture: Image.Image, quad: np.ndarray, upper: float, lower: float) -> np.ndarray:
    """A straightened part of a plate, from side to side and a little beyond."""
    across = (np.hypot(*(quad[1] - quad[0])) + np.hypot(*(quad[2] - quad[3]))) / 2 * (1 + 2 * BEYOND)
    down = (np.hypot(*(quad[3] - quad[0])) + np.hypot(*(quad[2] - quad[1]))) / 2 * (lower - upper)
    width = strip_width(across / down * HEIGHT)
    # Of the strip's pixels, where the quad's corners lie.
    left, right = (width * share / (1 + 2 * BEYOND) for share in (BEYOND, 1 + BEYOND))
    top, bottom = (HEIGHT * (v - upper) / (lower - upper) for v in (0, 1))
    rows = []
    for (x, y), (u, v) in zip(((left, top), (right, top), (right, bottom), (left, bottom)), quad, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    map_back = np.linalg.solve(np.array(rows), quad.reshape(-1))
    # Twice as fine, then averaged: a strip has fewer pixels than a near plate.
    half = map_back * np.array([0.5, 0.5, 1, 0.5, 0.5, 1, 0.5, 0.5])
    fine = picture.transform((width * 2, HEIGHT * 2), Image.PERSPECTIVE, tuple(half), Image.BILINEAR)
    return np.asarray(fine.resize((width, HEIGHT), Image.BOX))


def card(counts: tuple[int, int, int], figures: Figures) -> list[str]:
    """`counts`: plates and lines drawn to learn from, strips without text."""
    (drawn, lines, empty), seen, bare, real = counts, figures.seen, figures.bare, figures.real
    said = [
        "# plate-reader: what is written on a line of a plate",
        "",
        "Made by `models/training/plate_reader.py`; this card with it. A straightened line of 48 x 128 to 256 pixels to the "
        "probabilities of digits and capital letters along it (CTC), in the form of PaddleOCR's recognisers. Nothing of "
        "another's model is in it.",
        "",
        "## What it learned from",
        "",
        f"{lines} lines of {drawn} plates that `plates.py` drew: all series of Vietnam and the Chinese ones, half of them with "
        f"letters and digits that no series has, so that what it sees counts and not what it expects. {empty} strips without "
        "text, cut from photographs. Each goes through a simulated camera (`plate_lines.py`): day, lamps, infrared; "
        "characters of 7.5 to 45 pixels, blur, motion, noise, compression, shadows, glare; and is straightened by corners "
        "that are off, most by little, as the aligner leaves them, some by as much as the finder's. No real plate was learned from.",
        "",
        "## Figures",
        "",
        f"Lines of {PLATES} other drawn plates, harder on the whole than what is legible: a camera is not tried again where it "
        "leaves nothing to be read.",
        "",
        "| light | characters, px | lines | right | of series | of free texts |",
        "|---|---|---|---|---|---|",
    ]
    for light in ("day", "night", "ir", None):
        for low, high in ((7.5, 10), (10, 15), (15, 25), (25, 46), (0, 46)):
            chosen = [one for one in seen if light in (one.light, None) and low <= one.character < high]
            if chosen and (light is None or low == 0):
                kinds = [share([one for one in chosen if one.of_series is kind]) for kind in (True, False)]
                size = "all" if low == 0 else f"{low} to {high}"
                said.append(f"| {light or 'all'} | {size} | {len(chosen)} | {share(chosen)} | {kinds[0]} | {kinds[1]} |")
    right = sum(text == read for text, read in real)
    said += [
        "",
        f"Strips without text in which something is read: {sum(not one.right for one in bare)} of {len(bare)}. "
        f"Lines of real plates (`plates_vn`, corners by eye, {len({text for text, _ in real})} different ones): "
        f"{right} of {len(real)} right.",
        "",
        "## Known failures",
        "",
        *(f"- {failure}" for failure in FAILURES),
    ]
    return said


def share(seen: list[Sight]) -> str:
    return f"{np.mean([one.right for one in seen]):.3f}" if seen else "-"


def manifest(sha256: str) -> str:
    return f"""
[[model]]
name = "plate-reader"
task = "plate-reader"
file = "plate-reader.onnx"
sha256 = "{sha256}"
licence = "Apache-2.0 OR MIT"
decoder = "ctc" # [1, steps, symbols]; the dictionary is in the file, under "character"
[model.source]
registry = "repository"
member = "models/plate-reader.onnx"
[model.input]
width = {plate_lines.MOST_WIDTH} # of the widest line
height = {HEIGHT}
layout = "nchw"
color = "bgr"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
resize = "straighten"
"""
