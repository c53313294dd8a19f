"""The parts of the training that need no data: `/usr/bin/python3 models/training/test_training.py`."""

import hashlib
import tomllib
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import augment
import coverings
import data
import fit
import network
import paint
import plate_aligner
import plate_card
import plate_figures
import plate_fit
import plate_network
import plate_lines
import plate_reader
import plate_scenes
import plate_series
import plate_validation
import plates
import settle
import train
import vehicles
from augment import Dice
from samples import Samples

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

    def test_an_upright_window_is_cut_from_the_same_picture(self) -> None:
        canvas, box = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(1)) * 255, torch.tensor([[0.5, 0.5, 0.5]])
        whole = augment.windows(canvas, box, 64, 1.0, None)
        upright = augment.windows(canvas, box, 64, 1.0, None, 32)
        self.assertEqual(upright.shape, (1, 3, 64, 32))
        self.assertTrue(torch.allclose(upright, whole[..., 16:48], atol=1e-3))
        self.assertEqual(augment.through_camera(upright.expand(8, 3, 64, 32), 24, "night", Dice(1)).shape, (8, 3, 64, 32))


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


    def test_skin_in_the_middle_is_a_hand_and_skin_all_over_is_none(self) -> None:
        canvas, box = np.full((128, 128, 3), 90, dtype=np.uint8), (0.5, 0.5, 0.5)
        canvas[44:84, 50:78] = (110, 140, 200)  # light skin
        share = paint.seen_skin(canvas, box)
        self.assertGreater(share[64, 64], 0.9)
        self.assertLess(share[5, 5], 0.1)
        painted = paint.glove(canvas, box, np.random.default_rng(1))
        changed = np.abs(painted.astype(int) - canvas).max(axis=2) > 3
        self.assertGreater(changed[54:74, 56:72].mean(), 0.9)
        self.assertFalse(changed[:20].any())
        canvas[:] = (110, 140, 200)
        self.assertIsNone(paint.seen_skin(canvas, box))

    def test_what_is_painted_is_no_sharper_than_its_picture(self) -> None:
        canvas = np.zeros((128, 128, 3), dtype=np.uint8)
        canvas[:, ::2] = 255
        self.assertLess(int(np.ptp(paint.as_coarse(canvas, 1 / 32)[:, :, 0])), 10)
        self.assertTrue(np.array_equal(paint.as_coarse(canvas, 1 / 200), canvas))


class Networks(unittest.TestCase):
    def test_a_mirror_image_gets_the_same_answer(self) -> None:
        class Leaning(torch.nn.Module):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return x[:, 0, :, :2].sum(dim=(1, 2))[:, None]

        x, both = stripes(3) + Dice(1).uniform(0, 20, 3, 3, 64, 64), network.Mirrored(Leaning())
        self.assertFalse(torch.allclose(Leaning()(x), Leaning()(x.flip(3))))
        self.assertTrue(torch.allclose(both(x), both(x.flip(3))))
        self.assertTrue(torch.allclose(both(x), (Leaning()(x) + Leaning()(x.flip(3))) / 2))


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

    def test_the_threshold_is_the_least_that_keeps_precision_and_recall(self) -> None:
        label = np.array([1.0] * 10 + [0.0] * 10)
        logit = np.array([2.0] * 8 + [0.35, -0.55] + [-2.0] * 8 + [0.75, -0.25])
        judged = fit.Judged(label, [], {("day", 64): logit})
        self.assertEqual(fit.least_log_odds(judged, (1.0, 0.0), 0.8, 0.8), 0.2)
        self.assertEqual(fit.least_log_odds(judged, (1.0, 0.0), 0.95, 0.8), 0.8)
        self.assertEqual(fit.least_log_odds(judged, (1.0, 0.0), 0.8, 0.95), 0.6)

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


class Settling(unittest.TestCase):
    def test_a_picture_says_what_its_crops_say_on_average(self) -> None:
        for crops, offset, least, said in (
            ([(2.0, 1.0)], 0.0, 1.0, 1),
            ([(2.0, 0.4)], 0.0, 1.0, 0),
            ([(-2.0, 0.5)], 0.0, 1.0, -1),
            ([(2.0, 1.0), (1.0, 1.0)], 0.0, 1.5, 1),
            ([(3.0, 1.0), (-3.0, 1.0)], 0.0, 0.1, 0),
            ([(-0.5, 1.0)], 1.0, 0.4, 1),
            ([], 3.0, 0.1, 0),
        ):
            seen = [{"log_odds": log_odds, "quality": quality} for log_odds, quality in crops]
            self.assertEqual(settle.answer(seen, offset, least), said, (crops, offset))

    def test_at_an_even_share_both_weigh_the_same(self) -> None:
        says = [(True, 2.0)] * 4 + [(True, -2.0)] + [(False, 2.0), (False, -2.0), (False, 0.0), (False, -2.0)]
        cases = [{"label": label, "seen": [{"log_odds": log_odds, "quality": 1.0}]} for label, log_odds in says]
        found = settle.figures(cases, 0.0, 1.0)
        self.assertAlmostEqual(found.answered, 8 / 9)
        self.assertAlmostEqual(found.even_answered, (1 + 0.75) / 2)
        self.assertAlmostEqual(found.precision, 0.8)
        self.assertAlmostEqual(found.even_precision, 0.8 / (0.8 + 0.25))
        self.assertAlmostEqual(found.recall, 0.8)
        self.assertAlmostEqual(found.wrong, 1 / 3)


