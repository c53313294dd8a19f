use proptest::prelude::*;

use super::*;

fn office() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").expect("bundled")
}

fn calendar(events: &[&str]) -> String {
    let event = |event: &&str| format!("BEGIN:VEVENT\r\nUID:1\r\n{event}\r\nEND:VEVENT\r\n");
    let events = events.iter().map(event).collect::<Vec<_>>().concat();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//VI\r\n{events}END:VCALENDAR\r\n")
}

#[track_caller]
fn check(event: &str, from: &str, to: &str, name: &str) {
    let found = parse(&calendar(&[event]), &office()).expect("an event");
    let expected =
        Closure { from: from.parse().expect("a time"), to: to.parse().expect("a time"), name: name.to_owned() };
    assert_eq!(found, [(1, expected)], "{event}");
}

#[test]
fn days_and_times() {
    let day = "DTSTART;VALUE=DATE:20270304\r\n";
    check(&format!("{day}SUMMARY:Đại hội\\, ngày 1"), "2027-03-04T00:00", "2027-03-05T00:00", "Đại hội, ngày 1");
    check(
        &format!("{day}DTEND;VALUE=DATE:20270307\r\nSUMMARY:Sửa\r\n  điện"),
        "2027-03-04T00:00",
        "2027-03-07T00:00",
        "Sửa điện",
    );
    check(&format!("{day}DURATION:P2D"), "2027-03-04T00:00", "2027-03-06T00:00", "");
    check("DTSTART:20270304T120000\r\nDTEND:20270304T173000", "2027-03-04T12:00", "2027-03-04T17:30", "");
    check("DTSTART:20270304T050000Z\r\nDURATION:PT1H30M", "2027-03-04T12:00", "2027-03-04T13:30", "");
    check(
        "DTSTART;TZID=Asia/Tokyo:20270304T140000\r\nDTEND;TZID=Asia/Tokyo:20270304T150000",
        "2027-03-04T12:00",
        "2027-03-04T13:00",
        "",
    );
}

#[test]
fn cancelled_events_and_other_parts_are_left_out() {
    let text = calendar(&[
        "DTSTART:20270304\r\nSTATUS:CANCELLED",
        "DTSTART:20270305\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM",
    ]);
    let text = text.replace("END:VCALENDAR", "BEGIN:VTODO\r\nDTSTART:20270306\r\nEND:VTODO\r\nEND:VCALENDAR");
    let found = parse(&text, &office()).expect("events");
    assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2]);
    // As some programs on Windows write it.
    let marked = format!("\u{feff}{}", calendar(&["DTSTART:20270304"]).replace("\r\n", "\n"));
    assert_eq!(parse(&marked, &office()).expect("an event").len(), 1);
}

#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let problem = parse(text, &office()).expect_err("must be refused");
    for part in parts {
        assert!(problem.contains(part), "{part:?} is not in: {problem}");
    }
}

#[test]
fn what_is_wrong_is_named_with_the_event() {
    let second = |event: &str| calendar(&["DTSTART:20270301", &format!("SUMMARY:Bão\r\n{event}")]);
    refused(&second("DTEND:20270304"), &["event 2 (\"Bão\")", "no DTSTART"]);
    refused(&second("DTSTART:20270230"), &["event 2", "20270230"]);
    refused(&second("DTSTART:20270304T250000"), &["event 2", "20270304T250000"]);
    refused(&second("DTSTART:20270304T120000"), &["no DTEND"]);
    refused(&second("DTSTART:20270304\r\nDTEND:20270304"), &["before it begins"]);
    refused(&second("DTSTART:20270304\r\nDURATION:soon"), &["DURATION \"soon\""]);
    refused(&second("DTSTART;TZID=Asia/Hanoi:20270304T120000\r\nDTEND:20270304T130000"), &["Asia/Hanoi"]);
}

/// On which days closures begin that repeat; each lasts as long as the first.
#[track_caller]
fn check_repeats(events: &[&str], expected: &[&str]) {
    let found = parse(&calendar(events), &office()).expect("events");
    let begins: Vec<_> = found.iter().map(|(_, closure)| closure.from.strftime("%Y-%m-%d %H:%M").to_string()).collect();
    assert_eq!(begins, expected);
}

#[test]
fn what_repeats_is_closed_each_time() {
    let founded = "DTSTART;VALUE=DATE:20270304\r\nDTEND;VALUE=DATE:20270306\r\nSUMMARY:Kỷ niệm";
    let found = parse(&calendar(&[&format!("{founded}\r\nRRULE:FREQ=YEARLY")]), &office()).expect("events");
    assert_eq!(found.len(), 2100 - 2027 + 1, "as far as calendars reach");
    let lengths = found.iter().map(|(_, closure)| closure.to.date() - closure.from.date());
    assert!(lengths.into_iter().all(|length| length.get_days() == 2));
    check_repeats(
        &[&format!("{founded}\r\nRRULE:FREQ=YEARLY;COUNT=3\r\nEXDATE;VALUE=DATE:20280304")],
        &["2027-03-04 00:00", "2029-03-04 00:00"],
    );
    // The 29th of February is there every four years.
    check_repeats(&["DTSTART:20280229\r\nRRULE:FREQ=YEARLY;COUNT=2"], &["2028-02-29 00:00", "2032-02-29 00:00"]);
    let friday = "DTSTART;TZID=Asia/Ho_Chi_Minh:20270305T130000\r\nDURATION:PT4H";
    check_repeats(
        &[&format!("{friday}\r\nRRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270319\r\nEXDATE:20270312T130000")],
        &["2027-03-05 13:00", "2027-03-19 13:00"],
    );
    // In UTC: at seven hours before the end the last one has not begun.
    check_repeats(&[&format!("{friday}\r\nRRULE:FREQ=WEEKLY;UNTIL=20270312T055959Z")], &["2027-03-05 13:00"]);
    check_repeats(
        &[&format!("{friday}\r\nRRULE:FREQ=WEEKLY;UNTIL=20270312T060000Z")],
        &["2027-03-05 13:00", "2027-03-12 13:00"],
    );
    check_repeats(
        &["DTSTART:20270301\r\nrrule:freq=daily;interval=2;count=3\r\nEXDATE:20270301,20270305"],
        &["2027-03-03 00:00"],
    );
}

