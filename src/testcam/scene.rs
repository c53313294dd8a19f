//! Pictures as planes, and what turns a day's scene into a night's or an empty one. Plain loops over
//! bytes, quick enough to prepare a minute of video in seconds.

/// A picture in I420: luma, then the two chroma planes at half the size, no padding. Sides are even.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub data: Vec<u8>,
}

/// Length of the table of noise: prime, so that rows and pictures never line up with it.
const NOISE_LEN: usize = 65_521;
/// Night: luma above black is multiplied by this over 256, and sits on this floor.
const NIGHT_GAIN: i16 = 84;
const NIGHT_FLOOR: i16 = 20;
const NIGHT_NOISE: f32 = 5.0;
const QUIET_NOISE: f32 = 1.5;
const GREY: u8 = 128;

impl Picture {
    /// Bytes of a picture of this size.
    pub fn len(width: u32, height: u32) -> usize {
        (width * height + 2 * (width / 2) * (height / 2)) as usize
    }

    /// A grey room with a bright square that walks through it: `step` of `steps`.
    pub fn walking_square(width: u32, height: u32, step: u32, steps: u32) -> Self {
        let mut data = vec![90; Self::len(width, height)];
        let side = (height / 3).max(2);
        let left = (width - side) * step / steps.max(1);
        let top = (height - side) / 2;
        for y in 0..height {
            for x in 0..width {
                let inside = (left..left + side).contains(&x) && (top..top + side).contains(&y);
                // A gradient, so that there is something to encode.
                let background = 60 + u8::try_from((x + y) * 60 / (width + height)).unwrap_or(0);
                data[(y * width + x) as usize] = if inside { 220 } else { background };
            }
        }
        let luma = (width * height) as usize;
        data[luma..].fill(GREY);
        Self { width, height, data }
    }

    fn luma_len(&self) -> usize {
        (self.width * self.height) as usize
    }
}

/// Noise as a sensor makes it, from a table: new in each picture, the same for the same seed.
pub(super) struct Noise {
    table: Vec<i16>,
    random: fastrand::Rng,
}

impl Noise {
    fn new(seed: u64, deviation: f32) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        // The sum of four even spreads over 0..1 is near enough to a bell, of deviation 0.577.
        let mut bell = || (0..4).map(|_| random.f32()).sum::<f32>() - 2.0;
        let table = (0..NOISE_LEN).map(|_| (bell() / 0.577 * deviation).round() as i16).collect();
        Self { table, random }
    }

    pub(super) fn night(seed: u64) -> Self {
        Self::new(seed, NIGHT_NOISE)
    }

    pub(super) fn quiet(seed: u64) -> Self {
        Self::new(seed, QUIET_NOISE)
    }

    /// Changes each byte of `row` by `level` and the noise of a place of its own in the table.
    fn over(&mut self, row: &mut [u8], level: impl Fn(i16) -> i16) {
        let start = self.random.usize(..NOISE_LEN);
        let noise = self.table[start..].iter().chain(self.table.iter().cycle());
        let straight = (NOISE_LEN - start).min(row.len());
        let (head, tail) = row.split_at_mut(straight);
        // The common case is one straight run of the table, which the compiler can vectorise.
        for (byte, noise) in head.iter_mut().zip(&self.table[start..start + straight]) {
            *byte = clamp(level(i16::from(*byte)) + noise);
        }
        for (byte, noise) in tail.iter_mut().zip(noise.skip(straight)) {
            *byte = clamp(level(i16::from(*byte)) + noise);
        }
    }
}

fn clamp(value: i16) -> u8 {
    value.clamp(16, 235) as u8
}

