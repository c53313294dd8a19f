//! Sheets of what was judged, for somebody to judge by eye: a row for each person or vehicle, those
//! with a wrong answer first; a green frame is right, a red one wrong, a grey one unknown, a blue one
//! not labelled.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use image::imageops::{self, FilterType};
use image::{ImageReader, Rgb, RgbImage};

use super::Outcome;
use super::attributes::tell;
use super::plates::letters;
use crate::base::Rect;
use crate::command::paint::{LETTER, outline, write as write_text};
use crate::rules::plate::{Plate, PlateVerdict};
use crate::track::AnswerRules;
use crate::vision::attributes::{Answer, Attribute, Observation};

const RIGHT: Rgb<u8> = Rgb([60, 200, 90]);
const WRONG: Rgb<u8> = Rgb([240, 60, 50]);
const UNKNOWN: Rgb<u8> = Rgb([130, 130, 130]);
const UNLABELLED: Rgb<u8> = Rgb([80, 140, 240]);
const TEXT: Rgb<u8> = Rgb([230, 230, 230]);

/// Side of a crop on the sheet, and the room around it.
const TILE: u32 = 136;
const GAP: u32 = 8;
const CAPTION: u32 = 2 * LETTER + 4;
/// The person, its head for two attributes, both hands, and the person again for its bag.
const TILES_IN_ROW: u32 = 6;
const ROWS_ON_PAGE: usize = 10;

/// A person or a vehicle on the sheet.
struct Row<'a> {
    outcome: &'a Outcome,
    /// Of the labelled person or vehicle.
    bbox: Rect,
    tiles: Vec<Tile>,
}

struct Tile {
    region: Rect,
    color: Rgb<u8>,
    /// What was answered, and what is labelled.
    lines: [String; 2],
}

/// Writes as many pages as there are rows for: `OUT.jpg`, `OUT-2.jpg`, …
///
/// # Errors
/// A picture cannot be read again, or a page not be written.
pub(super) fn write(path: &Path, outcomes: &[Outcome], rules: &AnswerRules) -> anyhow::Result<()> {
    let of = |outcome| rows(outcome, rules).into_iter().chain(plate_rows(outcome));
    let mut rows: Vec<_> = outcomes.iter().flat_map(of).collect();
    // Stable: rows that are alike stay in the order of the labels.
    rows.sort_by_key(|row| !row.tiles.iter().any(|tile| tile.color == WRONG));
    anyhow::ensure!(!rows.is_empty(), "{}: nothing was judged, so there is nothing to draw", path.display());
    for (index, rows) in rows.chunks(ROWS_ON_PAGE).enumerate() {
        let path = page_path(path, index + 1);
        page(rows)?.save(&path).with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    Ok(())
}

fn page_path(path: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{number}.{ending}"))
}

fn rows<'a>(outcome: &'a Outcome, rules: &AnswerRules) -> Vec<Row<'a>> {
    let persons = outcome.label.persons.as_deref().unwrap_or_default();
    let looks = outcome.looks.iter().filter(|(_, look)| !look.observations.is_empty());
    looks
        .map(|(index, look)| {
            let tiles = look.observations.iter().map(|seen| {
                let label = persons[*index].label(seen.attribute);
                tile(seen, &look.observations, label, rules)
            });
            Row { outcome, bbox: persons[*index].bbox, tiles: tiles.collect() }
        })
        .collect()
}

fn plate_rows(outcome: &Outcome) -> Vec<Row<'_>> {
    let vehicles = outcome.label.vehicles.as_deref().unwrap_or_default();
    let judged = outcome.plates.iter().map(|told| (told, &vehicles[told.index]));
    judged
        .filter_map(|(told, vehicle)| {
            let label = vehicle.plate?;
            let tile = plate_tile(
                &told.plate,
                label,
                vehicle.text.as_deref(),
                told.observation.as_ref().map_or(vehicle.bbox, |seen| seen.region),
            );
            Some(Row { outcome, bbox: vehicle.bbox, tiles: vec![tile] })
        })
        .collect()
}

/// A verdict that is not the labelled one is wrong, but that nothing can be said is only unknown.
fn plate_tile(told: &Plate, label: PlateVerdict, text: Option<&str>, region: Rect) -> Tile {
    let is_read_right = told.text().zip(text).is_none_or(|(told, text)| letters(told) == letters(text));
    let color = match told.verdict {
        verdict if verdict == label && is_read_right => RIGHT,
        PlateVerdict::NotAssessable => UNKNOWN,
        _ => WRONG,
    };
    let shown = |verdict: PlateVerdict, text: Option<&str>| text.unwrap_or(verdict.name()).to_owned();
    let lines = [shown(told.verdict, told.text()), format!("is {}", shown(label, text))];
    Tile { region, color, lines }
}

