"""The pictures: reads the folders of training data into canvases of one size, with where the part lies in each.

The folders are described in the data's own README; only rows whose licence is named are trained on.
"""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

import paint
from samples import CANVAS, Samples, surroundings

HERE = Path(__file__).resolve().parent
# Of one group, in samples.
LARGEST_HELD_OUT = 150


def rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def licensed(row: dict[str, str]) -> bool:
    return not row["licence"].startswith("none")


def provider(row: dict[str, str]) -> str:
    return row["source"].split("/")[0]


def photograph(row: dict[str, str]) -> str:
    """The group of a crop: the photograph, or the stretch of look-alikes, that it comes from. Folders share photographs,
    so this says the same of all of them."""
    if provider(row) == "bearpaw":
        return f"ccp/{Path(row['source']).stem}"
    return re.sub(r"(\.|_j|[._]jpe?g|[._]png)$", "", row["group"])


def scene_of(file: str) -> str:
    """The group of a picture of `backpack`, which is there in several sizes."""
    return file.split("_jpg")[0]


def around(picture: Image.Image, part: float) -> tuple[float, float, float]:
    """The box in the middle of a crop that was cut with a margin: `part` of its longer side."""
    w, h = picture.size
    return w / 2, h / 2, max(w, h) * part


def split(group: str, parts: int = 5) -> int:
    """Which part of the data a group belongs to: the same for ever, whatever else there is."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % parts


# --- what each attribute is trained on --------------------------------------------------------------------------------


def masks(data: Path) -> Samples:
    """Faces close up (`face_mask`), heads in scenes (`masks`) and of fashion pictures, none of which wears a mask; and
    bare faces once more with something painted over. A mask under the nose counts for neither."""
    samples = Samples()
    for label, folder in ((1, "with_mask"), (0, "without_mask")):
        files = sorted((data / "face_mask" / folder).glob("*.jpg"))
        for file, group in zip(files, near_duplicates(files), strict=True):
            with Image.open(file) as picture:
                w, h = picture.size
                box = (w / 2, h / 2, 0.8 * min(w, h))
                name = f"face_mask/{folder}/{file.name}"
                samples.add(name, picture, box, label, f"faces/{folder}/{group}", "faces")
    for row in rows(data / "masks"):
        label = {"mask": 1, "nomask": 0}.get(row["class"])
        if label is not None and licensed(row):
            with Image.open(data / "masks" / row["file"]) as picture:
                samples.add(f"masks/{row['file']}", picture, around(picture, 0.62), label, photograph(row), provider(row))
    for row in rows(data / "heads"):
        if provider(row) == "bearpaw":
            with Image.open(data / "heads" / row["file"]) as picture:
                samples.add(f"heads/{row['file']}", picture, around(picture, 0.62), 0, photograph(row), provider(row))
    add_covered_faces(samples)
    add_heads_in_scenes(samples, data, "mask")
    return samples


def add_heads_in_scenes(samples: Samples, data: Path, attribute: str) -> None:
    """Heads as the pose model places them in the scenes of `backpack`, from all sides, by labels of our own."""
    for row in labels("heads_in_scenes"):
        label = {"yes": 1, "no": 0, "unseen": 0.5}.get(row[attribute])
        if label is not None:
            x, y, half = float(row["x"]), float(row["y"]), float(row["size"]) / 2
            corners = (int(x - half), int(y - half), int(x + half), int(y + half))
            with Image.open(data / row["file"]) as scene:
                picture, box = surroundings(scene.convert("RGB"), corners, 2.2)
            samples.add(row["file"], picture, box, label, scene_of(row["file"]), "posed")


def add_covered_faces(samples: Samples, seed: int = 4) -> None:
    random = np.random.default_rng(seed)
    faces = {row["file"]: row for row in labels("faces")}
    for index in [i for i in range(len(samples)) if samples.label[i] == 0 and samples.names[i] in faces]:
        kind = random.choice(["mask", "mask", "mask", "low mask", "scarf", "balaclava"])
        samples.add_like(index, cover_face(samples, index, faces[samples.names[index]], kind, random), 1, "painted")


def cover_face(samples: Samples, index: int, row: Mapping[str, str | float], kind: str, random: np.random.Generator) -> np.ndarray:
    at = [samples.place(index, float(row[f"{of}_x"]), float(row[f"{of}_y"])) for of in ("left_eye", "right_eye", "nose")]
    return paint.covered_face(samples.canvas[index], (at[0], at[1]), at[2], kind, random)


def near_duplicates(files: list[Path]) -> list[int]:
    """The number of the group of each file: neighbours in a folder, and whatever looks alike, belong together."""
    prints = []
    for file in files:
        with Image.open(file) as picture:
            small = np.asarray(picture.convert("L").resize((17, 16), Image.BILINEAR), dtype=np.int16)
        prints.append((small[:, 1:] > small[:, :-1]).ravel())
    prints = np.array(prints)
    group = [index // 20 for index in range(len(files))]
    parent = list(range(max(group) + 1))

    def root(a: int) -> int:
        while parent[a] != a:
            a = parent[a]
        return a

    for index in range(len(files)):
        for other in np.flatnonzero((prints[:index] != prints[index]).sum(axis=1) <= 16):  # of 256
            a, b = sorted((root(group[index]), root(group[other])))
            parent[b] = a
    return [root(g) for g in group]


def hats(data: Path) -> Samples:
    """Heads with a hat, a helmet or a hood, and bare ones; those of `masks` by labels of our own."""
    samples = Samples()
    for row in rows(data / "heads"):
        label = {"hat": 1, "helmet": 1, "hood": 1, "bare": 0, "bare_ir": 0}.get(row["class"])
        if label is None or not licensed(row):
            continue
        with Image.open(data / "heads" / row["file"]) as picture:
            samples.add(row["file"], picture, around(picture, 0.62), label, photograph(row), provider(row))
    groups = {row["file"]: photograph(row) for row in rows(data / "masks")}
    for row in labels("hats_in_scenes"):
        with Image.open(data / "masks" / row["file"]) as picture:
            samples.add(row["file"], picture, around(picture, 0.62), int(row["hat"]), groups[row["file"]], "scenes")
    add_heads_on_sites(samples, data)
    add_heads_in_scenes(samples, data, "hat")
    add_heads_of_persons(samples, data)
    add_covered_heads(samples, data)
    return samples


def add_heads_on_sites(samples: Samples, data: Path) -> None:
    """Heads of the pictures that the helmets come from, most of them bare, by labels of our own: without them a helmet
    could be told by the place where it is worn."""
    of = {row["file"]: row for row in rows(data / "heads")}
    for row in labels("hats_on_sites"):
        with Image.open(data / "heads" / row["file"]) as picture:
            samples.add(row["file"], picture, around(picture, 0.62), int(row["hat"]), photograph(of[row["file"]]), "sites")


def add_heads_of_persons(samples: Samples, data: Path) -> None:
    """Heads of fashion pictures where the pose model places them."""
    for row, place in persons(data):
        if place["head_x"]:
            with Image.open(data / "persons_attr" / row["file"]) as picture:
                label = int("hat=1" in row["note"])
                samples.add(row["file"], *posed(picture, place, "head"), label, photograph(row), "posed persons")


def persons(data: Path) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Each whole person of the fashion pictures, and where the pose model finds its parts."""
    place = {row["file"]: row for row in labels("persons")}
    for row in rows(data / "persons_attr"):
        if licensed(row):
            yield row, place[row["file"]]


