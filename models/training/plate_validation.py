#!/usr/bin/env python3
"""Makes the pictures and labels on which plates are measured, from vehicles that the plate finder did not learn from.

    models/training/plate_validation.py --data DIR --out FOLDER
    canhdem eval --labels FOLDER/readable/labels.jsonl

| folder | what is asked | label |
|---|---|---|
| `readable` | every series, one line and two, tilted, blurred, by day, dark, in infrared; characters of 9 px and more | readable |
| `covered` | cloth, tape, mud, a board, folded, glare over it | unreadable |
| `absent` | the plate removed by filling its place: made, not real | absent |
| `side` | photographs in which no plate's place is in view | not_assessable |
| `small` | characters below 6.5 px, or a bare place as small | not_assessable |
| `tracks` | ten frames each of one vehicle that comes nearer: readable, covered or absent | as above |
| `real` | the motorbikes of `plates_vn`, as they are | readable |

Each has a `facts.csv` beside its labels: what was drawn, how wide it is, how it was turned and blurred, what covers it.
The same pictures each time; `--seed 1` gives others, to settle on what is then measured on these.
"""

import argparse
import csv
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

import coverings
import data
import plate_scenes
import plates
import vehicles
from plate_scenes import Look, Scene
from plate_series import SERIES
from plates import Plate
from vehicles import Photo

LIGHTS = ("day", "night", "ir")
WIDEST, NARROWEST = 250.0, 30.0
FRAMES = 10
# How often another camera is tried where one does not leave it readable, before it is given less to spoil.
TRIES = 12
Random = np.random.Generator
Facts = dict[str, object]