class Cards(unittest.TestCase):
    def test_cards_and_manifest_say_the_same(self) -> None:
        models = {model["name"]: model for model in tomllib.loads((HERE.parent / "manifest.toml").read_text())["model"]}
        for name, task in train.TASKS.items():
            entry, text = models[name], (HERE.parent / f"{name}.md").read_text()
            calibration, least = entry["calibration"], entry["answer"]["least_log_odds"]
            said = f"logit / {calibration['temperature']} + {calibration['bias']}; yes from {least} on, no from {-least} down"
            self.assertIn(said, text, name)
            self.assertEqual(entry["answer"]["least_pixels"], task.least_pixels, name)
            self.assertEqual((entry["crop"]["part"], entry["crop"]["scale"]), (task.part, task.used().scale), name)
            self.assertEqual((entry["input"]["height"], entry["input"]["width"]), task.used().shape(), name)
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

    def test_from_farther_away_everything_is_smaller_alike(self) -> None:
        pixels = np.zeros((80, 120, 3), dtype=np.float32)
        pixels[40:60, 60:100] = 200
        quad = np.array([[60, 40], [100, 40], [100, 60], [60, 60]], dtype=float)
        small = plate_scenes.farther(plate_scenes.Scene(pixels, (20, 10, 100, 60), quad, 12.0), 0.5)
        self.assertEqual((small.pixels.shape, small.box, small.character), ((40, 60, 3), (10, 5, 50, 30), 6.0))
        np.testing.assert_allclose(small.quad, quad / 2)
        self.assertGreater(float(small.pixels[22:28, 32:48].min()), 190)
        self.assertLess(float(small.pixels[:18].max()), 10)

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


