//! The files of the configuration on disk: read, recognised, changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use toml::{Table, Value};
use toml_edit::{DocumentMut, TableLike, value};

use super::edit::{Edit, NoSuchCamera, apply};
use super::pointer::pointer;
use super::save::save;
use super::{EditError, Login as Wanted};
use crate::config::error::Problem;
use crate::config::{Config, ConfigError, Credentials, KnownCredentials, credentials, file};

/// Only its owner reads passwords.
const SECRET_MODE: u32 = 0o600;
const MODE: u32 = 0o644;

type Digest = [u8; 32];

pub(super) struct Files {
    path: PathBuf,
    /// What it names: credentials, a calendar. Those of the last file that could be read.
    named: Vec<PathBuf>,
    /// Of the content that was judged last, right or wrong.
    judged: Digest,
    /// At the last look.
    seen: Digest,
    /// As it was when it was right.
    good_text: String,
}

/// What becomes of a camera's name and password, and what they were.
#[derive(Clone, Copy)]
pub(super) struct Login<'a> {
    pub login: &'a Wanted,
    pub before: &'a Config,
}

impl Files {
    pub(super) fn open(path: PathBuf) -> Result<(Self, Config), ConfigError> {
        let text = read(&path)?;
        let config = Config::parse(&text, folder(&path), &path)?;
        let named = named(&text, folder(&path)).unwrap_or_default();
        let digest = digest(&path, &named);
        Ok((Self { path, named, judged: digest, seen: digest, good_text: text }, config))
    }

    /// The configuration that came about since the last call, once it stands still.
    pub(super) fn changed(&mut self) -> Option<Result<Config, ConfigError>> {
        let digest = digest(&self.path, &self.named);
        let stands_still = std::mem::replace(&mut self.seen, digest) == digest;
        if digest == self.judged || !stands_still {
            return None;
        }
        self.judged = digest;
        let loaded = read(&self.path).and_then(|text| {
            // Other files may be named now.
            if let Some(named) = named(&text, folder(&self.path)) {
                self.named = named;
                self.judged = self::digest(&self.path, &self.named);
                self.seen = self.judged;
            }
            let config = Config::parse(&text, folder(&self.path), &self.path)?;
            self.good_text = text;
            Ok(config)
        });
        Some(loaded)
    }

    pub(super) fn good_text(&self) -> &str {
        &self.good_text
    }

    /// Of this text: who has seen nothing newer overwrites nothing newer.
    pub(super) fn version(&self) -> String {
        version(&self.good_text)
    }

    /// Nothing is written unless all of it can be.
    pub(super) fn edit(&mut self, version: &str, edit: &Edit, login: Login<'_>) -> Result<Config, EditError> {
        let before = read(&self.path).map_err(EditError::Broken)?;
        if self::version(&before) != version {
            // What is wrong there is more than that it is another.
            let wrong = Config::parse(&before, folder(&self.path), &self.path).err();
            return Err(wrong.map_or(EditError::Conflict, EditError::Broken));
        }
        let mut document: DocumentMut = before.parse().map_err(|_| EditError::Conflict)?;
        apply(&mut document, edit).map_err(|NoSuchCamera(id)| EditError::NoSuchCamera(id))?;
        let text = document.to_string();

        let passwords = Passwords::read(&text, folder(&self.path)).map_err(EditError::Broken)?;
        let new_passwords = passwords.with(edit, login)?;
        let known = new_passwords.as_deref().map_or_else(|| Ok(passwords.known.clone()), parse_known);
        let known = known.map_err(EditError::Broken)?;
        let config = check(&text, folder(&self.path), known, &self.path)?;
        refuse_strangers(&config, login, edit)?;

        // A camera comes before its password and goes after it: passwords of no camera are an error.
        let goes = matches!(edit, Edit::RemoveCamera(_));
        let save_passwords = || match &new_passwords {
            Some(text) => save(&passwords.path, text, SECRET_MODE),
            None => Ok(()),
        };
        if goes {
            save_passwords()?;
        }
        if text != before {
            save(&self.path, &text, MODE)?;
        }
        if !goes && let Err(error) = save_passwords() {
            save(&self.path, &before, MODE)?;
            return Err(error.into());
        }
        self.named = named(&text, folder(&self.path)).unwrap_or_default();
        self.judged = digest(&self.path, &self.named);
        self.seen = self.judged;
        self.good_text = text;
        Ok(config)
    }
}

/// The file with the cameras' names and passwords.
struct Passwords {
    path: PathBuf,
    text: String,
    known: KnownCredentials,
    /// Others give it to us; it is not ours to write.
    is_given: bool,
}

impl Passwords {
    fn read(config: &str, folder: &Path) -> Result<Self, ConfigError> {
        let named = table(config).and_then(|file| Some(folder.join(file.get("credentials")?.as_str()?)));
        let (path, is_given) = credentials::place(named, folder);
        let known = if path.exists() { credentials::read(&path, is_given)? } else { KnownCredentials::new() };
        let text = fs::read_to_string(&path).unwrap_or_default();
        Ok(Self { path, text, known, is_given })
    }

