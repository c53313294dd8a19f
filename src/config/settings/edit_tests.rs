use proptest::prelude::*;
use toml_edit::DocumentMut;

use super::edit::{Edit, NoSuchCamera, apply, rounded};
use super::rules::RuleKeys;
use super::wanted::*;
use crate::config::{Direction, Recording, Transport, ZoneKind};

const FILE: &str = r#"# The office of the district.
data_dir = "data"   # a disk of its own

# --- cameras ---

[[camera]]
# at the gate since 2019
id = "cong"
name = "Cổng"               # as guards call it
main = "rtsp://10.0.0.11/1"
zones = [
    # where nobody parks
    { id = "san", kind = "yard", polygon = [[0.0, 0.5], [1.0, 0.5], [1, 1]], rules = { loitering_seconds = 90 } },
    { id = "duong", kind = "ignore", polygon = [[0, 0], [1, 0], [1, 0.2]] }, # the street
]
near = ["kho", { camera = "bai-xe", seconds = 40 }]

[[camera]]
id = "kho"
main = "rtsp://10.0.0.12/1?user=a&password=b"  # old firmware

[[camera.zones]]
id = "cua"
kind = "building"
polygon = [[0, 0], [1, 0], [1, 1]]

# the third
[[camera]]
id = "bai-xe"
main = "rtsp://10.0.0.13/1"

[arming]
nights = "18:00-06:00" # until the cleaners come
weekends = true

[[arming.closed]]
# decided in March
from = 2027-03-05
to = "2027-03-06"
name = "Đại hội"

[[arming.group]]
name = "Kho"
cameras = ["kho"]
zones = ["cong/duong"]
always = true

[alerts]
escalate_after = "none"
"#;

fn written(text: &str) -> Written {
    Written::of(text, |_| false).expect("readable")
}

#[track_caller]
fn edited(text: &str, edit: &Edit) -> String {
    let mut document: DocumentMut = text.parse().expect("TOML");
    apply(&mut document, edit).expect("there");
    document.to_string()
}

