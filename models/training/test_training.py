"""The parts of the training that need no data: `/usr/bin/python3 models/training/test_training.py`."""

import hashlib
import tomllib
import unittest
from pathlib import Path

import numpy as np
import torch

import augment
import data
import fit
import paint
import plate_lines
import plate_reader
import plate_scenes
import plate_series
import plate_validation
import plates
import train
import vehicles
from augment import Dice

HERE = Path(__file__).resolve().parent


def stripes(n: int = 16, side: int = 64) -> torch.Tensor:
    return (torch.arange(side) % 16 * 16.0).expand(n, 3, side, side).contiguous()


class Cameras(unittest.TestCase):
    def test_every_light_gives_pictures(self) -> None:
        for light in augment.LIGHTS:
            seen = augment.through_camera(stripes(), 32, light, Dice(1))
            self.assertEqual(seen.shape, (16, 3, 64, 64))
            self.assertTrue(bool(torch.isfinite(seen).all()))
            self.assertGreater(float(seen.std()), 1.0, light)

    def test_infrared_is_grey(self) -> None:
        x = stripes() * torch.tensor([0.2, 0.6, 1.0])[:, None, None]
        seen = augment.through_camera(x, 64, "ir", Dice(2))
        self.assertLess(float((seen[:, 0] - seen[:, 2]).abs().max()), 1e-3)

    def test_one_seed_gives_one_picture(self) -> None:
        box = torch.tensor([[0.5, 0.5, 0.5]]).expand(16, 3)
        first, again, other = (augment.augment(stripes(), box, 64, 1.3, 20, Dice(seed)) for seed in (3, 3, 4))
        self.assertTrue(torch.equal(first, again))
        self.assertFalse(torch.equal(first, other))

    def test_fine_steps_lose_little_and_coarse_ones_much(self) -> None:
        x = stripes(1) + Dice(5).normal(1, 3, 64, 64) * 20
        fine, coarse = (float((augment.compress(x, torch.tensor([step])) - x).abs().mean()) for step in (0.1, 40.0))
        self.assertLess(fine, 1.0)
        self.assertGreater(coarse, 5.0)

    def test_a_window_shows_the_part_at_its_scale(self) -> None:
        canvas = torch.zeros(1, 3, 128, 128)
        canvas[:, :, 48:80, 48:80] = 200.0  # a part of 32 pixels in the middle
        window = augment.windows(canvas, torch.tensor([[0.5, 0.5, 0.25]]), 64, 2.0, None)
        self.assertAlmostEqual(float((window > 100).float().mean()), 0.25, places=2)


class Paint(unittest.TestCase):
    def test_a_mask_covers_mouth_and_chin_but_not_the_eyes(self) -> None:
        canvas = np.full((128, 128, 3), 120, dtype=np.uint8)
        eyes, nose = ((0.6, 0.4), (0.4, 0.4)), (0.5, 0.5)
        painted = paint.covered_face(canvas, eyes, nose, "mask", np.random.default_rng(1))
        changed = np.abs(painted.astype(int) - 120).max(axis=2) > 3
        self.assertGreater(changed[66:78, 56:72].mean(), 0.9)
        self.assertFalse(changed[44:50, 44:84].any())
        hood = paint.covered_face(canvas, eyes, nose, "balaclava", np.random.default_rng(1))
        self.assertGreater((np.abs(hood.astype(int) - 120).max(axis=2) > 3)[30:38, 56:72].mean(), 0.9)

    def test_no_skin_takes_no_glove(self) -> None:
        canvas = np.full((128, 128, 3), 90, dtype=np.uint8)
        self.assertIsNone(paint.glove(canvas, (0.5, 0.5, 0.5), np.random.default_rng(1)))


