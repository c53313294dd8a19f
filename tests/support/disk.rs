//! Disks of their own: small enough to fill, and such that may be taken out.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::{Lacking, command, run, skip};

/// In memory. It goes when the test ends.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None, and says why, where this process may not mount.
    pub fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(at).expect("the folder");
        let size = format!("size={megabytes}m");
        match run(command("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at)) {
            Ok(_) => Some(Self(at.to_owned())),
            Err(lacking) => {
                skip(&lacking);
                None
            }
        }
    }

    pub fn remount(&self, mode: &str) {
        run(command("mount").args(["-o", &format!("remount,{mode}")]).arg(&self.0)).expect("mounted");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run(command("umount").arg("-l").arg(&self.0)).expect("unmounted");
    }
}

/// `EXT4_IOC_SHUTDOWN` without flushing the log, as xfstests' `godown` does it.
const SHUT_DOWN: &str = "import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack('I', 2))";

/// Nothing that was not flushed reaches the disk that is mounted here any more; whatever is done to it fails.
pub fn cut_power(at: &Path) {
    run(Command::new("python3").args(["-c", SHUT_DOWN]).arg(at)).expect("shut down");
}

/// An ext4 on a block device of its own, in a file. It goes when the test ends.
pub struct Ext4Disk {
    device: String,
    at: PathBuf,
    is_mounted: bool,
}

impl Ext4Disk {
    /// Formatted and mounted. None, and says why, where this process may not do that.
    pub fn make(image: &Path, at: &Path, megabytes: u64) -> Option<Self> {
        match Self::try_make(image, at, megabytes) {
            Ok(disk) => Some(disk),
            Err(lacking) => {
                skip(&lacking);
                None
            }
        }
    }

    fn try_make(image: &Path, at: &Path, megabytes: u64) -> Result<Self, Lacking> {
        fs::create_dir_all(at).expect("a folder");
        File::create(image).and_then(|file| file.set_len(megabytes << 20)).expect("a file");
        run(command("mkfs.ext4").arg("-q").arg(image))?;
        let device = run(command("losetup").args(["--find", "--show"]).arg(image))?.trim().to_owned();
        let mut disk = Self { device, at: at.to_owned(), is_mounted: false };
        disk.try_mount()?;
        fs::remove_dir(at.join("lost+found")).expect("an empty folder");
        Ok(disk)
    }

    /// Its log is written only when somebody waits for it: nothing gets to the disk by luck.
    fn try_mount(&mut self) -> Result<(), Lacking> {
        let options = "commit=300,errors=remount-ro";
        run(command("mount").args(["-t", "ext4", "-o", options, &self.device]).arg(&self.at))?;
        self.is_mounted = true;
        Ok(())
    }

    /// Puts it in.
    pub fn mount(&mut self) {
        self.try_mount().expect("mounted");
    }

    /// Takes it out. False while somebody has a file of it open.
    pub fn unmount(&mut self) -> bool {
        self.is_mounted = run(command("umount").arg(&self.at)).is_err();
        !self.is_mounted
    }

    /// Takes it away from under whoever uses it: what is open stays open.
    pub fn detach(&mut self) {
        run(command("umount").arg("-l").arg(&self.at)).expect("unmounted");
        self.is_mounted = false;
    }

    pub fn cut_power(&self) {
        cut_power(&self.at);
    }

    /// The kernel finds it damaged, and lets nobody write to it any more. False, and says why, where it cannot be told so.
    pub fn turn_read_only(&self) -> bool {
        let name = self.device.trim_start_matches("/dev/");
        let told = fs::write(format!("/sys/fs/ext4/{name}/trigger_fs_error"), "1");
        if let Err(error) = &told {
            skip(&Lacking::Right(format!("no file system can be told that it is damaged: {error}")));
        }
        told.is_ok()
    }
}

impl Drop for Ext4Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            run(command("umount").arg("-l").arg(&self.at)).expect("unmounted");
        }
        // It goes with whoever has it open last.
        run(command("losetup").args(["--detach", &self.device])).expect("detached");
    }
}