/// The file after the change, line by line, where it differs: lines that went and lines that came.
#[track_caller]
fn check(edit: &Edit, gone: &[&str], came: &[&str]) -> String {
    let text = edited(FILE, edit);
    let (before, after): (Vec<&str>, Vec<&str>) = (FILE.lines().collect(), text.lines().collect());
    let only = |these: &[&str], those: &[&str]| {
        let mut rest = those.to_vec();
        let mut only = Vec::new();
        for line in these {
            match rest.iter().position(|other| other == line) {
                Some(at) => drop(rest.remove(at)),
                None => only.push((*line).to_owned()),
            }
        }
        only.sort();
        only
    };
    let sorted = |lines: &[&str]| {
        let mut lines: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(only(&before, &after), sorted(gone), "{text}");
    assert_eq!(only(&after, &before), sorted(came), "{text}");
    text
}

fn camera(id: &str) -> CameraKeys {
    written(FILE).cameras.into_iter().find(|camera| camera.keys.id == id).expect("there").keys
}

fn drawn(id: &str) -> Drawn {
    written(FILE).cameras.into_iter().find(|camera| camera.keys.id == id).expect("there").drawn
}

#[test]
fn what_is_written_is_read() {
    let written = written(FILE);
    assert_eq!(written.cameras.len(), 3);
    let kho = &written.cameras[1];
    assert_eq!(kho.keys.main, "rtsp://10.0.0.12/1?user=a&password=***");
    assert_eq!(kho.drawn.zones[0].kind, ZoneKind::Building);
    assert_eq!(written.cameras[0].drawn.zones[0].polygon[2], [1.0, 1.0]);
    let closed = &written.arming.closed[0];
    assert_eq!((closed.from.as_str(), closed.to.as_deref()), ("2027-03-05", Some("2027-03-06")));
    assert_eq!(written.keeping.alerts.escalate_after, Some(0));
    assert_eq!(written.keeping.record.quota_bytes, None);
}

#[test]
fn what_says_the_same_changes_nothing() {
    let now = written(FILE);
    let mut edits = vec![Edit::Arm(now.arming), Edit::Keep(now.keeping)];
    for camera in now.cameras {
        edits.push(Edit::Draw { camera: camera.keys.id.clone(), drawn: camera.drawn });
        edits.push(Edit::ChangeCamera(camera.keys));
    }
    for edit in edits {
        assert_eq!(edited(FILE, &edit), FILE, "{edit:?}");
    }
}

#[test]
fn cameras_are_changed_where_they_stand() {
    let edit = Edit::ChangeCamera(CameraKeys { name: Some("Cổng trước".to_owned()), ..camera("cong") });
    check(
        &edit,
        &["name = \"Cổng\"               # as guards call it"],
        &["name = \"Cổng trước\"               # as guards call it"],
    );
    let edit = Edit::ChangeCamera(CameraKeys {
        sub: Some("rtsp://10.0.0.12/2".to_owned()),
        transport: Some(Transport::Udp),
        ..camera("kho")
    });
    check(&edit, &[], &["sub = \"rtsp://10.0.0.12/2\"", "transport = \"udp\""]);
    let unnamed = Edit::ChangeCamera(CameraKeys { name: Some("  ".to_owned()), ..camera("cong") });
    check(&unnamed, &["name = \"Cổng\"               # as guards call it"], &[]);
    let mut document: DocumentMut = FILE.parse().expect("TOML");
    let nobody = CameraKeys { id: "nha".to_owned(), ..camera("cong") };
    assert_eq!(apply(&mut document, &Edit::ChangeCamera(nobody)), Err(NoSuchCamera("nha".to_owned())));
}

#[test]
fn a_camera_is_added_behind_the_others() {
    let new = CameraKeys { id: "nha".to_owned(), name: None, ..camera("bai-xe") };
    let text =
        check(&Edit::AddCamera(new.clone()), &[], &["", "[[camera]]", "id = \"nha\"", "main = \"rtsp://10.0.0.13/1\""]);
    assert!(text.find("id = \"nha\"").expect("there") < text.find("[arming]").expect("there"));
    assert_eq!(written(&text).cameras[3].keys, new);
    let first = edited("data_dir = \"data\"\n", &Edit::AddCamera(new.clone()));
    assert_eq!(first, "data_dir = \"data\"\n\n[[camera]]\nid = \"nha\"\nmain = \"rtsp://10.0.0.13/1\"\n");
    let inline = "data_dir = \"data\"\ncamera = [{ id = \"a\", main = \"rtsp://a/\" }]\n";
    let inline = edited(inline, &Edit::AddCamera(new));
    assert_eq!(written(&inline).cameras.len(), 2, "{inline}");
}

#[test]
fn nothing_names_a_camera_that_is_gone() {
    let text = edited(FILE, &Edit::RemoveCamera("kho".to_owned()));
    assert!(!text.contains("kho"), "{text}");
    assert!(text.contains("near = [{ camera = \"bai-xe\", seconds = 40 }]") || text.contains("near = [ {"), "{text}");
    assert!(text.contains("zones = [\"cong/duong\"]") && text.contains("# the third"), "{text}");
}

#[test]
fn zones_keep_what_the_page_does_not_know() {
    let mut wanted = drawn("cong");
    wanted.zones[0].polygon[0] = [0.25, 0.123_456];
    let polygon = vec![[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]];
    wanted.zones.push(ZoneKeys {
        id: "nha-xe".to_owned(),
        kind: ZoneKind::Parking,
        polygon,
        ..wanted.zones[1].clone()
    });
    wanted.lines.push(LineKeys { id: "cua".to_owned(), from: [0.1, 0.6], to: [0.9, 0.6], direction: Direction::In });
    check(
        &Edit::Draw { camera: "cong".to_owned(), drawn: wanted },
        &[
            "    { id = \"san\", kind = \"yard\", polygon = [[0.0, 0.5], [1.0, 0.5], [1, 1]], rules = { loitering_seconds = 90 } },",
        ],
        &[
            "    { id = \"san\", kind = \"yard\", polygon = [[0.25, 0.1235], [1.0, 0.5], [1.0, 1.0]], rules = { loitering_seconds = 90 } },",
            "    { id = \"nha-xe\", kind = \"parking\", polygon = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]] },",
            "lines = [",
            "    { id = \"cua\", from = [0.1, 0.6], to = [0.9, 0.6], direction = \"in\" },",
            "]",
        ],
    );
    let mut less = drawn("cong");
    less.zones.remove(1);
    let text = edited(FILE, &Edit::Draw { camera: "cong".to_owned(), drawn: less.clone() });
    assert!(text.contains("# the street") && text.contains("# where nobody parks"), "comments stay: {text}");
    assert_eq!(written(&text).cameras[0].drawn, less);
}

#[test]
fn masks_are_drawn_and_stay_where_they_are_not_spoken_of() {
    let mask = |id: &str| MaskKeys { id: id.to_owned(), polygon: vec![[0.0, 0.0], [0.25, 0.0], [0.25, 0.5]] };
    let wanted = Drawn { privacy_masks: Some(vec![mask("nha-dan")]), ..drawn("cong") };
    let text = edited(FILE, &Edit::Draw { camera: "cong".to_owned(), drawn: wanted.clone() });
    let row = "privacy_masks = [\n    { id = \"nha-dan\", polygon = [[0.0, 0.0], [0.25, 0.0], [0.25, 0.5]] },\n]";
    assert!(text.contains(row), "{text}");
    assert_eq!(written(&text).cameras[0].drawn, wanted);
    let unsaid = Drawn { privacy_masks: None, ..wanted.clone() };
    assert_eq!(edited(&text, &Edit::Draw { camera: "cong".to_owned(), drawn: unsaid }), text);
    let gone = Drawn { privacy_masks: Some(Vec::new()), ..wanted };
    assert!(!edited(&text, &Edit::Draw { camera: "cong".to_owned(), drawn: gone }).contains("privacy_masks"));
}

#[test]
fn days_are_added_and_taken_away() {
    let mut wanted = written(FILE).arming;
    wanted.nights = Some("19:00-05:30".to_owned());
    wanted.closed[0].name = Some("Đại hội Đảng bộ".to_owned());
    wanted.swap.push(SwapKeys {
        worked: Some("2026-08-22".to_owned()),
        off: Some("2026-08-31".to_owned()),
        name: None,
    });
    let text = check(
        &Edit::Arm(wanted.clone()),
        &["name = \"Đại hội\"", "nights = \"18:00-06:00\" # until the cleaners come"],
        &[
            "nights = \"19:00-05:30\" # until the cleaners come",
            "name = \"Đại hội Đảng bộ\"",
            "",
            "[[arming.swap]]",
            "worked = 2026-08-22",
            "off = 2026-08-31",
        ],
    );
    assert_eq!(written(&text).arming, wanted);
    wanted.closed.clear();
    wanted.group.clear();
    assert_eq!(written(&edited(&text, &Edit::Arm(wanted.clone()))).arming, wanted);
}

#[test]
fn sections_are_made_when_they_say_something() {
    let mut wanted = written(FILE).keeping;
    wanted.record.quota_bytes = Some(80_000_000_000);
    wanted.alerts.escalate_after = Some(60);
    check(
        &Edit::Keep(wanted),
        &["escalate_after = \"none\""],
        &["escalate_after = 60", "", "[record]", "quota_bytes = 80000000000"],
    );
}

// --- any change of any kind ------------------------------------------------------------------------------------------

fn id() -> impl Strategy<Value = String> {
    prop_oneof![Just("cong".to_owned()), Just("kho".to_owned()), Just("san".to_owned()), "[a-z][a-z0-9-]{0,5}"]
}

fn text() -> impl Strategy<Value = Option<String>> {
    // What a name may hold that TOML has a meaning for.
    prop::option::of("[a-zA-Z\"'#=\\[\\]{}, \\\\ắộ\n]{1,8}".prop_map(|text| text.trim().to_owned()))
        .prop_map(|text| text.filter(|text| !text.is_empty()))
}

fn corner() -> impl Strategy<Value = [f64; 2]> {
    (0.0..=1.0, 0.0..=1.0).prop_map(|(x, y)| [rounded(x), rounded(y)])
}

fn unique<T>(mut rows: Vec<T>, id: impl Fn(&T) -> String) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    rows.retain(|row| seen.insert(id(row)));
    rows
}

