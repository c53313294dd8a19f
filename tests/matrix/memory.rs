//! The kernel kills the program because there is no memory: in a control group of its own, together with somebody who
//! takes all that is left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::support::kills::From;
use super::support::tools::{Lacking, skip};
use super::support::{eventually, until};
use super::trial::Trial;

const LEFT_BYTES: u64 = 96 << 20;
const MOST: Duration = Duration::from_secs(3);

pub fn row(name: Option<&str>, tries: u32) {
    let Some(group) = Group::make() else { return };
    let mut trial = Trial::new(4, name, "out of memory (control group's limit)");
    for number in 0..=tries {
        group.set_limit(None);
        if number == 0 {
            trial.launch();
            group.add(trial.appliance().program.id());
            trial.appliance().wait_until_it_answers();
        } else {
            trial.start_again();
            group.add(trial.appliance().program.id());
        }
        if number == tries {
            break;
        }
        trial.listen(From::Alert, MOST);
        group.set_limit(Some(group.used() + LEFT_BYTES));
        let mut greedy = Greedy::start(&group);
        until("the kernel to end the program", || {
            greedy.go_on(&group);
            !trial.appliance().program.is_running()
        });
        drop(greedy);
        trial.tried();
    }
    trial.finish();
}

/// Takes memory until somebody is killed.
struct Greedy(Child);

impl Greedy {
    fn start(group: &Group) -> Self {
        let child = Command::new("tail").arg("/dev/zero").stdout(Stdio::null()).spawn().expect("tail");
        group.add(child.id());
        Self(child)
    }

    /// Where it was killed itself, another one.
    fn go_on(&mut self, group: &Group) {
        if self.0.try_wait().expect("our own child").is_some() {
            *self = Self::start(group);
        }
    }
}

impl Drop for Greedy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A control group below our own; it goes when the test ends.
struct Group {
    folder: PathBuf,
    limit: &'static str,
    usage: &'static str,
}

impl Group {
    /// None, and says why, where none may be made.
    fn make() -> Option<Self> {
        let own = fs::read_to_string("/proc/self/cgroup").expect("Linux");
        let path_of = |controller: &str| {
            let line = own.lines().find_map(|line| line.split_once(':')?.1.strip_prefix(controller))?;
            Some(line.strip_prefix(':')?.trim_start_matches('/').to_owned())
        };
        let name = format!("canhdem-faults-{}", std::process::id());
        let (folder, limit, usage) = match path_of("memory") {
            Some(path) => {
                (Path::new("/sys/fs/cgroup/memory").join(path), "memory.limit_in_bytes", "memory.usage_in_bytes")
            }
            None => (Path::new("/sys/fs/cgroup").join(path_of("")?), "memory.max", "memory.current"),
        };
        let group = Self { folder: folder.join(name), limit, usage };
        let made = fs::create_dir(&group.folder);
        if made.is_err() || !group.folder.join(limit).exists() {
            skip(&Lacking::Right(format!("no control group with a limit of memory can be made here (root): {made:?}")));
            let _ = fs::remove_dir(&group.folder);
            return None;
        }
        Some(group)
    }

    fn add(&self, pid: u32) {
        // Who has been killed meanwhile is in no group.
        let _ = fs::write(self.folder.join("cgroup.procs"), pid.to_string());
    }

    fn used(&self) -> u64 {
        let text = fs::read_to_string(self.folder.join(self.usage)).expect("its usage");
        text.trim().parse().expect("a number")
    }

    fn set_limit(&self, bytes: Option<u64>) {
        let none = if self.limit == "memory.max" { "max" } else { "-1" };
        let text = bytes.map_or_else(|| none.to_owned(), |bytes| bytes.to_string());
        fs::write(self.folder.join(self.limit), text).expect("a limit");
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Whoever was in it takes a moment to be gone.
        eventually("the group to be empty", || fs::remove_dir(&self.folder).ok());
    }
}
