//! What is done to a camera, and what only looks like it, drawn on its pictures.

use canhdem::testcam::Picture;
use fastrand::Rng;

const GREY: u8 = 128;
const BLACK: f32 = 16.0;

/// Changes each luma, told where it is.
pub(crate) fn luma(picture: &mut Picture, mut change: impl FnMut(usize, usize, f32) -> f32) {
    let width = picture.width as usize;
    let len = width * picture.height as usize;
    for (at, value) in picture.data[..len].iter_mut().enumerate() {
        *value = change(at % width, at / width, f32::from(*value)).clamp(BLACK, 235.0) as u8;
    }
}

pub(crate) fn grey(picture: &mut Picture) {
    let len = (picture.width * picture.height) as usize;
    picture.data[len..].fill(GREY);
}

/// A sensor's: the sum of three even spreads is near enough to a bell.
pub(crate) fn noise(picture: &mut Picture, deviation: f32, random: &mut Rng) {
    luma(picture, |_, _, value| value + (0..3).map(|_| random.f32() - 0.5).sum::<f32>() * 2.0 * deviation);
}

/// What the camera's own lamp shows: no colour, a bright middle, dark corners; and some things change
/// their tone, here those that had most red in them.
pub(crate) fn by_infrared(picture: &mut Picture) {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let red = width * height + (width / 2) * (height / 2);
    let reds = picture.data[red..].to_vec();
    luma(picture, |x, y, value| {
        let (dx, dy) = (x as f32 / width as f32 - 0.5, y as f32 / height as f32 - 0.5);
        let light = 0.75 - 0.9 * (dx * dx + dy * dy);
        let reddish = f32::from(reds[(y / 2) * (width / 2) + x / 2]) - f32::from(GREY);
        BLACK + (value - BLACK + 3.0 * reddish).max(0.0) * light
    });
    grey(picture);
}

/// Without a lamp: `gain` of the light.
pub(crate) fn darker(picture: &mut Picture, gain: f32) {
    luma(picture, |_, _, value| BLACK + (value - BLACK) * gain);
}

/// Cloth over the lens: one tone, a little brighter where the light comes through.
pub(crate) fn cloth(picture: &mut Picture, tone: f32) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    luma(picture, |x, y, _| tone + 12.0 * (x as f32 / width) + 8.0 * (y as f32 / height));
    grey(picture);
}

/// A box blur, three times, which is near enough to a lens out of focus.
pub(crate) fn blur(picture: &mut Picture, radius: usize) {
    let (width, height) = (picture.width as usize, picture.height as usize);
    for _ in 0..3 {
        let mut line = vec![0u8; width.max(height)];
        for y in 0..height {
            let row = &mut picture.data[y * width..(y + 1) * width];
            line[..width].copy_from_slice(row);
            box_mean(&line[..width], radius, |x, mean| row[x] = mean);
        }
        for x in 0..width {
            for (y, value) in line[..height].iter_mut().enumerate() {
                *value = picture.data[y * width + x];
            }
            box_mean(&line[..height], radius, |y, mean| picture.data[y * width + x] = mean);
        }
    }
}

fn box_mean(line: &[u8], radius: usize, mut put: impl FnMut(usize, u8)) {
    let mut sum: usize = line[..radius.min(line.len())].iter().map(|&value| usize::from(value)).sum();
    let mut count = radius.min(line.len());
    for at in 0..line.len() {
        if at + radius < line.len() {
            sum += usize::from(line[at + radius]);
            count += 1;
        }
        if at > radius {
            sum -= usize::from(line[at - radius - 1]);
            count -= 1;
        }
        put(at, (sum / count) as u8);
    }
}

/// Paint on the dome: blots that grow for some seconds, dense in their middle.
pub(crate) fn spray(picture: &mut Picture, seconds: f32, share: f32) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let grown = (seconds / 3.0).min(1.0);
    let blots = [(0.3, 0.35), (0.5, 0.5), (0.62, 0.4), (0.4, 0.65), (0.75, 0.6)];
    luma(picture, |x, y, value| {
        let (x, y) = (x as f32 / width, y as f32 / height);
        let dense = blots
            .iter()
            .map(|(bx, by)| 1.6 - 1.6 * (x - bx).hypot(y - by) / (share * grown).max(0.01))
            .fold(0.0f32, f32::max)
            .min(0.97);
        value * (1.0 - dense) + 90.0 * dense
    });
}

/// A car's lamps that sweep through the picture from left to right: 0 to 1.
pub(crate) fn headlights(picture: &mut Picture, place: f32) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    luma(picture, |x, y, value| {
        let off = (x as f32 / width - place).hypot(0.7 * (y as f32 / height - 0.55));
        value + 260.0 * (-off * off / 0.03).exp() + 30.0
    });
}

/// Rain near the lens, by infrared light: bright streaks, others in each picture.
pub(crate) fn rain(picture: &mut Picture, random: &mut Rng) {
    let (width, height) = (picture.width as usize, picture.height as usize);
    for _ in 0..220 {
        let (x, y, long) = (random.usize(..width), random.usize(..height), random.usize(8..30));
        for step in 0..long.min(height - y) {
            let at = (y + step) * width + (x + step / 6).min(width - 1);
            picture.data[at] = picture.data[at].saturating_add(70).min(235);
        }
    }
}

/// Somebody who walks by so near that they fill most of the picture: a dark coat and a face.
pub(crate) fn passer_by(picture: &mut Picture, place: f32) {
    let (width, height) = (picture.width as f32, picture.height as f32);
    luma(picture, |x, y, value| {
        let (x, y) = (x as f32 / width - place, y as f32 / height);
        if x.abs() < 0.32 && y > 0.3 + x * x {
            45.0 + 14.0 * ((x * 60.0).sin() * (y * 25.0).cos())
        } else if x.hypot(0.8 * (y - 0.2)) < 0.14 {
            130.0 + 60.0 * x
        } else {
            value
        }
    });
}