fn any_drawn() -> impl Strategy<Value = Drawn> {
    let kind = prop::sample::select(vec![ZoneKind::Yard, ZoneKind::Building, ZoneKind::Protected, ZoneKind::Ignore]);
    let rules = (prop::option::of(any::<bool>()), prop::option::of(5_u32..3600));
    let rules =
        rules.prop_map(|(person, seconds)| RuleKeys { person, loitering_seconds: seconds, ..RuleKeys::default() });
    let zone = (id(), kind, prop::collection::vec(corner(), 3..6), rules);
    let zone = zone.prop_map(|(id, kind, polygon, rules)| ZoneKeys { id, was: None, kind, polygon, rules });
    let direction = prop::sample::select(vec![Direction::In, Direction::Out, Direction::Both]);
    let line = (id(), corner(), corner(), direction);
    let line = line.prop_map(|(id, from, to, direction)| LineKeys { id, from, to, direction });
    let mask = (id(), prop::collection::vec(corner(), 3..6)).prop_map(|(id, polygon)| MaskKeys { id, polygon });
    let (zones, lines, masks) =
        (prop::collection::vec(zone, 0..4), prop::collection::vec(line, 0..3), prop::collection::vec(mask, 0..3));
    let masks = prop::option::of(masks);
    (zones, lines, masks).prop_map(|(zones, lines, masks)| Drawn {
        zones: unique(zones, |zone| zone.id.clone()),
        lines: unique(lines, |line| line.id.clone()),
        privacy_masks: masks.map(|masks| unique(masks, |mask| mask.id.clone())),
    })
}

