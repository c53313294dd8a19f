"""The series of plates on roads of Vietnam: what each says, in which colours, on which sheet of metal.

A text has one canonical form, in which it is labelled and searched:

| series | printed | canonical |
|---|---|---|
| private, state, business | `12A-123.45`, or `12A` over `123.45` | `12A-123.45` |
| four digits (older) | `12A-1234` | `12A-1234` |
| motorbike | `12-B1` over `123.45` | `12B1-123.45` |
| motorbike, older | `12-B1` over `1234` | `12B1-1234` |
| motorbike, two letters | `12-AA` over `123.45` | `12AA-123.45` |
| motorbike, electric | `12-MĐ1` over `123.45` | `12MĐ1-123.45` |
| army | `AT-12.34`, or `AT` over `12.34` | `AT-12.34` |
| diplomatic, foreign bodies and persons | `80-123-NG-45`, or `80-123` over `NG-45` | `80-123-NG-45` |
| joint ventures | `12LD-123.45` | `12LD-123.45` |
| trailers | `12R-123.45` | `12R-123.45` |
| temporary | `T12-123.45` | `T12-123.45` |
| Chinese | `桂A·12345` | `桂A·12345` |

Comparing looks at A-Z and 0-9 alone (Đ is D), so that separators and the Chinese province do not count.
"""

import re
from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

WHITE: Colour = (232, 234, 232)
BLACK: Colour = (22, 24, 28)
BLUE: Colour = (22, 62, 150)
YELLOW: Colour = (240, 186, 20)
RED: Colour = (178, 26, 32)
GREEN: Colour = (120, 205, 140)

# Codes of provinces on the road, merged ones too; 80 is central bodies'.
PROVINCES = [f"{n}" for n in range(11, 100) if n not in (13, 42, 44, 45, 46, 80, 87, 91, 96)]
# Of the army: the branch, then the unit.
ARMY = (
    "AA AB AC AD AV AT AN AP BB BC BH BS BT BP BK BL CA CB CC CH CK CM CN CP CT CV DA DB DC HA HB HC HD HE HH HN HQ HT "
    "KA KB KC KD KK KP KT KV PA PC PG PH PK PM PQ PT PX QA QB QC QH QK QP QT TC TH TK TM TN TT VB VK VT"
).split()
# Without I J O Q W, which are taken for digits and other letters.
LETTERS = "ABCDEFGHKLMNPSTUVXYZ"
STATE_LETTERS = "ABCDEFGHKLM"
# Provinces of China, those next to Vietnam first.
CHINA = "桂云粤琼贵川湘京沪"
CHINESE = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Sheet:
    """The metal: width and height in mm, and the height and width of a row's characters."""

    size: tuple[int, int]
    character: tuple[float, float]
    rows: int


CAR_LONG = Sheet((520, 110), (80, 40), 1)
CAR_SHORT = Sheet((330, 165), (63, 36), 2)
OLD_LONG = Sheet((470, 110), (80, 40), 1)
OLD_SHORT = Sheet((280, 200), (80, 40), 2)
MOTORBIKE = Sheet((190, 140), (54, 25), 2)
CHINESE_BLUE = Sheet((440, 140), (90, 45), 1)
CHINESE_GREEN = Sheet((480, 140), (90, 43), 1)

CAR = (CAR_LONG, CAR_LONG, CAR_SHORT)


@dataclass(frozen=True)
class Series:
    """`patterns` in canonical form: p a province, l a letter, s a letter of the state's, n 1 to 9, d 0 to 9, m an army
    prefix, z a Chinese province, c a letter, e a letter of electric vehicles, of a Chinese plate; all else stands for itself."""

    patterns: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    ground: Colour = WHITE
    ink: Colour = BLACK
    # How often it is drawn where no series is asked for.
    weight: float = 1.0
    # Of the letters NG, QT, NN and LD, where it differs from the rest.
    letters: Colour | None = None


SERIES: dict[str, Series] = {
    "private": Series(("pl-ddd.dd",), CAR, weight=6),
    "private_old": Series(("pl-dddd",), (OLD_LONG, OLD_SHORT), weight=1.5),
    "motorbike": Series(("pln-ddd.dd",), (MOTORBIKE,), weight=5),
    "motorbike_two_letters": Series(("pll-ddd.dd",), (MOTORBIKE,)),
    "motorbike_old": Series(("pln-dddd",), (MOTORBIKE,), weight=1.5),
    "motorbike_electric": Series(("pMĐn-ddd.dd",), (MOTORBIKE,), weight=0.7),
    "motorbike_state": Series(("psn-ddd.dd",), (MOTORBIKE,), BLUE, WHITE, 0.7),
    "state": Series(("ps-ddd.dd", "80s-ddd.dd"), CAR, BLUE, WHITE, 2),
    "business": Series(("pl-ddd.dd",), CAR, YELLOW, BLACK, 2.5),
    "army": Series(("m-dd.dd",), CAR, RED, WHITE, 1.5),
    "diplomatic": Series(("p-ddd-NG-dd", "80-ddd-NG-dd", "p-ddd-QT-dd", "p-ddd-NN-dd"), CAR, letters=RED),
    "venture": Series(("pLD-ddd.dd",), CAR, weight=0.7),
    "trailer": Series(("pR-ddd.dd",), (CAR_SHORT, CAR_LONG)),
    "temporary": Series(("Tp-ddd.dd",), CAR, weight=0.7),
    "chinese_blue": Series(("zc·ddddd", "zc·ddddd", "zc·cdddd", "zc·ddcdd", "zc·dddcc"), (CHINESE_BLUE,), (20, 60, 170), WHITE, 1),
    "chinese_green": Series(("zc·eddddd", "zc·eddddd", "zc·ddddde"), (CHINESE_GREEN,), GREEN, BLACK, 0.7),
}
FOREIGN = ("chinese_blue", "chinese_green")


def draw_text(random: np.random.Generator, series: str) -> str:
    """A text of the series, in canonical form."""
    patterns = SERIES[series].patterns
    return "".join(one_of(place, random) for place in patterns[random.integers(len(patterns))])


def one_of(place: str, random: np.random.Generator) -> str:
    choices = {
        "p": PROVINCES, "l": LETTERS, "s": STATE_LETTERS, "n": "123456789", "d": "0123456789", "m": ARMY, "z": CHINA,
        "c": CHINESE, "e": "DDDDFFABCEGHJK",
    }.get(place, place)  # fmt: skip
    return str(choices[random.integers(len(choices))])


def rows(text: str, sheet: Sheet) -> list[str]:
    """What is printed on each row of the sheet."""
    if sheet.rows == 1:
        return [text]
    if foreign := re.fullmatch(r"(\d\d-\d{3})-(\w\w-\d\d)", text):
        return list(foreign.groups())
    upper, _, lower = text.rpartition("-")
    if sheet is MOTORBIKE:
        upper = f"{upper[:2]}-{upper[2:]}"
    return [upper, lower]


def plain(text: str) -> str:
    """What two texts are compared by."""
    return re.sub(r"[^A-Z0-9]", "", text.upper().replace("Đ", "D"))
