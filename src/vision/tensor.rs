//! One pass from a frame's planes to the model's input: crop, scale, colour, tone and layout.
//!
//! The picture is scaled to fit with its shape kept, at the upper left of the input; a square
//! [crop](Placement::crop) fills the input. Down to half size that is plain bilinear interpolation,
//! which models are trained with; beyond, the planes are first averaged over blocks of 2, 4, …
//! pixels, or thin things would fall between the samples.

use super::model::{ColorOrder, Input, Resize};
use super::resample::{Channel, Resampler};
use crate::base::{Point, Rect};
use crate::decode::{PixelFormat, Plane, Planes};

/// Pictures of more rows than this are coded as BT.709, others as BT.601: what cameras do, few say so.
const LAST_BT601_ROW: usize = 719;

/// Mean luma (0 to 255) below which a picture counts as dark.
const DARK_LUMA: f32 = 60.0;
/// Lifts the shadows of a dark picture; measured to find more persons in infrared at the same precision.
const DARK_GAMMA: f32 = 0.6;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TensorError {
    #[error("region {0:?} has no pixel of the frame")]
    EmptyRegion(Rect),
    #[error("a picture of {width}x{height} lacks pixels: its planes are shorter than its size says")]
    ShortPlanes { width: usize, height: usize },
}

/// Which part of a frame lies where in the model's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// In whole pixels of the frame; starts on even ones, where chroma samples are.
    pub region: Rect,
    /// Where the picture begins, in frame pixels from the region's corner; negative beyond the frame.
    pub origin: Point,
    /// Input pixels per frame pixel.
    pub scale: f32,
    /// Size of the picture within the input, in its pixels.
    pub width: usize,
    pub height: usize,
    /// The columns and rows of the picture that show the frame, first and one after the last.
    pub shown: [(usize, usize); 2],
}

impl Placement {
    /// Places `region` (cut to the frame, widened to even starts) in an input.
    ///
    /// # Errors
    /// The region has no pixel of the frame.
    pub fn new(region: Rect, (width, height): (usize, usize), input: &Input) -> Result<Self, TensorError> {
        let inside = region.clamped(width as f32, height as f32);
        if !region.is_finite() || inside.w < 1.0 || inside.h < 1.0 {
            return Err(TensorError::EmptyRegion(region));
        }
        let (left, top) = ((inside.x / 2.0).floor() * 2.0, (inside.y / 2.0).floor() * 2.0);
        let region = Rect::from_corners(
            left,
            top,
            inside.right().ceil().min(width as f32),
            inside.bottom().ceil().min(height as f32),
        );
        let scale = (input.width as f32 / region.w).min(input.height as f32 / region.h);
        let (width, height) = (scaled(region.w, scale, input.width), scaled(region.h, scale, input.height));
        let origin = Point { x: 0.0, y: 0.0 };
        Ok(Self { region, origin, scale, width, height, shown: [(0, width), (0, height)] })
    }

    /// From pixels of the input to pixels of the frame, cut to the region.
    pub fn to_frame(&self, bbox: Rect) -> Rect {
        let back = 1.0 / self.scale;
        let scaled = bbox.scaled(back, back);
        let scaled = Rect { x: scaled.x + self.origin.x, y: scaled.y + self.origin.y, ..scaled };
        let scaled = scaled.clamped(self.region.w, self.region.h);
        Rect { x: scaled.x + self.region.x, y: scaled.y + self.region.y, ..scaled }
    }

    /// From pixels of the frame to pixels of the input.
    pub fn to_input(&self, bbox: Rect) -> Rect {
        let (left, top) = (self.region.x + self.origin.x, self.region.y + self.origin.y);
        Rect { x: bbox.x - left, y: bbox.y - top, ..bbox }.scaled(self.scale, self.scale)
    }

    /// A place in the input, wherever in the frame or beyond it that is.
    pub fn point_to_frame(&self, point: Point) -> Point {
        Point {
            x: point.x / self.scale + self.origin.x + self.region.x,
            y: point.y / self.scale + self.origin.y + self.region.y,
        }
    }
}

fn scaled(length: f32, scale: f32, most: u32) -> usize {
    ((length * scale + 0.001).floor().max(1.0) as usize).min(most as usize)
}

/// A model's input with what is needed to fill it again without allocating.
#[derive(Default)]
pub struct Tensor {
    /// Channel, row, column.
    pub values: Vec<f32>,
    /// Size of the picture whose surroundings hold the padding now.
    padded_around: Option<(usize, usize)>,
    channels: [Resampler; 3],
}