    /// The text as it is to be; `None` where it stays.
    fn with(&self, edit: &Edit, login: Login<'_>) -> Result<Option<String>, EditError> {
        let (id, wanted) = match (edit, login.login) {
            (Edit::RemoveCamera(id), _) => (id, None),
            (Edit::AddCamera(camera) | Edit::ChangeCamera(camera), Wanted::Forget) => (&camera.id, None),
            (Edit::AddCamera(camera) | Edit::ChangeCamera(camera), Wanted::New(new)) => (&camera.id, Some(new)),
            _ => return Ok(None),
        };
        if self.known.get(id) == wanted {
            return Ok(None);
        }
        if self.is_given {
            let detail =
                format!("names and passwords come from systemd here ({}): change them there", self.path.display());
            return Err(EditError::Refused { pointer: vec!["password".to_owned()], detail });
        }
        let mut document: DocumentMut = self.text.parse().unwrap_or_default();
        match wanted {
            None => drop(document.remove(id)),
            Some(Credentials { user, password }) => {
                let root: &mut dyn TableLike = document.as_table_mut();
                if let Some(row) = super::table::table(root, id) {
                    row.insert("user", value(user));
                    row.insert("password", value(password));
                }
            }
        }
        Ok(Some(document.to_string()))
    }
}

/// Whoever may change an address could have a known password sent to a machine of theirs: where the host is another,
/// name and password are to be entered again.
fn refuse_strangers(config: &Config, login: Login<'_>, edit: &Edit) -> Result<(), EditError> {
    let Edit::ChangeCamera(wanted) = edit else { return Ok(()) };
    let (Some(after), Some(before)) = (config.camera(&wanted.id), login.before.camera(&wanted.id)) else {
        return Ok(());
    };
    let is_kept = *login.login == Wanted::Keep && before.credentials.is_some();
    let known = before.hosts();
    if is_kept && !after.hosts().is_subset(&known) {
        let detail = "the address is of another machine: enter name and password again, or remove them".to_owned();
        return Err(EditError::Refused { pointer: vec!["password".to_owned()], detail });
    }
    Ok(())
}

impl crate::config::Camera {
    /// To which its name and password are sent.
    fn hosts(&self) -> BTreeSet<(Option<String>, Option<u16>)> {
        let host = |url: &url::Url| (url.host_str().map(str::to_owned), url.port());
        [Some(&self.main), self.sub.as_ref()].into_iter().flatten().map(host).collect()
    }

    /// Whether its name and password are sent there anyway.
    pub fn is_at(&self, url: &url::Url) -> bool {
        self.hosts().contains(&(url.host_str().map(str::to_owned), url.port()))
    }

    /// Which of its addresses is told as this one, with the passwords in it masked.
    pub fn told_as(&self, address: &str) -> Option<url::Url> {
        let told = url::Url::parse(address).ok()?;
        let mut own = [Some(&self.main), self.sub.as_ref()].into_iter().flatten();
        own.find(|own| super::secrets::masked(own.as_str()) == told.as_str()).cloned()
    }
}

fn check(text: &str, folder: &Path, known: KnownCredentials, path: &Path) -> Result<Config, EditError> {
    let raw = toml::from_str(text).map_err(|error| {
        let detail = match ConfigError::syntax(path, text, &error) {
            ConfigError::Syntax { problem, .. } => problem,
            other => other.to_string(),
        };
        let problem = error.span().map_or_else(|| detail.clone().into(), |span| Problem::at(span, detail.clone()));
        EditError::Refused { pointer: pointer(text, &problem), detail }
    })?;
    file::check(raw, folder, known)
        .map_err(|problem| EditError::Refused { pointer: pointer(text, &problem), detail: problem.text().to_owned() })
}

fn parse_known(text: &str) -> Result<KnownCredentials, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::secret_syntax(Path::new("credentials"), text, &error))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn table(text: &str) -> Option<Table> {
    toml::from_str(text).ok()
}

/// The files that it names or that belong to it; `None` where it cannot be read.
fn named(text: &str, folder: &Path) -> Option<Vec<PathBuf>> {
    let file = table(text)?;
    let named = file.get("credentials").and_then(Value::as_str).map(|path| folder.join(path));
    let closures = file.get("arming").and_then(|arming| arming.get("closures_file")?.as_str());
    Some([credentials::place(named, folder).0].into_iter().chain(closures.map(|path| folder.join(path))).collect())
}

/// Of what all of them hold; a few kilobytes are read faster than times of files can be trusted.
fn digest(path: &Path, named: &[PathBuf]) -> Digest {
    let mut hasher = Sha256::new();
    for path in [path].into_iter().chain(named.iter().map(PathBuf::as_path)) {
        // What cannot be read is another content.
        let content = fs::read(path).map_err(|error| error.kind().to_string());
        let (tag, bytes) = match &content {
            Ok(bytes) => (1_u8, &bytes[..]),
            Err(kind) => (0, kind.as_bytes()),
        };
        hasher.update([tag]);
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().into()
}

fn version(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        use std::fmt::Write as _;
        // Writing to a text never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
