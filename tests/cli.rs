//! What the program says and how it ends when something is wrong: one clear line that names the
//! thing and the way out, and the right exit code.

mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use canhdem::testcam::{Auth, Codec, Mount, TestCameras};
use rustix::process::{Pid, Signal, kill_process};
use support::appliance::Appliance;
use support::program::{self, CANHDEM, Finished, Program, fetched};
use support::{Camera, Office, eventually, files_below, film, until};

/// A folder with a configuration.
fn configured(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("canhdem.toml");
    fs::write(&path, text).expect("written");
    let path = path.display().to_string();
    (folder, path)
}

/// It ends with `code` and one line of complaint that holds all of `parts`.
#[track_caller]
fn complains(finished: &Finished, code: i32, parts: &[&str]) {
    let Finished { stderr, stdout, .. } = finished;
    assert_eq!(finished.code, Some(code), "{stdout}{stderr}");
    let complaints: Vec<_> = stderr.lines().filter(|line| line.starts_with("canhdem: ")).collect();
    let [complaint] = complaints[..] else { panic!("not one complaint: {stderr}") };
    for part in parts {
        assert!(complaint.contains(part), "{part:?} is not in: {complaint}");
    }
    assert!(!stderr.contains("panicked") && !stderr.contains("backtrace"), "{stderr}");
}

/// `run` and `check` refuse a configuration with the same words.
#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let (_folder, path) = configured(text);
    for command in ["check", "run"] {
        complains(&program::run(&[command, "--config", &path]), 2, parts);
    }
}

fn camera(rest: &str) -> String {
    format!("data_dir = \"data\"\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://127.0.0.1:9/main\"\n{rest}\n")
}

#[test]
fn mistakes_in_the_configuration() {
    refused("data_dri = \"data\"\n", &["canhdem.toml:1:", "`data_dri`", "did you mean `data_dir`"]);
    refused(&camera("subb = \"rtsp://127.0.0.1/sub\""), &["canhdem.toml:5:", "`subb`", "did you mean `sub`"]);
    refused(&camera("[arming]\nweekend = true"), &["canhdem.toml:6:", "did you mean `weekends`"]);
    refused("data_dir = [\n", &["canhdem.toml:"]);
    refused(
        &camera("zones = [{ id = \"san\", kind = \"yard\", polygon = [[0.0, 0.0], [1.0, 1.0]] }]"),
        &["canhdem.toml", "\"cong\"", "\"san\"", "at least 3"],
    );
    refused(
        &camera("zones = [{ id = \"san\", kind = \"yard\", polygon = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]] }]"),
        &["\"san\"", "corner 2", "0..1"],
    );
    let twice = camera("[[camera]]\nid = \"cong\"\nmain = \"rtsp://127.0.0.1:9/2\"");
    refused(&twice, &["canhdem.toml", "two cameras", "\"cong\""]);
}

#[test]
fn a_configuration_that_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("none.toml").display().to_string();
    let a_folder = folder.path().display().to_string();
    for command in ["check", "run"] {
        complains(&program::run(&[command, "--config", &missing]), 2, &[&missing, "No such file"]);
        complains(&program::run(&[command, "--config", &a_folder]), 2, &[&a_folder, "directory"]);
    }
    let binary = folder.path().join("binary.toml");
    fs::write(&binary, [0xff, 0xfe, 0]).expect("written");
    let binary = binary.display().to_string();
    complains(&program::run(&["check", "--config", &binary]), 2, &[&binary, "UTF-8"]);
}

#[test]
fn passwords_do_not_belong_in_the_configuration() {
    let text = "data_dir = \"data\"\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://admin:s3cret-9@127.0.0.1/main\"\n";
    let (_folder, path) = configured(text);
    for command in ["check", "run"] {
        let finished = program::run(&[command, "--config", &path]);
        complains(&finished, 2, &["\"cong\"", "credentials file"]);
        assert!(!format!("{finished:?}").contains("s3cret-9"), "{finished:?}");
    }
    let (folder, path) = configured(&camera(""));
    let credentials = folder.path().join("credentials.toml");
    fs::write(&credentials, "[cong]\nuser = \"admin\"\npassword = \"s3cret-9\"\n").expect("written");
    fs::set_permissions(&credentials, fs::Permissions::from_mode(0o644)).expect("mode");
    let finished = program::run(&["check", "--config", &path]);
    complains(&finished, 2, &["credentials.toml", "chmod 600"]);
    assert!(!format!("{finished:?}").contains("s3cret-9"), "{finished:?}");
}

#[test]
fn a_bench_that_would_measure_nothing() {
    complains(&program::run(&["bench", "--minutes", "0.1"]), 2, &["--minutes: at least 0.27"]);
}

