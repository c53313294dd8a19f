//! Boxes and letters on pictures, for those who judge by eye.

use font8x8::UnicodeFonts as _;
use image::{Rgb, RgbImage};

use crate::base::Rect;

/// Side of a letter in the font, in its pixels.
pub(super) const LETTER: u32 = 8;

/// A frame of two pixels just within the box.
pub(super) fn outline(picture: &mut RgbImage, bbox: &Rect, color: Rgb<u8>) {
    let (left, right) = (bbox.x as i64, bbox.right() as i64);
    let (top, bottom) = (bbox.y as i64, bbox.bottom() as i64);
    for inset in 0..2 {
        for x in left..=right {
            put(picture, (x, top + inset), color);
            put(picture, (x, bottom - inset), color);
        }
        for y in top..=bottom {
            put(picture, (left + inset, y), color);
            put(picture, (right - inset, y), color);
        }
    }
}

/// A line of text on black, moved to the left where it would leave the picture; `zoom` pixels to one of the font.
pub(super) fn write(picture: &mut RgbImage, text: &str, (x, y): (f32, f32), color: Rgb<u8>, zoom: u32) {
    let length = text.chars().count() as u32 * LETTER * zoom;
    let left = (x.max(0.0) as u32).min(picture.width().saturating_sub(length));
    let top = y.max(0.0) as u32;
    for (index, letter) in (0u32..).zip(text.chars()) {
        let rows = font8x8::BASIC_FONTS.get(letter).unwrap_or([0; 8]);
        for (row, bits) in (0u32..).zip(rows) {
            for (dx, dy) in (0..LETTER * zoom).flat_map(|dx| (0..zoom).map(move |dy| (dx, dy))) {
                let lit = bits >> (dx / zoom) & 1 == 1;
                let at = (i64::from(left + index * LETTER * zoom + dx), i64::from(top + row * zoom + dy));
                put(picture, at, if lit { color } else { Rgb([0, 0, 0]) });
            }
        }
    }
}

fn put(picture: &mut RgbImage, (x, y): (i64, i64), color: Rgb<u8>) {
    if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
        && let Some(pixel) = picture.get_pixel_mut_checked(x, y)
    {
        *pixel = color;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_picture_is_cut() {
        let mut picture = RgbImage::new(20, 12);
        outline(&mut picture, &Rect::new(-5.0, 2.0, 100.0, 100.0), Rgb([255; 3]));
        assert_eq!((picture.get_pixel(10, 3)[0], picture.get_pixel(10, 5)[0]), (255, 0));
        write(&mut picture, "a long line", (15.0, 8.0), Rgb([9; 3]), 1);
        assert!(picture.pixels().any(|pixel| pixel[0] == 9));
    }
}
