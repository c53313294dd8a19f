//! What each camera watches, in words: its zones and their rules, its lines and its neighbours.

use crate::config::{Camera, Config, Direction, EntryLine, Language, Zone, ZoneKind, ZoneRules};

/// A line for each camera, and below it one for each thing that it has.
pub(super) fn describe(config: &Config) -> Vec<String> {
    let vi = config.language == Language::Vi;
    config.cameras.iter().flat_map(|camera| of_camera(config, camera, vi)).collect()
}

fn of_camera(config: &Config, camera: &Camera, vi: bool) -> Vec<String> {
    let word = |vietnamese: &'static str, english: &'static str| if vi { vietnamese } else { english };
    let mut lines = vec![format!("Camera {} ({}):", camera.id, camera.name)];
    lines.extend(camera.zones.iter().map(|zone| format!("  {}", of_zone(zone, vi))));
    lines.extend(camera.lines.iter().map(|line| format!("  {}", of_line(line, vi))));
    lines.extend(config.cameras.iter().filter_map(|other| {
        let walk = config.neighbours.walk(&camera.id, &other.id)?.as_secs();
        let (near, seconds) = (word("gần", "near"), word("giây đi bộ", "seconds on foot"));
        Some(format!("  {near} {} ({}): {walk} {seconds}", other.id, other.name))
    }));
    if !camera.tamper {
        let silent = word(
            "tamper = false: không báo khi camera bị phá hoặc mất tín hiệu",
            "tamper = false: nobody is told when it is blinded or lost",
        );
        lines.push(format!("  {silent}"));
    }
    lines
}

/// For example: "vùng ket: bảo vệ đặc biệt (protected), nán lại từ 20 giây; khác mặc định: vehicle = false".
fn of_zone(zone: &Zone, vi: bool) -> String {
    let (kind, kind_vi, kind_en) = kind_words(zone.kind);
    let mut text = if vi {
        format!("vùng {}: {kind_vi} ({kind})", zone.id)
    } else {
        format!("zone {}: {kind_en} ({kind})", zone.id)
    };
    let loitering = match (zone.rules.loitering, zone.kind) {
        (_, ZoneKind::Ignore) => String::new(),
        (Some(after), _) if vi => format!(", nán lại từ {} giây", after.as_secs()),
        (Some(after), _) => format!(", loitering from {} seconds", after.as_secs()),
        (None, _) if vi => ", không báo nán lại".to_owned(),
        (None, _) => ", no loitering".to_owned(),
    };
    text.push_str(&loitering);
    let unusual = unusual(&zone.rules, &ZoneRules::of(zone.kind));
    if !unusual.is_empty() {
        text.push_str(if vi { "; khác mặc định: " } else { "; other than by default: " });
        text.push_str(&unusual.join(", "));
    }
    text
}

/// What differs from what a zone of its kind usually has, as it is written in the configuration.
fn unusual(rules: &ZoneRules, usual: &ZoneRules) -> Vec<String> {
    let switches = [
        ("person", rules.person, usual.person),
        ("vehicle", rules.vehicle, usual.vehicle),
        ("protected_room", rules.protected_room, usual.protected_room),
        ("waiting_vehicle", rules.waiting_vehicle, usual.waiting_vehicle),
    ];
    let turned = switches.into_iter().filter(|(_, now, usual)| now != usual);
    let mut unusual: Vec<_> = turned.map(|(key, now, _)| format!("{key} = {now}")).collect();
    if rules.loitering != usual.loitering {
        unusual.push(rules.loitering.map_or_else(
            || "loitering = false".to_owned(),
            |after| format!("loitering_seconds = {}", after.as_secs()),
        ));
    }
    unusual
}

fn of_line(line: &EntryLine, vi: bool) -> String {
    let (direction_vi, direction_en) = match line.direction {
        Direction::In => ("chỉ chiều vào", "inwards only"),
        Direction::Out => ("chỉ chiều ra", "outwards only"),
        Direction::Both => ("cả hai chiều", "both ways"),
    };
    if vi { format!("vạch {}: {direction_vi}", line.id) } else { format!("line {}: {direction_en}", line.id) }
}

