//! Where a database may lie: not on a network, where locks and the shared memory of a write-ahead log do not hold.

use std::path::Path;

use super::{Result, StoreError};

/// Refuses a folder on a network file system, by name. One whose kind cannot be told is given the benefit of the doubt.
pub(super) fn check(data_dir: &Path) -> Result<()> {
    // The words of the kernel have different widths on different machines.
    let kind = rustix::fs::statfs(data_dir).ok().and_then(|found| network(found.f_type as u64 & 0xffff_ffff));
    match kind {
        Some(kind) => Err(StoreError::Network { data_dir: data_dir.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The name of a network file system, as `linux/magic.h` and their sources number them.
fn network(kind: u64) -> Option<&'static str> {
    Some(match kind {
        0x6969 => "NFS",
        0x517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB2",
        0x5346_414f => "AFS",
        0x00c3_6400 => "Ceph",
        0x7375_7245 => "Coda",
        0x564c => "NCP",
        0x0bd0_0bd0 => "Lustre",
        0x0102_1997 => "9P",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_have_names_and_disks_have_none() {
        for (kind, name) in [(0x6969, "NFS"), (0xff53_4d42, "CIFS"), (0xfe53_4d42, "SMB2"), (0x0102_1997, "9P")] {
            assert_eq!(network(kind), Some(name));
        }
        // ext4, XFS, Btrfs, tmpfs, ZFS, F2FS, overlayfs.
        for kind in [0xef53, 0x5846_5342, 0x9123_683e, 0x0102_1994, 0x2fc1_2fc1, 0xf2f5_2010, 0x794c_7630] {
            assert_eq!(network(kind), None);
        }
    }

    #[test]
    fn the_refusal_says_what_to_do() {
        let error = StoreError::Network { data_dir: "/srv/nas".into(), kind: "NFS" }.to_string();
        assert!(error.contains("/srv/nas") && error.contains("NFS") && error.contains("local disk"), "{error}");
        assert!(check(&std::env::temp_dir()).is_ok());
    }
}
