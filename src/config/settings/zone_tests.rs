//! Zones that get another id, and their rules.

use toml_edit::DocumentMut;

use super::edit::{Edit, apply};
use super::rules::RuleKeys;
use super::wanted::{Drawn, Written, ZoneKeys};
use crate::config::ZoneKind;

const FILE: &str = r#"
[[camera]]
id = "cong"
main = "rtsp://10.0.0.11/1"
zones = [
    { id = "san", kind = "yard", polygon = [[0, 0], [1, 0], [1, 1]], rules = { loitering_seconds = 90 }, plan = ["Gọi"] },
    { id = "duong", kind = "ignore", polygon = [[0, 0], [1, 0], [1, 0.2]] }, # the street
]

[rules]
vehicle = false

[[arming.group]]
name = "Kho"
zones = ["cong/san", "kho/san", "cong/duong"] # by night too
always = true
"#;

fn written(text: &str) -> Written {
    Written::of(text, |_| false).expect("readable")
}

#[track_caller]
fn drawn(text: &str, change: impl FnOnce(&mut Vec<ZoneKeys>)) -> String {
    let mut drawn = written(text).cameras.remove(0).drawn;
    change(&mut drawn.zones);
    let mut document: DocumentMut = text.parse().expect("TOML");
    apply(&mut document, &Edit::Draw { camera: "cong".to_owned(), drawn: drawn.clone() }).expect("there");
    let text = document.to_string();
    drawn.zones.iter_mut().for_each(|zone| zone.was = None);
    assert_eq!(written(&text).cameras[0].drawn, drawn, "{text}");
    text
}

fn rename(zone: &mut ZoneKeys, id: &str) {
    zone.was = Some(std::mem::replace(&mut zone.id, id.to_owned()));
}

#[test]
fn a_renamed_zone_keeps_what_is_said_of_it() {
    let text = drawn(FILE, |zones| rename(&mut zones[0], "san-truoc"));
    let expected = FILE.replace("id = \"san\"", "id = \"san-truoc\"").replace("\"cong/san\"", "\"cong/san-truoc\"");
    assert_eq!(text, expected);
}

#[test]
fn zones_may_change_their_names_with_one_another() {
    let text = drawn(FILE, |zones| {
        rename(&mut zones[0], "duong");
        rename(&mut zones[1], "san");
    });
    assert!(text.contains(r#"{ id = "duong", kind = "yard", polygon = [[0, 0], [1, 0], [1, 1]], rules = { loitering_seconds = 90 }, plan"#), "{text}");
    assert!(text.contains(r#"zones = ["cong/duong", "kho/san", "cong/san"] # by night too"#), "{text}");
}

#[test]
fn a_new_zone_may_have_a_name_that_was_given_up() {
    let new = ZoneKeys {
        id: "san".to_owned(),
        was: None,
        kind: ZoneKind::Yard,
        polygon: vec![[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]],
        rules: RuleKeys::default(),
    };
    // Wherever it stands in the list.
    for place in [0, 2] {
        let mut document: DocumentMut = FILE.parse().expect("TOML");
        let mut zones = written(FILE).cameras.remove(0).drawn.zones;
        rename(&mut zones[0], "san-truoc");
        zones.insert(place, new.clone());
        let drawn = Drawn { zones, ..Drawn::default() };
        apply(&mut document, &Edit::Draw { camera: "cong".to_owned(), drawn }).expect("there");
        let text = document.to_string();
        assert!(
            text.contains(r#"{ id = "san-truoc", kind = "yard", polygon = [[0, 0], [1, 0], [1, 1]], rules ="#),
            "{text}"
        );
        assert!(
            text.contains(r#"{ id = "san", kind = "yard", polygon = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]] }"#),
            "{text}"
        );
    }
}

#[test]
fn rules_are_set_and_taken_back() {
    let own = RuleKeys { person: Some(false), loitering: Some(false), ..RuleKeys::default() };
    let text = drawn(FILE, |zones| zones[0].rules = own);
    assert!(text.contains("rules = { person = false, loitering = false }"), "{text}");
    let text = drawn(&text, |zones| zones[0].rules = RuleKeys::default());
    assert!(!text.contains("rules ="), "{text}");
    let text = drawn(FILE, |zones| zones[0].rules.waiting_vehicle = Some(false));
    assert!(text.contains("rules = { loitering_seconds = 90, waiting_vehicle = false }"), "{text}");
}

#[test]
fn what_a_zone_has_that_says_nothing() {
    let usual = written(FILE).usual_rules;
    let of = |kind| usual.iter().find(|rules| rules.kind == kind).copied();
    let (yard, parking) = (of(ZoneKind::Yard).expect("told"), of(ZoneKind::Parking).expect("told"));
    assert!(yard.person && !yard.vehicle && yard.loitering && yard.waiting_vehicle && !yard.protected_room);
    assert_eq!((yard.loitering_seconds, parking.loitering_seconds), (60, 120));
    let protected = of(ZoneKind::Protected).expect("told");
    assert!(protected.protected_room && !protected.waiting_vehicle);
    assert_eq!(of(ZoneKind::Ignore), None);
}

/// As told and as checked must be the same.
#[test]
fn what_is_told_is_what_holds() {
    for everywhere in [
        "",
        "person = false",
        "loitering = false",
        "loitering_seconds = 30",
        "waiting_vehicle = true",
        "protected_room = false",
    ] {
        for kind in ["yard", "building", "protected", "parking"] {
            let text = format!(
                "data_dir = \"d\"\n[[camera]]\nid = \"a\"\nmain = \"rtsp://a/\"\n\
                 zones = [{{ id = \"z\", kind = \"{kind}\", polygon = [[0,0],[1,0],[1,1]] }}]\n[rules]\n{everywhere}\n\
                 [arming]\nnights = \"18:00-06:00\"\n"
            );
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("canhdem.toml");
            std::fs::write(&path, &text).expect("written");
            let config = crate::config::Config::load(&path).expect("right");
            let zone = &config.cameras[0].zones[0];
            let told = written(&text).usual_rules.into_iter().find(|told| told.kind == zone.kind).expect("told");
            let rules = &zone.rules;
            let loitering = rules.loitering.map(|after| after.as_secs());
            assert_eq!(loitering, told.loitering.then_some(told.loitering_seconds.into()), "{kind}: {everywhere}");
            assert_eq!(
                (rules.person, rules.vehicle, rules.protected_room, rules.waiting_vehicle),
                (told.person, told.vehicle, told.protected_room, told.waiting_vehicle),
                "{kind}: {everywhere}"
            );
        }
    }
}