class Figures(unittest.TestCase):
    def test_calibration_finds_what_was_done_to_the_log_odds(self) -> None:
        random = np.random.default_rng(1)
        log_odds = random.normal(0, 2, 40_000)
        label = (random.random(40_000) < 1 / (1 + np.exp(-log_odds))).astype(float)
        judged = fit.Judged(label, [], {("day", 64): log_odds * 3 + 1.5})
        temperature, bias = fit.calibrate(judged)
        self.assertAlmostEqual(temperature, 3.0, delta=0.15)
        self.assertAlmostEqual(bias, -0.5, delta=0.05)
        self.assertLess(fit.reliability(judged, (temperature, bias))[1], 0.02)

    def test_halves_keep_groups_together_and_share_all(self) -> None:
        groups = [f"g{n // 3}" for n in range(90)]
        judged = fit.Judged(np.zeros(90), groups, {("day", 64): np.arange(90.0)})
        first, second = judged.half(0), judged.half(1)
        self.assertEqual(set(first.group) & set(second.group), set())
        self.assertEqual(len(first.group) + len(second.group), 90)
        self.assertEqual(len(first.logits["day", 64]), len(first.label))

    def test_auc(self) -> None:
        self.assertEqual(fit.auc(np.array([0.1, 0.4, 0.3, 0.9]), np.array([0, 0, 1, 1])), 0.75)

    def test_answers_weigh_both_classes_alike(self) -> None:
        logit, label = np.array([2.0] * 9 + [-2.0] + [-2.0, 2.0]), np.array([1.0] * 10 + [0.0] * 2)
        found = fit.answers(logit, label, (1.0, 0.0), 1.0)
        self.assertAlmostEqual(found.answered, 1.0)
        self.assertAlmostEqual(found.precision, 0.9 / 1.4)
        self.assertAlmostEqual(found.recall, 0.9)

    def test_what_cannot_be_seen_counts_for_nothing(self) -> None:
        judged = fit.Judged(np.array([1, 0, 0.5]), ["a", "b", "c"], {("day", 64): np.array([1.0, -1.0, 9.0])})
        logit, label, weight = judged.pooled()
        self.assertEqual(list(logit), [1.0, -1.0])
        self.assertEqual((list(label), float(weight.sum())), ([1, 0], 1.0))


class Cards(unittest.TestCase):
    def test_cards_and_manifest_say_the_same(self) -> None:
        models = {model["name"]: model for model in tomllib.loads((HERE.parent / "manifest.toml").read_text())["model"]}
        for name, task in train.TASKS.items():
            entry, text = models[name], (HERE.parent / f"{name}.md").read_text()
            calibration, least = entry["calibration"], entry["answer"]["least_log_odds"]
            said = f"logit / {calibration['temperature']} + {calibration['bias']}; yes from {least} on, no from {-least} down"
            self.assertIn(said, text, name)
            self.assertEqual(entry["answer"]["least_pixels"], task.least_pixels, name)
            self.assertEqual((entry["crop"]["part"], entry["crop"]["scale"]), (task.part, task.plan.scale), name)
            found = hashlib.sha256((HERE.parent / f"{name}.onnx").read_bytes()).hexdigest()
            self.assertEqual(entry["sha256"], found, name)
            self.assertLess((HERE.parent / f"{name}.onnx").stat().st_size, 1_000_000, name)


def vehicle(side: int = 120) -> vehicles.Photo:
    """A grey vehicle with a white plate of 48 x 16."""
    pixels = np.full((side, side, 3), 90, dtype=np.uint8)
    pixels[72:88, 36:84] = 230
    quad = np.array([[36.0, 72], [84, 72], [84, 88], [36, 88]])
    return vehicles.Photo("grey", pixels, quad, np.array([0.0, 0, side, side]), "g", "oi")


class Plates(unittest.TestCase):
    def test_every_series_is_drawn_on_its_own_lines(self) -> None:
        for kind, series in plate_series.SERIES.items():
            for lines in {sheet.rows for sheet in series.sheets}:
                plate = plates.render(np.random.default_rng(1), kind, lines=lines)
                self.assertEqual((plate.kind, plate.lines), (kind, lines))
                self.assertIn(plate.image.shape[1::-1], [sheet.size for sheet in series.sheets])
                self.assertEqual(plate.alpha.shape, plate.image.shape[:2])
                self.assertGreater(float(plate.image.mean(axis=2).std()), 10, kind)
        with self.assertRaises(ValueError):
            plates.render(np.random.default_rng(1), "motorbike", lines=1)

    def test_one_seed_gives_one_plate(self) -> None:
        first, again, other = (plates.render(np.random.default_rng(seed)) for seed in (5, 5, 6))
        self.assertEqual(first.text, again.text)
        self.assertTrue(np.array_equal(first.image, again.image))
        self.assertNotEqual(first.text, other.text)

    def test_another_text_is_other_ink(self) -> None:
        one, other = (plates.render(np.random.default_rng(2), "private", text, 1).image.astype(int) for text in ("12A-111.11", "12A-888.88"))
        self.assertGreater(np.abs(one - other).mean(), 5)

    def test_texts_have_the_form_of_their_series(self) -> None:
        forms = {
            "private": r"\d\d[A-Z]-\d{3}\.\d\d", "motorbike": r"\d\d[A-Z][1-9]-\d{3}\.\d\d", "army": r"[A-Z]{2}-\d\d\.\d\d",
            "diplomatic": r"\d\d-\d{3}-(NG|QT|NN)-\d\d", "temporary": r"T\d\d-\d{3}\.\d\d", "chinese_blue": r"\w[A-Z]·[A-Z0-9]{5}",
        }  # fmt: skip
        random = np.random.default_rng(3)
        for kind, form in forms.items():
            for _ in range(50):
                self.assertRegex(plate_series.draw_text(random, kind), f"^{form}$")

    def test_rows_print_all_of_the_text(self) -> None:
        for text, sheet, printed in (
            ("12A-123.45", plate_series.CAR_SHORT, ["12A", "123.45"]),
            ("12A-123.45", plate_series.CAR_LONG, ["12A-123.45"]),
            ("12B1-123.45", plate_series.MOTORBIKE, ["12-B1", "123.45"]),
            ("80-123-NG-45", plate_series.CAR_SHORT, ["80-123", "NG-45"]),
            ("AT-12.34", plate_series.CAR_SHORT, ["AT", "12.34"]),
        ):
            self.assertEqual(plate_series.rows(text, sheet), printed)
        self.assertEqual(plate_series.plain("12MĐ1-123.45"), "12MD112345")

    def test_a_missing_font_names_its_package(self) -> None:
        with self.assertRaisesRegex(FileNotFoundError, "apt-get install fonts-none"):
            plates.face("none.ttf", "fonts-none")


