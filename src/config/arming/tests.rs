use std::fs;

use jiff::civil::{date, time};

use super::*;
use crate::config::{Config, ConfigError};

const CAMERAS: &str = "data_dir = \"data\"
[[camera]]
id = \"cong\"
main = \"rtsp://10.0.0.11/1\"
zones = [{ id = \"san\", kind = \"yard\", polygon = [[0.0,0.0],[1.0,0.0],[1.0,1.0]] },
         { id = \"ket\", kind = \"protected\", polygon = [[0.0,0.0],[1.0,0.0],[1.0,1.0]] }]
[[camera]]
id = \"kho\"
main = \"rtsp://10.0.0.12/1\"
";
/// The line of `[arming]`.
const LINE: usize = 10;

fn load(arming: &str, ics: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("nghi.ics"), ics).expect("written");
    let path = folder.path().join("canhdem.toml");
    fs::write(&path, format!("{CAMERAS}[arming]\n{arming}\n")).expect("written");
    Config::load(&path)
}

fn parse(arming: &str) -> Arming {
    load(arming, "").unwrap_or_else(|error| panic!("{error}")).arming
}

/// Refused at a line counted from `[arming]`, 0 where no line is told.
#[track_caller]
fn refused(arming: &str, line: usize, parts: &[&str]) {
    let message = load(arming, "").expect_err("must be refused").to_string();
    let place = if line == 0 { "canhdem.toml: ".to_owned() } else { format!("canhdem.toml:{}: ", LINE + line) };
    for part in parts.iter().copied().chain([place.as_str()]) {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

/// The sample of this module's documentation is what it says.
#[test]
fn the_sample_is_valid() {
    let lines = include_str!("mod.rs").lines().skip_while(|line| *line != "//! ```toml").skip(1);
    let sample = lines.take_while(|line| *line != "//! ```").map(|line| line.trim_start_matches("//!").trim_start());
    let sample = sample.collect::<Vec<_>>().join("\n").replace("may-chu", "kho").replace("cong-chinh/kho", "cong/ket");
    let ics = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
    let sample = sample.strip_prefix("[arming]").expect("begins so");
    let arming = load(sample, ics).unwrap_or_else(|error| panic!("{error}")).arming;
    assert_eq!((arming.groups.len(), arming.days.closures.len(), arming.days.swaps.len()), (1, 1, 1));
    assert!(arming.days.early_watch.is_some() && arming.days.tet.len() == 1 && arming.days.national_day.len() == 1);
}

#[test]
fn opening_hours_take_the_place_of_nights() {
    let arming =
        parse("opening_hours = { monday = \"07:30-11:30, 13:30-17:00\", friday = \"07:30-00:00\", sunday = \"none\" }");
    let Hours::Opening(hours) = &arming.office.hours else { panic!("{:?}", arming.office) };
    let span =
        |from: (i8, i8), to: (i8, i8)| DailySpan { from: time(from.0, from.1, 0, 0), to: time(to.0, to.1, 0, 0) };
    assert_eq!(hours.of(Weekday::Monday), [span((7, 30), (11, 30)), span((13, 30), (17, 0))]);
    assert_eq!(hours.of(Weekday::Friday), [span((7, 30), (0, 0))]);
    assert_eq!((hours.of(Weekday::Sunday), hours.of(Weekday::Tuesday)), (&[][..], &[][..]));
    assert!(arming.office.is_day_of_rest(Weekday::Tuesday) && !arming.office.is_day_of_rest(Weekday::Friday));

    let day = |hours: &str| format!("opening_hours = {{ monday = \"{hours}\" }}");
    refused(&day("7-11"), 1, &["arming.opening_hours.monday", "7-11"]);
    refused(&day("07:30-11:30, 11:00-17:00"), 1, &["overlaps itself"]);
    refused(&day("13:00-17:00, 07:00-11:00"), 1, &["not in order"]);
    refused(&day("22:00-06:00"), 1, &["divide it at midnight"]);
    refused(&day("08:00-08:00"), 1, &["same time"]);
    refused("nights = \"18:00-06:00\"\nopening_hours = { monday = \"07:30-17:00\" }", 1, &["leave out nights"]);
    refused("opening_hours = { mondey = \"07:30-17:00\" }", 1, &["did you mean `monday`"]);
}

#[test]
fn days_are_dates_or_text() {
    let arming = parse(
        "holidays = \"vietnam\"
         tet = [{ from = 2027-02-04, to = \"2027-02-10\" }]
         national_day = [{ year = 2027, beside = \"after\" }]
         swap = [{ worked = 2026-08-22, off = 2026-08-31, name = \" Quốc khánh \" }, { off = \"2026-01-02\" }]
         closed = [{ from = 2027-03-05T12:00, to = \"2027-03-05T17:30\", name = \"Đại hội\" }, { from = 2027-03-01, to = 2027-03-02 }]
         early_watch = { days = 3, from = \"15:00\" }",
    );
    let days = arming.days;
    assert_eq!(days.tet[&2027], (date(2027, 2, 4), date(2027, 2, 10)));
    assert_eq!(days.national_day[&2027], Beside::After);
    let swap = |worked, off, name: &str| Swap { worked, off, name: name.to_owned() };
    let first = swap(Some(date(2026, 8, 22)), Some(date(2026, 8, 31)), "Quốc khánh");
    assert_eq!(days.swaps, [first, swap(None, Some(date(2026, 1, 2)), "")]);
    let closed = |from, to, name: &str| Closure { from, to, name: name.to_owned() };
    let expected = [
        closed(date(2027, 3, 1).at(0, 0, 0, 0), date(2027, 3, 3).at(0, 0, 0, 0), ""),
        closed(date(2027, 3, 5).at(12, 0, 0, 0), date(2027, 3, 5).at(17, 30, 0, 0), "Đại hội"),
    ];
    assert_eq!(days.closures, expected);
    assert_eq!(days.early_watch, Some(EarlyWatch { days: 3, from: time(15, 0, 0, 0) }));
}

#[test]
fn what_is_wrong_with_days_is_named() {
    refused("closed = [{ from = \"2027-02-30\" }]", 1, &["arming.closed: from", "2027-02-30", "no such day"]);
    refused("closed = [{ from = 2027-02-30 }]", 1, &[]);
    refused("closed = [{ from = \"tomorrow\" }]", 1, &["a day such as 2027-02-04"]);
    refused("closed = [{ from = 1027-02-03 }]", 1, &["1976 to 2100"]);
    refused("closed = [{ from = 2027-02-03T08:00:00+07:00 }]", 1, &["has an offset"]);
    refused("closed = [{ from = \"2027-02-04T12\" }]", 1, &["a day such as 2027-02-04"]);
    refused("closed = [{ from = 07:30:00 }]", 1, &["a day such as 2027-02-04"]);
    refused("closed = [{ from = 7 }]", 1, &["a day such as"]);
    refused(
        "peak = \"none\"\nclosed = [{ from = 2027-02-03, to = 2027-02-02, name = \"Bão\" }]",
        2,
        &["Bão", "before it begins"],
    );
    refused("closed = [{ form = 2027-02-03 }]", 1, &["did you mean `from`"]);
    refused(
        "closed = [\n{ from = 2027-02-03, to = 2027-02-05, name = \"Bão\" },\n{ from = 2027-02-05, name = \"Lụt\" },\n]",
        3,
        &["closures overlap", "Bão", "Lụt"],
    );
    refused("swap = [{ name = \"x\" }]", 1, &["neither"]);
    refused("swap = [{ worked = 2026-08-22, off = 2026-08-22 }]", 1, &["both worked and off"]);
    refused("swap = [{ worked = 2026-08-22 }, { off = 2026-08-22 }]", 1, &["named twice"]);
    refused("swap = [{ worked = 2026-08-22T08:00 }]", 1, &["a whole day"]);
    let saturday = "opening_hours = { monday = \"07:00-17:00\" }\nswap = [{ worked = 2026-08-22 }]";
    refused(saturday, 0, &["2026-08-22", "say off ="]);
    let tet = |rest: &str| format!("holidays = \"vietnam\"\ntet = [{rest}]");
    refused(&tet("{ from = 2027-02-10, to = 2027-02-04 }"), 2, &["before it begins"]);
    refused(&tet("{ from = 2027-02-01, to = 2027-02-28 }"), 2, &["more than 21 days"]);
    let days = "{ from = 2027-02-04, to = 2027-02-10 }";
    refused(&tet(&format!("{days}, {days}")), 2, &["twice for 2027"]);
    refused(&format!("holidays = \"none\"\ntet = [{days}]"), 0, &["holidays = \"vietnam\""]);
    refused("holidays = \"vietnam\"\nearly_watch = { days = 0, from = \"15:00\" }", 2, &["1 to 14"]);
    refused("holidays = \"vietnam\"\nearly_watch = { days = 2, from = \"3pm\" }", 2, &["3pm"]);
    refused(
        "holidays = \"vietnam\"\nnational_day = [{ year = 2027, beside = \"befor\" }]",
        2,
        &["did you mean `before`"],
    );
}

#[test]
fn groups_have_hours_of_their_own() {
    let arming = parse(
        "group = [{ name = \"Kho\", cameras = [\"kho\"], nights = \"20:00-05:00\" },
                  { name = \"Két\", zones = [\"cong/ket\"], always = true }]",
    );
    let [kho, ket] = &arming.groups[..] else { panic!("{:?}", arming.groups) };
    assert_eq!((&kho.cameras[..], &kho.zones[..]), (&["kho".to_owned()][..], &[][..]));
    assert!(matches!(kho.plan, Plan { hours: Hours::Nights(Some(_)), weekends: true }));
    assert_eq!(ket.zones, [("cong".to_owned(), "ket".to_owned())]);
    assert_eq!(ket.plan.hours, Hours::Always);
}

#[test]
fn what_is_wrong_with_groups_is_named() {
    let group = |rest: &str| format!("group = [{{ name = \"Kho\", {rest} }}]");
    refused(&group("cameras = [\"khoo\"]"), 1, &["arming.group \"Kho\"", "\"khoo\"", "did you mean \"kho\"?"]);
    refused(&group("zones = [\"cong/kett\"]"), 1, &["no zone \"kett\"", "did you mean \"ket\"?"]);
    refused(&group("zones = [\"ket\"]"), 1, &["\"camera/zone\""]);
    refused(&group("always = true"), 1, &["nothing is in it"]);
    refused(&group("cameras = [\"kho\"], always = true, weekends = true"), 1, &["always leaves no room"]);
    refused(&group("cameras = [\"kho\", \"kho\"]"), 1, &["\"kho\" is named twice"]);
    refused(&group("cameras = [\"kho\"], nights = \"none\", weekends = false"), 1, &["Không có giờ nào được canh"]);
    refused("group = [{ name = \" \", cameras = [\"kho\"] }]", 1, &["its name is empty"]);
    let twice = "group = [{ name = \"A\", cameras = [\"kho\"] },\n{ name = \"A\", cameras = [\"cong\"] }]";
    refused(twice, 2, &["two groups have this name"]);
    refused(&group("camera = [\"kho\"]"), 1, &["did you mean `cameras`"]);
}

#[test]
fn an_empty_schedule_is_refused() {
    let never = "Không có giờ nào được canh";
    refused("nights = \"none\"\nweekends = false", 0, &[never]);
    let all_day: Vec<_> = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        .iter()
        .map(|day| format!("{day} = \"00:00-12:00, 12:00-00:00\""))
        .collect();
    refused(&format!("opening_hours = {{ {} }}", all_day.join(", ")), 0, &[never]);
    refused(
        &format!("opening_hours = {{ {} }}", all_day.join(", ").replace("00:00-12:00, 12:00-00:00", "00:00-24:00")),
        0,
        &[never],
    );
    assert_eq!(parse("nights = \"none\"\nweekends = false\nholidays = \"vietnam\"").office.hours, Hours::Nights(None));
}

#[test]
fn in_vietnam_its_holidays_count_unless_the_office_says_otherwise() {
    #[track_caller]
    fn check(timezone: &str, arming: &str, expected: Holidays) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("canhdem.toml");
        fs::write(&path, format!("timezone = \"{timezone}\"\n{CAMERAS}[arming]\n{arming}\n")).expect("written");
        assert_eq!(Config::load(&path).expect("valid").arming.days.holidays, expected);
    }
    assert_eq!(parse("").days.holidays, Holidays::Vietnam, "the time zone is left out, too");
    check("Asia/Ho_Chi_Minh", "", Holidays::Vietnam);
    check("Asia/Ho_Chi_Minh", "holidays = \"none\"", Holidays::None);
    check("Asia/Tokyo", "", Holidays::None);
    check("Asia/Tokyo", "holidays = \"vietnam\"", Holidays::Vietnam);
}

#[test]
fn closures_come_from_a_calendar_as_well() {
    let ics = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270304\r\nSUMMARY:Đại hội\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let config = load("closures_file = \"nghi.ics\"\nclosed = [{ from = 2027-03-01 }]", ics).expect("valid");
    let names: Vec<_> = config.arming.days.closures.iter().map(|closure| closure.name.as_str()).collect();
    assert_eq!(names, ["", "Đại hội"]);
    let message =
        load("closures_file = \"nghi.ics\"\nclosed = [{ from = 2027-03-04 }]", ics).expect_err("refused").to_string();
    for part in ["canhdem.toml:12: ", "closures overlap", "event 1 of ", "nghi.ics"] {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
    refused("\nclosures_file = \"nghi.icz\"", 2, &["nghi.icz", "No such file"]);
    refused("closures_file = \"nghi.ics\"", 1, &["nghi.ics", "BEGIN:VCALENDAR"]);
}
