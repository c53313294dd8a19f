use super::*;
use crate::alert::Handling;
use crate::base::{IdSource, Rect};
use crate::rules::Severity;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_771_266_600 + seconds).expect("in range")
}

fn track(seconds: i64) -> Uuid {
    IdSource::seeded(seconds.unsigned_abs()).next(at(seconds))
}

/// Of a track that began at `began`.
fn finding(kind: FindingKind, began: i64, seconds: i64) -> Finding {
    let bbox = Rect::new(0.0, 0.0, 9.0, 9.0);
    Finding { kind, track: track(began), confidence: 0.5, at: at(seconds), bbox, zone: None, weight: 1.0 }
}

fn alert(camera: &str, seen: (i64, i64), findings: Vec<Finding>) -> Alert {
    Alert {
        id: track(10_000 + seen.0),
        case: None,
        camera: camera.to_owned(),
        zone: None,
        opened_at: at(seen.0),
        last_seen_at: at(seen.1),
        closed_at: Some(at(seen.1 + 30)),
        severity: Severity::Notice,
        score: 0.5,
        score_parts: Vec::new(),
        handling: Handling::default(),
        looks: std::collections::BTreeMap::new(),
        findings,
        persons: Vec::new(),
        reason: Bilingual::default(),
        frame_width: 640,
        frame_height: 360,
        pictures_removed: None,
    }
}

fn vehicle(began: i64, seen: (i64, i64), stopped: bool, plate: Option<&str>) -> SeenVehicle {
    let (first_at, last_at) = (at(seen.0), at(seen.1));
    SeenVehicle { track: track(began), first_at, last_at, stopped, plate: plate.map(str::to_owned) }
}

#[track_caller]
fn check(alerts: Vec<Alert>, vehicles: &[SeenVehicle], expected: &[(i64, &str, &str)]) {
    let mut backwards = alerts.clone();
    backwards.reverse();
    let told = |alerts| {
        let case = Case::new(Uuid::nil(), alerts).expect("it has alerts");
        timeline(&case, vehicles, |id| if id == "cong" { "Cổng" } else { "Kho" }.to_owned())
    };
    let entries = told(alerts);
    let words = |entry: &Entry| (entry.at, entry.words.vi.clone(), entry.words.en.clone());
    let expected: Vec<_> = expected.iter().map(|(s, vi, en)| (at(*s), (*vi).to_owned(), (*en).to_owned())).collect();
    assert_eq!(entries.iter().map(words).collect::<Vec<_>>(), expected);
    assert_eq!(told(backwards), entries, "the order of the alerts changes nothing");
}

#[test]
fn a_vehicle_comes_somebody_gets_out_and_both_go() {
    use FindingKind::{FaceCovered, Person, ProtectedRoom, Vehicle};
    let gate = alert("cong", (5, 30), vec![finding(Vehicle, 0, 9), finding(Person, 5, 12), finding(Person, 8, 9)]);
    let store = alert(
        "kho",
        (40, 90),
        vec![finding(Person, 40, 60), finding(FaceCovered, 40, 62), finding(ProtectedRoom, 40, 50)],
    );
    check(
        vec![gate, store],
        &[vehicle(0, (0, 120), false, Some("12A-123.45"))],
        &[
            (0, "xe 12A-123.45 đến Cổng", "vehicle 12A-123.45 arrives at Cổng"),
            (5, "có người xuất hiện ở Cổng", "somebody appears at Cổng"),
            (30, "không còn thấy người ở Cổng", "nobody is seen any more at Cổng"),
            (40, "có người xuất hiện ở Kho", "somebody appears at Kho"),
            (50, "có người trong khu vực bảo vệ đặc biệt, ở Kho", "somebody in a protected area, at Kho"),
            (62, "có người đeo khẩu trang ở Kho", "somebody with covered face at Kho"),
            (90, "không còn thấy người ở Kho", "nobody is seen any more at Kho"),
            (120, "xe 12A-123.45 rời Cổng", "vehicle 12A-123.45 leaves Cổng"),
        ],
    );
}

#[test]
fn a_spot_is_told_by_its_nights() {
    use FindingKind::{Loitering, SeenBefore};
    let words = Bilingual { vi: "có người nán lại 3 đêm".to_owned(), en: "on 3 nights".to_owned() };
    let part = crate::rules::ScorePart { part: Part::Finding(SeenBefore), words, log_odds: 0.6 };
    let found = vec![finding(Loitering, 2, 8), finding(SeenBefore, 2, 9)];
    let spot = Alert { score_parts: vec![part.clone()], ..alert("cong", (5, 30), found) };
    let loitering = (8, "có người quanh quẩn lâu, ở Cổng", "somebody loitering, at Cổng");
    check(vec![spot], &[], &[loitering, (9, "có người nán lại 3 đêm, ở Cổng", "on 3 nights, at Cổng")]);
    let vehicle = Alert { score_parts: vec![part], ..alert("cong", (5, 30), vec![finding(SeenBefore, 2, 9)]) };
    let words = ("xe đã qua lại nhiều đêm, ở Cổng", "a vehicle that came by on several nights, at Cổng");
    check(vec![vehicle], &[], &[(9, words.0, words.1)]);
}

#[test]
fn while_it_lasts_nobody_has_left() {
    let mut open = alert(
        "cong",
        (5, 30),
        vec![
            finding(FindingKind::Person, 2, 12),
            finding(FindingKind::PlateAbsent, 1, 9),
            finding(FindingKind::Vehicle, 1, 7),
        ],
    );
    open.closed_at = None;
    check(
        vec![open.clone()],
        &[vehicle(1, (1, 20), true, None)],
        &[
            (1, "xe đến Cổng", "a vehicle arrives at Cổng"),
            // It was there before, but no alert.
            (5, "có người xuất hiện ở Cổng", "somebody appears at Cổng"),
            (9, "xe không có biển số, ở Cổng", "a vehicle without a plate, at Cổng"),
            (20, "xe dừng ở Cổng", "a vehicle waits at Cổng"),
        ],
    );
    // A vehicle that nobody could look at.
    check(
        vec![open],
        &[],
        &[
            (5, "có người xuất hiện ở Cổng", "somebody appears at Cổng"),
            (7, "có xe ở Cổng", "a vehicle at Cổng"),
            (9, "xe không có biển số, ở Cổng", "a vehicle without a plate, at Cổng"),
        ],
    );
}

#[test]
fn a_vehicle_that_stays_over_two_alerts_comes_and_goes_once() {
    let with_vehicle = |seen| alert("cong", seen, vec![finding(FindingKind::Vehicle, 0, 9)]);
    check(
        vec![with_vehicle((5, 30)), with_vehicle((70, 80))],
        &[vehicle(0, (0, 85), false, None)],
        &[(0, "xe đến Cổng", "a vehicle arrives at Cổng"), (85, "xe rời Cổng", "a vehicle leaves Cổng")],
    );
}