def posed(picture: Image.Image, place: dict[str, str], part: str) -> tuple[Image.Image, tuple[float, float, float]]:
    """The surroundings of a head or hand, whose place is in 0..1 of the picture and whose size in 0..1 of its height."""
    w, h = picture.size
    size = place["head_size" if part == "head" else "hand_size"]
    return piece(picture, w * float(place[f"{part}_x"]), h * float(place[f"{part}_y"]), h * float(size))


def add_covered_heads(samples: Samples, data: Path, seed: int = 8) -> None:
    """Heads once more with a mask or a scarf, which are no hats; and bare ones in a balaclava, which is one."""
    random = np.random.default_rng(seed)
    faces = {row["file"].removeprefix("heads/"): row for row in labels("faces")}
    faces |= faces_of_persons(samples, data)
    for index in [i for i in range(len(samples)) if samples.names[i] in faces]:
        row, label = faces[samples.names[index]], samples.label[index]
        if random.random() < 0.5:
            kind = str(random.choice(["mask", "low mask", "scarf"]))
            samples.add_like(index, cover_face(samples, index, row, kind, random), label, "painted")
        if label == 0 and random.random() < 0.25:
            samples.add_like(index, cover_face(samples, index, row, "balaclava", random), 1, "painted")


def faces_of_persons(samples: Samples, data: Path) -> dict[str, dict[str, float]]:
    """Where the faces of `add_heads_of_persons` are, in 0..1 of their crops."""
    place = {row["file"]: (row, place) for row, place in persons(data) if place["nose_x"]}
    faces = {}
    for index in [i for i in range(len(samples)) if samples.source[i] == "posed persons" and samples.names[i] in place]:
        row, at = place[samples.names[index]]
        with Image.open(data / "persons_attr" / row["file"]) as picture:
            crop, (x, y, _) = posed(picture, at, "head")
            (w, h), (across, down) = picture.size, crop.size
        left, top = w * float(at["head_x"]) - x, h * float(at["head_y"]) - y
        points = ("left_eye", "right_eye", "nose")
        faces[samples.names[index]] = {f"{of}_x": (w * float(at[f"{of}_x"]) - left) / across for of in points} | {
            f"{of}_y": (h * float(at[f"{of}_y"]) - top) / down for of in points
        }
    return faces