/// Grey, dark, and with the sensor turned up: a cheap camera without light.
pub(super) fn night(picture: &mut Picture, noise: &mut Noise) {
    let (width, luma) = (picture.width as usize, picture.luma_len());
    let (luma, chroma) = picture.data.split_at_mut(luma);
    for row in luma.chunks_exact_mut(width) {
        // At most 219 * 84, which fits.
        noise.over(row, |value| NIGHT_FLOOR + (((value - 16).max(0) * NIGHT_GAIN) >> 8));
    }
    chroma.fill(GREY);
}

/// A little noise and nothing else.
pub(super) fn quiet(picture: &mut Picture, noise: &mut Noise) {
    let (width, luma) = (picture.width as usize, picture.luma_len());
    for row in picture.data[..luma].chunks_exact_mut(width) {
        noise.over(row, |value| value);
    }
}

/// What stays when everything that moves is taken away: the median of each byte.
pub(super) fn background(pictures: &[Picture]) -> Option<Picture> {
    let first = pictures.first()?;
    let same_size = pictures.iter().filter(|p| p.data.len() == first.data.len());
    let planes: Vec<&[u8]> = same_size.map(|p| p.data.as_slice()).collect();
    let mut values = vec![0; planes.len()];
    let data = (0..first.data.len())
        .map(|i| {
            for (value, plane) in values.iter_mut().zip(&planes) {
                *value = plane[i];
            }
            let middle = values.len() / 2;
            *values.select_nth_unstable(middle).1
        })
        .collect();
    Some(Picture { data, ..*first })
}

/// Pictures spread evenly over a film whose length is not known: at most `2 * N`, at least `N` of a
/// long one.
pub(super) struct Spread<const N: usize> {
    pictures: Vec<Picture>,
    every: usize,
    seen: usize,
}

impl<const N: usize> Spread<N> {
    pub(super) fn new() -> Self {
        Self { pictures: Vec::new(), every: 1, seen: 0 }
    }

    pub(super) fn offer(&mut self, picture: Picture) {
        if self.seen.is_multiple_of(self.every) {
            self.pictures.push(picture);
        }
        self.seen += 1;
        if self.pictures.len() == 2 * N {
            let mut index = 0;
            self.pictures.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.every *= 2;
        }
    }

    pub(super) fn into_pictures(self) -> Vec<Picture> {
        self.pictures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(bytes: &[u8]) -> f64 {
        bytes.iter().map(|&b| f64::from(b)).sum::<f64>() / bytes.len() as f64
    }

    #[test]
    fn night_is_dark_grey_noisy_and_still_shows_the_square() {
        let day = Picture::walking_square(160, 96, 0, 10);
        let mut noise = Noise::night(7);
        let mut dark = day.clone();
        night(&mut dark, &mut noise);
        let mut again = day.clone();
        night(&mut again, &mut noise);
        let luma = day.luma_len();
        assert!(mean(&dark.data[..luma]) < 0.7 * mean(&day.data[..luma]));
        assert!(dark.data[luma..].iter().all(|&c| c == GREY));
        assert_ne!(dark.data, again.data, "noise is new in each picture");
        let at = |x: usize, y: usize| &dark.data[y * 160 + x..y * 160 + x + 16];
        assert!(mean(at(8, 48)) > mean(at(120, 48)) + 20.0);
    }

    #[test]
    fn noise_has_the_deviation_it_says() {
        let noise = Noise::new(3, 5.0);
        let square: f64 = noise.table.iter().map(|&n| f64::from(n).powi(2)).sum();
        let deviation = (square / noise.table.len() as f64).sqrt();
        assert!((4.7..5.3).contains(&deviation), "{deviation}");
    }

    #[test]
    fn the_background_has_no_square_in_it() {
        let mut spread = Spread::<8>::new();
        for step in 0..100 {
            spread.offer(Picture::walking_square(160, 96, step, 100));
        }
        let pictures = spread.into_pictures();
        assert!((8..16).contains(&pictures.len()), "{}", pictures.len());
        let empty = background(&pictures).expect("not empty");
        assert!(empty.data.iter().all(|&b| b < 200));
    }
}
