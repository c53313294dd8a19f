use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::config::ZoneKind;

const FILE: &str = r#"# ours
data_dir = "data"

[[camera]]
id = "cong"
main = "rtsp://10.0.0.11/1"  # new

[[camera]]
id = "kho"
main = "rtsp://10.0.0.12/1"

[arming]
nights = "18:00-06:00"

[[arming.closed]]
from = 2027-03-05
"#;
const PASSWORDS: &str = "# of the cameras\n[cong]\nuser = \"viewer\"\npassword = \"bí mật\"\n";

struct Office {
    folder: TempDir,
    settings: Settings,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("canhdem.toml"), FILE).expect("written");
        let passwords = folder.path().join("credentials.toml");
        fs::write(&passwords, PASSWORDS).expect("written");
        fs::set_permissions(passwords, Permissions::from_mode(0o600)).expect("mode");
        let settings = Settings::open(folder.path().join("canhdem.toml")).expect("valid");
        Self { folder, settings }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("text")
    }

    fn by_hand(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{from:?} is not in {text}");
        fs::write(self.path(name), text.replace(from, to)).expect("written");
    }

    /// As often as it takes until what was written by hand stands still.
    fn refresh(&self) -> bool {
        let first = self.settings.refresh().is_some();
        assert!(!first, "it may be half written yet");
        self.settings.refresh().is_some()
    }

    fn now(&self) -> (String, Written) {
        self.settings.written().expect("a file")
    }

    fn camera(&self, id: &str) -> CameraKeys {
        self.now().1.cameras.into_iter().find(|camera| camera.keys.id == id).expect("there").keys
    }

    fn edit(&self, edit: &Edit, login: &Login) -> Result<(), EditError> {
        self.settings.edit(&self.now().0, edit, login)
    }

    #[track_caller]
    fn check_refused(&self, edit: &Edit, wanted_pointer: &str, words: &str) {
        let (before, passwords) = (self.text("canhdem.toml"), self.text("credentials.toml"));
        let generation = self.settings.generation();
        match self.edit(edit, &Login::Keep) {
            Err(EditError::Refused { pointer, detail }) => {
                assert_eq!(pointer.join("/"), wanted_pointer, "{detail}");
                assert!(detail.contains(words), "{detail}");
            }
            other => panic!("not refused: {other:?}"),
        }
        assert_eq!((self.text("canhdem.toml"), self.text("credentials.toml")), (before, passwords));
        assert_eq!(self.settings.generation(), generation);
    }
}

fn zone(id: &str, kind: ZoneKind, polygon: &[[f64; 2]]) -> ZoneKeys {
    ZoneKeys { id: id.to_owned(), was: None, kind, polygon: polygon.to_vec(), rules: RuleKeys::default() }
}

fn new(user: &str, password: &str) -> Login {
    Login::New(Credentials { user: user.to_owned(), password: password.to_owned() })
}

#[test]
fn a_change_by_hand_counts_once_it_stands_still() {
    let office = Office::new();
    assert!(office.settings.refresh().is_none() && office.settings.refresh().is_none(), "nothing has changed");
    office.by_hand("canhdem.toml", "18:00", "19:00");
    assert!(office.refresh());
    assert_eq!(office.now().1.arming.nights.as_deref(), Some("19:00-06:00"));
    assert_eq!(office.settings.generation(), 1);
    assert!(office.settings.refresh().is_none(), "once");
    office.by_hand("credentials.toml", "viewer", "guest");
    assert!(office.refresh());
    let config = office.settings.config();
    let login = config.camera("cong").and_then(|camera| camera.credentials.as_ref());
    assert_eq!(login.map(|login| login.user.as_str()), Some("guest"));
}

#[test]
fn what_is_wrong_does_not_count_and_is_told_with_its_line() {
    let office = Office::new();
    let good = office.now();
    office.by_hand("canhdem.toml", "nights", "night");
    assert!(!office.refresh());
    let problem = office.settings.state().problem.expect("told");
    assert_eq!((problem.path, problem.line), (office.path("canhdem.toml"), Some(13)));
    assert!(problem.detail.contains("did you mean `nights`?"), "{}", problem.detail);
    assert_eq!(office.now(), good, "as it was when it was right");
    let keeping = Edit::Keep(KeepingKeys::default());
    assert!(matches!(office.edit(&keeping, &Login::Keep), Err(EditError::Broken(_))), "nothing is written over it");
    office.by_hand("canhdem.toml", "night", "nights");
    assert!(office.refresh());
    assert_eq!(office.settings.state(), FileState::default());
}