def gloves(data: Path, unlicensed: bool = False) -> Samples:
    """Hands in gloves and bare ones, and bare ones with a glove painted on; `unlicensed`: those to measure with."""
    samples = Samples()
    for row in rows(data / "gloves"):
        if licensed(row) != unlicensed:
            with Image.open(data / "gloves" / row["file"]) as picture:
                label = int(row["class"] == "glove")
                samples.add(row["file"], picture, around(picture, 0.62), label, photograph(row), provider(row))
    if unlicensed:
        return samples
    for file in sorted((data / "hands" / "images").glob("*.jpg")):
        for line in (data / "hands" / "labels" / f"{file.stem}.txt").read_text().splitlines():
            corners = np.array([float(value) for value in line.split()[1:9]]).reshape(4, 2)
            with Image.open(file) as scene:
                pixels = corners * scene.size
                box = (*pixels.min(axis=0).astype(int), *pixels.max(axis=0).astype(int))
                picture, part = surroundings(scene.convert("RGB"), box, 1.7)
            # Numbered in the order they were taken: neighbours show the same hand.
            number = "".join(filter(str.isdigit, file.name.split("_")[0])) or "0"
            samples.add(f"hands/{file.name}", picture, part, 0, f"hands/{int(number) // 25}", "hands")
    add_hands_of_persons(samples, data)
    add_hands_in_scenes(samples, data)
    add_painted_gloves(samples)
    add_no_hands(samples, data)
    return samples


def add_hands_of_persons(samples: Samples, data: Path) -> None:
    """Hands of fashion pictures where the pose model places them; bare ones only where skin is seen there."""
    for row, place in persons(data):
        with Image.open(data / "persons_attr" / row["file"]) as picture:
            for part in ("left_hand", "right_hand"):
                if not place[f"{part}_x"]:
                    continue
                gloved = "gloves=1" in row["note"]
                samples.add(f"{row['file']} {part}", *posed(picture, place, part), int(gloved), photograph(row), "posed persons")
                if not gloved and paint.seen_skin(samples.canvas[-1], samples.box[-1], most_beyond=0.2) is None:
                    samples.drop_last()