impl Tensor {
    /// Fills the tensor with a part of a picture. `gamma` lifts (below 1) or deepens its shadows.
    ///
    /// # Errors
    /// The planes are shorter than the picture's size says.
    pub fn fill(
        &mut self,
        planes: &Planes<'_>,
        placement: &Placement,
        input: &Input,
        gamma: Option<f32>,
    ) -> Result<(), TensorError> {
        let sources = sources(planes).ok_or(TensorError::ShortPlanes { width: planes.width, height: planes.height })?;
        for (resampler, source) in self.channels.iter_mut().zip(&sources) {
            resampler.aim(source, placement);
        }
        let (width, height) = (input.width as usize, input.height as usize);
        self.pad(placement, input);
        let (first, rest) = self.values.split_at_mut(width * height);
        let (second, third) = rest.split_at_mut(width * height);
        let (red, blue) = if input.color == ColorOrder::Rgb { (first, third) } else { (third, first) };
        let convert = Conversion::new(planes);
        let tone = gamma.map(tone_curve);
        let order = if input.color == ColorOrder::Rgb { [0, 1, 2] } else { [2, 1, 0] };
        let norms = order.map(|index| Norm::new(input.mean[index], input.std[index]));
        for y in 0..placement.height {
            let [a, b, c] = &mut self.channels;
            let rows = [a.row(&sources[0], y), b.row(&sources[1], y), c.row(&sources[2], y)];
            let span = y * width..y * width + placement.width;
            let out = [&mut red[span.clone()], &mut second[span.clone()], &mut blue[span]];
            convert.row(rows, out, &norms, tone.as_ref());
        }
        if input.resize == Resize::Letterbox {
            self.blank_beyond(placement, input);
        }
        Ok(())
    }

    /// Puts padding where the picture does not show the frame.
    fn blank_beyond(&mut self, placement: &Placement, input: &Input) {
        let [(left, right), (top, bottom)] = placement.shown;
        let width = input.width as usize;
        for (channel, plane) in self.values.chunks_exact_mut(width * input.height as usize).enumerate() {
            let pad = padding(input, channel);
            plane[..top * width].fill(pad);
            plane[bottom * width..].fill(pad);
            for row in plane[top * width..bottom * width].chunks_exact_mut(width) {
                row[..left].fill(pad);
                row[right..].fill(pad);
            }
        }
    }

    /// Sizes the buffer, and fills what lies beside and below the picture unless it holds that already.
    fn pad(&mut self, placement: &Placement, input: &Input) {
        let (width, height) = (input.width as usize, input.height as usize);
        let size = (placement.width, placement.height);
        if self.values.len() == 3 * width * height && self.padded_around == Some(size) {
            return;
        }
        self.values.resize(3 * width * height, 0.0);
        for (channel, plane) in self.values.chunks_exact_mut(width * height).enumerate() {
            let pad = padding(input, channel);
            for row in plane[..size.1 * width].chunks_exact_mut(width) {
                row[size.0..].fill(pad);
            }
            plane[size.1 * width..].fill(pad);
        }
        self.padded_around = Some(size);
    }
}

/// The padding of one channel of an input, normalised as its pixels are.
fn padding(input: &Input, channel: usize) -> f32 {
    (input.pad - input.mean[channel]) / input.std[channel]
}

/// The three channels of a picture, or `None` where a plane is missing or too short.
fn sources<'a>(planes: &Planes<'a>) -> Option<[Channel<'a>; 3]> {
    let (width, height) = (planes.width, planes.height);
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let channel = |plane: Plane<'a>, step, offset, size, shrunk| Channel::new(plane, step, offset, size, shrunk);
    let (full, half) = ((width, height), (half_width, half_height));
    match planes.format {
        PixelFormat::Rgb => Some([
            channel(planes.first, 3, 0, full, 1)?,
            channel(planes.first, 3, 1, full, 1)?,
            channel(planes.first, 3, 2, full, 1)?,
        ]),
        PixelFormat::I420 => Some([
            channel(planes.first, 1, 0, full, 1)?,
            channel(planes.second?, 1, 0, half, 2)?,
            channel(planes.third?, 1, 0, half, 2)?,
        ]),
        PixelFormat::Nv12 => Some([
            channel(planes.first, 1, 0, full, 1)?,
            channel(planes.second?, 2, 0, half, 2)?,
            channel(planes.second?, 2, 1, half, 2)?,
        ]),
    }
}

/// The colours of a picture, at any place of it.
pub(super) struct Colors<'a> {
    sources: [Channel<'a>; 3],
    convert: Conversion,
}

impl<'a> Colors<'a> {
    /// # Errors
    /// The planes are shorter than the picture's size says.
    pub(super) fn of(planes: &Planes<'a>) -> Result<Self, TensorError> {
        let short = TensorError::ShortPlanes { width: planes.width, height: planes.height };
        Ok(Self { sources: sources(planes).ok_or(short)?, convert: Conversion::new(planes) })
    }

    /// Red, green and blue (0 to 255) at a place in pixels of the picture, between its nearest samples; beyond
    /// the edge it goes on.
    pub(super) fn at(&self, place: Point) -> [f32; 3] {
        let [first, second, third] = self.sources.each_ref().map(|channel| channel.at(place));
        self.convert.matrix.as_ref().map_or([first, second, third], |matrix| matrix.rgb(first, second, third))
    }
}

