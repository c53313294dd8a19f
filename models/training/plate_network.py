"""The plate finder: the detector down to its finest grid, with heads of our own for what is in each cell and where."""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from network import LEAST_SPREAD, MEAN, SPREAD, Layers, shrink

SIDE, STRIDE = 256, 8
CELLS = SIDE // STRIDE
CLASSES = ("plate", "covered", "bare")
# The letterbox is filled with this value in all three channels.
PAD = 114.0
# Features of the detector's finest grid: of its branch that tells classes and of the one that finds boxes.
WHAT, WHERE, CHANNELS = "1044", "1061", 64
# Corners are learned in this many pixels from the middle of their cell.
REACH = 16.0
# How likely a cell holds a place before anything was learned.
PRIOR = -4.6


class PlateFinder(nn.Module):
    """Crops of vehicles [N,3,256,256], BGR in 0..255, to their places [N,1024,11].

    A row a cell: scores of CLASSES (0..1), then the plate's corners in pixels of the crop, clockwise from the upper left.
    """

    def __init__(self, detector: Path) -> None:
        super().__init__()
        self.layers = Layers(detector, [WHAT, WHERE])
        self.what = nn.Sequential(
            nn.Conv2d(2 * CHANNELS, CHANNELS, 1, bias=False), nn.BatchNorm2d(CHANNELS), nn.SiLU(),
            nn.Conv2d(CHANNELS, len(CLASSES), 1),
        )
        self.where = nn.Sequential(
            nn.Conv2d(2 * CHANNELS, CHANNELS, 1, bias=False), nn.BatchNorm2d(CHANNELS), nn.SiLU(),
            nn.Conv2d(CHANNELS, 8, 1),
        )
        nn.init.constant_(self.what[-1].bias, PRIOR)
        nn.init.normal_(self.where[-1].weight, std=0.01)
        steps = (torch.arange(float(CELLS)) + 0.5) * STRIDE
        y, x = torch.meshgrid(steps, steps, indexing="ij")
        self.register_buffer("middles", torch.stack([x, y]).repeat(4, 1, 1)[None], persistent=False)

    def cells(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of the classes [N,3,h,w] and corners in pixels of the crop [N,8,h,w]; smaller crops have fewer cells."""
        features = torch.cat(self.layers(evened(x)), dim=1)
        h, w = features.shape[2:]
        return self.what(features), self.where(features) * REACH + self.middles[:, :, :h, :w]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits, corners = self.cells(x)
        return torch.cat([torch.sigmoid(logits), corners], dim=1).flatten(2).transpose(1, 2)


def evened(x: torch.Tensor) -> torch.Tensor:
    """Each crop with the brightness and contrast that the detector's layers know, whatever its padding."""
    shown = ((x - PAD).abs().amax(dim=1, keepdim=True) > 0.01).float()
    count = shown.sum(dim=(1, 2, 3), keepdim=True).clamp(min=1.0) * 3
    mean = (x * shown).sum(dim=(1, 2, 3), keepdim=True) / count
    spread = ((x - mean).pow(2) * shown).sum(dim=(1, 2, 3), keepdim=True).div(count).sqrt()
    return ((x - mean) / spread.clamp(min=LEAST_SPREAD) * SPREAD) * shown + MEAN


def export(model: PlateFinder, path: Path) -> None:
    """Writes the model as ONNX, one crop at a time, its weights in 8 bits."""
    model.eval()
    torch.onnx.export(
        model, torch.full((1, 3, SIDE, SIDE), 60.0), str(path),
        input_names=["crop"], output_names=["places"], opset_version=13,
    )
    shrink(path)
