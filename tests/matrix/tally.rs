//! What each fault has cost, and the table of it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One row of the table.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Rows stand in the order of these.
    pub place: u32,
    pub name: String,
    pub fault: String,
    pub tried: u32,
    /// Alerts that it had told of.
    pub alerts: usize,
    /// What is not as it was told, in words.
    pub alerts_lost: Vec<String>,
    pub recordings_lost: Vec<String>,
    /// Of each try in which somebody looked, seconds of video that were seen and are not there.
    pub video_lost: Vec<f64>,
    /// Times at which index and files did not agree.
    pub disagreements: u32,
    /// Times at which the program ended and should not have.
    pub ended: u32,
    /// Of each try, seconds from the end of the fault (or the start after it) to the first picture that is watched.
    pub back: Vec<f64>,
    /// Of each start after a fault, seconds to the first picture that is watched.
    #[serde(default)]
    pub starts: Vec<f64>,
    /// What else was measured.
    pub notes: Vec<String>,
    /// Everything afterwards was in order: each segment decoded, chains and log verified, the database whole.
    pub in_order: bool,
}

/// A fragment is a second of video, and is cut when the picture comes that begins the next one.
const FRAGMENT: f64 = 1.5;
/// It is to start by itself in so many seconds.
const START: f64 = 5.0;

impl Tally {
    /// Writes it down, and the table of all that were.
    pub fn save(&self) {
        let folder = folder();
        let text = serde_json::to_string_pretty(self).expect("JSON");
        // Another row may be read by whoever writes this one.
        let (file, new) = (folder.join(format!("{}.json", self.name)), folder.join(format!("{}.new", self.name)));
        fs::write(&new, text).and_then(|()| fs::rename(&new, file)).expect("written");
        write();
    }

    fn row(&self) -> String {
        let more = self.video_lost.iter().filter(|seconds| **seconds > FRAGMENT).count();
        let late = match self.starts.iter().filter(|seconds| **seconds > START).count() {
            _ if self.starts.is_empty() => "-".to_owned(),
            late => format!("{late} of {}", self.starts.len()),
        };
        let order = if self.in_order { "yes" } else { "**no**" };
        format!(
            "| {} | {} | {} | {} | {} | {} | {more} | {} | {} | {} | {late} | {order} |\n",
            self.fault,
            self.tried,
            self.alerts,
            self.alerts_lost.len(),
            self.recordings_lost.len(),
            spread(&self.video_lost),
            self.disagreements,
            self.ended,
            spread(&self.back),
        )
    }
}

/// The table of all that was written down.
pub fn write() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    fs::write(file, page(&folder())).expect("written");
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/faults");
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Median and longest, in seconds.
fn spread(values: &[f64]) -> String {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    match (values.get(values.len() / 2), values.last()) {
        (Some(median), Some(longest)) => format!("{median:.1} / {longest:.1}"),
        _ => "-".to_owned(),
    }
}

fn page(folder: &Path) -> String {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    let row = |file: &PathBuf| serde_json::from_str(&fs::read_to_string(file).ok()?).ok();
    let mut rows: Vec<Tally> = files.iter().filter_map(row).collect();
    rows.sort_by_key(|row| row.place);
    let mut text = HEAD.to_owned();
    for row in &rows {
        text.push_str(&row.row());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let build = match std::env::var_os("CANHDEM_PROGRAM") {
        Some(program) if Path::new(&program).parent().is_some_and(|folder| folder.ends_with("release")) => {
            "a release build"
        }
        Some(_) => "another build of the program, which `CANHDEM_PROGRAM` names",
        None if cfg!(debug_assertions) => "a build for development",
        None => "a release build",
    };
    write!(text, "\nMeasured on {cores} cores, with {build}.\n").expect("text");
    for row in rows.iter().filter(|row| !row.notes.is_empty()) {
        write!(text, "\n**{}:** {}\n", row.fault, row.notes.join(" ")).expect("text");
    }
    text.push_str(TAIL);
    text
}

const HEAD: &str = "# What faults cost

`make faults` writes this page (`tests/matrix.rs`): the real program watches a simulated camera over RTSP in which people
walk about, and is hit at random moments. Whatever it has told before over its API is held against what it tells after.

| fault | tried | alerts told | alerts lost or changed | recordings lost | video lost (s) | more than a fragment | index and files differ | ended by itself | watches again after (s) | starts over 5 s | all in order |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|
";

const TAIL: &str = "
- **Alerts told** of before a fault, each counted once: finished ones must be as they were, open ones there, and closed
  after a restart.
- **Video lost**: median / longest, between the last picture that the API told of and the end of what lies on disk.
  **More than a fragment**: times at which that was over 1.5 s. A fragment is a second of video, and is written when the
  next one begins.
- **Watches again after**: median / longest, from the start of the program (kills, power) or the end of the fault (others) to
  the first picture that it looks at. systemd adds its `RestartSec` of 2 s to a start.
- **Starts over 5 s**: of those that were waited for, how many took longer to the first picture; `-` where the program goes on.
- **Power loss**: an ext4 is shut down so that nothing reaches it that was not flushed (what xfstests' `godown` does), and
  mounted anew. What a disk loses of its own cache is not in this.
- **The clock** that jumps is the program's alone (`libfaketime`); its monotonic one goes on, as Linux has it.
- **The disk of recordings** is an ext4 of its own; what the API tells of it is checked in each try, and that an alert comes
  while it is away. **Slow** and **nothing can be changed**: a library stands between the program and its disk (`LD_PRELOAD`,
  `tests/support/shim.c`), where the kernel has no dm-delay, and no ext4 can be mounted anew under an open database.
- **Out of memory**: somebody else in its control group takes all that is left, and the kernel kills the program.
- **All in order**, after the last try: every row of the index has its file of that size and every file its row, each
  segment decodes to as many pictures as it holds, `canhdem verify` finds chains and log whole, `canhdem check --storage`
  agrees, SQLite's integrity check passes.
";