fn tile(seen: &Observation, all: &[Observation], label: Option<bool>, rules: &AnswerRules) -> Tile {
    let told = rules[seen.attribute as usize].and_then(|rule| tell(all, seen.attribute, rule));
    let answer = told.map_or(Answer::Unknown, |told| told.answer);
    let color = match (answer, label) {
        (Answer::Unknown, _) => UNKNOWN,
        (_, None) => UNLABELLED,
        (answer, Some(label)) if (answer == Answer::Yes) == label => RIGHT,
        _ => WRONG,
    };
    let answer = match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::Unknown => "?",
    };
    let label = label.map_or("-", |label| if label { "yes" } else { "no" });
    let lines = [
        format!("{} {answer} {:+.1}", short(seen.attribute), seen.log_odds),
        format!("is {label} q{:.2} {}px", seen.quality, seen.pixels),
    ];
    Tile { region: seen.region, color, lines }
}

/// Seventeen letters fit a tile.
fn short(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Gloves => "glove",
        Attribute::Mask | Attribute::Hat | Attribute::Bag => attribute.name(),
    }
}

fn page(rows: &[Row<'_>]) -> anyhow::Result<RgbImage> {
    let (across, down) = (TILE + GAP, TILE + CAPTION + GAP);
    let mut page = RgbImage::new(TILES_IN_ROW * across + GAP, rows.len() as u32 * down + GAP);
    for (number, row) in (0u32..).zip(rows) {
        let path = &row.outcome.label.image;
        let picture = || anyhow::Ok(ImageReader::open(path)?.with_guessed_format()?.decode()?.into_rgb8());
        let picture = picture().with_context(|| format!("picture {} cannot be used", path.display()))?;
        let top = GAP + number * down;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let letters = (TILE / LETTER) as usize;
        let name: String = name.chars().take(letters).collect();
        let whole = Tile { region: row.bbox, color: UNLABELLED, lines: [name, format!("{:.0} px high", row.bbox.h)] };
        for (column, tile) in (0..TILES_IN_ROW).zip(std::iter::once(&whole).chain(&row.tiles)) {
            draw(&mut page, &picture, tile, (GAP + column * across, top));
        }
    }
    Ok(page)
}

fn draw(page: &mut RgbImage, picture: &RgbImage, tile: &Tile, (left, top): (u32, u32)) {
    let (width, height) = picture.dimensions();
    let region = tile.region.clamped(width as f32, height as f32);
    let (x, y) = (region.x as u32, region.y as u32);
    let (w, h) = ((region.w.ceil() as u32).clamp(1, width), (region.h.ceil() as u32).clamp(1, height));
    let crop = imageops::crop_imm(picture, x.min(width - w), y.min(height - h), w, h).to_image();
    let scale = TILE as f32 / w.max(h) as f32;
    let size = [w, h].map(|side| ((side as f32 * scale) as u32).clamp(1, TILE));
    let crop = imageops::resize(&crop, size[0], size[1], FilterType::Triangle);
    imageops::replace(page, &crop, left.into(), top.into());
    let side = (TILE - 1) as f32;
    outline(page, &Rect::new(left as f32, top as f32, side, side), tile.color);
    for (line, text) in (0u32..).zip(&tile.lines) {
        let at = (left as f32, (top + TILE + 2 + line * (LETTER + 1)) as f32);
        write_text(page, text, at, TEXT, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::attributes::AnswerRule;

    #[test]
    fn pages_are_numbered_from_the_second_on() {
        assert_eq!(page_path(Path::new("a/out.jpg"), 1), Path::new("a/out.jpg"));
        assert_eq!(page_path(Path::new("a/out.jpg"), 12), Path::new("a/out-12.jpg"));
    }

    #[test]
    fn the_frame_tells_right_from_wrong() {
        #[track_caller]
        fn check(log_odds: f32, label: Option<bool>, color: Rgb<u8>, lines: [&str; 2]) {
            let region = Rect::new(0.0, 0.0, 30.0, 30.0);
            let seen = Observation { attribute: Attribute::Gloves, log_odds, quality: 1.0, pixels: 30, region };
            let rule = Some(AnswerRule { least_pixels: 20, least_log_odds: 1.0 });
            let tile = tile(&seen, &[seen], label, &[rule; 4]);
            assert_eq!((tile.color, tile.lines), (color, lines.map(str::to_owned)));
        }
        check(2.0, Some(true), RIGHT, ["glove yes +2.0", "is yes q1.00 30px"]);
        check(-2.0, Some(true), WRONG, ["glove no -2.0", "is yes q1.00 30px"]);
        check(-2.0, Some(false), RIGHT, ["glove no -2.0", "is no q1.00 30px"]);
        check(0.5, Some(true), UNKNOWN, ["glove ? +0.5", "is yes q1.00 30px"]);
        check(2.0, None, UNLABELLED, ["glove yes +2.0", "is - q1.00 30px"]);
    }
}
