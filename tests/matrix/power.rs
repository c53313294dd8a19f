//! The power fails: a file system of its own is shut down as if the machine had lost its power, so that nothing that was
//! not flushed reaches the disk, and is mounted anew. What a disk's own cache would lose is not in this.

use std::time::Duration;

use super::support::disk::Ext4Disk;
use super::support::kills::From;
use super::support::until;
use super::trial::Trial;

const DISK_MEGABYTES: u64 = 512;
const MOST: Duration = Duration::from_secs(6);

pub fn row(name: Option<&str>, tries: u32) {
    let mut trial = Trial::new(3, name, "power loss (ext4 shut down, nothing flushed)");
    let image = trial.office.folder.path().join("disk");
    let Some(mut disk) = Ext4Disk::make(&image, &trial.office.data_dir, DISK_MEGABYTES) else { return };
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
        until("nobody to use the disk", || disk.unmount());
        disk.mount();
        trial.tried();
    }
    trial.finish();
}