fn any_camera() -> impl Strategy<Value = CameraKeys> {
    (id(), text(), text(), prop::option::of(any::<bool>())).prop_map(|(id, name, place, tamper)| CameraKeys {
        id,
        name,
        main: "rtsp://10.0.0.9/1".to_owned(),
        sub: place.as_ref().map(|_| "rtsp://10.0.0.9/2".to_owned()),
        transport: tamper.map(|udp| if udp { Transport::Udp } else { Transport::Tcp }),
        record: tamper.map(|alerts| if alerts { Recording::Alerts } else { Recording::Continuous }),
        purpose: place.clone(),
        place,
        tamper,
    })
}

fn any_arming() -> impl Strategy<Value = ArmingKeys> {
    let day = (2026..2030, 1..13, 1..29).prop_map(|(y, m, d): (i32, i32, i32)| format!("{y}-{m:02}-{d:02}"));
    let closed = (day, text()).prop_map(|(from, name)| ClosedKeys { to: Some(from.clone()), from, name });
    let group = (id(), text(), any::<bool>()).prop_map(|(name, nights, always)| GroupKeys {
        name,
        cameras: vec!["cong".to_owned()],
        nights: nights.filter(|_| !always),
        always: Some(always),
        opening_hours: always.then(|| [(Weekday::Monday, "07:00-17:00".to_owned())].into()),
        ..GroupKeys::default()
    });
    let lists = (prop::collection::vec(closed, 0..4), prop::collection::vec(group, 0..3));
    (text(), prop::option::of(any::<bool>()), lists).prop_map(|(nights, weekends, (closed, group))| ArmingKeys {
        early_watch: weekends.map(|_| EarlyWatchKeys { days: 3, from: "15:00".to_owned() }),
        nights,
        weekends,
        closed: unique(closed, |closed| closed.from.clone()),
        group: unique(group, |group| group.name.clone()),
        ..ArmingKeys::default()
    })
}

