#!/usr/bin/env python3
"""Turns a folder of pictures with YOLO labels of COCO's 80 classes into labels for `canhdem eval`.

    scripts/coco_labels.py FOLDER > FOLDER/labels.jsonl

FOLDER has images/*.jpg and labels/*.txt (class cx cy w h, in 0..1 of the picture). Pictures are named
relative to FOLDER, so the result belongs there, or wherever --relative-to says.
"""

import argparse
import json
import os
import pathlib
import struct
import sys

PERSON = 0
VEHICLES = {2, 3, 5, 7}  # car, motorcycle, bus, truck


def jpeg_size(path):
    """Width and height from the frame header, without decoding."""
    data = path.read_bytes()
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 <= len(data):
        if data[at] != 0xFF:
            break
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    raise ValueError("not a JPEG picture")


def boxes(path, width, height):
    """Class and [x, y, w, h] in pixels of each line; no file means nothing in the picture."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fields = line.split()
        if not fields:
            continue
        if len(fields) != 5:
            raise ValueError(f"{path}:{number}: 5 numbers expected, not {len(fields)}")
        cx, cy, w, h = (float(field) for field in fields[1:])
        box = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height]
        yield int(fields[0]), [round(value, 2) for value in box]


def label(image, labels, base):
    width, height = jpeg_size(image)
    found = list(boxes(labels / (image.stem + ".txt"), width, height))
    return {
        "image": os.path.relpath(image, base),
        "persons": [{"bbox": box} for kind, box in found if kind == PERSON],
        "vehicles": [{"bbox": box} for kind, box in found if kind in VEHICLES],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--relative-to", type=pathlib.Path, help="where the result will lie, if not in FOLDER")
    args = parser.parse_args()
    images = sorted((args.folder / "images").glob("*.jpg"))
    if not images:
        sys.exit(f"{args.folder / 'images'}: no pictures (*.jpg)")
    for image in images:
        try:
            line = label(image, args.folder / "labels", args.relative_to or args.folder)
        except ValueError as problem:
            sys.exit(f"{image}: {problem}")
        print(json.dumps(line))


if __name__ == "__main__":
    main()