class Finder(unittest.TestCase):
    def rows(self, *rows: tuple[tuple[float, float, float], float]) -> np.ndarray:
        """Rows as the net gives them: scores, and a plate of 40 x 10 that begins at so many pixels from the left."""
        return np.array([[*scores, x, 50, x + 40, 50, x + 40, 60, x, 60] for scores, x in rows])

    def test_the_surest_of_a_place_is_kept_and_others_apart_from_it(self) -> None:
        rows = self.rows(((0.6, 0.1, 0.1), 20), ((0.9, 0.1, 0.1), 24), ((0.1, 0.7, 0.1), 26), ((0.5, 0.1, 0.1), 120), ((0.1, 0.1, 0.1), 200))
        found = plate_figures.decode(rows, plate_figures.Thresholds(0.4, 0.4, 0.4, 0.3))
        self.assertEqual([(place.state, place.score, place.quad[0, 0]) for place in found], [(0, 0.9, 24), (0, 0.5, 120)])

    def test_bare_counts_only_where_nothing_speaks_against_it(self) -> None:
        at = plate_figures.Thresholds(0.4, 0.4, 0.5, 0.3)
        for other, states in ((0.2, [vehicles.BARE]), (0.35, [])):
            rows = self.rows(((0.1, 0.1, 0.8), 20), ((other, 0.0, 0.1), 180))
            self.assertEqual([place.state for place in plate_figures.decode(rows, at)], states)

    def test_what_is_counted_is_what_is_decoded(self) -> None:
        random = np.random.default_rng(5)
        at = plate_figures.Thresholds(0.6, 0.6, 0.6, 0.8)
        rows = [np.hstack([random.uniform(0, 0.9, (3, 3)), random.uniform(0, 250, (3, 8))]) for _ in range(200)]
        seen = [plate_figures.Seen(0, "", None, 0.0, "day", "g", "oi", row) for row in rows]
        said = plate_figures.said(plate_figures.strongest(seen), plate_figures.loudest(seen), at)
        decoded = [plate_figures.decode(row, at) for row in rows]
        self.assertEqual(list(said), [places[0].state if places else plate_figures.NONE for places in decoded])
        self.assertGreater(len(set(said)), 3)

    def test_padding_does_not_change_what_is_evened(self) -> None:
        x = Dice(1).uniform(20, 80, 1, 3, 64, 64)
        wide = torch.full((1, 3, 64, 128), plate_network.PAD)
        wide[:, :, :, :64] = x
        self.assertLess(float((plate_network.evened(wide)[..., :64] - plate_network.evened(x)).abs().max()), 1e-3)
        self.assertLess(float((plate_network.evened(wide)[..., 64:] - plate_network.MEAN).abs().max()), 1e-3)

    def test_a_mirrored_crop_has_its_corners_in_the_order_of_reading(self) -> None:
        photo = vehicle()
        for seed in range(20):
            crop = vehicles.crop_of(photo, photo.pixels.astype(np.float32), photo.quad, vehicles.PLATE, np.random.default_rng(seed))
            first, second, third, last = crop.quad
            self.assertLess(first[0], second[0])
            self.assertLess(last[0], third[0])
            self.assertLess(first[1], last[1])
            x, y = crop.quad.mean(axis=0).astype(int)
            if x < crop.shown[0] and y < crop.shown[1]:
                self.assertGreater(crop.pixels[y, x].mean(), 200)  # the plate's white

    def test_a_target_asks_at_the_middle_only(self) -> None:
        photo = vehicle()
        crop = vehicles.crop_of(photo, photo.pixels.astype(np.float32), photo.quad, vehicles.COVERED, None)
        wanted = plate_fit.target(crop, 256)
        y, x = np.nonzero(wanted.here)
        middle = np.array([x.mean(), y.mean()]) * 8 + 4
        self.assertLess(float(np.abs(middle - crop.quad.mean(axis=0)).max()), 8)
        self.assertTrue((wanted.classes[vehicles.COVERED][wanted.here] == 1).all())
        self.assertEqual((wanted.classes[vehicles.PLATE] == 1).sum(), 0)
        self.assertFalse(plate_fit.target(crop, 20).here.any())  # too few pixels to ask anything

    def test_erasing_leaves_the_rest_as_it_was(self) -> None:
        photo = vehicle()
        for seed in range(6):
            picture = photo.pixels.astype(np.float32)
            coverings.erase(picture, photo.quad, np.random.default_rng(seed))
            self.assertLess(float(picture[74:86, 40:80].mean()), 120)
            self.assertEqual(float(np.abs(picture[:50] - 90).max()), 0)

    def test_card_and_manifest_say_the_same(self) -> None:
        models = {model["name"]: model for model in tomllib.loads((HERE.parent / "manifest.toml").read_text())["model"]}
        entry, text = models["plate"], (HERE.parent / "plate.md").read_text()
        at = plate_figures.Thresholds(*(entry["places"][key] for key in ("plate", "covered", "bare", "veto")))
        self.assertIn(plate_card.thresholds(at), text)
        self.assertEqual(entry["places"]["margin"], vehicles.MARGIN)
        self.assertGreaterEqual(entry["rules"]["least_pixels"], plate_figures.LEAST_WIDTH)
        file = (HERE.parent / "plate.onnx").read_bytes()
        self.assertEqual(entry["sha256"], hashlib.sha256(file).hexdigest())
        self.assertLess(len(file), 1_000_000)
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


