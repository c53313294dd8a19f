use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use jiff::civil::Time;

use super::*;
use crate::base::Polygon;

const MINIMAL: &str = "data_dir = \"data\"\n";

fn parse(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("canhdem.toml");
    fs::write(&path, text).expect("written");
    Config::load(&path)
}

/// The configuration is refused and the message holds every one of `parts`.
#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let message = parse(text).expect_err("must be refused").to_string();
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

fn camera(rest: &str) -> String {
    format!("{MINIMAL}[[camera]]\nid = \"cong\"\nmain = \"rtsp://10.0.0.11/101\"\n{rest}")
}

#[test]
fn the_sample_of_the_documents_is_valid() {
    let config = parse(
        r#"
data_dir = "/var/lib/canhdem"
language = "vi"
timezone = "Asia/Ho_Chi_Minh"

[web]
listen = "0.0.0.0:8443"

[[camera]]
id = "cong-chinh"
name = "Cổng chính"
main = "rtsp://10.0.0.11/Streaming/Channels/101"
sub = "rtsp://10.0.0.11/Streaming/Channels/102"
zones = [{ id = "san", kind = "yard", polygon = [[0.0,0.4],[1.0,0.4],[1.0,1.0],[0.0,1.0]] }]

[arming]
nights = "18:00-06:00"
peak = "01:00-03:00"
weekends = true
holidays = "vietnam"
"#,
    )
    .expect("valid");
    let camera = config.camera("cong-chinh").expect("there");
    assert_eq!(camera.name, "Cổng chính");
    assert_eq!(camera.analysed().path(), "/Streaming/Channels/102");
    assert_eq!(camera.zones[0].kind, ZoneKind::Yard);
    assert_eq!(config.arming.days.holidays, Holidays::Vietnam);
    let Hours::Nights(Some(nights)) = config.arming.office.hours else { panic!("{:?}", config.arming) };
    assert!(nights.crosses_midnight());
    assert!(nights.contains(Time::constant(1, 30, 0, 0)) && !nights.contains(Time::constant(6, 0, 0, 0)));
}

#[test]
fn what_is_left_out_has_a_sane_default() {
    let config = parse(&camera("")).expect("valid");
    assert_eq!(config.cameras[0].name, "cong");
    assert_eq!(config.cameras[0].zones.len(), 1);
    assert!(config.web.listen.ip().is_loopback() && !config.web.is_secure());
    assert!(matches!(config.arming.office, Plan { hours: Hours::Nights(Some(_)), weekends: true }));
    assert_eq!(config.plates.keep().as_hours(), 30 * 24);
    assert_eq!(config.memory.keep().as_hours(), 30 * 24);
}

#[test]
fn what_nobody_claims_waits_so_long() {
    #[track_caller]
    fn check(text: &str, critical: Option<i64>, others: Option<i64>) {
        let found = parse(&format!("{MINIMAL}[alerts]\n{text}")).expect("valid").escalation;
        let seconds = |wait: Option<SignedDuration>| wait.map(|wait| wait.as_secs());
        assert_eq!((seconds(found.critical_after), seconds(found.others_after)), (critical, others), "{text}");
    }
    check("", Some(120), Some(300));
    check("escalate_after = 60", Some(120), Some(60));
    check("escalate_critical_after = 0\nescalate_after = \"none\"", None, None);
}

#[test]
fn replay_needs_no_file() {
    let config = Config::for_replay();
    assert_eq!(config.cameras[0].zones[0].polygon, Polygon::full_frame());
    assert!(matches!(config.arming.office.hours, Hours::Nights(Some(_))));
}