class Scenes(unittest.TestCase):
    def test_a_plate_is_set_where_it_was_as_wide_as_asked(self) -> None:
        random = np.random.default_rng(1)
        plate = plates.render(random, "private", lines=1)
        large = plate_scenes.enlarged(vehicle(), plate_scenes.width_of(vehicle(), plate, 150))
        scene = plate_scenes.with_plate(large, plate, (0, 0), random)
        wide, tall = plate_scenes.coverings.size(scene.quad)
        self.assertAlmostEqual(wide, 150, delta=4)
        self.assertAlmostEqual(scene.character, tall * 80 / 110, delta=1)
        self.assertGreater(plate_scenes.contrast_in(scene.pixels, scene.quad), 40)
        left, top, across, down = scene.box
        self.assertTrue(left <= scene.quad[:, 0].min() and scene.quad[:, 0].max() <= left + across)
        self.assertTrue(top <= scene.quad[:, 1].min() and scene.quad[:, 1].max() <= top + down)

    def test_a_removed_plate_leaves_no_contrast(self) -> None:
        scene = plate_scenes.without_plate(vehicle(), np.random.default_rng(4))
        before = plate_scenes.as_it_is(vehicle())
        around = plate_scenes.coverings.grown(before.quad, 1.6, 2)
        self.assertGreater(plate_scenes.contrast_in(before.pixels, around), 100)
        self.assertLess(plate_scenes.contrast_in(scene.pixels, around), 70)

    def test_turning_keeps_the_middle_and_a_roll_the_size(self) -> None:
        quad = vehicle().quad
        for roll, yaw in ((20, 0), (-25, 0)):
            turned = plate_scenes.turned(quad, roll, yaw)
            np.testing.assert_allclose(turned.mean(axis=0), quad.mean(axis=0), atol=1e-6)
            np.testing.assert_allclose(plate_scenes.coverings.size(turned), (48, 16), atol=1e-6)
            edge = turned[1] - turned[0]
            self.assertAlmostEqual(float(np.degrees(np.arctan2(edge[1], edge[0]))), roll, places=4)
        self.assertLess(plate_scenes.coverings.size(plate_scenes.turned(quad, 0, 40))[0], 40)

    def test_a_vehicle_comes_nearer_ever_faster(self) -> None:
        widths = plate_scenes.approach(40, 160, 10)
        self.assertAlmostEqual(widths[0], 40)
        self.assertAlmostEqual(widths[-1], 160)
        steps = np.diff(widths)
        self.assertTrue((np.diff(steps) > 0).all())

    def test_small_or_drowned_characters_are_not_legible(self) -> None:
        random = np.random.default_rng(6)
        plate = plates.render(random, "private", "12A-123.45", 1)
        large = plate_scenes.enlarged(vehicle(), plate_scenes.width_of(vehicle(), plate, 150))
        scene = plate_scenes.with_plate(large, plate, (0, 0), random)
        clear = plate_scenes.Look("day", 0.3, 0.0, 1.0, 90, 1, 2)
        picture = plate_scenes.shot(scene, clear)
        self.assertTrue(plate_scenes.legible(scene, clear, picture))
        scene.character = 8.0
        self.assertFalse(plate_scenes.legible(scene, clear, picture))
        scene.character = 20.0
        drowned = plate_scenes.Look("day", 0.3, 0.0, 90.0, 90, 1, 2)
        self.assertFalse(plate_scenes.legible(scene, drowned, plate_scenes.shot(scene, drowned)))

    def test_what_is_covered_is_hidden(self) -> None:
        random = np.random.default_rng(8)
        plate = plates.render(random, "private", "12A-123.45", 1)
        large = plate_scenes.enlarged(vehicle(), plate_scenes.width_of(vehicle(), plate, 150))
        scene = plate_scenes.with_plate(large, plate, (0, 0), random)
        self.assertAlmostEqual(plate_scenes.still_seen(scene.pixels, scene.pixels, scene.quad), 1.0, places=3)
        for kind in plate_scenes.coverings.COVERS:
            covered = plate_scenes.with_cover(scene, kind, random)
            self.assertLess(plate_scenes.still_seen(scene.pixels, covered.pixels, scene.quad), plate_scenes.HIDDEN, kind)

    def test_plates_of_motorbikes_hang_on_motorbikes(self) -> None:
        car, bike = vehicle(), vehicle()
        bike.source = "vn"
        random = np.random.default_rng(7)
        for kind, photo in (("motorbike", bike), ("motorbike_old", bike), ("private", car), ("chinese_blue", car)):
            plate = plates.render(random, kind)
            self.assertIs(plate_validation.photo_for([car, bike], plate, random), photo)


