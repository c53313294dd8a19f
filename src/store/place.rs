//! Where a database may lie: not on a network, where locks and the shared memory of a write-ahead log do not hold.

use std::fs;
use std::path::Path;

use super::{Result, StoreError};

/// Of file systems that run in a program of their own, and of some that another machine gives a virtual one.
const FUSE: u64 = 0x6573_5546;
/// Of those, what reaches over a network, as `/proc/self/mountinfo` names it.
const FUSE_NETWORK: [&str; 19] = [
    "afpfs",
    "ceph",
    "ceph-fuse",
    "curlftpfs",
    "davfs",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "goofys",
    "gvfsd-fuse",
    "juicefs",
    "lizardfs",
    "mfs",
    "moosefs",
    "rclone",
    "s3fs",
    "seaweedfs",
    "smbnetfs",
    "sshfs",
];

/// Refuses a folder on a network file system, by name. One whose kind cannot be told is given the benefit of the doubt; one that may
/// be a network's is warned of.
pub(super) fn check(data_dir: &Path) -> Result<()> {
    // The words of the kernel have different widths on different machines.
    let Ok(kind) = rustix::fs::statfs(data_dir).map(|found| found.f_type as u64 & 0xffff_ffff) else { return Ok(()) };
    let judged = if kind == FUSE { program(mounted_as(data_dir).as_deref()) } else { network(kind) };
    match judged {
        Judged::Network(kind) => Err(StoreError::Network { data_dir: data_dir.to_owned(), kind }),
        Judged::Unknown(kind) => {
            tracing::warn!(
                data_dir = %data_dir.display(),
                kind,
                "it cannot be told whether this file system lies on a local disk: over a network the database would be damaged"
            );
            Ok(())
        }
        Judged::Local => Ok(()),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Judged {
    Local,
    Network(String),
    Unknown(String),
}

/// By the number of a file system, as `linux/magic.h` and their sources have it. Disks that several machines share count as
/// networks: they lock over one.
fn network(kind: u64) -> Judged {
    let name = match kind {
        0x6969 => "NFS",
        0x517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB2",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x00c3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x564c => "NCP",
        0x0bd0_0bd0 => "Lustre",
        0x0102_1997 => "9P",
        0x7461_636f => "OCFS2",
        0x0116_1970 => "GFS2",
        0x4750_4653 => "GPFS",
        0x1983_0326 => "BeeGFS",
        0x2003_0528 => "OrangeFS",
        0xbacb_acbc => "a folder of VMware's host",
        0x786f_4256 => "a folder of VirtualBox's host",
        _ => return Judged::Local,
    };
    Judged::Network(name.to_owned())
}

/// By the name under which a file system of a program is mounted.
fn program(name: Option<&str>) -> Judged {
    match name {
        // NTFS, exFAT and such on a disk of this machine.
        Some("fuseblk") => Judged::Local,
        Some(name) => {
            let short = name.strip_prefix("fuse.").unwrap_or(name);
            if FUSE_NETWORK.contains(&short.to_ascii_lowercase().as_str()) {
                Judged::Network(short.to_owned())
            } else {
                Judged::Unknown(name.to_owned())
            }
        }
        None => Judged::Unknown("FUSE".to_owned()),
    }
}

fn mounted_as(folder: &Path) -> Option<String> {
    let device = rustix::fs::stat(folder).ok()?.st_dev;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    kind_of(&mounts, rustix::fs::major(device), rustix::fs::minor(device)).map(str::to_owned)
}

/// The kind of what is mounted from a device, in the words of `/proc/self/mountinfo`.
fn kind_of(mounts: &str, major: u32, minor: u32) -> Option<&str> {
    let device = format!("{major}:{minor}");
    mounts.lines().find_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        (mount.split(' ').nth(2)? == device).then(|| source.split(' ').next()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_have_names_and_disks_have_none() {
        for (kind, name) in [
            (0x6969, "NFS"),
            (0xff53_4d42, "CIFS"),
            (0xfe53_4d42, "SMB2"),
            (0x0102_1997, "9P"),
            (0x7461_636f, "OCFS2"),
            (0x0116_1970, "GFS2"),
        ] {
            assert_eq!(network(kind), Judged::Network(name.to_owned()));
        }
        // ext4, XFS, Btrfs, tmpfs, ZFS, F2FS, overlayfs, exFAT, NTFS.
        for kind in [
            0xef53,
            0x5846_5342,
            0x9123_683e,
            0x0102_1994,
            0x2fc1_2fc1,
            0xf2f5_2010,
            0x794c_7630,
            0x2011_bab0,
            0x5346_544e,
        ] {
            assert_eq!(network(kind), Judged::Local);
        }
    }

    #[test]
    fn file_systems_of_programs_are_told_apart_by_their_names() {
        #[track_caller]
        fn check(name: &str, judged: &Judged) {
            assert_eq!(program(Some(name)), *judged);
        }
        check("fuseblk", &Judged::Local);
        check("fuse.sshfs", &Judged::Network("sshfs".to_owned()));
        check("fuse.glusterfs", &Judged::Network("glusterfs".to_owned()));
        check("fuse.JuiceFS", &Judged::Network("JuiceFS".to_owned()));
        check("virtiofs", &Judged::Unknown("virtiofs".to_owned()));
        check("fuse.mergerfs", &Judged::Unknown("fuse.mergerfs".to_owned()));
        check("fuse", &Judged::Unknown("fuse".to_owned()));
        assert_eq!(program(None), Judged::Unknown("FUSE".to_owned()));
    }

    #[test]
    fn a_mount_is_found_by_its_device() {
        let mounts = "24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n\
                      97 24 0:45 / /srv/a\\040b rw,nosuid shared:9 master:2 - fuse.sshfs guard@nas:/video rw,user_id=0\n\
                      98 24 8:17 / /srv/usb rw - fuseblk /dev/sdb1 rw,blksize=4096\n";
        assert_eq!(kind_of(mounts, 8, 1), Some("ext4"));
        assert_eq!(kind_of(mounts, 0, 45), Some("fuse.sshfs"));
        assert_eq!(kind_of(mounts, 8, 17), Some("fuseblk"));
        assert_eq!(kind_of(mounts, 0, 4), None);
        assert_eq!(kind_of("no mounts", 0, 4), None);
        assert_eq!(mounted_as(Path::new("/proc")).as_deref(), Some("proc"), "as this machine says it");
    }

    #[test]
    fn the_refusal_says_what_to_do() {
        let error = StoreError::Network { data_dir: "/srv/nas".into(), kind: "NFS".to_owned() }.to_string();
        assert!(error.contains("/srv/nas") && error.contains("NFS") && error.contains("local disk"), "{error}");
        assert!(check(&std::env::temp_dir()).is_ok());
    }
}