class PlateAligner(unittest.TestCase):
    def test_what_is_wanted_leads_back_to_the_plate(self) -> None:
        corners = plate_aligner.misplaced(200, Dice(1))
        shifts = plate_aligner.wanted(corners).view(-1, 4, 2)
        back = plate_aligner.moved(plate_aligner.onto(corners), plate_aligner.UNIT + shifts)
        off = (back - plate_aligner.UNIT).abs().amax(dim=(1, 2))
        # Those turned inside out lead nowhere, and are few.
        self.assertGreater(float((off < 1e-3).float().mean()), 0.95)
        self.assertGreater(float((corners - plate_aligner.UNIT).abs().mean()), 0.05)

    def test_sheets_show_the_plate_in_their_middle(self) -> None:
        pixels = np.full((120, 200, 3), 30, dtype=np.float32)
        quad = np.array([[60, 40], [140, 40], [140, 70], [60, 70]], dtype=np.float32)
        pixels[40:70, 60:140] = 220
        sheet = plate_aligner.sheet_of(plate_scenes.Scene(pixels, (0, 0, 200, 120), quad))
        self.assertEqual(sheet.shape, (3, *plate_aligner.SHEET))
        rows, columns = (plate_aligner.REACH[k] / (1 + 2 * plate_aligner.REACH[k]) * plate_aligner.SHEET[k] for k in (0, 1))
        inner = np.zeros(plate_aligner.SHEET, dtype=bool)
        inner[round(rows) : -round(rows), round(columns) : -round(columns)] = True
        self.assertGreater(sheet[:, inner].mean(), 210)
        self.assertLess(sheet[:, ~inner].mean(), 40)

    def test_a_plate_of_any_size_has_eight_shifts(self) -> None:
        sheets = torch.full((3, 3, *plate_aligner.SHEET), 90, dtype=torch.uint8)
        sheets[:, :, 80:130, 120:220:20] = 200
        for seed in range(4):
            seen = plate_aligner.seen(sheets, plate_aligner.misplaced(3, Dice(seed)), Dice(seed))
            self.assertEqual(seen.shape, (3, 3, *plate_aligner.SIZE))
            self.assertTrue(-1 <= float(seen.min()) and float(seen.max()) <= 1)
            self.assertEqual(plate_aligner.Aligner().eval()(seen).shape, (3, 8))

    def test_the_room_around_is_that_of_the_program(self) -> None:
        code = (HERE.parent.parent / "src/vision/plate/aligner.rs").read_text()
        high, wide = plate_aligner.ROOM
        self.assertIn(f"const ROOM: (f32, f32) = ({wide}, {high});", code)

    def test_the_manifest_has_the_file_that_is_here(self) -> None:
        models = {model["name"]: model for model in tomllib.loads((HERE.parent / "manifest.toml").read_text())["model"]}
        entry, file = models["plate-aligner"], (HERE.parent / "plate-aligner.onnx").read_bytes()
        self.assertEqual(entry["sha256"], hashlib.sha256(file).hexdigest())
        self.assertEqual((entry["input"]["height"], entry["input"]["width"]), plate_aligner.SIZE)
        self.assertLess(len(file), 1_000_000)


class Labels(unittest.TestCase):
    def test_corners_of_plates_go_round_from_the_upper_left(self) -> None:
        for row in data.labels("plates_on_vehicles"):
            quad = np.array([float(value) for name, value in row.items() if name != "file"]).reshape(4, 2)
            following = np.roll(quad, -1, axis=0)
            self.assertGreater(float((quad[:, 0] * following[:, 1] - following[:, 0] * quad[:, 1]).sum()), 0, row["file"])
            self.assertEqual(int(quad.sum(axis=1).argmin()), 0, row["file"])

    def test_texts_of_real_plates_are_of_known_series(self) -> None:
        for row in data.labels("plates_vn"):
            self.assertRegex(row["text"], r"^\d\d[A-Z]{1,2}\d?-(\d{3}\.\d\d|\d{4})$")

    def test_groups_are_split_for_ever_alike(self) -> None:
        self.assertEqual([data.split(f"g{n}") for n in range(6)], [4, 4, 0, 3, 0, 0])

    def test_a_photograph_is_the_same_in_every_folder(self) -> None:
        def row(source: str, group: str) -> dict[str, str]:
            return {"source": source, "group": group}

        fashion = [row("bearpaw/clothing@1:photos/0419.jpg", group) for group in ("ccp/px", "ccp/tag", "ccp/0419")]
        self.assertEqual({data.photograph(of) for of in fashion}, {"ccp/0419"})
        site = [row("taufiq120/P@1:images/001143.jpg", group) for group in ("syook/001143.", "syook/001143.jpg")]
        self.assertEqual({data.photograph(of) for of in site}, {"syook/001143"})
        self.assertEqual(data.photograph(row("beruscoder/t@1:a.jpg", "thief/frame52_jpg")), "thief/frame52")

    def test_what_is_dropped_leaves_every_column(self) -> None:
        samples = Samples()
        for name in ("a", "b"):
            samples.add(name, Image.new("RGB", (8, 8)), (4, 4, 4), 0, name, "source")
        samples.drop_last()
        self.assertEqual((samples.names, len(samples.canvas), len(samples.alone), samples.group), (["a"], 1, 1, ["a"]))

    def test_every_row_of_our_labels_can_be_read(self) -> None:
        for row in data.labels("heads_in_scenes"):
            self.assertIn(row["mask"], ("no", "unseen", ""))
            self.assertIn(row["hat"], ("yes", "no", ""))
            self.assertGreater(float(row["size"]), 0)
        for row in data.labels("hands_in_scenes"):
            self.assertIn(row["gloves"], ("yes", "no", "unseen"))
            self.assertGreater(float(row["size"]), 0)
        self.assertTrue(all(row["hat"] in "01" for row in data.labels("hats_on_sites")))
        for name in ("bags_in_scenes", "bags_cctv"):
            self.assertTrue(all(row["bag"] in "01" for row in data.labels(name)), name)


if __name__ == "__main__":
    unittest.main()
