//! What is armed when, and why, in words.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::config::{Config, Group, Holidays, Language};
use crate::rules::{Armed, Bilingual, Place, Schedule};

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Days off and closures that are told.
const DAYS_OFF: usize = 12;
const CLOSURES: usize = 5;

/// What holds at `at`, for the office and each group, what changes within a day, and which days are
/// off next.
pub(super) fn describe(config: &Config, at: Timestamp) -> Vec<String> {
    let vi = config.language == Language::Vi;
    let word = |vietnamese: &str, english: &str| if vi { vietnamese } else { english }.to_owned();
    let say = |text: &Bilingual| if vi { text.vi.clone() } else { text.en.clone() };
    let schedule = Schedule::new(config);
    let mut lines = vec![say(&schedule.explain(at, Place::Office).sentence) + "."];
    for group in &config.arming.groups {
        let sentence = say(&schedule.explain(at, Place::Group(&group.name)).sentence);
        lines.push(format!("{} {} ({}): {sentence}.", word("Nhóm", "Group"), group.name, members(group)));
    }
    let until = at.saturating_add(DAY).unwrap_or(Timestamp::MAX);
    lines.push(word("Lịch canh 24 giờ tới:", "Arming in the next 24 hours:"));
    lines.extend(changes(&schedule, at, until, Place::Office, vi, &config.timezone));
    for group in &config.arming.groups {
        lines.push(format!("{} {}:", word("Nhóm", "Group"), group.name));
        lines.extend(changes(&schedule, at, until, Place::Group(&group.name), vi, &config.timezone));
    }
    let local = config.timezone.to_datetime(at);
    lines.push(match config.arming.days.holidays {
        Holidays::Vietnam => word(
            "Ngày lễ: theo lịch Việt Nam (holidays = \"vietnam\", mặc định ở Việt Nam).",
            "Holidays: those of Vietnam (holidays = \"vietnam\", the default in Vietnam).",
        ),
        Holidays::None => {
            word("Ngày lễ: không tính (holidays = \"none\").", "Holidays: none count (holidays = \"none\").")
        }
    });
    let days: Vec<_> = schedule.calendar().days_off_from(local.date()).take(DAYS_OFF).collect();
    if !days.is_empty() {
        lines.push(word("Ngày nghỉ sắp tới, canh cả ngày:", "The next days off, armed all day:"));
    }
    for (day, off) in days {
        let weekday = day.weekday().to_monday_one_offset();
        let weekday =
            if vi { VI[usize::from(weekday.unsigned_abs()) - 1].to_owned() } else { day.strftime("%a").to_string() };
        lines.push(format!("  {} ({weekday})  {}", day.strftime("%d/%m/%Y"), say(&off.name())));
    }
    let to_come = schedule.calendar().closures().iter().filter(|closure| closure.to > local).take(CLOSURES);
    let closures = to_come.map(|closure| {
        let time = |at: jiff::civil::DateTime| at.strftime("%d/%m/%Y %H:%M").to_string();
        format!("  {} – {}  {}", time(closure.from), time(closure.to), closure.name)
    });
    let closures: Vec<_> = closures.collect();
    if !closures.is_empty() {
        lines.push(word("Cơ quan đóng cửa:", "Closed:"));
        lines.extend(closures);
    }
    let remarks = schedule.calendar().remarks(|weekday| config.arming.office.is_day_of_rest(weekday));
    lines.extend(remarks.iter().map(|remark| format!("{} {}", word("Lưu ý:", "Note:"), say(remark))));
    lines
}

const VI: [&str; 7] = ["thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật"];

fn members(group: &Group) -> String {
    let zones = group.zones.iter().map(|(camera, zone)| format!("{camera}/{zone}"));
    group.cameras.iter().cloned().chain(zones).collect::<Vec<_>>().join(", ")
}

fn changes(
    schedule: &Schedule,
    from: Timestamp,
    to: Timestamp,
    place: Place<'_>,
    vi: bool,
    timezone: &TimeZone,
) -> Vec<String> {
    let line = |(at, armed): (Timestamp, Armed)| {
        let state = match (armed.armed, vi) {
            (true, true) => "Đã bật",
            (false, true) => "Đang tắt",
            (true, false) => "Armed",
            (false, false) => "Not armed",
        };
        let peak = match (armed.peak, vi) {
            (true, true) => ", giờ cao điểm trộm",
            (true, false) => ", peak hours",
            (false, _) => "",
        };
        let reason = if vi { &armed.reason.vi } else { &armed.reason.en };
        format!("  {}  {state}: {reason}{peak}", timezone.to_datetime(at).strftime("%d/%m/%Y %H:%M"))
    };
    schedule.changes(from, to, place).into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The lines of a configuration at a time, and those of them that hold `part`.
    #[track_caller]
    fn check(arming: &str, at: &str, parts: &[&str]) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("canhdem.toml");
        let camera = "[[camera]]\nid = \"kho\"\nmain = \"rtsp://10.0.0.11/1\"\n";
        std::fs::write(&path, format!("data_dir = \"data\"\n{camera}[arming]\n{arming}\n")).expect("written");
        let config = Config::load(Path::new(&path)).expect("valid");
        let text = describe(&config, at.parse().expect("a time")).join("\n");
        for part in parts {
            assert!(text.contains(part), "{part:?} is not in:\n{text}");
        }
    }

    #[test]
    fn a_night_of_tet() {
        check(
            "holidays = \"vietnam\"",
            "2026-02-18T22:00:00+07:00",
            &[
                "Đã bật từ 18:00 đến 06:00: đêm mồng 2 Tết; sau đó vẫn bật đến 06:00 ngày 23/02.",
                "  19/02/2026 01:00  Đã bật: đêm mồng 2 Tết, giờ cao điểm trộm",
                "  19/02/2026 06:00  Đã bật: mồng 3 Tết",
                "Ngày lễ: theo lịch Việt Nam",
                "  26/04/2026 (chủ nhật)  Giỗ Tổ Hùng Vương",
                "  27/04/2026 (thứ hai)  nghỉ bù Giỗ Tổ Hùng Vương",
            ],
        );
    }

    #[test]
    fn groups_closures_and_what_is_odd() {
        check(
            "holidays = \"none\"
             closed = [{ from = 2026-11-27, to = 2026-11-28, name = \"Sửa điện\" }]
             swap = [{ worked = 2026-11-26, off = 2026-12-05 }]
             group = [{ name = \"Kho\", cameras = [\"kho\"], always = true }]",
            "2026-11-25T10:00:00+07:00",
            &[
                "Ngày lễ: không tính",
                "Đang tắt từ 06:00 đến 18:00: giờ làm việc.",
                "Nhóm Kho (kho): Đã bật: Kho được canh suốt ngày đêm.",
                "  27/11/2026 00:00 – 29/11/2026 00:00  Sửa điện",
                "Lưu ý: arming.swap: 2026-11-26 vốn là ngày làm việc",
                "Lưu ý: arming.swap: 2026-12-05 vốn là ngày nghỉ",
            ],
        );
    }
}
