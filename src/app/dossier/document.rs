//! The alert as data.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Dossier;
use crate::alert::{Action, Person};
use crate::rules::{Finding, ScorePart};
use crate::vision::attributes::Attribute;

/// As `replay --json` tells of alerts, with what guards did.
pub(super) fn json(dossier: &Dossier<'_>) -> String {
    let Dossier { config, alert, history, .. } = dossier;
    let time =
        |at: Timestamp| at.to_zoned_datetime(config.timezone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string();
    let finding = |finding: &Finding| {
        let bbox = finding.bbox;
        json!({
            "kind": finding.kind, "track": finding.track, "confidence": finding.confidence, "at": time(finding.at),
            "bbox": [bbox.x, bbox.y, bbox.w, bbox.h], "zone": finding.zone, "weight": finding.weight,
        })
    };
    let part = |part: &ScorePart| json!({"part": part.part, "words": part.words, "log_odds": part.log_odds});
    let person = |person: &Person| {
        let answers = Attribute::ALL.into_iter().zip(&person.attributes).map(|(attribute, judged)| {
            let value = json!({
                "answer": judged.answer, "confidence": judged.confidence, "frames": judged.frames, "pixels": judged.pixels,
            });
            (attribute.name().to_owned(), value)
        });
        json!({"track": person.track, "attributes": Value::Object(answers.collect())})
    };
    let action = |action: &Action| {
        let reason = action.verdict.and_then(crate::alert::Verdict::false_alarm);
        json!({
            "at": time(action.at), "by": action.by.as_ref().map(|guard| &guard.name), "act": action.kind,
            "verdict": action.verdict.map(crate::alert::Verdict::kind), "false_alarm_reason": reason,
            "note": action.note.as_ref().map(ToString::to_string), "step": action.step,
        })
    };
    let document = json!({
        "type": "alert", "id": alert.id, "case": alert.case, "camera": alert.camera,
        "camera_name": config.camera(&alert.camera).map(|camera| &camera.name), "zone": alert.zone,
        "at": time(alert.opened_at), "last_seen_at": time(alert.last_seen_at), "closed_at": alert.closed_at.map(time),
        "severity": alert.severity, "score": alert.score, "reason": alert.reason,
        "score_parts": alert.score_parts.iter().map(part).collect::<Vec<_>>(),
        "findings": alert.findings.iter().map(finding).collect::<Vec<_>>(),
        "persons": alert.persons.iter().map(person).collect::<Vec<_>>(),
        "frame": {"width": alert.frame_width, "height": alert.frame_height},
        "pictures_removed": alert.pictures_removed.map(|removed| json!({"at": time(removed.at), "by": removed.by})),
        "history": history.iter().map(action).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
