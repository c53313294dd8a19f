#!/usr/bin/env python3
"""Trains one attribute's classifier, or the finder, aligner or reader of plates, and writes it with its card.

    models/training/train.py mask|hat|gloves|bag --data DIR [--detector ONNX] [--out DIR] [--epochs N] [--without SOURCE]
    models/training/train.py plate --data DIR [--detector ONNX] [--out DIR]
    models/training/train.py plate-aligner|plate-reader --data DIR [--out DIR]

Writes `<name>.onnx` and `<name>.md` (its card) into the folder, and prints what belongs into the manifest. Seeds are
fixed; one thread, so that sums are added in the same order. Needs numpy, Pillow, torch and onnx (Debian: `apt-get
install python3-torch python3-onnx python3-pil`); mask, hat and gloves take about five minutes each of a core, bag ten,
plate 30, plate-aligner 10, plate-reader two hours.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

import card
import data
import fit
import network
import plate_aligner
import plate_card
import plate_reader
from data import HERE
from samples import Samples

ROOT = HERE.parent.parent


@dataclass
class Task:
    samples: Callable[[Path], Samples]
    plan: fit.Plan
    model: type
    part: str
    # Of the part, in pixels of the frame; smaller ones are not judged.
    least_pixels: int
    # That answers must reach on the validation split, both classes weighing the same: precision and recall of yes.
    precision: float
    recall: float
    question: str
    # What was seen to go wrong, for the card.
    failures: list[str]
    # How crops are cut where the model is used, if not as it learned: a net that looks for a thing finds it at any size.
    use: fit.Plan | None = None
    # The samples once more, as large as that needs.
    fine: Callable[[Path], Samples] | None = None
    # Of what was learned, how much is kept beside the detector's own weights.
    share: float = 1.0
    # Sources of crops like those that the pose model cuts out of persons: what calibration and threshold are fitted on.
    # None: all that is held out.
    like_persons: tuple[str, ...] = ()

    def least_crop(self) -> int:
        """Pixels that the smallest crop is wide of which anything is said."""
        return int(self.least_pixels * self.used().scale)

    def used(self) -> fit.Plan:
        return self.use or self.plan


TASKS = {
    "mask": Task(
        data.masks, fit.Plan(64, 1.35), network.Classifier, "head", 18, 0.95, 0.90, "the lower face is covered",
        failures=[
            "Heads from behind and hair before the face: a third of them get an answer. The pose model's own idea of "
            "where the face looks keeps most of them away.",
            "Masks worn under the chin count for neither in training and get either answer.",
            "Hands before the mouth, thick scarves and beards in infrared are taken for masks.",
            "Balaclavas were learned from painted ones only.",
        ],
    ),
    "hat": Task(
        data.hats, fit.Plan(64, 1.6), network.Classifier, "head", 18, 0.84, 0.75, "the head is covered",
        failures=[
            "Dark hair against a dark wall, and hair pinned up, are taken for caps.",
            "Above a mask, hair is taken for a hat more often than above a bare face (AUC .85 and .87 on whole persons).",
            "Hoods by night come from six scenes; caps by night from none: both are day pictures made dark.",
            "Where few people wear hats, a larger share of the yes is wrong than here, where both weigh the same. So what is "
            "told must be surer than for the other attributes, and half of the hats and bare heads get no answer.",
        ],
        like_persons=("posed persons", "posed", "scenes", "sites", "bearpaw"),
    ),
    "gloves": Task(
        data.gloves, fit.Plan(64, 1.4), network.Classifier, "hand", 20, 0.80, 0.75, "the hand is in a glove",
        failures=[
            "Infrared: a bare hand is as bright as a glove of light cloth. Hardly anything is answered there.",
            "Leather gloves of the colour of skin, thin medical gloves, and welders' gloves are missed.",
            "Bare hands in front of high-visibility vests are taken for gloves: those sources show gloves only.",
            "Most pictures are close-ups; hands of whole persons at 20 to 30 pixels were seen with painted gloves only.",
        ],
    ),
    "bag": Task(
        data.bags,
        fit.Plan(160, 1.0, 72, epochs=5, per_epoch=4800, rate=1e-3, taken=1.0),
        network.Finder, "person", 96, 0.70, 0.70, "the person carries a bag",
        share=0.25,
        use=fit.Plan(224, 1.0, 96, width=128),
        fine=data.fine_bags,
        failures=[
            "Small handbags, bags of the colour of the clothes, and bags in infrared are missed.",
            "A bag that somebody else carries in the same crop counts.",
            "The weakest of the four: trust a no least.",
        ],
    ),
}

MADE = ("painted", "pasted")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Trains one attribute's classifier and writes it with its card.")
    parser.add_argument("name", choices=[*TASKS, "plate", "plate-aligner", "plate-reader"])
    parser.add_argument("--data", type=Path, required=True, help="the folder of training data")
    parser.add_argument("--detector", type=Path, default=ROOT / ".deps/models/yolox-nano.onnx")
    parser.add_argument("--out", type=Path, default=ROOT / "models")
    parser.add_argument("--without", metavar="SOURCE", help="learn from all but this source, and only measure on it")
    parser.add_argument("--epochs", type=int, help="fewer for a try")
    options = parser.parse_args(arguments)
    if options.name not in TASKS:
        if options.without or options.epochs:
            parser.error(f"{options.name} takes neither --without nor --epochs")
        if options.name == "plate":
            print(plate_card.make(options.data, options.detector, options.out))
        elif options.name == "plate-aligner":
            print(plate_aligner.make(options.data, options.out))
        else:
            print(plate_reader.make(options.data, options.out))
        return 0
    task = TASKS[options.name]
    if options.epochs:
        task.plan.epochs = options.epochs
    torch.set_num_threads(1)
    torch.manual_seed(1)

    samples = task.samples(options.data)
    if options.without:
        held_out = [i for i, source in enumerate(samples.source) if source == options.without]
    else:
        held_out = [i for i in range(len(samples)) if data.is_held_out(samples, i)]
    taught = sorted(set(range(len(samples))) - set(held_out))
    training, validation = samples.only(taught), samples.only(held_out)
    print(f"{options.name}: {len(training)} crops to learn from, {len(validation)} held out", flush=True)
    model = task.model(options.detector, task.plan.side)
    fit.train(model, training, task.plan, seed=1)
    if task.share < 1:
        network.mix(model, task.model(options.detector, task.plan.side), task.share)
    model = network.Mirrored(model)

    plan = task.used()
    if task.fine:
        validation = task.fine(options.data).only(held_out)
    if options.without:
        there = fit.judge(model, validation, plan, task.least_crop())
        calibration = fit.calibrate(there.half(0))
        least = fit.least_log_odds(there.half(0), calibration, task.precision, task.recall)
        print("\n".join(card.figures(there.half(1), calibration, least)))
        return 0
    path = options.out / f"{options.name}.onnx"
    network.export(model, plan.shape(), path)
    # What was pasted or painted teaches, but is not what cameras see.
    real = validation.only([i for i, source in enumerate(validation.source) if source not in MADE])
    judged = fit.judge(model, real, plan, task.least_crop())
    others = {}
    if task.like_persons:
        like = validation.only([i for i, source in enumerate(validation.source) if source in task.like_persons])
        others["like those of whole persons"] = fit.judge(model, like, plan, task.least_crop())
    if options.name == "gloves":
        # Sources whose licence nobody states: never trained on, so they tell how well it does elsewhere.
        unseen = data.gloves(options.data, unlicensed=True)
        others["sources never seen"] = fit.judge(model, unseen, plan, task.least_crop())
    # What was never seen, or looks like what will be asked, is the better measure of how sure an answer is.
    telling = list({"held out": judged, **others}.values())[-1]
    calibration = fit.calibrate(telling.half(0))
    least = fit.least_log_odds(telling.half(0), calibration, task.precision, task.recall)
    sizes = fit.by_size(model, real, plan)
    reported = {title: of.half(1) for title, of in {"held out": judged, **others}.items()}
    text = card.write(options.name, task, training, real, reported, sizes, calibration, least)
    (options.out / f"{options.name}.md").write_text(text, encoding="utf-8")
    print(card.manifest(options.name, task, calibration, least, hashlib.sha256(path.read_bytes()).hexdigest()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
