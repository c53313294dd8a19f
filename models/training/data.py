"""The pictures: reads the folders of training data into canvases of one size, with where the part lies in each.

The folders are described in the data's own README; only rows whose licence is named are trained on.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import paint

HERE = Path(__file__).resolve().parent
CANVAS = 128
# Of one group, in samples.
LARGEST_HELD_OUT = 150


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
    _sizes: Counter[str] | None = field(default=None, init=False)

    def add(self, name: str, picture: Image.Image, box: tuple[float, float, float], label: float, group: str, source: str) -> None:
        """`box` in pixels of the picture."""
        canvas, scale, left, top = on_canvas(picture)
        self.names.append(name)
        self.canvas.append(canvas)
        self.box.append(((box[0] * scale + left) / CANVAS, (box[1] * scale + top) / CANVAS, box[2] * scale / CANVAS))
        self.label.append(label)
        self.group.append(group)
        self.source.append(source)
        size = (picture.width * scale / CANVAS, picture.height * scale / CANVAS)
        self.inside.append((left / CANVAS, top / CANVAS, *size))
        self.thing.append(None if label else [])
        self.scale.append(scale / CANVAS)
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
        masks = np.zeros((len(self), 1, CANVAS, CANVAS), dtype=np.uint8)
        for mask, boxes in zip(masks, self.thing, strict=True):
            for box in boxes or []:
                left, top, right, bottom = (round(value * CANVAS) for value in box)
                mask[0, max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 255
        known = [2 if alone else int(boxes is not None) for alone, boxes in zip(self.alone, self.thing, strict=True)]
        return torch.from_numpy(masks), torch.tensor(known)

    def sizes(self) -> Counter[str]:
        """How many samples each group has."""
        if self._sizes is None:
            self._sizes = Counter(self.group)
        return self._sizes

    def only(self, keep: list[int]) -> "Samples":
        columns = {f.name: [getattr(self, f.name)[i] for i in keep] for f in fields(self) if f.init}
        return Samples(**columns)

    def __len__(self) -> int:
        return len(self.names)


def on_canvas(picture: Image.Image) -> tuple[np.ndarray, float, int, int]:
    """Fits a picture into the square canvas (BGR), its edge pixels repeated around it."""
    w, h = picture.size
    scale = CANVAS / max(w, h)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    pixels = np.asarray(picture.convert("RGB").resize(size, Image.BILINEAR))[:, :, ::-1]
    left, top = (CANVAS - size[0]) // 2, (CANVAS - size[1]) // 2
    pad = ((top, CANVAS - size[1] - top), (left, CANVAS - size[0] - left), (0, 0))
    return np.pad(pixels, pad, mode="edge"), scale, left, top


def rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def licensed(row: dict[str, str]) -> bool:
    return not row["licence"].startswith("none")


def provider(row: dict[str, str]) -> str:
    return row["source"].split("/")[0]


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
                samples.add(f"masks/{row['file']}", picture, around(picture, 0.62), label, row["group"], provider(row))
    for row in rows(data / "heads"):
        if provider(row) == "bearpaw":
            with Image.open(data / "heads" / row["file"]) as picture:
                samples.add(f"heads/{row['file']}", picture, around(picture, 0.62), 0, row["file"], provider(row))
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
            samples.add(row["file"], picture, box, label, row["file"].split("_jpg")[0], "posed")


def add_covered_faces(samples: Samples, seed: int = 4) -> None:
    random = np.random.default_rng(seed)
    faces = {row["file"]: row for row in labels("faces")}
    for index in [i for i in range(len(samples)) if samples.label[i] == 0 and samples.names[i] in faces]:
        kind = random.choice(["mask", "mask", "mask", "low mask", "scarf", "balaclava"])
        samples.add_like(index, cover_face(samples, index, faces[samples.names[index]], kind, random), 1, "painted")


def cover_face(samples: Samples, index: int, row: dict[str, str], kind: str, random: np.random.Generator) -> np.ndarray:
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
            # Fashion pictures have no group of their own: they are of one person each.
            group = row["file"] if provider(row) == "bearpaw" else row["group"]
            samples.add(row["file"], picture, around(picture, 0.62), label, group, provider(row))
    groups = {row["file"]: row["group"] for row in rows(data / "masks")}
    for row in labels("hats_in_scenes"):
        with Image.open(data / "masks" / row["file"]) as picture:
            samples.add(row["file"], picture, around(picture, 0.62), int(row["hat"]), groups[row["file"]], "scenes")
    add_heads_in_scenes(samples, data, "hat")
    add_covered_heads(samples)
    return samples


def add_covered_heads(samples: Samples, seed: int = 8) -> None:
    """Heads once more with a mask or a scarf, which are no hats; and bare ones in a balaclava, which is one."""
    random = np.random.default_rng(seed)
    faces = {row["file"]: row for row in labels("faces")}
    for index in [i for i in range(len(samples)) if f"heads/{samples.names[i]}" in faces]:
        row, label = faces[f"heads/{samples.names[index]}"], samples.label[index]
        if random.random() < 0.5:
            kind = str(random.choice(["mask", "low mask", "scarf"]))
            samples.add_like(index, cover_face(samples, index, row, kind, random), label, "painted")
        if label == 0 and random.random() < 0.25:
            samples.add_like(index, cover_face(samples, index, row, "balaclava", random), 1, "painted")


def gloves(data: Path, unlicensed: bool = False) -> Samples:
    """Hands in gloves and bare ones, and bare ones with a glove painted on; `unlicensed`: those to measure with."""
    samples = Samples()
    for row in rows(data / "gloves"):
        if licensed(row) != unlicensed:
            with Image.open(data / "gloves" / row["file"]) as picture:
                label = int(row["class"] == "glove")
                samples.add(row["file"], picture, around(picture, 0.62), label, row["group"], provider(row))
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
    add_painted_gloves(samples)
    add_no_hands(samples, data)
    return samples


def add_no_hands(samples: Samples, data: Path, seed: int = 9) -> None:
    """Pieces of clothes and places where a pose model might look for a hand in vain: nothing can be said of them."""
    random = np.random.default_rng(seed)
    for row in rows(data / "persons_attr"):
        if licensed(row):
            with Image.open(data / "persons_attr" / row["file"]) as picture:
                w, h = picture.size
                x, y = w * random.uniform(0.15, 0.85), h * random.uniform(0.3, 0.8)
                samples.add(row["file"], *piece(picture, x, y, h * random.uniform(0.1, 0.16)), 0.5, row["file"], "no hands")
    for row in labels("bags_in_scenes"):
        left, top, right, bottom = (int(row[side]) for side in ("left", "top", "right", "bottom"))
        with Image.open(data / row["file"]) as picture:
            x, y = random.uniform(left, right), random.uniform(top + 0.2 * (bottom - top), bottom)
            size = (bottom - top) * random.uniform(0.12, 0.3)
            samples.add(row["file"], *piece(picture, x, y, size), 0.5, row["file"].split("_jpg")[0], "no hands")


def piece(picture: Image.Image, x: float, y: float, size: float) -> tuple[Image.Image, tuple[float, float, float]]:
    half = size / 2
    return surroundings(picture.convert("RGB"), (int(x - half), int(y - half), int(x + half), int(y + half)), 1.8)


def add_painted_gloves(samples: Samples, seed: int = 6) -> None:
    random = np.random.default_rng(seed)
    for index in [i for i in range(len(samples)) if samples.label[i] == 0]:
        painted = paint.glove(samples.canvas[index], samples.box[index], random)
        if painted is not None:
            samples.add_like(index, painted, 1, "painted")


def bags(data: Path) -> Samples:
    """Whole persons with a bag and without, by labels of our own but for the fashion pictures; and bags pasted on."""
    samples = Samples()
    for row in rows(data / "persons_attr"):
        if licensed(row):
            with Image.open(data / "persons_attr" / row["file"]) as picture:
                w, h = picture.size
                label = int(row["class"] == "bag")
                samples.add(row["file"], picture, (w / 2, h / 2, h), label, row["file"], provider(row))
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
            samples.add(row["file"], picture, box, int(row["bag"]), row["file"].split("_jpg")[0], "scenes")
            if row["bag"] == "1":
                samples.thing[-1] = [samples.part(-1, person, 1.7, bag) for bag in bag_boxes(data, row["file"], scene.size)]
    add_pasted_bags(samples, data)
    add_bags_alone(samples, data)
    return samples


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
            samples.add(name, picture, box, 1, name.split("_jpg")[0], "alone")
            samples.thing[-1] = [samples.part(-1, corners, 1.5, bag) for bag in boxes]
            samples.alone[-1] = True


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
    size = max(6, int(place[2] * box[2] * CANVAS))
    shape = (max(4, int(size * piece.shape[1] / max(piece.shape[:2]))), max(4, int(size * piece.shape[0] / max(piece.shape[:2]))))
    small = np.asarray(Image.fromarray(piece).resize(shape, Image.BILINEAR)).astype(np.float32)
    left = int((box[0] + place[0] * box[2]) * CANVAS - shape[0] / 2)
    top = int((box[1] + place[1] * box[2]) * CANVAS - shape[1] / 2)
    left, top = (int(np.clip(v, 0, CANVAS - s)) for v, s in ((left, shape[0]), (top, shape[1])))
    out = canvas.astype(np.float32)
    under = out[top : top + shape[1], left : left + shape[0]]
    alpha = small[:, :, 3:] / 255
    # As bright as the place where it hangs.
    light = np.clip(under.mean() / max(20.0, small[:, :, :3].mean()), 0.4, 1.3)
    under[:] = under * (1 - alpha) + np.clip(small[:, :, :3] * light, 0, 255) * alpha
    where = (left / CANVAS, top / CANVAS, (left + shape[0]) / CANVAS, (top + shape[1]) / CANVAS)
    return out.astype(np.uint8), where


def is_held_out(samples: Samples, index: int) -> bool:
    """Whether a sample is of the fifth that nothing is learned from. Large groups are too much to hold out, and what
    was pasted or painted goes with the picture it was put on."""
    group = samples.group[index]
    return split(group) == 0 and samples.sizes()[group] <= LARGEST_HELD_OUT and not samples.alone[index]
