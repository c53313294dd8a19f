//! The power fails: a file system of its own is shut down as if the machine had lost its power, so that nothing that was
//! not flushed reaches the disk, and is mounted anew. What a disk's own cache would lose is not in this.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::support::kills::From;
use super::trial::Trial;

const DISK_BYTES: u64 = 512 << 20;
const MOST: Duration = Duration::from_secs(6);
/// `EXT4_IOC_SHUTDOWN` without flushing the log, as xfstests' `godown` does it.
const SHUT_DOWN: &str = "import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))";

pub fn row(name: Option<&str>, tries: u32) {
    let mut trial = Trial::new(3, name, "power loss (ext4 shut down, nothing flushed)");
    let Some(mut disk) = Disk::make(&trial.office.folder.path().join("disk"), &trial.office.data_dir) else { return };
    for number in 0..=tries {
        if number == 0 {
            trial.start();
        } else {
            trial.start_again();
        }
        if number == tries {
            break;
        }
        let from = if trial.random.bool() { From::Alert } else { From::Recording };
        trial.listen(from, MOST);
        disk.cut_power();
        trial.appliance().program.kill();
        disk.mount_again();
        trial.tried();
    }
    trial.finish();
}

/// An ext4 in a file. It goes when the test ends.
struct Disk {
    image: PathBuf,
    at: PathBuf,
    is_mounted: bool,
}

impl Disk {
    /// None, and says why, where this process may not mount.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn make(image: &Path, at: &Path) -> Option<Self> {
        fs::create_dir_all(at).expect("a folder");
        File::create(image).and_then(|file| file.set_len(DISK_BYTES)).expect("a file");
        let mut disk = Self { image: image.to_owned(), at: at.to_owned(), is_mounted: false };
        let made = run(Command::new("mkfs.ext4").arg("-q").arg(image)).and_then(|()| disk.mount());
        if let Err(error) = made {
            eprintln!("SKIPPED: no ext4 can be mounted here (root needed): {error}");
            return None;
        }
        fs::remove_dir(at.join("lost+found")).expect("an empty folder");
        Some(disk)
    }

    /// Its log is written only when somebody waits for it: nothing gets to the disk by luck.
    fn mount(&mut self) -> Result<(), String> {
        run(Command::new("mount").args(["-o", "loop,commit=300"]).arg(&self.image).arg(&self.at))?;
        self.is_mounted = true;
        Ok(())
    }

    fn cut_power(&self) {
        run(Command::new("python3").args(["-c", SHUT_DOWN]).arg(&self.at)).expect("shut down");
    }

    fn mount_again(&mut self) {
        run(Command::new("umount").arg(&self.at)).expect("unmounted");
        self.is_mounted = false;
        self.mount().expect("mounted again");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            run(Command::new("umount").arg("-l").arg(&self.at)).expect("unmounted");
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {said}")) }
}
