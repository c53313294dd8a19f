//! What `replay` prints: JSON lines, or sentences.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::super::output;
use super::{Looks, Totals};
use crate::alert::{Alert, Judged};
use crate::base::Rect;
use crate::camera::analyst::Ended;
use crate::config::Language;
use crate::rules::ScorePart;
use crate::rules::plate::{Candidate, Plate};
use crate::vision::Class;
use crate::vision::attributes::{Answer, Attribute};

pub(super) enum Line<'a> {
    Alert(&'a Alert),
    Track(&'a Ended),
    Summary(&'a Totals),
}

pub(super) struct Lines {
    json: bool,
    language: Language,
    timezone: TimeZone,
}

impl Lines {
    pub(super) fn new(json: bool, language: Language, timezone: TimeZone) -> Self {
        Self { json, language, timezone }
    }

    pub(super) fn print(&self, line: &Line<'_>) -> std::io::Result<()> {
        let text = if self.json { self.to_json(line).to_string() } else { self.to_words(line) };
        output::line(text)
    }

    fn to_json(&self, line: &Line<'_>) -> Value {
        match line {
            Line::Alert(alert) => {
                let findings: Vec<_> = alert
                    .findings
                    .iter()
                    .map(|finding| {
                        json!({
                            "kind": finding.kind, "track": finding.track, "confidence": finding.confidence,
                            "at": self.time(finding.at), "bbox": corners(&finding.bbox), "zone": finding.zone,
                        })
                    })
                    .collect();
                let person = |person: &crate::alert::Person| json!({"track": person.track, "attributes": attributes(&person.attributes)});
                let persons: Vec<_> = alert.persons.iter().map(person).collect();
                let part =
                    |part: &ScorePart| json!({"part": part.part, "words": part.words, "log_odds": part.log_odds});
                let score_parts: Vec<_> = alert.score_parts.iter().map(part).collect();
                json!({
                    "type": "alert", "id": alert.id, "camera": alert.camera, "zone": alert.zone,
                    "at": self.time(alert.opened_at), "last_seen_at": self.time(alert.last_seen_at),
                    "closed_at": alert.closed_at.map(|at| self.time(at)), "severity": alert.severity,
                    "score": alert.score, "score_parts": score_parts, "findings": findings, "reason": alert.reason, "persons": persons,
                })
            }
            Line::Track(Ended { track, verdicts, vehicle }) => {
                let mut value = json!({
                    "type": "track", "id": track.id, "class": track.class, "first": self.time(track.first_at),
                    "last": self.time(track.last_at), "frames": track.hits, "best_score": track.best_score,
                });
                if track.class == Class::Person {
                    value["attributes"] = attributes(&verdicts.map(Judged::from));
                } else if track.class.is_vehicle() {
                    let plate = vehicle.as_ref().map(|kept| kept.passage.plate.clone());
                    value["plate"] = described(&plate.unwrap_or_default());
                }
                value
            }
            Line::Summary(totals) => json!({
                "type": "summary", "frames": totals.frames, "decoded": totals.decoded,
                "decoded_again": totals.decoded_again, "inferences": totals.inferences, "dropped": totals.dropped, "seconds": totals.stream.as_secs_f64(), "cpu_seconds": totals.cpu.as_secs_f64(),
                "looks": {"persons": looks(&totals.persons), "vehicles": looks(&totals.vehicles)},
            }),
        }
    }

    fn to_words(&self, line: &Line<'_>) -> String {
        let vi = self.language == Language::Vi;
        match line {
            Line::Alert(alert) => {
                let reason = if vi { &alert.reason.vi } else { &alert.reason.en };
                format!("{}  {:8}  {reason}", self.time(alert.opened_at), alert.severity.name())
            }
            Line::Track(Ended { track, vehicle, .. }) => {
                let (from, to) = (self.time(track.first_at), self.time(track.last_at));
                let plate = vehicle.as_ref().map(|kept| &kept.passage.plate);
                let plate = plate.map_or("", |plate| plate.text().unwrap_or(plate.verdict.name()));
                format!("{from}  {:8}  {to} ({})  {plate}", track.class.name(), track.hits).trim_end().to_owned()
            }
            Line::Summary(totals) => {
                let share = 100.0 * totals.decoded as f64 / (totals.frames as f64).max(1.0);
                let counts = format!(
                    "{} AU, {} ({share:.1} %), {} / {} / {:.1} s / {:.1} s",
                    totals.frames,
                    totals.decoded,
                    totals.decoded_again,
                    totals.inferences,
                    totals.stream.as_secs_f64(),
                    totals.cpu.as_secs_f64()
                );
                let what = if vi {
                    "khung hình, đã giải mã, giải mã lại / lần nhận dạng / thời lượng / CPU"
                } else {
                    "access units, decoded, decoded again / inferences / stream / CPU"
                };
                format!("{what}: {counts}")
            }
        }
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.timezone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }
}

/// How often tracks were looked at closely, and what that cost.
fn looks(Looks { spent, tracks, watched }: &Looks) -> Value {
    json!({
        "looks": spent.answers, "cpu_seconds": rounded(spent.cpu.as_secs_f32(), 1e3),
        "tracks": tracks, "track_seconds": rounded(watched.as_secs_f32(), 1e3),
    })
}

fn described(plate: &Plate) -> Value {
    let candidate =
        |candidate: &Candidate| json!({"text": candidate.text, "probability": rounded(candidate.probability, 1e3)});
    json!({
        "verdict": plate.verdict, "text": plate.text(), "confidence": rounded(plate.confidence, 1e3),
        "candidates": plate.candidates.iter().map(candidate).collect::<Vec<_>>(), "color": plate.color,
        "suspicions": plate.suspicions, "frames": plate.frames, "pixels": plate.pixels,
    })
}

/// In the order of [`Attribute::ALL`]; an answer that is unknown is nothing to be confident of.
fn attributes(judged: &[Judged; Attribute::ALL.len()]) -> Value {
    let value = |judged: &Judged| {
        let confidence = (judged.answer != Answer::Unknown).then(|| rounded(judged.confidence, 1e3));
        json!({
            "answer": judged.answer, "confidence": confidence, "frames": judged.frames, "pixels": judged.pixels,
        })
    };
    let named =
        Attribute::ALL.into_iter().zip(judged).map(|(attribute, judged)| (attribute.name().to_owned(), value(judged)));
    Value::Object(named.collect::<Map<_, _>>())
}

fn corners(bbox: &Rect) -> [f64; 4] {
    // Tenths of a pixel are more than the detector knows.
    [bbox.x, bbox.y, bbox.w, bbox.h].map(|value| rounded(value, 10.0))
}

/// To that many parts of one.
fn rounded(value: f32, parts: f64) -> f64 {
    (f64::from(value) * parts).round() / parts
}