def add_hands_in_scenes(samples: Samples, data: Path) -> None:
    """Hands as the pose model places them in scenes by day (`backpack`) and at doors by night, by labels of our own."""
    doors = {f"persons_night_ir/{row['file']}": photograph(row) for row in rows(data / "persons_night_ir")}
    for row in labels("hands_in_scenes"):
        label = {"yes": 1, "no": 0, "unseen": 0.5}[row["gloves"]]
        group = doors.get(row["file"]) or scene_of(row["file"])
        with Image.open(data / row["file"]) as picture:
            crop = piece(picture, float(row["x"]), float(row["y"]), float(row["size"]))
            samples.add(f"{row['file']} {row['x']}", *crop, label, group, "posed")


def add_no_hands(samples: Samples, data: Path, seed: int = 9) -> None:
    """Pieces of clothes and places where a pose model might look for a hand in vain: nothing can be said of them."""
    random = np.random.default_rng(seed)
    for row in rows(data / "persons_attr"):
        if licensed(row):
            with Image.open(data / "persons_attr" / row["file"]) as picture:
                w, h = picture.size
                x, y = w * random.uniform(0.15, 0.85), h * random.uniform(0.3, 0.8)
                samples.add(row["file"], *piece(picture, x, y, h * random.uniform(0.1, 0.16)), 0.5, photograph(row), "no hands")
    for row in labels("bags_in_scenes"):
        left, top, right, bottom = (int(row[side]) for side in ("left", "top", "right", "bottom"))
        with Image.open(data / row["file"]) as picture:
            x, y = random.uniform(left, right), random.uniform(top + 0.2 * (bottom - top), bottom)
            size = (bottom - top) * random.uniform(0.12, 0.3)
            samples.add(row["file"], *piece(picture, x, y, size), 0.5, scene_of(row["file"]), "no hands")


def piece(picture: Image.Image, x: float, y: float, size: float) -> tuple[Image.Image, tuple[float, float, float]]:
    half = size / 2
    return surroundings(picture.convert("RGB"), (int(x - half), int(y - half), int(x + half), int(y + half)), 1.8)


def add_painted_gloves(samples: Samples, seed: int = 6) -> None:
    random = np.random.default_rng(seed)
    for index in [i for i in range(len(samples)) if samples.label[i] == 0]:
        painted = paint.glove(samples.canvas[index], samples.box[index], random)
        if painted is not None:
            samples.add_like(index, paint.as_coarse(painted, samples.scale[index]), 1, "painted")


def bags(data: Path, side: int = CANVAS) -> Samples:
    """Whole persons with a bag and without, by labels of our own but for the fashion pictures; and bags pasted on. `side`:
    pixels of a canvas."""
    samples = Samples(side=side)
    for row in rows(data / "persons_attr"):
        if licensed(row):
            with Image.open(data / "persons_attr" / row["file"]) as picture:
                w, h = picture.size
                label = int(row["class"] == "bag")
                samples.add(row["file"], picture, (w / 2, h / 2, h), label, photograph(row), provider(row))
    groups = {row["file"]: row["group"] for row in rows(data / "persons_cctv")}
    for row in labels("bags_cctv"):
        with Image.open(data / "persons_cctv" / row["file"]) as picture:
            w, h = picture.size
            # Frames of one camera follow each other: the first part of the group names the camera.
            group = groups[row["file"]].split("_")[0]
            samples.add(row["file"], picture, (w / 2, h / 2, max(w, h)), int(row["bag"]), group, "cctv")
    for row in labels("bags_in_scenes"):
        left, top, right, bottom = (int(row[side]) for side in ("left", "top", "right", "bottom"))
        person = (left, top, right, bottom)
        with Image.open(data / row["file"]) as scene:
            picture, box = surroundings(scene.convert("RGB"), person, 1.7)
            samples.add(row["file"], picture, box, int(row["bag"]), scene_of(row["file"]), "scenes")
            if row["bag"] == "1":
                samples.thing[-1] = [samples.part(-1, person, 1.7, bag) for bag in bag_boxes(data, row["file"], scene.size)]
    add_pasted_bags(samples, data)
    add_bags_alone(samples, data)
    return samples


