"""A model's card: what it learned from, how well it does by size and light, and where it fails; and its manifest entry."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

import fit
from samples import Samples

if TYPE_CHECKING:
    from train import Task

# Where the pictures of a source come from, and under which licence.
SOURCES = {
    "faces": "Face-Mask-Detection by chandrikadeb7 (MIT)",
    "iAmEthanMai": "mask-detection-dataset by iAmEthanMai (MIT; pictures CC0)",
    "bearpaw": "Clothing Co-Parsing (Apache-2.0)",
    "scenes": "labels of our own on pictures of the sources named beside it",
    "posed": "heads and hands in BackPack-Detection by Amir-Etemadi-PhD and thief-detection (both CC BY 4.0), where the pose model places them, labels of our own",
    "posed persons": "the same whole persons, heads and hands where the pose model places them",
    "sites": "construction-site-safety, Roboflow (CC BY 4.0), labels of our own",
    "painted": "the same pictures, cloth painted on by paint.py",
    "pasted": "the same persons, bags or pieces of floor of BackPack-Detection (CC BY 4.0) pasted on",
    "alone": "BackPack-Detection (CC BY 4.0), bags that nobody wears: only where they are is learned",
    "cctv": "Intelligence_CCTV (CC BY 4.0), labels of our own",
    "runtueee": "construction-site-safety, Roboflow (CC BY 4.0)",
    "osamah-builder": "AI-Gloves-Detection, Roboflow ppe-detection-82plm (CC BY 4.0)",
    "taufiq120": "PPE-Detection-syook, Roboflow ppe_detec (CC BY 4.0)",
    "beruscoder": "thief-detection, Roboflow (CC BY 4.0)",
    "DipakBhad": "Gloves-Detection, Roboflow glove-absoo (MIT)",
    "nishantpravin": "glove-detection, Roboflow sana-ali (public domain)",
    "no hands": "pieces of persons in Clothing Co-Parsing (Apache-2.0) and BackPack-Detection (CC BY 4.0)",
    "hands": "hand-tracking by ragadag621 (CC BY 4.0)",
}


def write(
    name: str,
    task: "Task",
    training: Samples,
    validation: Samples,
    judged: dict[str, fit.Judged],
    sizes: dict[int, dict[str, float]],
    calibration: tuple[float, float],
    least: float,
) -> str:
    lines = [
        f"# {name}: whether {task.question}",
        "",
        f"Made by `models/training/train.py {name}`; this card with it. A crop of {shown(task)} pixels, "
        f"{task.used().scale} times the size of the {task.part}, to the logit of yes. It begins with the first layers of "
        "YOLOX-nano (Megvii, Apache-2.0), trained further.",
        "",
        "## What it learned from",
        "",
        "| source | yes | no | cannot be seen | held out |",
        "|---|---|---|---|---|",
    ]
    taught = Counter(zip(training.source, training.label, strict=True))
    held = Counter(validation.source)
    for source in dict.fromkeys(training.source):
        counts = (taught[source, 1], taught[source, 0], taught[source, 0.5])
        lines.append(f"| {SOURCES[source]} | {' | '.join(str(count) for count in counts)} | {held[source]} |")
    lines += [
        "",
        "A fifth of the groups (persons, pictures, scenes, stretches of look-alikes) is held out, by a hash of the group's "
        "name: half of that (of the last of the sets of figures below) sets calibration and threshold, the other half gives "
        "the figures. All classes go through the same simulated cameras (`augment.py`): day, lamps at night, infrared; noise, "
        "blur, compression, few pixels.",
        "",
        f"Answers: log-odds = logit / {calibration[0]} + {calibration[1]}; yes from {least} on, no from {-least} down, "
        f"unknown between, and where the {task.part} has fewer than {task.least_pixels} pixels.",
    ]
    for title, of in judged.items():
        lines += ["", f"## Figures: {title}", "", *figures(of, calibration, least), "", *curve(of, calibration)]
    lines += ["", "## By size", "", f"AUC of what is held out, by how many pixels of the frame the {task.part} has.", ""]
    lines += ["| pixels | day | night | ir |", "|---|---|---|---|"]
    lines += [f"| {size} | {' | '.join(f'{value:.3f}' for value in aucs.values())} |" for size, aucs in sizes.items()]
    lines += ["", "## Known failures", "", *(f"- {failure}" for failure in task.failures)]
    return "\n".join(lines) + "\n"


def shown(task: "Task") -> str:
    height, width = task.used().shape()
    return str(height) if width == height else f"{height} x {width}"


def figures(of: fit.Judged, calibration: tuple[float, float], least: float) -> list[str]:
    asked = of.label != 0.5
    label = of.label[asked]
    rows = [
        "Single crops, both classes weighing the same; recall of yes among the answered.",
        "",
        "| light | pixels of the crop | AUC | answered | precision of yes | recall of yes | precision of no |",
        "|---|---|---|---|---|---|---|",
    ]
    for (light, pixels), logit in of.logits.items():
        at = fit.answers(logit[asked], label, calibration, least)
        values = (fit.auc(logit[asked], label), at.answered, at.precision, at.recall, at.precision_of_no)
        rows.append(f"| {light} | {pixels} | {' | '.join(f'{value:.3f}' for value in values)} |")
    rows += ["", "All of these crops together, counted:", "", "| is | says yes | unknown | says no |", "|---|---|---|---|"]
    together, truth, _ = of.pooled()
    log_odds = together / calibration[0] + calibration[1]
    for title, value in (("yes", 1), ("no", 0)):
        here = log_odds[truth == value]
        counts = ((here >= least).sum(), (np.abs(here) < least).sum(), (here <= -least).sum())
        rows.append(f"| {title} | {' | '.join(str(count) for count in counts)} |")
    unseen = ~asked
    if unseen.any():
        log_odds = np.concatenate([logit[unseen] for logit in of.logits.values()]) / calibration[0] + calibration[1]
        share = (np.abs(log_odds) < least).mean()
        rows += ["", f"Of what cannot be seen (heads from behind, no head at all) {share:.2f} stay unknown."]
    return rows


def curve(of: fit.Judged, calibration: tuple[float, float]) -> list[str]:
    bins, error = fit.reliability(of, calibration)
    rows = [f"Reliability (calibration error {error:.3f}):", "", "| says | is right | share |", "|---|---|---|"]
    return rows + [f"| {said:.2f} | {was:.2f} | {share:.2f} |" for said, was, share in bins]


def manifest(name: str, task: "Task", calibration: tuple[float, float], least: float, sha256: str) -> str:
    height, width = task.used().shape()
    return f"""
[[model]]
name = "{name}"
task = "attribute"
attribute = "{name}"
file = "{name}.onnx"
sha256 = "{sha256}"
licence = "Apache-2.0 OR MIT; begins with layers of YOLOX-nano (Apache-2.0, Megvii)"
decoder = "logit"
[model.source]
registry = "repository"
member = "models/{name}.onnx"
[model.input]
width = {width}
height = {height}
layout = "nchw"
color = "bgr"
mean = [0, 0, 0]
std = [1, 1, 1]
resize = "stretch"
pad = 114
[model.crop]
part = "{task.part}"
scale = {task.used().scale}
[model.calibration]
temperature = {calibration[0]}
bias = {calibration[1]}
[model.answer]
least_pixels = {task.least_pixels}
least_log_odds = {least}
"""