#[test]
fn mistakes_are_named_with_the_way_out() {
    refused("data_dri = \"x\"", &["canhdem.toml:1", "`data_dri`", "did you mean `data_dir`"]);
    refused(&camera("subs = \"rtsp://a/b\""), &["canhdem.toml:5", "`subs`", "did you mean `sub`"]);
    refused(&camera("transport = \"tpc\""), &["`tpc`", "did you mean `tcp`"]);
    refused(&format!("{MINIMAL}[arming]\nnight = \"18:00-06:00\""), &["did you mean `nights`"]);
    refused("language = \"vi\"", &["data_dir"]);
    refused(&format!("{MINIMAL}timezone = \"Asia/Hanoi\""), &["timezone", "Asia/Hanoi", "Asia/Ho_Chi_Minh"]);
    refused(&format!("{MINIMAL}[arming]\nnights = \"6pm\""), &["arming.nights", "6pm"]);
    refused(&format!("{MINIMAL}[arming]\nnights = \"18:00-18:00\""), &["same time"]);
    refused(&format!("{MINIMAL}[arming]\nnights = \"none\"\nweekends = false"), &["Không có giờ nào được canh"]);
    refused(&format!("{MINIMAL}[detector]\nthreshold = 1.5"), &["detector.threshold", "1.5"]);
    refused(&format!("{MINIMAL}[record]\nquota_bytes = 5"), &["record.quota_bytes"]);
    refused(&format!("{MINIMAL}[plates]\nkeep_days = 0"), &["plates.keep_days", "1 to 366"]);
    refused(&format!("{MINIMAL}[memory]\nkeep_days = 367"), &["memory.keep_days", "1 to 366"]);
    refused(&format!("{MINIMAL}[plates]\nkeep_day = 9"), &["did you mean `keep_days`"]);
    refused(&format!("{MINIMAL}[alerts]\nescalate_after = 50000"), &["alerts.escalate_after", "12 hours"]);
    refused(&format!("{MINIMAL}[alerts]\nescalate_critical_after = \"never\""), &["a number of seconds, or \"none\""]);
    refused(&format!("{MINIMAL}[alerts]\nescalate = 5"), &["did you mean `escalate_after`"]);
    refused("data_dir = [", &["canhdem.toml:1"]);
}

#[test]
fn mistakes_in_cameras_are_named_with_the_camera() {
    let twice = format!("{}[[camera]]\nid = \"cong\"\nmain = \"rtsp://10.0.0.12/101\"\n", camera(""));
    refused(&twice, &["two cameras", "\"cong\""]);
    refused(&format!("{MINIMAL}[[camera]]\nid = \"Cổng\"\nmain = \"rtsp://a/b\""), &["camera 1", "Cổng"]);
    refused(&format!("{MINIMAL}[[camera]]\nid = \"../etc\"\nmain = \"rtsp://a/b\""), &["camera 1"]);
    refused(&format!("{MINIMAL}[[camera]]\nid = \"a\"\nmain = \"http://a/b\""), &["\"a\"", "main", "rtsp://"]);
    let zone = |polygon: &str| camera(&format!("zones = [{{ id = \"san\", kind = \"yard\", polygon = {polygon} }}]"));
    refused(&zone("[[0.0,0.0],[1.0,0.0]]"), &["\"cong\"", "\"san\"", "at least 3"]);
    let crossing = ["\"cong\"", "\"san\"", "between corners 1 and 2 crosses", "between corners 3 and 4"];
    refused(&zone("[[0.0,0.0],[1.0,1.0],[1.0,0.0],[0.0,1.0]]"), &crossing);
    refused(&zone("[[0.0,0.0],[1.0,0.0],[1.0,1.0],[0.0,0.0]]"), &["\"san\"", "corner 4", "repeats corner 1"]);
    refused(&zone("[[0.0,0.0],[0.5,0.5],[1.0,1.0]]"), &["\"san\"", "no area"]);
    refused(&zone("[[0.0,0.0],[1.5,1.0],[1.0,0.0]]"), &["corner 2", "0..1"]);
}

#[test]
fn the_page_is_served_through_tls_wherever_others_may_reach_it() {
    let web = |rest: &str| parse(&format!("{MINIMAL}[web]\n{rest}\n")).expect("valid").web;
    assert!(web("listen = \"0.0.0.0:8443\"").is_secure() && web("listen = \"10.0.0.5:8443\"").is_secure());
    assert!(!web("listen = \"[::1]:8443\"").is_secure() && !web("").require_totp_for_admins);
    let own = web("certificate = \"tls/office.pem\"\nkey = \"/etc/office.key\"\nrequire_totp_for_admins = true");
    let files = own.certificate.clone().expect("its files");
    assert!(own.is_secure() && own.require_totp_for_admins);
    assert!(files.certificate.ends_with("tls/office.pem") && files.certificate.is_absolute());
    assert_eq!(files.key, Path::new("/etc/office.key"));
    refused(&format!("{MINIMAL}[web]\nkey = \"a.key\""), &["web.key", "web.certificate is missing"]);
    refused(&format!("{MINIMAL}[web]\ncertificate = \"a.pem\""), &["web.certificate", "web.key is missing"]);
    refused(&format!("{MINIMAL}[web]\nrequire_totp = true"), &["did you mean `require_totp_for_admins`"]);
}

fn zone(rest: &str) -> String {
    camera(&format!("zones = [{{ id = \"san\", polygon = [[0.0,0.4],[1.0,0.4],[1.0,1.0]], {rest} }}]\n"))
}