#[test]
fn what_needs_a_restart_is_named() {
    let office = Office::new();
    office.by_hand("canhdem.toml", "\"data\"", "\"elsewhere\"");
    assert!(office.refresh());
    assert_eq!(office.settings.state().needs_restart, ["data_dir"]);
    assert_eq!(office.settings.config().data_dir, office.path("data"));
}

#[test]
fn nobody_overwrites_another() {
    let office = Office::new();
    let (version, now) = office.now();
    let keep = |days| Edit::Keep(KeepingKeys { plates: DaysKept { keep_days: Some(days) }, ..now.keeping.clone() });
    office.settings.edit(&version, &keep(10), &Login::Keep).expect("written");
    let second = office.settings.edit(&version, &keep(20), &Login::Keep);
    assert!(matches!(second, Err(EditError::Conflict)), "{second:?}");
    let (version, _) = office.now();
    office.by_hand("canhdem.toml", "# ours", "# ours, by hand");
    let second = office.settings.edit(&version, &keep(20), &Login::Keep);
    assert!(matches!(second, Err(EditError::Conflict)), "{second:?}");
    assert_eq!(office.now().0, version, "what is told is what was read, not what may have come since");
    assert!(office.refresh());
    office.edit(&keep(20), &Login::Keep).expect("written");
    assert!(office.text("canhdem.toml").starts_with("# ours, by hand\n"));
    assert!(
        office.settings.refresh().is_none() && office.settings.refresh().is_none(),
        "what was written here counts already"
    );
}

#[test]
fn passwords_go_into_their_own_file() {
    let office = Office::new();
    let keys = CameraKeys { id: "nha".to_owned(), ..office.camera("kho") };
    office.edit(&Edit::AddCamera(keys.clone()), &new("admin", "mật \"khẩu\"")).expect("written");
    let passwords = office.text("credentials.toml");
    assert!(passwords.starts_with(PASSWORDS), "{passwords}");
    assert!(!office.text("canhdem.toml").contains("khẩu"));
    assert_eq!(fs::metadata(office.path("credentials.toml")).expect("there").mode() & 0o777, 0o600);
    let config = Config::load(&office.path("canhdem.toml")).expect("valid");
    let login = config.camera("nha").and_then(|camera| camera.credentials.clone()).expect("there");
    assert_eq!((login.user.as_str(), login.password.as_str()), ("admin", "mật \"khẩu\""));
    assert!(office.now().1.cameras[2].has_credentials);

    office.edit(&Edit::ChangeCamera(keys), &Login::Forget).expect("written");
    assert!(!office.now().1.cameras[2].has_credentials);
    office.edit(&Edit::RemoveCamera("cong".to_owned()), &Login::Keep).expect("written");
    assert!(!office.text("credentials.toml").contains("viewer"));
    assert!(Config::load(&office.path("canhdem.toml")).is_ok(), "passwords of no camera are an error");
}

#[test]
fn a_known_password_is_sent_to_no_other_machine() {
    let office = Office::new();
    let elsewhere = CameraKeys { main: "rtsp://10.6.6.6/1".to_owned(), ..office.camera("cong") };
    office.check_refused(&Edit::ChangeCamera(elsewhere.clone()), "password", "of another machine");
    let also = CameraKeys { sub: Some("rtsp://10.0.0.11:555/2".to_owned()), ..office.camera("cong") };
    office.check_refused(&Edit::ChangeCamera(also), "password", "of another machine");
    let sub = CameraKeys { sub: Some("rtsp://10.0.0.11/2".to_owned()), ..office.camera("cong") };
    office.edit(&Edit::ChangeCamera(sub), &Login::Keep).expect("the same machine");
    office.edit(&Edit::ChangeCamera(elsewhere), &new("a", "b")).expect("written");
}