/// As the configuration names it, in Vietnamese, in English.
fn kind_words(kind: ZoneKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        ZoneKind::Yard => ("yard", "sân", "outdoors"),
        ZoneKind::Building => ("building", "trong nhà", "indoors"),
        ZoneKind::Protected => ("protected", "bảo vệ đặc biệt", "specially guarded"),
        ZoneKind::Parking => ("parking", "bãi xe", "car park"),
        ZoneKind::Ignore => ("ignore", "bỏ qua", "not watched"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: &str = r#"
        data_dir = "data"
        [rules]
        loitering_seconds = 90
        [[camera]]
        id = "cong"
        name = "Cổng chính"
        main = "rtsp://10.0.0.11/1"
        near = [{ camera = "kho", seconds = 40 }]
        lines = [
            { id = "cua", from = [0.1, 0.5], to = [0.9, 0.5] },
            { id = "rao", from = [0.1, 0.6], to = [0.9, 0.6], direction = "in" },
        ]
        zones = [
            { id = "san", kind = "yard", polygon = [[0.0, 0.4], [1.0, 0.4], [1.0, 1.0]], rules = { vehicle = false, loitering_seconds = 60 } },
            { id = "duong", kind = "ignore", polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.3]] },
        ]
        [[camera]]
        id = "kho"
        main = "rtsp://10.0.0.12/1"
        tamper = false
        zones = [
            { id = "ket", kind = "protected", polygon = [[0.0, 0.4], [1.0, 0.4], [1.0, 1.0]], rules = { loitering = false, person = false } },
        ]
    "#;

    #[track_caller]
    fn check(language: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("canhdem.toml");
        std::fs::write(&path, format!("language = \"{language}\"\n{OFFICE}")).expect("written");
        assert_eq!(describe(&Config::load(&path).expect("valid")), expected);
    }

    #[test]
    fn what_each_camera_watches() {
        check(
            "vi",
            &[
                "Camera cong (Cổng chính):",
                "  vùng san: sân (yard), nán lại từ 60 giây; khác mặc định: vehicle = false",
                "  vùng duong: bỏ qua (ignore)",
                "  vạch cua: cả hai chiều",
                "  vạch rao: chỉ chiều vào",
                "  gần kho (kho): 40 giây đi bộ",
                "Camera kho (kho):",
                "  vùng ket: bảo vệ đặc biệt (protected), không báo nán lại; khác mặc định: person = false, loitering = false",
                "  gần cong (Cổng chính): 40 giây đi bộ",
                "  tamper = false: không báo khi camera bị phá hoặc mất tín hiệu",
            ],
        );
        check(
            "en",
            &[
                "Camera cong (Cổng chính):",
                "  zone san: outdoors (yard), loitering from 60 seconds; other than by default: vehicle = false",
                "  zone duong: not watched (ignore)",
                "  line cua: both ways",
                "  line rao: inwards only",
                "  near kho (kho): 40 seconds on foot",
                "Camera kho (kho):",
                "  zone ket: specially guarded (protected), no loitering; other than by default: person = false, loitering = false",
                "  near cong (Cổng chính): 40 seconds on foot",
                "  tamper = false: nobody is told when it is blinded or lost",
            ],
        );
    }

    #[test]
    fn what_the_rules_of_all_zones_change_is_told_of_each() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("canhdem.toml");
        let text = "data_dir = \"data\"\n[rules]\nloitering_seconds = 90\nwaiting_vehicle = false\n[[camera]]\nid = \"a\"\nmain = \"rtsp://10.0.0.11/1\"\n";
        std::fs::write(&path, text).expect("written");
        let told = describe(&Config::load(&path).expect("valid"));
        let unusual = "khác mặc định: waiting_vehicle = false, loitering_seconds = 90";
        assert_eq!(told[1], format!("  vùng khung-hinh: sân (yard), nán lại từ 90 giây; {unusual}"));
    }
}