def fine_bags(data: Path) -> Samples:
    """The same as large as the pictures are."""
    return bags(data, 2 * CANVAS)


def labels(name: str) -> Iterator[dict[str, str]]:
    with (HERE / "labels" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def bag_boxes(data: Path, file: str, size: tuple[int, int]) -> list[tuple[float, float, float, float]]:
    """The labelled bags of a picture of `backpack`, in its pixels."""
    found = []
    for line in (data / "backpack" / "labels" / f"{Path(file).stem}.txt").read_text().splitlines():
        _, cx, cy, w, h = (float(value) for value in line.split()[:5])
        found.append(((cx - w / 2) * size[0], (cy - h / 2) * size[1], (cx + w / 2) * size[0], (cy + h / 2) * size[1]))
    return found


def add_bags_alone(samples: Samples, data: Path) -> None:
    """Backpacks that nobody wears: what they look like, from near and far."""
    worn = {row["file"] for row in labels("bags_in_scenes")}
    for number, file in enumerate(sorted((data / "backpack" / "images").glob("*.jpg"))):
        name = f"backpack/images/{file.name}"
        with Image.open(file) as scene:
            boxes = bag_boxes(data, name, scene.size)
            if name in worn or not boxes:
                continue
            left, top, right, bottom = boxes[0]
            size = max(right - left, bottom - top)
            # As large in the crop as one that somebody wears.
            reach = size * (1.5, 2.5, 3.5)[number % 3]
            cx, cy = (left + right) / 2, (top + bottom) / 2
            corners = (int(cx - reach / 2), int(cy - reach / 2), int(cx + reach / 2), int(cy + reach / 2))
            picture, box = surroundings(scene.convert("RGB"), corners, 1.5)
            samples.add(name, picture, box, 1, scene_of(name), "alone")
            samples.thing[-1] = [samples.part(-1, corners, 1.5, bag) for bag in boxes]
            samples.alone[-1] = True


def add_pasted_bags(samples: Samples, data: Path, seed: int = 5) -> None:
    """Backpacks that lie on a floor, pasted on persons without a bag; and pieces of the floor, pasted alike.

    So that neither the person, nor the place, nor the seam of what was pasted tells whether there is a bag.
    """
    random = np.random.default_rng(seed)
    worn = {row["file"] for row in labels("bags_in_scenes")}
    pieces = []
    for file in sorted((data / "backpack" / "images").glob("*.jpg")):
        boxes = (data / "backpack" / "labels" / f"{file.stem}.txt").read_text().split("\n")
        if f"backpack/images/{file.name}" in worn or len(boxes[0].split()) != 5:
            continue
        with Image.open(file) as picture:
            cut = cut_out(np.asarray(picture.convert("RGB")), [float(v) for v in boxes[0].split()[1:]])
        if cut:
            pieces.append((file.name, *cut))
    bare = [i for i in range(len(samples)) if samples.label[i] == 0]
    for index in bare * 2:
        _, bag, floor = pieces[random.integers(len(pieces))]
        place = (random.uniform(-0.16, 0.16), random.uniform(-0.24, 0.2), random.uniform(0.16, 0.34))
        for label, piece in ((1, bag), (0, floor)):
            canvas, where = paste(samples.canvas[index], piece, samples.box[index], place)
            samples.add_like(index, canvas, label, "pasted")
            samples.thing[-1] = [where] if label else []


def cut_out(scene: np.ndarray, box: list[float]) -> tuple[np.ndarray, np.ndarray] | None:
    """A bag (BGR and alpha) told from a plain floor by its colour, and as large a piece of that floor."""
    h, w, _ = scene.shape
    left, top = int((box[0] - box[2] / 2) * w), int((box[1] - box[3] / 2) * h)
    right, bottom = int((box[0] + box[2] / 2) * w), int((box[1] + box[3] / 2) * h)
    rim = max(6, (right - left) // 8)
    if right - left < 24 or bottom - top < 24 or left < rim or top < rim or right + rim >= w or bottom + rim >= h:
        return None
    around_it = scene[top - rim : bottom + rim, left - rim : right + rim].astype(np.float32)
    edge = np.concatenate([around_it[:rim].reshape(-1, 3), around_it[-rim:].reshape(-1, 3)])
    floor, spread = np.median(edge, axis=0), edge.std(axis=0).mean()
    if spread > 30:
        return None
    bag = scene[top:bottom, left:right].astype(np.float32)
    differs = np.clip((np.abs(bag - floor).mean(axis=2) - spread) / 20, 0, 1)
    y, x = np.mgrid[-1 : 1 : bag.shape[0] * 1j, -1 : 1 : bag.shape[1] * 1j]
    inside = np.clip((1.0 - (np.abs(x) ** 3 + np.abs(y) ** 3)) * 6, 0, 1)
    core = np.abs(x) ** 2 + np.abs(y) ** 2 < 0.45
    alpha = inside * np.maximum(differs, core)
    if differs.mean() < 0.35:
        return None
    # A piece of the floor of the same shape, from the side where there is more of it.
    tall, wide = bag.shape[:2]
    if left >= wide:
        other = scene[top:bottom, left - wide : left]
    elif right + wide <= w:
        other = scene[top:bottom, right : right + wide]
    else:
        return None
    both = (np.dstack([part[:, :, ::-1], alpha * 255]).astype(np.uint8) for part in (bag, other[:tall, :wide]))
    return tuple(both)


def paste(canvas: np.ndarray, piece: np.ndarray, box: tuple[float, float, float], place: tuple[float, float, float]) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """`place`: x and y from the person's middle, and size, in heights of the person. Also gives where it is now."""
    side = canvas.shape[0]
    size = max(6, int(place[2] * box[2] * side))
    shape = (max(4, int(size * piece.shape[1] / max(piece.shape[:2]))), max(4, int(size * piece.shape[0] / max(piece.shape[:2]))))
    small = np.asarray(Image.fromarray(piece).resize(shape, Image.BILINEAR)).astype(np.float32)
    left = int((box[0] + place[0] * box[2]) * side - shape[0] / 2)
    top = int((box[1] + place[1] * box[2]) * side - shape[1] / 2)
    left, top = (int(np.clip(v, 0, side - s)) for v, s in ((left, shape[0]), (top, shape[1])))
    out = canvas.astype(np.float32)
    under = out[top : top + shape[1], left : left + shape[0]]
    alpha = small[:, :, 3:] / 255
    # As bright as the place where it hangs.
    light = np.clip(under.mean() / max(20.0, small[:, :, :3].mean()), 0.4, 1.3)
    under[:] = under * (1 - alpha) + np.clip(small[:, :, :3] * light, 0, 255) * alpha
    where = (left / side, top / side, (left + shape[0]) / side, (top + shape[1]) / side)
    return out.astype(np.uint8), where


def is_held_out(samples: Samples, index: int) -> bool:
    """Whether a sample is of the fifth that nothing is learned from. Large groups are too much to hold out, and what
    was pasted or painted goes with the picture it was put on."""
    group = samples.group[index]
    return split(group) == 0 and samples.sizes()[group] <= LARGEST_HELD_OUT and not samples.alone[index]
