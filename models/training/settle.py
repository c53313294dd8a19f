#!/usr/bin/env python3
"""From how sure on an attribute may be told: offsets and thresholds, and what they give on whole persons.

    canhdem eval --labels val/labels.jsonl --told told.jsonl
    models/training/settle.py told.jsonl bag --precision 0.8 --recall 0.7 --wrong 0.2

Prints the settings that reach what is asked, most answers first. Precision is at an even share, as if as many persons had
the thing as have not, for nobody knows how many will; `wrong` is the share of yes among those answered who have it not.
Only persons large enough are counted. The offset is added to the `bias` that `told.jsonl` was made with.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Pixels of head, hand or person from which on an answer is asked for.
LARGE = {"mask": 24, "hat": 24, "gloves": 24, "bag": 96}
# As in src/track/evidence.rs.
MOST_LOG_ODDS, CONFLICT = 6.0, 1 / 3
OFFSETS = [step / 10 for step in range(-20, 21)]
THRESHOLDS = [step / 20 for step in range(2, 41)]


@dataclass
class Figures:
    answered: float
    even_answered: float
    precision: float
    even_precision: float
    recall: float
    wrong: float


def share(part: float, of: float) -> float:
    return part / of if of else 0.0


def answer(seen: list[dict[str, float]], offset: float, least: float) -> int:
    """What one picture comes to: 1 yes, -1 no, 0 unknown; the mean of its crops, shrunk by the quality of the best."""
    weight = sum(crop["quality"] for crop in seen)
    if weight == 0:
        return 0
    each = [(crop["quality"], max(-MOST_LOG_ODDS, min(MOST_LOG_ODDS, crop["log_odds"] + offset))) for crop in seen]
    best = max(quality for quality, _ in each)
    yes = best * sum(quality * max(says, 0.0) for quality, says in each) / weight
    no = best * sum(quality * max(-says, 0.0) for quality, says in each) / weight
    if min(yes, no) > CONFLICT * max(yes, no) or abs(yes - no) < least or yes == no:
        return 0
    return 1 if yes > no else -1


def figures(cases: list[dict], offset: float, least: float) -> Figures:
    told = [(case["label"], answer(case["seen"], offset, least)) for case in cases]
    n, answered, yes = (
        {label: sum(of == label and counts(says) for of, says in told) for label in (True, False)}
        for counts in (lambda _: True, lambda says: says != 0, lambda says: says == 1)
    )
    right, wrong = share(yes[True], n[True]), share(yes[False], n[False])
    return Figures(
        share(answered[True] + answered[False], n[True] + n[False]),
        (share(answered[True], n[True]) + share(answered[False], n[False])) / 2,
        share(yes[True], yes[True] + yes[False]),
        share(right, right + wrong),
        share(yes[True], answered[True]),
        share(yes[False], answered[False]),
    )


def settings(cases: list[dict], precision: float, recall: float, wrong: float) -> Iterator[tuple[float, float, Figures]]:
    for offset in OFFSETS:
        for least in THRESHOLDS:
            of = figures(cases, offset, least)
            if of.even_precision >= precision and of.recall >= recall and of.wrong <= wrong:
                yield offset, least, of


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Settles from how sure on an attribute may be told.")
    parser.add_argument("told", type=Path, help="what `canhdem eval --told` wrote")
    parser.add_argument("attribute", choices=LARGE)
    parser.add_argument("--precision", type=float, default=0.8)
    parser.add_argument("--recall", type=float, default=0.7)
    parser.add_argument("--wrong", type=float, default=1.0)
    options = parser.parse_args(arguments)
    lines = [json.loads(line) for line in options.told.read_text(encoding="utf-8").splitlines()]
    asked = [line for line in lines if line.get("attribute") == options.attribute]
    large = [line for line in asked if (line["size"] or 0) >= LARGE[options.attribute]]
    found = sorted(settings(large, options.precision, options.recall, options.wrong), key=lambda of: -of[2].even_answered)
    print(f"{len(large)} persons; offset, least log-odds, answered (even), precision (even), recall, wrong yes")
    for offset, least, of in found[:20]:
        print(
            f"{offset:+.1f} {least:.2f}  {of.answered:.3f} ({of.even_answered:.3f})  {of.precision:.3f} "
            f"({of.even_precision:.3f})  {of.recall:.3f}  {of.wrong:.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
