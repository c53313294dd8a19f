#!/usr/bin/env python3
"""Draws what `canhdem bench --json` said of different numbers of cameras.

    benches/curve.py OUT.svg FILE.json...
"""

import json
import sys
from pathlib import Path

WIDE, HIGH, LEFT, BELOW = 360, 260, 56, 44
# Two cores, and the memory that is aimed at: a part for the program and one for each camera.
CORES, BASE_MB, CAMERA_MB = 200.0, 150.0, 6.0


def panel(at: int, title: str, most: float, most_cameras: float, lines: list[tuple[str, str, list[tuple[float, float]]]]) -> str:
    """A diagram over the number of cameras; each line has a name, a colour and its points."""

    def place(point: tuple[float, float]) -> tuple[float, float]:
        return at + LEFT + point[0] / most_cameras * (WIDE - LEFT - 16), HIGH - BELOW - point[1] / most * (HIGH - BELOW - 40)

    parts = [f'<text x="{at + LEFT}" y="20" font-weight="bold">{title}</text>']
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        (x0, y), (x1, _) = place((0, most * share)), place((most_cameras, 0))
        parts.append(f'<line x1="{x0}" y1="{y:.1f}" x2="{x1}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{x0 - 6}" y="{y + 4:.1f}" text-anchor="end">{most * share:g}</text>')
        x, bottom = place((most_cameras * share, 0))
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{most_cameras * share:g}</text>')
    for number, (name, colour, points) in enumerate(lines):
        placed = [place(point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
        dashed = ' stroke-dasharray="5 4"' if name.startswith("aim") else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>')
        if not dashed:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in placed]
        parts.append(f'<text x="{at + LEFT + 10}" y="{54 + 16 * number}" fill="{colour}">{name}</text>')
    return "\n".join(parts)


def draw(runs: list[dict]) -> str:
    runs = sorted(runs, key=lambda run: run["cameras"])
    cameras = [float(run["cameras"]) for run in runs]
    most = max(cameras)
    appliance = [run["appliance"]["percent"] for run in runs]
    both = [run["appliance"]["percent"] + run["simulator_percent"] for run in runs]
    memory = [run["appliance"]["memory_mb"] for run in runs]
    processor = panel(0, "per cent of a core, by cameras", CORES, most, [
        ("with the simulated cameras", "#999", list(zip(cameras, both, strict=True))),
        ("the appliance", "#0a6", list(zip(cameras, appliance, strict=True))),
    ])  # fmt: skip
    aimed = [(0.0, BASE_MB), (most, BASE_MB + CAMERA_MB * most)]
    top = 250.0 * (1 + max(memory + [aimed[1][1]]) // 250)
    of_memory = panel(WIDE, "memory, MB, by cameras", top, most, [
        ("the appliance", "#06a", list(zip(cameras, memory, strict=True))),
        ("aim", "#c60", aimed),
    ])  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDE}" height="{HIGH}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{processor}\n{of_memory}\n</svg>\n'
    )


def main(arguments: list[str]) -> int:
    if len(arguments) < 3 or not arguments[0].endswith(".svg"):
        print(__doc__, file=sys.stderr)
        return 2
    out, *files = arguments
    Path(out).write_text(draw([json.loads(Path(file).read_text(encoding="utf-8")) for file in files]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