#[test]
fn rules_are_those_of_the_kind_of_all_zones_or_of_one() {
    #[track_caller]
    fn check(text: &str, expected: ZoneRules) {
        assert_eq!(parse(text).expect("valid").cameras[0].zones[0].rules, expected);
    }
    let yard = ZoneRules::of(ZoneKind::Yard);
    check(&zone("kind = \"yard\""), yard);
    check(&zone("kind = \"yard\", rules = { person = false }"), ZoneRules { person: false, ..yard });
    let everywhere = |rules: &str| format!("{}[rules]\n{rules}\n", zone("kind = \"yard\", rules = { person = true }"));
    check(&everywhere("person = false\nvehicle = false"), ZoneRules { vehicle: false, ..yard });
    check(&everywhere("loitering = false"), ZoneRules { loitering: None, ..yard });
    let seconds = Some(std::time::Duration::from_secs(300));
    check(&everywhere("loitering_seconds = 300"), ZoneRules { loitering: seconds, ..yard });
    check(&format!("{}[rules]\nperson = false", camera("")), ZoneRules { person: false, ..yard });
    check(&everywhere("protected_room = true"), yard);
    let protected = ZoneRules { protected_room: false, ..ZoneRules::of(ZoneKind::Protected) };
    check(&zone("kind = \"protected\", rules = { protected_room = false }"), protected);
}

#[test]
fn mistakes_in_rules_are_named_with_the_zone() {
    refused(&zone("kind = \"yad\""), &["did you mean `yard`"]);
    refused(&zone("kind = \"yard\", rules = { lotering = false }"), &["did you mean `loitering`"]);
    refused(
        &zone("kind = \"yard\", rules = { loitering_seconds = 1 }"),
        &["\"san\"", "loitering_seconds", "5 to 3600"],
    );
    refused(&zone("kind = \"ignore\", rules = { person = true }"), &["\"san\"", "ignored"]);
    refused(&zone("kind = \"yard\", rules = { protected_room = true }"), &["\"san\"", "protected zones"]);
    refused(
        &format!("{MINIMAL}[rules]\nloitering = false\nloitering_seconds = 9\n{}", &camera("")[MINIMAL.len()..]),
        &["rules:", "off"],
    );
}

#[test]
fn entry_lines_are_read_and_mistakes_in_them_named() {
    let line = |rest: &str| camera(&format!("lines = [{{ id = \"cua\", from = [0.1, 0.5], {rest} }}]\n"));
    let config = parse(&line("to = [0.9, 0.5], direction = \"in\"")).expect("valid");
    let [cua] = &config.cameras[0].lines[..] else { panic!("one line") };
    assert_eq!((cua.id.as_str(), cua.to.x, cua.direction), ("cua", 0.9, Direction::In));
    assert_eq!(parse(&line("to = [0.9, 0.5]")).expect("valid").cameras[0].lines[0].direction, Direction::Both);
    refused(&line("to = [1.9, 0.5]"), &["\"cong\"", "\"cua\"", "to (1.9, 0.5)", "0..1"]);
    refused(&line("to = [0.1, 0.5]"), &["\"cua\"", "same point"]);
    refused(&line("to = [0.9, 0.5], direction = \"inn\""), &["did you mean `in`"]);
    let one = "{ id = \"cua\", from = [0.1, 0.5], to = [0.9, 0.5] }";
    refused(&camera(&format!("lines = [{one}, {one}]\n")), &["two lines", "\"cua\""]);
}

#[test]
fn privacy_masks_are_read_and_mistakes_in_them_named() {
    let mask = |id: usize| format!("{{ id = \"nha-{id}\", polygon = [[0.0, 0.1], [0.5, 0.1], [0.5, 0.6]] }}");
    let masks = |rows: &[String]| camera(&format!("privacy_masks = [{}]\n", rows.join(", ")));
    let config = parse(&masks(&[mask(1), mask(2)])).expect("valid");
    let [one, two] = &config.cameras[0].privacy_masks[..] else { panic!("two masks") };
    assert_eq!((one.id.as_str(), two.id.as_str(), one.polygon.corners()[2].y), ("nha-1", "nha-2", 0.6));
    assert!(
        !config.privacy.originals_in_evidence && parse(&camera("")).expect("valid").cameras[0].privacy_masks.is_empty()
    );
    let kept = format!("{}[privacy]\noriginals_in_evidence = true\n", masks(&[mask(1)]));
    assert!(parse(&kept).expect("valid").privacy.originals_in_evidence);

    let all: Vec<_> = (0..17).map(mask).collect();
    assert_eq!(parse(&masks(&all[..16])).expect("valid").cameras[0].privacy_masks.len(), 16);
    refused(&masks(&all), &["\"cong\"", "17 privacy masks", "at most 16"]);
    refused(&masks(&[mask(1), mask(1)]), &["\"cong\"", "two privacy masks", "\"nha-1\""]);
    refused(&masks(&[mask(1).replace("0.6", "1.6")]), &["\"nha-1\"", "0..1 of the frame"]);
    refused(&masks(&[mask(1).replace(", [0.5, 0.6]", "")]), &["\"nha-1\"", "at least 3 corners"]);
    refused(&masks(&[mask(1).replace("nha-1", "Nhà dân")]), &["privacy mask 1", "lowercase letters"]);
    refused(&masks(&[mask(1).replace("polygon", "polygn")]), &["did you mean `polygon`"]);
    let corners: Vec<_> = (0..101).map(|x| format!("[{}, {}]", f64::from(x) / 200.0, f64::from(x % 2) / 2.0)).collect();
    let many = format!("{{ id = \"nha\", polygon = [{}] }}", corners.join(", "));
    refused(&masks(&[many]), &["\"nha\"", "101 corners"]);
    refused(&masks(&[mask(1)]).replace("privacy_masks", "privacy_mask"), &["did you mean `privacy_masks`"]);
}