class PlateLines(unittest.TestCase):
    def test_widths_are_those_of_the_program(self) -> None:
        for natural, width in ((20, 128), (128, 128), (150, 160), (200, 192), (227, 224), (900, 256)):
            self.assertEqual(plate_lines.strip_width(natural), width)

    def test_free_texts_have_the_places_of_the_series(self) -> None:
        random = np.random.default_rng(1)
        texts = {plate_lines.free_text(random, "12A-123.45") for _ in range(50)}
        self.assertGreater(len(texts), 40)
        for text in texts:
            self.assertRegex(text, r"^[A-Z0-9]{2}[A-Z]-[A-Z0-9]{3}\.[A-Z0-9]{2}$")

    def test_lines_of_a_plate_say_its_characters(self) -> None:
        random = np.random.default_rng(2)
        for _ in range(12):
            for line in plate_lines.lines_of(random):
                self.assertEqual(line.picture.shape, (3, *plate_lines.SHEET))
                self.assertRegex(line.text, "^[0-9A-Z]{2,9}$")
                self.assertTrue(100 < line.natural < 260, line.natural)

    def test_cameras_give_strips_with_their_contrast_stretched(self) -> None:
        sheets = torch.full((20, 3, *plate_lines.SHEET), 90, dtype=torch.uint8)
        sheets[:, :, 16:48, 60:260:20] = 200
        for seed in range(6):
            seen = plate_lines.strips(sheets, 160, Dice(seed))
            self.assertEqual(seen.shape, (20, 3, plate_lines.HEIGHT, 160))
            self.assertTrue(bool(torch.isfinite(seen).all()))
            self.assertTrue(0 <= float(seen.min()) and float(seen.max()) <= 255)
            self.assertGreater(float(seen.flatten(1).std(dim=1).min()), 5)

    def test_the_reader_says_a_symbol_for_four_columns(self) -> None:
        model = plate_reader.PlateReader().eval()
        for width in (128, 256):
            self.assertEqual(model(torch.zeros(1, 3, plate_lines.HEIGHT, width)).shape, (1, width // 4, plate_reader.SYMBOLS))

    def test_repeated_symbols_are_one_and_blanks_part_them(self) -> None:
        steps = torch.tensor([[0, 1, 1, 0, 1, 11, 11, 37, 0, 2]])
        said = torch.nn.functional.one_hot(steps, plate_reader.SYMBOLS).float()
        self.assertEqual(plate_reader.read(said), ["00A1"])


class Labels(unittest.TestCase):
    def test_texts_of_real_plates_are_of_known_series(self) -> None:
        for row in data.labels("plates_vn"):
            self.assertRegex(row["text"], r"^\d\d[A-Z]{1,2}\d?-(\d{3}\.\d\d|\d{4})$")

    def test_groups_are_split_for_ever_alike(self) -> None:
        self.assertEqual([data.split(f"g{n}") for n in range(6)], [4, 4, 0, 3, 0, 0])

    def test_every_row_of_our_labels_can_be_read(self) -> None:
        for row in data.labels("heads_in_scenes"):
            self.assertIn(row["mask"], ("no", "unseen", ""))
            self.assertIn(row["hat"], ("yes", "no", ""))
            self.assertGreater(float(row["size"]), 0)
        for name in ("bags_in_scenes", "bags_cctv"):
            self.assertTrue(all(row["bag"] in "01" for row in data.labels(name)), name)


if __name__ == "__main__":
    unittest.main()
