"""The card and the manifest entry of the aligner of plates, and what they say of held-out ones."""

from dataclasses import dataclass

import numpy as np

FAILURES = [
    "It learned from drawn plates on photographs of vehicles, most of them made larger, and from foreign plates with corners by "
    "eye: no real plate of Vietnam by day is among them.",
    "A plate within a frame of the same colour, or whose ground does not differ from the vehicle's, has an edge that cannot be "
    "seen: it goes by the characters then.",
    "Corners that are off by more than half the plate are not set right.",
    "Anything straight around a place may be taken for its edge: it is only asked where the finder says plate.",
]


@dataclass
class Figures:
    """Distances of corners from where they should be, in shares of the plate's sides [N,2]: greatest of the four, across and
    down; before, after a first look and after a second."""

    before: np.ndarray
    first: np.ndarray
    second: np.ndarray


def card(learned: int, drawn_on: int, figures: Figures) -> list[str]:
    """`learned`: plates that were drawn to learn from, on so many photographs."""
    said = [
        "# plate-aligner: where the corners of a plate are",
        "",
        "Made by `models/training/plate_aligner.py`; this card with it. A plate straightened by the finder's corners, with room "
        "around, 112 x 72, to how far each corner is off. Asked twice. Nothing of another's model is in it.",
        "",
        "## What it learned from",
        "",
        f"{learned} plates on {drawn_on} photographs of vehicles that the finder learned from too: four in five drawn there "
        "(`plates.py`), all series, turned and tilted, the others the photographs' own, corners by eye. Each is misplaced anew "
        "every time, as far as the finder's corners are off on drawn vehicles, and seen by day, under lamps or in infrared, "
        "blurred and noisy.",
        "",
        "## Figures",
        "",
        f"{len(figures.before)} looks at 200 plates on held-out photographs. How far the worst corner is from where it should "
        "be, in hundredths of the plate's width and height:",
        "",
        "| | across: half | nine in ten | down: half | nine in ten |",
        "|---|---|---|---|---|",
    ]
    for name, found in (("misplaced", figures.before), ("after a look", figures.first), ("after two", figures.second)):
        values = [f"{100 * np.quantile(found[:, side], share):.1f}" for side in (0, 1) for share in (0.5, 0.9)]
        said.append(f"| {name} | {' | '.join(values)} |")
    return [*said, "", "## Known failures", "", *(f"- {failure}" for failure in FAILURES)]


def manifest(sha256: str, size: tuple[int, int]) -> str:
    high, wide = size
    return f"""
[[model]]
name = "plate-aligner"
task = "plate-aligner"
file = "plate-aligner.onnx"
sha256 = "{sha256}"
licence = "Apache-2.0 OR MIT"
decoder = "corners" # [1, 8]: how far each corner is off, x and y, clockwise from the upper left, in shares of the sides
[model.source]
registry = "repository"
member = "models/plate-aligner.onnx"
[model.input]
width = {wide}
height = {high}
layout = "nchw"
color = "bgr"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
resize = "straighten"
"""