class Writer:
    """One set: pictures, labels and facts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.lines, self.facts = folder, [], []

    def add(self, jpeg: bytes, light: str, seen: list[dict], facts: Facts) -> None:
        name = f"{len(self.lines):04}.jpg"
        (self.folder / name).write_bytes(jpeg)
        self.lines.append(json.dumps({"image": name, "light": light, "vehicles": seen}, ensure_ascii=False))
        self.facts.append({"image": name, **facts})

    def finish(self) -> None:
        (self.folder / "labels.jsonl").write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        names = list(dict.fromkeys(name for row in self.facts for name in row))
        with (self.folder / "facts.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, names, restval="")
            table.writeheader()
            table.writerows(self.facts)
        print(f"{len(self.lines)} pictures in {self.folder}")


def label(scene: Scene, verdict: str, text: str | None = None) -> dict:
    seen = {"bbox": list(scene.box), "plate": verdict} | ({"text": text} if text else {})
    if scene.quad is None:
        return seen
    (left, top), (right, bottom) = scene.quad.min(axis=0), scene.quad.max(axis=0)
    return seen | {"plate_bbox": [round(float(v), 1) for v in (left, top, right - left, bottom - top)]}


def fits(photo: Photo, plate: Plate) -> bool:
    """Plates of motorbikes go on motorbikes, and on nothing else."""
    return plate.kind.startswith("motorbike") == (photo.source == "vn")


def photo_for(held: list[Photo], plate: Plate, random: Random) -> Photo:
    chosen = [photo for photo in held if fits(photo, plate)]
    return chosen[random.integers(len(chosen))]


def least_width(plate: Plate) -> float:
    """At which its characters can be read, and a little more for what a turn takes."""
    return max(NARROWEST, plate_scenes.LEGIBLE * 1.15 * plate.image.shape[1] / plate.character)


def dressed(held: list[Photo], plate: Plate, width: float, turn: tuple[float, float], random: Random) -> tuple[Scene, Photo]:
    photo = photo_for(held, plate, random)
    large = plate_scenes.enlarged(photo, plate_scenes.width_of(photo, plate, width))
    return plate_scenes.with_plate(large, plate, turn, random), photo


def seen_clearly(scene: Scene, light: str, blurred: bool, random: Random) -> tuple[np.ndarray, Look] | None:
    """A picture in which the plate can be read; None where no camera tried gives one."""
    for number in range(TRIES):
        seen = plate_scenes.look(random, light, scene.character, blurred and number < TRIES // 2)
        picture = plate_scenes.shot(scene, seen)
        if plate_scenes.legible(scene, seen, picture):
            return picture, seen
    return None


def facts_of(scene: Scene, photo: Photo, seen: Look | None, **more: object) -> Facts:
    wide = 0.0 if scene.quad is None else coverings.size(scene.quad)[0]
    blur = {} if seen is None else {"blur_px": round(seen.blur, 2), "moved_px": round(seen.moved, 2), "noise": round(seen.noise, 1)}
    return {"width_px": round(wide), "character_px": round(scene.character, 1), **blur, **more, "photograph": photo.name}


def turn_of(random: Random, tilted: bool) -> tuple[float, float]:
    """Roll and yaw in degrees."""
    if not tilted:
        return random.normal(0, 2), random.normal(0, 6)
    return random.choice([-1, 1]) * random.uniform(8, 25), random.choice([-1, 1]) * random.uniform(10, 40)


def readable(held: list[Photo], out: Writer, random: Random, each: int = 30) -> None:
    for kind in SERIES:
        made = 0
        while made < each:
            plate = plates.render(random, kind)
            low = least_width(plate)
            width = low * (WIDEST / low) ** random.random()
            tilted, blurred, light = made % 5 == 4, made % 4 == 3, LIGHTS[made % 3]
            turn = turn_of(random, tilted)
            scene, photo = dressed(held, plate, width, turn, random)
            taken = seen_clearly(scene, light, blurred, random)
            if taken is None:
                continue
            picture, seen = taken
            facts = facts_of(scene, photo, seen, kind=kind, lines=plate.lines, text=plate.text, roll=round(turn[0]), yaw=round(turn[1]))
            out.add(plate_scenes.compressed(picture, seen.quality), light, [label(scene, "readable", plate.text)], facts)
            made += 1


def covered(held: list[Photo], out: Writer, random: Random, each: int = 25) -> None:
    """Where the plate could be read if nothing were over it."""
    for kind in coverings.COVERS:
        made = 0
        while made < each:
            plate, light = plates.render(random), LIGHTS[made % 3]
            bare, photo = dressed(held, plate, random.uniform(max(60, least_width(plate)), WIDEST), turn_of(random, False), random)
            taken = seen_clearly(bare, light, False, random)
            if taken is None:
                continue
            scene, seen = plate_scenes.with_cover(bare, kind, random), taken[1]
            facts = facts_of(scene, photo, seen, kind=plate.kind, lines=plate.lines, cover=kind)
            out.add(plate_scenes.compressed(plate_scenes.shot(scene, seen), seen.quality), light, [label(scene, "unreadable")], facts)
            made += 1


def absent(held: list[Photo], out: Writer, random: Random, each: int = 50) -> None:
    """Where a plate could be read if there were one: the same vehicle and camera are tried with one first."""
    for light in LIGHTS:
        made = 0
        while made < each:
            plate = plates.render(random)
            clothed, photo = dressed(held, plate, random.uniform(max(70, least_width(plate)), 200), (0, 0), random)
            taken = seen_clearly(clothed, light, False, random)
            if taken is None:
                continue
            large = plate_scenes.enlarged(photo, random.uniform(70, 200))
            scene, seen = plate_scenes.without_plate(large, random), taken[1]
            out.add(plate_scenes.compressed(plate_scenes.shot(scene, seen), seen.quality), light, [label(scene, "absent")], facts_of(scene, photo, seen))
            made += 1


def side(out_of_view: list[Photo], out: Writer, random: Random) -> None:
    for photo in out_of_view:
        for light in LIGHTS:
            scene = plate_scenes.as_it_is(plate_scenes.enlarged(photo, random.uniform(50, 140)))
            seen = plate_scenes.look(random, light, 10, False)
            out.add(plate_scenes.compressed(plate_scenes.shot(scene, seen), seen.quality), light, [label(scene, "not_assessable")], facts_of(scene, photo, seen))


def small(held: list[Photo], out: Writer, random: Random, count: int = 120) -> None:
    for number in range(count):
        plate, light, bare = plates.render(random), LIGHTS[number % 3], number % 2 == 0
        width = random.uniform(0.4, 0.95) * plate_scenes.TOO_SMALL * plate.image.shape[1] / plate.character
        scene, photo = dressed(held, plate, width, turn_of(random, False), random)
        if bare:
            scene = plate_scenes.without_plate(plate_scenes.enlarged(photo, plate_scenes.width_of(photo, plate, width)), random)
        seen = plate_scenes.look(random, light, scene.character, False)
        facts = facts_of(scene, photo, seen, kind="" if bare else plate.kind, lines="" if bare else plate.lines, bare=bare)
        out.add(plate_scenes.compressed(plate_scenes.shot(scene, seen), seen.quality), light, [label(scene, "not_assessable")], facts)


def tracks(held: list[Photo], out: Writer, random: Random, count: int = 60) -> None:
    """Ten pictures in a row are a track. Four of six with a readable plate, the others covered or bare. What hangs there
    and the light are one for a track; each frame has its own blur, noise and compression. Far frames have the track's
    verdict."""
    number = 0
    while number < count:
        verdict = ("readable", "readable", "readable", "readable", "unreadable", "absent")[number % 6]
        cover, light = coverings.COVERS[number // 6 % len(coverings.COVERS)], LIGHTS[number // 6 % 3]
        plate, turn = plates.render(random), turn_of(random, number % 7 == 3)
        near = max(150.0, 1.6 * least_width(plate))
        nearest, photo = dressed(held, plate, near, turn, random)
        taken = seen_clearly(nearest, light, False, random)
        if taken is None:
            continue
        if verdict == "absent":
            large = plate_scenes.enlarged(photo, plate_scenes.width_of(photo, plate, near))
            nearest = plate_scenes.without_plate(large, random)
        elif verdict == "unreadable":
            nearest = plate_scenes.with_cover(nearest, cover, random)
        for width in plate_scenes.approach(max(40.0, 0.6 * least_width(plate)), near, FRAMES):
            # Made once, as it is from nearest: painted anew for each frame, what covers a plate would jump.
            scene = plate_scenes.farther(nearest, width / near)
            own = plate_scenes.look(random, light, scene.character, random.random() < 0.4)
            seen = replace(own, noise=taken[1].noise, lit=taken[1].lit)
            text = plate.text if verdict == "readable" else None
            facts = facts_of(scene, photo, seen, kind=plate.kind, lines=plate.lines, text=text or "", cover=cover if verdict == "unreadable" else "")
            out.add(plate_scenes.compressed(plate_scenes.shot(scene, seen), seen.quality), light, [label(scene, verdict, text) | {"track": f"{number:02}"}], facts)
        number += 1


def real(folder: Path, out: Writer) -> None:
    """Whole pictures of the car park, texts by eye. A motorbike's box is where it is to be expected around its plate."""
    texts: dict[str, list[tuple[int, str]]] = {}
    for row in data.labels("plates_vn"):
        texts.setdefault(row["file"], []).append((int(row["number"]), row["text"]))
    for file, numbered in texts.items():
        boxes = folder / file.replace("images", "labels").replace(".jpg", ".txt")
        if not boxes.is_file():
            continue
        lines = boxes.read_text().splitlines()
        with Image.open(folder / file) as opened:
            w, h = opened.size
        seen = []
        for number, text in numbered:
            x, y, wide, tall = (float(v) * s for v, s in zip(lines[number].split()[1:5], (w, h, w, h), strict=True))
            left, right = max(0.0, x - 1.25 * wide), min(float(w), x + 1.25 * wide)
            top, bottom = max(0.0, y - 3 * tall), min(float(h), y + 1.9 * tall)
            seen.append({"bbox": [round(left), round(top), round(right - left), round(bottom - top)], "plate": "readable", "text": text})
        out.add((folder / file).read_bytes(), "night", seen, {"photograph": file})


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Makes pictures and labels to measure plates on.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of training data")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", metavar="SET", help="make one of the sets")
    parser.add_argument("--seed", type=int, default=0, help="other plates and cameras on the same photographs")
    options = parser.parse_args(arguments)
    photos = [photo for photo in vehicles.photos(options.data) if photo.held_out()]
    held = [photo for photo in photos if photo.quad is not None and coverings.size(photo.quad)[0] >= 20]
    out_of_view = [photo for photo in photos if photo.quad is None]
    sets: dict[str, Callable[[Writer, Random], None]] = {
        "readable": lambda out, random: readable(held, out, random),
        "covered": lambda out, random: covered(held, out, random),
        "absent": lambda out, random: absent(held, out, random),
        "side": lambda out, random: side(out_of_view, out, random),
        "small": lambda out, random: small(held, out, random),
        "real": lambda out, _: real(options.data, out),
        "tracks": lambda out, random: tracks(held, out, random),
    }
    for number, (name, fill) in enumerate(sets.items()):
        if options.only not in (None, name):
            continue
        out = Writer(options.out / name)
        fill(out, np.random.default_rng(number + 100 * options.seed))
        out.finish()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