#[test]
fn a_password_in_an_address_is_refused_and_never_repeated() {
    let text = format!("{MINIMAL}[[camera]]\nid = \"a\"\nmain = \"rtsp://admin:s3cret@10.0.0.1/1\"");
    let message = parse(&text).expect_err("refused").to_string();
    assert!(message.contains("credentials file") && !message.contains("s3cret"), "{message}");
}

#[test]
fn credentials_come_from_a_private_file() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let config = folder.path().join("canhdem.toml");
    let secret = folder.path().join("credentials.toml");
    fs::write(&config, camera("")).expect("written");
    fs::write(&secret, "[cong]\nuser = \"admin\"\npassword = \"s3cret\"\n").expect("written");

    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).expect("mode set");
    let message = Config::load(&config).expect_err("refused").to_string();
    assert!(message.contains("chmod 600"), "{message}");

    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("mode set");
    let loaded = Config::load(&config).expect("valid");
    assert_eq!(loaded.cameras[0].credentials.as_ref().expect("there").password, "s3cret");
    assert!(!format!("{loaded:?}").contains("s3cret"));

    fs::write(&secret, "[cong]\nuser = \"admin\"\npasswort = \"s3cret\"\n").expect("written");
    let message = Config::load(&config).expect_err("refused").to_string();
    assert!(message.contains("credentials.toml:") && !message.contains("s3cret"), "{message}");

    fs::write(&secret, "[kho]\nuser = \"admin\"\npassword = \"s3cret\"\n").expect("written");
    let message = Config::load(&config).expect_err("refused").to_string();
    assert!(message.contains("\"kho\""), "{message}");
}

#[test]
fn an_unreadable_file_is_named() {
    let message = Config::load(Path::new("/nonexistent/canhdem.toml")).expect_err("refused").to_string();
    assert!(message.contains("/nonexistent/canhdem.toml"), "{message}");
}

#[test]
fn a_response_plan_is_of_all_zones_or_of_one() {
    let text = |rest: &str| format!("{}[response]\nplan = [\"Gọi trực ban\", \"Khóa cổng\"]\n", zone(rest));
    let config = parse(&text("kind = \"yard\"")).expect("valid");
    let plan = |config: &Config, zone| config.cameras[0].plan_of(zone).to_vec();
    assert_eq!(plan(&config, Some("san")), ["Gọi trực ban", "Khóa cổng"]);
    let config = parse(&text("kind = \"yard\", plan = [\" Bật đèn \"]")).expect("valid");
    assert_eq!(plan(&config, Some("san")), ["Bật đèn"]);
    for outside in [None, Some("gone")] {
        assert_eq!(plan(&config, outside), ["Gọi trực ban", "Khóa cổng"]);
    }
    let config = parse(&text("kind = \"yard\", plan = []")).expect("valid");
    assert_eq!(plan(&config, Some("san")), [""; 0]);
    let config = parse(&format!("{}[response]\nplan = [\"Gọi\"]", camera(""))).expect("valid");
    assert_eq!(plan(&config, Some("khung-hinh")), ["Gọi"], "a camera without zones");
    refused(&text("kind = \"yard\", plan = [\"\"]"), &["\"cong\"", "\"san\"", "plan, step 1"]);
    refused(&text("kind = \"ignore\", plan = [\"Gọi\"]"), &["\"san\"", "plan is of no use"]);
    refused(&format!("{}[response]\nplans = []", camera("")), &["did you mean `plan`"]);
    refused(&format!("{}[response]\nplan = [\"a\", \"a\"]", camera("")), &["response: plan, step 2", "twice"]);
}