fn any_edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any_camera().prop_map(Edit::AddCamera),
        any_camera().prop_map(Edit::ChangeCamera),
        id().prop_map(Edit::RemoveCamera),
        (id(), any_drawn()).prop_map(|(camera, drawn)| Edit::Draw { camera, drawn }),
        any_arming().prop_map(Edit::Arm),
        (prop::option::of(1..u64::MAX / 2), prop::option::of(0_u32..9), prop::option::of(1_u16..366)).prop_map(
            |(quota_bytes, escalate_after, keep_days)| Edit::Keep(KeepingKeys {
                record: RecordKeys { quota_bytes, motion_days: keep_days, ..RecordKeys::default() },
                plates: DaysKept { keep_days },
                memory: DaysKept { keep_days: None },
                alerts: WaitKeys { escalate_after, escalate_critical_after: None },
                privacy: PrivacyKeys {
                    contact: keep_days.map(|days| format!("phòng {days}")),
                    ..PrivacyKeys::default()
                },
            })
        ),
    ]
}

/// What the file says after an edit, by what it said before.
fn expected(mut now: Written, edit: &Edit) -> Written {
    let camera = |now: &mut Written, id: &str| now.cameras.iter().position(|camera| camera.keys.id == id);
    match edit {
        Edit::AddCamera(keys) => {
            now.cameras.push(WrittenCamera { keys: keys.clone(), drawn: Drawn::default(), has_credentials: false });
        }
        Edit::ChangeCamera(keys) => {
            let at = camera(&mut now, &keys.id).expect("there");
            now.cameras[at].keys = keys.clone();
        }
        Edit::RemoveCamera(id) => {
            let at = camera(&mut now, id).expect("there");
            now.cameras.remove(at);
            for group in &mut now.arming.group {
                group.cameras.retain(|camera| camera != id);
                group.zones.retain(|zone| zone.split_once('/').is_none_or(|(camera, _)| camera != id));
            }
        }
        Edit::Draw { camera: id, drawn } => {
            let at = camera(&mut now, id).expect("there");
            let masks = drawn.privacy_masks.clone().or_else(|| now.cameras[at].drawn.privacy_masks.take());
            let privacy_masks = masks.filter(|masks| !masks.is_empty());
            now.cameras[at].drawn = Drawn { privacy_masks, ..drawn.clone() };
        }
        Edit::Arm(keys) => now.arming = keys.clone(),
        Edit::Keep(keys) => now.keeping = keys.clone(),
        Edit::Plan(keys) => now.plans = keys.clone(),
    }
    now
}

/// Rows in one order: those that stay come before those that are new.
fn sorted(mut written: Written) -> Written {
    for camera in &mut written.cameras {
        camera.drawn.zones.sort_by(|a, b| a.id.cmp(&b.id));
        camera.drawn.lines.sort_by(|a, b| a.id.cmp(&b.id));
        camera.drawn.privacy_masks.iter_mut().for_each(|masks| masks.sort_by(|a, b| a.id.cmp(&b.id)));
    }
    written.arming.closed.sort_by(|a, b| a.from.cmp(&b.from));
    written.arming.group.sort_by(|a, b| a.name.cmp(&b.name));
    written
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    /// A thousand and more changes in a row of any kind: the file stays readable, says what was wanted, and keeps the
    /// comments of what was not taken away.
    #[test]
    fn edits_do_what_is_wanted_and_nothing_else(edits in prop::collection::vec(any_edit(), 1..10)) {
        let mut text = FILE.to_owned();
        for edit in &edits {
            let before = written(&text);
            let mut document: DocumentMut = text.parse().expect("TOML");
            if apply(&mut document, edit).is_err() {
                prop_assert_eq!(document.to_string(), text.clone());
                continue;
            }
            text = document.to_string();
            let after = Written::of(&text, |_| false);
            prop_assert!(after.is_some(), "{}", text);
            let after = after.map(sorted).expect("asserted");
            prop_assert_eq!(after, sorted(expected(before, edit)), "{}", text);
            for comment in ["# The office of the district.", "# a disk of its own", "# --- cameras ---"] {
                let removed = edits.iter().any(|edit| matches!(edit, Edit::RemoveCamera(_)));
                prop_assert!(text.contains(comment) || removed, "{} is gone: {}", comment, text);
            }
        }
    }
}
