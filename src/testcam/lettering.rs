//! The characters of a number plate, drawn as strokes: no font is needed, and nobody's plate.

use super::canvas::{Plane, Point};

/// What is drawn on, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Of the whole text.
    pub middle: Point,
    /// Of a letter, without the width of its stroke.
    pub letter: [f32; 2],
    pub mark_width: f32,
    pub gap: f32,
    pub stroke: f32,
    /// Brightness of the strokes.
    pub luma: f32,
}

impl Line {
    /// Draws `text`; characters without a shape here leave their place empty.
    pub(super) fn write(&self, luma: &mut Plane, text: &str) {
        let [mut left, top] = [self.middle[0] - self.width(text) / 2.0, self.middle[1] - self.letter[1] / 2.0];
        for character in text.chars() {
            let width = self.advance(character);
            for stroke in strokes(character) {
                let line: Vec<Point> =
                    stroke.iter().map(|[x, y]| [left + x * width, top + y * self.letter[1]]).collect();
                luma.stroke(&line, self.stroke, self.luma);
            }
            left += width + self.gap;
        }
    }

    /// From the left edge of the first character to the right one of the last, without the width of the stroke.
    pub(super) fn width(&self, text: &str) -> f32 {
        let characters: f32 = text.chars().map(|character| self.advance(character) + self.gap).sum();
        (characters - self.gap).max(0.0)
    }

    fn advance(&self, character: char) -> f32 {
        if character.is_alphanumeric() { self.letter[0] } else { self.mark_width }
    }
}

/// In a box of 1 x 1.
#[rustfmt::skip]
fn strokes(character: char) -> &'static [&'static [Point]] {
    match character {
        '1' => &[&[[0.12, 0.21], [0.58, 0.0], [0.58, 1.0]]],
        '2' => &[&[[0.0, 0.25], [0.1, 0.08], [0.5, 0.0], [0.9, 0.08], [1.0, 0.25], [0.9, 0.45], [0.0, 1.0], [1.0, 1.0]]],
        '3' => &[&[
            [0.0, 0.2], [0.15, 0.05], [0.5, 0.0], [0.88, 0.07], [0.96, 0.25], [0.8, 0.42], [0.4, 0.48], [0.82, 0.53],
            [1.0, 0.73], [0.88, 0.93], [0.5, 1.0], [0.12, 0.94], [0.0, 0.79],
        ]],
        '4' => &[&[[0.72, 1.0], [0.72, 0.0], [0.0, 0.71], [1.0, 0.71]]],
        '5' => &[&[
            [0.92, 0.0], [0.12, 0.0], [0.06, 0.43], [0.5, 0.36], [0.88, 0.44], [1.0, 0.65], [0.9, 0.91], [0.5, 1.0],
            [0.12, 0.94], [0.0, 0.8],
        ]],
        'A' => &[&[[0.0, 1.0], [0.5, 0.0], [1.0, 1.0]], &[[0.2, 0.67], [0.8, 0.67]]],
        '-' => &[&[[0.2, 0.52], [0.8, 0.52]]],
        '.' => &[&[[0.5, 0.95], [0.5, 0.975]]],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Line =
        Line { middle: [60.0, 20.0], letter: [10.0, 20.0], mark_width: 5.0, gap: 4.0, stroke: 2.0, luma: 1.0 };

    /// Columns with ink, from the first to the last.
    fn inked(text: &str) -> Option<[usize; 2]> {
        let mut plane = Plane::filled(120, 40, 0.0);
        LINE.write(&mut plane, text);
        let column = |x: &usize| (0..plane.height).any(|y| plane.values[y * plane.width + x] > 0.5);
        Some([(0..plane.width).find(column)?, (0..plane.width).rfind(column)?])
    }

    #[test]
    fn a_text_is_as_wide_as_it_says_and_in_the_middle() {
        assert_eq!(LINE.width("2A-5"), 3.0 * 10.0 + 5.0 + 3.0 * 4.0);
        let [left, right] = inked("2A-5").expect("ink");
        // Half a stroke lies outside on each side.
        assert!(left.abs_diff(35) <= 1 && right.abs_diff(84) <= 1, "{left} {right}");
        assert_eq!((LINE.width(""), inked("")), (0.0, None));
    }

    #[test]
    fn every_character_of_the_plate_has_a_shape_of_its_own() {
        let mut shapes: Vec<_> = "12345A-.".chars().map(strokes).collect();
        assert!(shapes.iter().all(|shape| !shape.is_empty()));
        while let Some(shape) = shapes.pop() {
            assert!(!shapes.contains(&shape));
        }
    }
}