#[test]
fn wrong_use_of_the_command_line() {
    for arguments in [&["run"][..], &["watch"], &["replay"], &["run", "--cofnig", "a"], &["check", "--at", "noon"]] {
        let finished = program::run(arguments);
        assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stderr);
        assert!(finished.stdout.is_empty() && !finished.stderr.is_empty());
    }
    for arguments in [&["--help"][..], &["--version"], &["replay", "--help"]] {
        assert_eq!(program::run(arguments).code, Some(0), "{arguments:?}");
    }
    let (_folder, path) = configured(&camera(""));
    let finished = program::run(&["replay", "--config", &path, "--camera", "kho", "film.mp4"]);
    complains(&finished, 2, &["--camera kho", "cong"]);
}

#[test]
fn check_says_what_is_armed_and_why() {
    let (_folder, path) = configured(&format!("language = \"en\"\n{}", camera("")));
    let finished = program::run(&["check", "--config", &path, "--at", "2026-03-17T12:00:00+07:00"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    for part in [
        "valid",
        "cong",
        "yard",
        "Arming",
        "17/03/2026 18:00",
        "18/03/2026 01:00",
        "18/03/2026 06:00",
        "those of Vietnam",
    ] {
        assert!(finished.stdout.contains(part), "{part:?} is not in: {}", finished.stdout);
    }
}

/// The program with nothing of what was fetched within its sight.
fn far_from_home(folder: &Path) -> PathBuf {
    let program = folder.join("canhdem");
    fs::copy(CANHDEM, &program).expect("copied");
    program
}

fn run_far(program: &Path, deps: &Path, config: &str, command: &str) -> Finished {
    let folder = program.parent().expect("a folder");
    let arguments = [command, "--config", config];
    Program::start(Command::new(program).args(arguments).current_dir(folder).env("CANHDEM_DEPS", deps)).wait()
}

#[test]
fn a_missing_or_altered_model() {
    let home = tempfile::tempdir().expect("a folder");
    let copy = far_from_home(home.path());
    let (_folder, config) = configured(&camera(""));
    let deps = home.path().join("deps");
    fs::create_dir_all(deps.join("models")).expect("a folder");
    for command in ["check", "run"] {
        complains(&run_far(&copy, &deps, &config, command), 1, &["is in none of", "make setup"]);
    }
    fetched("models/yolox-nano.onnx");
    symlink(program::deps().join("lib"), deps.join("lib")).expect("linked");
    for command in ["check", "run"] {
        let parts = ["yolox-nano", "yolox-nano.onnx", "make setup", "CANHDEM_DEPS"];
        complains(&run_far(&copy, &deps, &config, command), 1, &parts);
    }
    fs::write(deps.join("models/yolox-nano.onnx"), b"not a model").expect("written");
    for command in ["check", "run"] {
        let parts = [
            "yolox-nano",
            // Of "not a model", and of the manifest.
            "708811ccb1510c6d6c6e6379ef09be39bdbb0e7edcf44fefcca21c6228ee6d89",
            "615e266100c341c28d62abe255f7a6d9d7e2b91c1b0b87fc24c5d9e53141a57b",
            "make setup",
        ];
        complains(&run_far(&copy, &deps, &config, command), 1, &parts);
    }
    assert!(!Path::new(&config).with_file_name("data").join("canhdem.db").exists());
}

/// `check` wants every model; `run` goes on without those that tell what persons hide, and says so.
#[test]
fn a_missing_model_of_attributes_or_joints() {
    const NEEDED: [&str; 10] = [
        "yolox-nano.onnx",
        "movenet-lightning.onnx",
        "mask.onnx",
        "hat.onnx",
        "gloves.onnx",
        "bag.onnx",
        "plate.onnx",
        "plate-aligner.onnx",
        "PP-OCRv6_rec_small.onnx",
        "plate-reader.onnx",
    ];
    for missing in
        ["movenet-lightning.onnx", "gloves.onnx", "plate.onnx", "plate-aligner.onnx", "PP-OCRv6_rec_small.onnx"]
    {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir(home.path().join("models")).expect("a folder");
        symlink(program::deps().join("lib"), home.path().join("lib")).expect("linked");
        for file in NEEDED.into_iter().filter(|file| *file != missing) {
            let file = Path::new("models").join(file);
            symlink(fetched(&file.display().to_string()), home.path().join(file)).expect("linked");
        }
        let office = Office::new(&[]);
        let arguments = ["check", "--config", &office.config.display().to_string()];
        let check = Program::start(Command::new(CANHDEM).args(arguments).env("CANHDEM_DEPS", home.path())).wait();
        complains(&check, 1, &[missing, "is in none of", "make setup"]);

        let mut appliance = Appliance::launch_from(&office, home.path());
        appliance.wait_until_it_answers();
        let finished = appliance.stop();
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        let errors: Vec<_> = finished.stderr.lines().filter(|line| line.contains("ERROR")).collect();
        // Each that needs it is told of: three attributes take joints.
        assert!(!errors.is_empty(), "{}", finished.stderr);
        assert!(errors.iter().all(|error| error.contains(missing) && error.contains("make setup")), "{errors:?}");
    }
}

#[test]
fn a_port_in_use() {
    fetched("models/yolox-nano.onnx");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let (_folder, path) = configured(&format!("{}[web]\nlisten = \"127.0.0.1:{port}\"\n", camera("")));
    complains(&program::run(&["run", "--config", &path]), 1, &["web.listen", &port, "choose another"]);
}

#[test]
fn one_data_folder_one_appliance() {
    let office = Office::new(&[]);
    let first = Appliance::start(&office);
    let finished = program::run(&["run", "--config", &office.config.display().to_string()]);
    let data_dir = office.data_dir.display().to_string();
    let pid = first.program.id().to_string();
    complains(&finished, 1, &[&data_dir, "in use by another canhdem", &pid, "another data_dir"]);
    let finished = first.stop();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let again = Appliance::start(&office);
    assert_eq!(again.stop().code, Some(0));
}

#[test]
fn a_data_folder_that_cannot_be_written() {
    fetched("models/yolox-nano.onnx");
    // Whatever root may, it cannot make a folder below a file.
    for data_dir in ["a-file", "a-file/data"] {
        let (folder, path) = configured(&format!("data_dir = \"{data_dir}\"\n[web]\nlisten = \"127.0.0.1:0\"\n"));
        fs::write(folder.path().join("a-file"), b"").expect("written");
        complains(&program::run(&["run", "--config", &path]), 1, &["data_dir", data_dir, "choose another"]);
    }
}

#[test]
fn a_folder_that_is_no_database_of_ours() {
    let office = Office::new(&[]);
    fs::create_dir(&office.data_dir).expect("a folder");
    fs::write(office.data_dir.join("canhdem.db"), "these are somebody's notes, ".repeat(200)).expect("written");
    fetched("models/yolox-nano.onnx");
    let finished = program::run(&["run", "--config", &office.config.display().to_string()]);
    complains(&finished, 1, &["canhdem.db", "not a database of canhdem", "another data_dir"]);
}

#[test]
fn passwords_are_nowhere_in_the_log() {
    const RIGHT: &str = "right-s3cret-9";
    const WRONG: &str = "wrong-s3cret-9";
    let auth = Auth::Digest { user: "admin".to_owned(), password: RIGHT.to_owned() };
    let mount = Mount::new("/main", film::square(Codec::H264, 160, 96)).with_auth(auth);
    let cameras = TestCameras::start(vec![mount]).expect("a camera");
    let office = Office::new(&[Camera { id: "cong", main: cameras.url("/main") }]);
    for (password, wanted) in [(WRONG, "wrong_password"), (RIGHT, "live")] {
        office.set_credentials("cong", "admin", password);
        let mut appliance = Appliance::launch_with(&office, "trace");
        appliance.wait_until_it_answers();
        let mut said = String::new();
        until(wanted, || {
            let answer = appliance.ask("/api/v1/cameras").expect("an answer");
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let reached = text.contains(wanted);
            said += &text;
            reached
        });
        for path in ["/api/v1/status", "/metrics"] {
            said += &String::from_utf8_lossy(&appliance.ask(path).expect("an answer").body);
        }
        let finished = appliance.stop();
        assert!(finished.stderr.contains("camera{id=cong}"), "{}", finished.stderr);
        said.push_str(&finished.stdout);
        said.push_str(&finished.stderr);
        assert!(!said.contains(RIGHT) && !said.contains(WRONG), "a password is told");
    }
}

#[test]
fn nobody_is_told_that_the_program_runs() {
    fetched("models/yolox-nano.onnx");
    let home = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(CANHDEM);
    command.args(["models", "verify"]).env("HOME", home.path());
    for name in ["ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    let finished = Program::start(&mut command).wait();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    // Where it tells its maker, ONNX Runtime writes down at once what it will send, with a number for this machine.
    assert_eq!(files_below(home.path()), Vec::<PathBuf>::new());
}

/// Where the test fails, it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the test did not fail.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_log_that_nobody_reads_any_more_ends_nothing() {
    fetched("models/yolox-nano.onnx");
    let office = Office::new(&[]);
    let mut command = Command::new(CANHDEM);
    command.args(["run", "--config"]).arg(&office.config).env("RUST_LOG", "info");
    let mut program = Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts"));
    let mut log = BufReader::new(program.0.stderr.take().expect("piped")).lines();
    assert!(log.any(|line| line.expect("text").contains(" watching ")));
    drop(log);
    // It says that it stops.
    kill_process(Pid::from_child(&program.0), Signal::TERM).expect("our own child");
    let ended = eventually("the program to end", || program.0.try_wait().expect("our own child"));
    assert_eq!(ended.code(), Some(0), "{ended}");
}
