"""Crops of one size with labels, of which a classifier is trained or measured."""

from collections import Counter
from dataclasses import dataclass, field, fields

import numpy as np
import torch
from PIL import Image

CANVAS = 128  # pixels of a canvas, where nothing else is said


@dataclass
class Samples:
    """Crops with labels. `box`: centre x, y and size of the part in 0..1 of the canvas."""

    names: list[str] = field(default_factory=list)
    canvas: list[np.ndarray] = field(default_factory=list)
    box: list[tuple[float, float, float]] = field(default_factory=list)
    # 1 yes, 0 no; 0.5 where it cannot be seen.
    label: list[float] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    # Where in the canvas its picture lies: left, top, width, height in 0..1.
    inside: list[tuple[float, float, float, float]] = field(default_factory=list)
    # Where in the canvas the thing is that is asked about (left, top, right, bottom in 0..1); None where that is not
    # labelled, and nothing for a no.
    thing: list[list[tuple[float, float, float, float]] | None] = field(default_factory=list)
    # Width of a pixel of its picture in the canvas.
    scale: list[float] = field(default_factory=list)
    # Whether it lies about, without a person.
    alone: list[bool] = field(default_factory=list)
    # Pixels of the canvas.
    side: int = CANVAS
    _sizes: Counter[str] | None = field(default=None, init=False)

    def add(self, name: str, picture: Image.Image, box: tuple[float, float, float], label: float, group: str, source: str) -> None:
        """`box` in pixels of the picture."""
        canvas, scale, left, top = on_canvas(picture, self.side)
        side = self.side
        self.names.append(name)
        self.canvas.append(canvas)
        self.box.append(((box[0] * scale + left) / side, (box[1] * scale + top) / side, box[2] * scale / side))
        self.label.append(label)
        self.group.append(group)
        self.source.append(source)
        size = (picture.width * scale / side, picture.height * scale / side)
        self.inside.append((left / side, top / side, *size))
        self.thing.append(None if label else [])
        self.scale.append(scale / side)
        self.alone.append(False)

    def add_like(self, index: int, canvas: np.ndarray, label: int, source: str) -> None:
        """The same sample with something painted on it."""
        self.names.append(f"{self.names[index]}+{source}")
        self.canvas.append(canvas)
        self.box.append(self.box[index])
        self.label.append(label)
        self.group.append(self.group[index])
        self.source.append(source)
        self.inside.append(self.inside[index])
        self.thing.append(None if label else [])
        self.scale.append(self.scale[index])
        self.alone.append(self.alone[index])

    def drop_last(self) -> None:
        for name in self.columns():
            getattr(self, name).pop()

    def part(
        self, index: int, corners: tuple[int, int, int, int], margin: float, of: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """Where a box of a scene lies in the canvas of the sample that `surroundings` cut around `corners`."""
        (x, y), size = start_of(corners, margin), self.scale[index]
        left, top, _, _ = self.inside[index]
        return (left + (of[0] - x) * size, top + (of[1] - y) * size, left + (of[2] - x) * size, top + (of[3] - y) * size)

    def place(self, index: int, x: float, y: float) -> tuple[float, float]:
        """From 0..1 of a sample's picture to 0..1 of its canvas."""
        left, top, w, h = self.inside[index]
        return left + x * w, top + y * h

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        canvas = torch.from_numpy(np.stack(self.canvas)).permute(0, 3, 1, 2)
        return canvas, torch.tensor(np.array(self.box, dtype=np.float32)), torch.tensor(self.label, dtype=torch.float32)

    def things(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Masks of the thing [N,1,H,W] in 0 and 255, and what is known of it, as `fit.finding_loss` takes it."""
        masks = np.zeros((len(self), 1, self.side, self.side), dtype=np.uint8)
        for mask, boxes in zip(masks, self.thing, strict=True):
            for box in boxes or []:
                left, top, right, bottom = (round(value * self.side) for value in box)
                mask[0, max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 255
        known = [2 if alone else int(boxes is not None) for alone, boxes in zip(self.alone, self.thing, strict=True)]
        return torch.from_numpy(masks), torch.tensor(known)

    def sizes(self) -> Counter[str]:
        """How many samples each group has."""
        if self._sizes is None:
            self._sizes = Counter(self.group)
        return self._sizes

    def only(self, keep: list[int]) -> "Samples":
        return Samples(**{name: [getattr(self, name)[i] for i in keep] for name in self.columns()}, side=self.side)

    def columns(self) -> list[str]:
        """The fields that have an entry for each sample."""
        return [f.name for f in fields(self) if f.init and f.name != "side"]

    def __len__(self) -> int:
        return len(self.names)


def on_canvas(picture: Image.Image, side: int) -> tuple[np.ndarray, float, int, int]:
    """Fits a picture into the square canvas (BGR), its edge pixels repeated around it."""
    w, h = picture.size
    scale = side / max(w, h)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    pixels = np.asarray(picture.convert("RGB").resize(size, Image.BILINEAR))[:, :, ::-1]
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    pad = ((top, side - size[1] - top), (left, side - size[0] - left), (0, 0))
    return np.pad(pixels, pad, mode="edge"), scale, left, top


def surroundings(
    scene: Image.Image, corners: tuple[int, int, int, int], margin: float
) -> tuple[Image.Image, tuple[float, float, float]]:
    """The part of a scene around a box, `margin` times as large, and where the box lies in it."""
    left, top, right, bottom = corners
    cx, cy, size = (left + right) / 2, (top + bottom) / 2, max(right - left, bottom - top)
    x, y = start_of(corners, margin)
    part = scene.crop((x, y, min(scene.width, int(cx + size * margin / 2)), min(scene.height, int(cy + size * margin / 2))))
    return part, (cx - x, cy - y, size)


def start_of(corners: tuple[int, int, int, int], margin: float) -> tuple[int, int]:
    """The upper left corner of what `surroundings` cuts."""
    left, top, right, bottom = corners
    reach = max(right - left, bottom - top) * margin / 2
    return max(0, int((left + right) / 2 - reach)), max(0, int((top + bottom) / 2 - reach))