#[test]
fn an_event_may_stand_for_one_time_of_another() {
    check_repeats(
        &["DTSTART:20270304\r\nRRULE:FREQ=YEARLY;COUNT=2", "DTSTART:20280305\r\nRECURRENCE-ID:20280304"],
        &["2027-03-04 00:00", "2028-03-05 00:00"],
    );
    let cancelled = "DTSTART:20280304\r\nSTATUS:CANCELLED\r\nRECURRENCE-ID:20280304";
    check_repeats(&["DTSTART:20270304\r\nRRULE:FREQ=YEARLY;COUNT=2", cancelled], &["2027-03-04 00:00"]);
}

#[test]
fn what_repeats_too_often_is_refused_by_name() {
    let event = |more: &str| calendar(&[&format!("DTSTART:20270304\r\nSUMMARY:Bão\r\n{more}")]);
    refused(&event("RRULE:FREQ=WEEKLY"), &["event 1 (\"Bão\")", "FREQ=WEEKLY", "never ends"]);
    refused(&event("RRULE:FREQ=HOURLY;COUNT=3"), &["FREQ=HOURLY", "DAILY, WEEKLY"]);
    refused(&event("RRULE:COUNT=3"), &["FREQ="]);
    refused(&event("RRULE:FREQ=DAILY;UNTIL=20290101"), &["more than 400 times"]);
    refused(&event("RRULE:FREQ=DAILY;COUNT=99999999999"), &["COUNT=99999999999"]);
    refused(&event("RRULE:FREQ=YEARLY;BYMONTH=13"), &["BYMONTH=13"]);
    refused(&event("RRULE:FREQ=YEARLY;UNTIL=soon"), &["SOON"]);
    refused(&event("RRULE:FREQ=YEARLY\r\nEXDATE:soon"), &["EXDATE", "soon"]);
    refused(&event("RRULE:FREQ=YEARLY\r\nRRULE:FREQ=DAILY;COUNT=2"), &["more than one RRULE"]);
    refused(&event("RDATE:20270305"), &["RDATE"]);
    let elsewhere = "DTSTART:20270304T050000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY";
    refused(&calendar(&[elsewhere]), &["another time zone"]);
    let many: Vec<_> = (0..6).map(|n| format!("DTSTART:2027030{}\r\nRRULE:FREQ=WEEKLY;COUNT=400", n + 1)).collect();
    refused(&calendar(&many.iter().map(String::as_str).collect::<Vec<_>>()), &["more than 2000 events"]);
}

#[test]
fn what_is_no_calendar_is_refused() {
    refused("", &["BEGIN:VCALENDAR"]);
    refused("<html>", &["is not an iCalendar file"]);
    refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270304\n", &["is not an iCalendar file"]);
    refused("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VALARM\nEND:VCALENDAR\n", &["is not an iCalendar file"]);
    refused(&format!("BEGIN:VCALENDAR\n{}", "BEGIN:X\n".repeat(100_000)), &["line 5 opens a part within 4 others"]);
    let many = vec!["DTSTART:20270304"; MOST_EVENTS + 1];
    refused(&calendar(&many), &["more than 2000 events"]);
}

#[test]
fn a_large_file_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("nghi.ics");
    std::fs::write(&path, vec![b' '; MOST_BYTES as usize + 1]).expect("written");
    let problem = read(&path, &office()).err().expect("refused");
    assert!(problem.contains("nghi.ics") && problem.contains("larger than 1048576 bytes"), "{problem}");
    std::fs::write(&path, [0xff, 0xfe]).expect("written");
    assert!(read(&path, &office()).err().expect("refused").contains("nghi.ics"));
}

proptest! {
    #[test]
    fn whatever_a_file_holds_nothing_breaks(
        lines in proptest::collection::vec(
            prop_oneof![
                proptest::sample::select(vec![
                    "BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "BEGIN:", "END:", ":", ";", " ",
                    "DTSTART:20270304", "DTEND;VALUE=DATE:20270305", "SUMMARY;X=\"", "DTSTART;TZID=:1", "DURATION:-P1D",
                    "DTSTART:99991231", "RRULE:FREQ=YEARLY", "RRULE:FREQ=DAILY;COUNT=9", "EXDATE:20270304,",
                    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "RRULE:FREQ=MONTHLY;UNTIL=20280101;INTERVAL=0", "DURATION:P9999999999D", "SUMMARY:\\", "begin:vevent", "DTSTART:20270304T000000Z",
                ]).prop_map(str::to_owned),
                ".{0,12}",
            ],
            0..24,
        ),
    ) {
        for text in [lines.join("\r\n"), calendar(&[&lines.join("\n")])] {
            if let Ok(closures) = parse(&text, &office()) {
                prop_assert!(closures.iter().all(|(_, closure)| closure.from < closure.to));
            }
        }
    }
}
