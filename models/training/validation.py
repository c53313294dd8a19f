#!/usr/bin/env python3
"""Makes the pictures and labels on which whole persons are measured, from what the models did not learn from.

    models/training/validation.py --data DIR --out FOLDER
    canhdem eval --labels FOLDER/labels.jsonl [--sheet sheet.jpg]

Fashion pictures once and twice their size, half of them with a mask or a scarf painted on and some with gloves, each by
day, made dark, and made grey; scenes with backpacks; persons at doors by night. Where eyes and hands are is a label of
our own (`labels/persons.csv`, found by the pose model). The same pictures each time.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

import data
import paint

# What the persons of a door camera's scene hide; what cannot be told by eye is left out.
DOORS = {
    "frame228": {"mask": False, "hat": False, "gloves": False, "bag": False},
    "frame1136": {"mask": False, "hat": False, "gloves": False},
    "frame1158": {"mask": False, "hat": False},
    "frame1388": {"mask": False, "hat": False},
    "frame1262": {"hat": False},
    "frame965": {"hat": True},
    "frame2": {"hat": True},
    "frame784": {"hat": True},
    "frame987": {"hat": True},
    "frame1114": {"hat": True},
    "frame52": {"hat": True},
    "frame1696": {"bag": True},
}


class Writer:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.lines = folder, []

    def add(self, name: str, pixels: np.ndarray, light: str, persons: list[dict]) -> None:
        Image.fromarray(pixels).save(self.folder / f"{name}.png")
        self.lines.append(json.dumps({"image": f"{name}.png", "light": light, "persons": persons}))

    def finish(self) -> None:
        (self.folder / "labels.jsonl").write_text("\n".join(self.lines) + "\n", encoding="utf-8")


def fashion(folder: Path, out: Writer, random: np.random.Generator) -> None:
    held_out = [(row, place) for row, place in data.persons(folder) if data.split(data.photograph(row)) == 0]
    # Where the notes are wrong, or nobody can tell (hoods, flowers, hats that are carried).
    seen = {row["file"]: {"yes": True, "no": False, "": None}[row["hat"]] for row in data.labels("hats_on_persons")}
    for number, (row, place) in enumerate(held_out):
        notes = dict(note.split("=") for note in row["note"].split())
        with Image.open(folder / "persons_attr" / row["file"]) as picture:
            large = number // 2 % 2 == 1
            size = (picture.width * (1 + large), picture.height * (1 + large))
            pixels = np.asarray(picture.convert("RGB").resize(size, Image.BICUBIC))
        face = place["nose_x"] != ""
        masked = face and number % 2 == 0
        if masked:
            pixels = masked_person(pixels, place, ["mask", "mask", "scarf"][number % 3], random)
        gloved = number % 3 == 0 and large
        if gloved:
            painted = gloved_person(pixels, place, random)
            gloved, pixels = painted is not None, pixels if painted is None else painted
        bare = notes["gloves"] == "1" if number % 3 else None
        for light in ("day", "night", "ir"):
            label = {
                "bbox": [60, 60, *size],
                "mask": masked if face else None,
                "hat": seen.get(row["file"], notes["hat"] == "1"),
                "gloves": None if light == "ir" else (True if gloved else bare),
                "bag": row["class"] == "bag",
                "head": drawn(place, "head", "head_size", size),
                "hand": drawn(place, "left_hand", "hand_size", size) or drawn(place, "right_hand", "hand_size", size),
            }
            padded = np.pad(pixels, ((60, 60), (60, 60), (0, 0)), mode="edge")
            out.add(f"fashion{number}{light}", padded if light == "day" else dark(padded, light == "ir", random), light, [label])


def drawn(place: dict[str, str], part: str, of_size: str, size: tuple[int, int]) -> list[float] | None:
    """The square that holds a part, in pixels of the padded picture, where it is known."""
    if place[f"{part}_x"] == "":
        return None
    side = float(place[of_size]) * size[1]
    middle = (60 + float(place[f"{part}_x"]) * size[0], 60 + float(place[f"{part}_y"]) * size[1])
    return [round(at - side / 2, 1) for at in middle] + [round(side, 1)] * 2


def masked_person(pixels: np.ndarray, place: dict[str, str], kind: str, random: np.random.Generator) -> np.ndarray:
    h, w, _ = pixels.shape
    square, side = squared(pixels)
    at = [(float(place[f"{of}_x"]) * w / side, float(place[f"{of}_y"]) * h / side) for of in ("left_eye", "right_eye", "nose")]
    return paint.covered_face(square, (at[0], at[1]), at[2], kind, random)[:h, :w, ::-1]


def gloved_person(pixels: np.ndarray, place: dict[str, str], random: np.random.Generator) -> np.ndarray | None:
    """None unless both hands are seen."""
    h, w, _ = pixels.shape
    square, side = squared(pixels)
    for of in ("left_hand", "right_hand"):
        if place[f"{of}_x"] == "":
            return None
        box = (float(place[f"{of}_x"]) * w / side, float(place[f"{of}_y"]) * h / side, float(place["hand_size"]) * h / side)
        painted = paint.glove(square, box, random)
        if painted is None:
            return None
        square = painted
    return square[:h, :w, ::-1]


def squared(pixels: np.ndarray) -> tuple[np.ndarray, int]:
    """As `paint` wants it: square, blue first."""
    h, w, _ = pixels.shape
    side = max(h, w)
    return np.pad(pixels, ((0, side - h), (0, side - w), (0, 0)), mode="edge")[:, :, ::-1].copy(), side


def dark(pixels: np.ndarray, infrared: bool, random: np.random.Generator) -> np.ndarray:
    x = pixels.astype(np.float32)
    if infrared:
        x = np.repeat((x @ np.array([0.35, 0.45, 0.2]))[:, :, None], 3, axis=2)
    tint = 1.0 if infrared else np.array([1.0, 0.9, 0.75])
    noise = random.normal(0, 5, (*x.shape[:2], 1) if infrared else x.shape)
    return np.clip(x * random.uniform(0.3, 0.6) * tint + noise + 8, 0, 255).astype(np.uint8)


def scenes(folder: Path, out: Writer) -> None:
    heads = list(data.labels("heads_in_scenes"))
    persons: dict[str, list[dict[str, str]]] = {}
    for row in data.labels("bags_in_scenes"):
        if data.split(data.scene_of(row["file"])) == 0:
            persons.setdefault(row["file"], []).append(row)
    for number, (file, rows) in enumerate(persons.items()):
        labels = []
        for row in rows:
            left, top, right, bottom = (int(row[side]) for side in ("left", "top", "right", "bottom"))
            mine = [
                head for head in heads
                if head["file"] == file and head["hat"]
                and left <= float(head["x"]) <= right and top <= float(head["y"]) <= top + 0.4 * (bottom - top)
            ]
            hat, head = None, None
            if mine:
                hat, side = mine[0]["hat"] == "yes", float(mine[0]["size"])
                head = [round(float(mine[0][axis]) - side / 2, 1) for axis in "xy"] + [side] * 2
            box = [left, top, right - left, bottom - top]
            labels.append({"bbox": box, "hat": hat, "bag": row["bag"] == "1", "head": head})
        with Image.open(folder / file) as picture:
            out.add(f"scene{number}", np.asarray(picture.convert("RGB")), "day", labels)


def doors(folder: Path, out: Writer) -> None:
    for scene, hides in DOORS.items():
        # Of the other scenes heads and hands were learned from.
        held_out = data.split(f"thief/{scene}") == 0
        hidden = {of: hide for of, hide in hides.items() if held_out or of not in ("hat", "gloves")}
        for number, file in enumerate(sorted((folder / "persons_night_ir" / scene).glob("*.jpg"))[::4]):
            with Image.open(file) as picture:
                pixels = np.pad(np.asarray(picture.convert("RGB")), ((40, 40), (40, 40), (0, 0)), mode="edge")
            h, w, _ = pixels.shape
            out.add(f"{scene}-{number}", pixels, "ir", [{"bbox": [40, 40, w - 80, h - 80], **hidden}])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Makes pictures and labels to measure whole persons on.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of training data")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    out = Writer(options.out)
    fashion(options.data, out, np.random.default_rng(3))
    scenes(options.data, out)
    doors(options.data, out)
    out.finish()
    print(f"{len(out.lines)} pictures in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