/// From the samples of a format to red, green and blue in 0 to 255.
struct Conversion {
    /// `None`: the samples are red, green and blue.
    matrix: Option<Matrix>,
}

struct Matrix {
    black: f32,
    luma: f32,
    red_cr: f32,
    green_cb: f32,
    green_cr: f32,
    blue_cb: f32,
}

impl Matrix {
    #[inline]
    fn rgb(&self, luma: f32, blue_difference: f32, red_difference: f32) -> [f32; 3] {
        let y = (luma - self.black) * self.luma;
        let (cb, cr) = (blue_difference - 128.0, red_difference - 128.0);
        [
            (y + self.red_cr * cr).clamp(0.0, 255.0),
            (y + self.green_cb * cb + self.green_cr * cr).clamp(0.0, 255.0),
            (y + self.blue_cb * cb).clamp(0.0, 255.0),
        ]
    }
}

impl Conversion {
    fn new(planes: &Planes<'_>) -> Self {
        if planes.format == PixelFormat::Rgb {
            return Self { matrix: None };
        }
        // Shares of red and blue in luma, by the standard.
        let (red, blue) = if planes.height > LAST_BT601_ROW { (0.2126, 0.0722) } else { (0.299, 0.114) };
        let green = 1.0 - red - blue;
        let (black, luma, chroma) =
            if planes.full_range { (0.0, 1.0, 1.0) } else { (16.0, 255.0 / 219.0, 255.0 / 224.0) };
        Self {
            matrix: Some(Matrix {
                black,
                luma,
                red_cr: chroma * 2.0 * (1.0 - red),
                green_cb: -chroma * 2.0 * (1.0 - blue) * blue / green,
                green_cr: -chroma * 2.0 * (1.0 - red) * red / green,
                blue_cb: chroma * 2.0 * (1.0 - blue),
            }),
        }
    }

    fn row(&self, rows: [&[f32]; 3], out: [&mut [f32]; 3], norms: &[Norm; 3], tone: Option<&[f32; 256]>) {
        let [red, green, blue] = out;
        let width = red.len();
        let (first, second, third) = (&rows[0][..width], &rows[1][..width], &rows[2][..width]);
        let (green, blue) = (&mut green[..width], &mut blue[..width]);
        if let Some(m) = &self.matrix {
            for x in 0..width {
                [red[x], green[x], blue[x]] = m.rgb(first[x], second[x], third[x]);
            }
        } else {
            red.copy_from_slice(first);
            green.copy_from_slice(second);
            blue.copy_from_slice(third);
        }
        for (values, norm) in [red, green, blue].into_iter().zip(norms) {
            if let Some(curve) = tone {
                for value in &mut *values {
                    *value = curve[(*value + 0.5) as u8 as usize];
                }
            }
            norm.apply(values);
        }
    }
}

/// value · gain + bias, for (value − mean) / std.
struct Norm {
    gain: f32,
    bias: f32,
}

impl Norm {
    fn new(mean: f32, std: f32) -> Self {
        Self { gain: 1.0 / std, bias: -mean / std }
    }

    fn apply(&self, values: &mut [f32]) {
        #[expect(clippy::float_cmp, reason = "exactly the identity, which most models use, is skipped")]
        let identity = self.gain == 1.0 && self.bias == 0.0;
        if !identity {
            for value in values {
                *value = *value * self.gain + self.bias;
            }
        }
    }
}

fn tone_curve(gamma: f32) -> [f32; 256] {
    let mut curve = [0.0; 256];
    for (level, value) in curve.iter_mut().enumerate() {
        *value = 255.0 * (level as f32 / 255.0).powf(gamma);
    }
    curve
}

/// The gamma that suits a part of a picture: one for dark ones, none for others. Looks at one pixel
/// in 64.
pub fn gamma_for(planes: &Planes<'_>, placement: &Placement) -> Option<f32> {
    (mean_luma(planes, placement)? < DARK_LUMA).then_some(DARK_GAMMA)
}

fn mean_luma(planes: &Planes<'_>, placement: &Placement) -> Option<f32> {
    let region = placement.region;
    let bytes_per_pixel = if planes.format == PixelFormat::Rgb { 3 } else { 1 };
    let columns = region.x as usize * bytes_per_pixel..region.right() as usize * bytes_per_pixel;
    let (mut sum, mut count) = (0_u64, 0_u64);
    for y in (region.y as usize..region.bottom() as usize).step_by(8) {
        let row = planes.first.data.get(y * planes.first.stride..)?.get(columns.clone())?;
        // Of RGB the second byte, green, which is most of luma.
        sum += row.iter().skip(bytes_per_pixel / 2).step_by(8 * bytes_per_pixel).map(|&v| u64::from(v)).sum::<u64>();
        count += row.len().div_ceil(8 * bytes_per_pixel) as u64;
    }
    let mean = sum as f32 / count.max(1) as f32;
    Some(if planes.full_range { mean } else { (mean - 16.0) * 255.0 / 219.0 })
}

#[cfg(test)]
#[path = "tensor_tests.rs"]
mod tests;