#[test]
fn a_mistake_is_told_at_its_key() {
    let office = Office::new();
    let keys = office.camera("kho");
    let change = |keys: CameraKeys| Edit::ChangeCamera(keys);
    let main = CameraKeys { main: "http://10.0.0.12/".to_owned(), ..keys.clone() };
    office.check_refused(&change(main), "camera/1/main", "only rtsp:// addresses");
    let main = CameraKeys { main: "rtsp://a:b@10.0.0.12/".to_owned(), ..keys.clone() };
    office.check_refused(&change(main), "camera/1/main", "do not belong in the address");
    let sub = CameraKeys { sub: Some("?".to_owned()), ..keys.clone() };
    office.check_refused(&change(sub), "camera/1/sub", "not an address");
    let id = CameraKeys { id: "Nhà".to_owned(), ..keys.clone() };
    office.check_refused(&Edit::AddCamera(id), "camera/2/id", "lowercase letters");
    office.check_refused(&Edit::AddCamera(keys), "", "two cameras have the id");

    let draw =
        |zones: Vec<ZoneKeys>| Edit::Draw { camera: "kho".to_owned(), drawn: Drawn { zones, ..Drawn::default() } };
    let good = zone("a", ZoneKind::Yard, &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
    let crossing = zone("b", ZoneKind::Yard, &[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    office.check_refused(&draw(vec![good.clone(), crossing]), "camera/1/zones/1", "crosses or touches");
    office.check_refused(
        &draw(vec![good.clone(), ZoneKeys { id: String::new(), ..good.clone() }]),
        "camera/1/zones/1",
        "the id",
    );

    let hidden = |polygon: &[[f64; 2]]| MaskKeys { id: "nha".to_owned(), polygon: polygon.to_vec() };
    let mask = |masks: Vec<MaskKeys>| Edit::Draw {
        camera: "kho".to_owned(),
        drawn: Drawn { privacy_masks: Some(masks), ..Drawn::default() },
    };
    let corners: [[f64; 2]; 3] = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]];
    office.check_refused(&mask(vec![hidden(&corners[..2])]), "camera/1/privacy_masks/0", "at least 3 corners");
    office.check_refused(&mask(vec![hidden(&corners); 2]), "camera/1/privacy_masks", "two privacy masks");

    let arming = office.now().1.arming;
    let arm = |change: &dyn Fn(&mut ArmingKeys)| {
        let mut wanted = arming.clone();
        change(&mut wanted);
        Edit::Arm(wanted)
    };
    office.check_refused(&arm(&|wanted| wanted.nights = Some("18:00".to_owned())), "arming/nights", "is not a span");
    office.check_refused(
        &arm(&|wanted| wanted.closed[0].to = Some("2027-02-30".to_owned())),
        "arming/closed/0/to",
        "no such day",
    );
    let days = ["2027-03-04", "2027-03-06"].map(|day| ClosedKeys { from: day.to_owned(), to: None, name: None });
    let ends = ClosedKeys { to: Some("2027-03-01".to_owned()), ..days[1].clone() };
    office.check_refused(
        &arm(&|wanted| wanted.closed.extend([days[0].clone(), ends.clone()])),
        "arming/closed/2",
        "before it begins",
    );
    let group = GroupKeys { name: "Két".to_owned(), zones: vec!["kho/ket".to_owned()], ..GroupKeys::default() };
    office.check_refused(&arm(&|wanted| wanted.group.push(group.clone())), "arming/group/0/zones/0", "has no zone");
    let hours = || Some([(Weekday::Monday, "7-8".to_owned())].into());
    office.check_refused(
        &arm(&|wanted| (wanted.nights, wanted.opening_hours) = (None, hours())),
        "arming/opening_hours/monday",
        "is not a span",
    );
    office.check_refused(
        &Edit::Keep(KeepingKeys {
            record: RecordKeys { quota_bytes: Some(1), ..RecordKeys::default() },
            ..KeepingKeys::default()
        }),
        "record/quota_bytes",
        "less than the least useful",
    );
}

#[test]
fn what_may_not_be_written_is_refused_with_words() {
    let office = Office::new();
    fs::set_permissions(office.path("canhdem.toml"), Permissions::from_mode(0o444)).expect("mode");
    let edit = Edit::RemoveCamera("kho".to_owned());
    let error = office.edit(&edit, &Login::Keep).expect_err("refused").to_string();
    assert!(error.contains("it is read-only; let the user"), "{error}");
    assert_eq!(office.text("canhdem.toml"), FILE);
    let none = Settings::fixed(office.settings.config());
    assert!(none.written().is_none());
    assert!(matches!(none.edit("", &edit, &Login::Keep), Err(EditError::NoFile)));
    assert!(matches!(office.edit(&Edit::RemoveCamera("x".to_owned()), &Login::Keep), Err(EditError::NoSuchCamera(_))));
}
