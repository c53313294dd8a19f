//! Writes a file whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// Why a file stays as it was, in words that say what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot be written: {why}; let the user that canhdem runs as write to it and to its folder, or change the \
         file by hand", path.display())]
pub struct NotWritten {
    path: PathBuf,
    why: String,
}

/// Replaces the file's content; owner and mode stay. A new file has `new_mode`. What a link leads to is written, not the
/// link.
pub(super) fn save(path: &Path, text: &str, new_mode: u32) -> Result<(), NotWritten> {
    let refused = |why: String| NotWritten { path: path.to_owned(), why };
    let target = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        target => target.map_err(|error| refused(error.to_string()))?,
    };
    let before = fs::metadata(&target).ok();
    if before.as_ref().is_some_and(|before| before.permissions().readonly()) {
        return Err(refused("it is read-only".to_owned()));
    }
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Hidden, beside it: a rename stays within one file system. Whoever writes holds a lock, so one name is enough.
    let new = target.with_file_name(format!(".{name}.new"));
    let written = write(&new, text, new_mode, before.as_ref()).and_then(|()| fs::rename(&new, &target));
    if let Err(error) = written {
        // It may not have been made.
        let _ = fs::remove_file(&new);
        return Err(refused(error.to_string()));
    }
    // The file is there; that its name outlives a power cut is all that this adds.
    if let Some(folder) = target.parent().and_then(|folder| File::open(folder).ok())
        && let Err(error) = folder.sync_all()
    {
        tracing::warn!(%error, path = %target.display(), "written, but a power cut may undo it");
    }
    Ok(())
}

fn write(path: &Path, text: &str, new_mode: u32, before: Option<&fs::Metadata>) -> io::Result<()> {
    // One that an earlier power cut left behind; it is not written through, for it may be a link.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    if let Some(before) = before {
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (before.uid(), before.gid()) {
            fchown(&file, Some(before.uid()), Some(before.gid()))?;
        }
    }
    let mode = before.map_or(new_mode, |before| before.mode() & 0o7777);
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn mode_and_link_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        fs::write(&real, "old").expect("written");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("mode");
        symlink(&real, &link).expect("a link");
        save(&link, "new", 0o600).expect("saved");
        assert_eq!(fs::read_to_string(&real).expect("text"), "new");
        assert_eq!(fs::metadata(&real).expect("there").mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_new_file_has_the_mode_that_was_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("credentials.toml");
        save(&path, "new", 0o600).expect("saved");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
    }

    #[test]
    fn what_may_not_be_written_stays_and_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("canhdem.toml");
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("mode");
        let error = save(&path, "new", 0o600).expect_err("refused").to_string();
        assert!(error.contains("canhdem.toml: cannot be written: it is read-only; let the user"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("text"), "old");
        let error = save(&folder.path().join("none/canhdem.toml"), "new", 0o600).expect_err("refused").to_string();
        assert!(error.contains("No such file"), "{error}");
    }
}
