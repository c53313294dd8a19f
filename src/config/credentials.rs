//! Names and passwords of cameras: from a file of mode 0600 or from systemd, never from the
//! configuration itself.

use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{ConfigError, KnownCredentials};

/// What systemd's `LoadCredential=` must call the file.
const SYSTEMD_NAME: &str = "canhdem-cameras";
const DEFAULT_NAME: &str = "credentials.toml";

/// A camera's name and password. Its `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(hidden)")
    }
}

/// Reads the credentials named by the configuration, else systemd's, else `credentials.toml`
/// beside the configuration, else none.
pub(super) fn load(named: Option<&Path>, folder: &Path) -> Result<KnownCredentials, ConfigError> {
    let is_named = named.is_some();
    let (path, is_given) = place(named.map(Path::to_owned), folder);
    if is_named || path.exists() { read(&path, is_given) } else { Ok(KnownCredentials::new()) }
}

/// Where they are, or would be, and whether it is systemd that gives them.
pub(super) fn place(named: Option<PathBuf>, folder: &Path) -> (PathBuf, bool) {
    match (named, systemd_file()) {
        (Some(path), _) => (path, false),
        (None, Some(path)) => (path, true),
        (None, None) => (folder.join(DEFAULT_NAME), false),
    }
}

fn systemd_file() -> Option<PathBuf> {
    existing(PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join(SYSTEMD_NAME))
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.exists().then_some(path)
}

/// What systemd gives lies in a folder for this service alone, and its mode says otherwise: an access list lets the
/// service's user in, which shows as a right of the group.
pub(super) fn read(path: &Path, is_given: bool) -> Result<KnownCredentials, ConfigError> {
    let unreadable = |source| ConfigError::Read { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 && !is_given {
        return Err(ConfigError::Mode { path: path.to_owned(), mode: mode & 0o777 });
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    toml::from_str(&text).map_err(|error| ConfigError::secret_syntax(path, &text, &error))
}
