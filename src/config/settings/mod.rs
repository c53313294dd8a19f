//! The configuration while the appliance runs: what counts now, changed by the page or by hand.
//!
//! The file stays the single truth. It is read again when it changes, checked whole, and counts if it is right; if it is
//! wrong, what counted before goes on and the problem is told.

mod changes;
mod edit;
mod files;
mod plans;
mod pointer;
mod rules;
mod save;
mod secrets;
mod table;
mod wanted;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Config, ConfigError, Credentials};
pub use changes::changed_keys;
pub use edit::Edit;
use files::{Files, Login as FileLogin};
pub use plans::{PlanKeys, ZonePlanKeys};
pub use rules::{KindRules, RuleKeys};
pub use save::NotWritten;
pub use secrets::all_masked;
pub use wanted::{
    ArmingKeys, CameraKeys, ClosedKeys, DaysKept, Drawn, EarlyWatchKeys, GroupKeys, KeepingKeys, LineKeys, MaskKeys,
    NationalDayKeys, PrivacyKeys, RecordKeys, SwapKeys, TetKeys, WaitKeys, Weekday, Written, WrittenCamera, ZoneKeys,
};

/// Clones share it; locks on what counts now are brief.
#[derive(Clone)]
pub struct Settings(Arc<Inner>);

struct Inner {
    now: Mutex<Now>,
    /// Counts up whenever another configuration counts.
    generation: AtomicU64,
    /// Held while files are read or written; `None` where there is no file.
    files: Mutex<Option<Files>>,
    /// What only counts from a start on is as it was then.
    started: Arc<Config>,
}

struct Now {
    config: Arc<Config>,
    state: FileState,
}

/// What is to be told of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileState {
    /// Why it does not count as it stands there; what counted before goes on.
    pub problem: Option<FileProblem>,
    /// Keys that count only once canhdem starts again.
    pub needs_restart: Vec<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    pub path: PathBuf,
    pub line: Option<usize>,
    pub detail: String,
}

/// What becomes of a camera's name and password.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Login {
    /// As it is.
    #[default]
    Keep,
    /// None.
    Forget,
    New(Credentials),
}

/// Why a change was not made; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error("this appliance runs without a configuration file: there is nothing to change")]
    NoFile,
    /// Somebody else was first, the page of another administrator or an editor.
    #[error("the configuration was changed meanwhile: look at it as it is now, and change it again")]
    Conflict,
    #[error("no camera is called {0:?}")]
    NoSuchCamera(String),
    /// The file as it stands cannot be changed by a program.
    #[error("{0}; put it right by hand first")]
    Broken(ConfigError),
    /// The outcome cannot be.
    #[error("{detail}")]
    Refused {
        /// The keys on the way to what is wrong, as in the file; empty where it is nothing in particular.
        pointer: Vec<String>,
        detail: String,
    },
    #[error(transparent)]
    NotWritten(#[from] NotWritten),
}

impl Settings {
    /// Reads and checks the file; it is the one to be read again.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn open(path: PathBuf) -> Result<Self, ConfigError> {
        let (files, config) = Files::open(path)?;
        Ok(Self::new(Arc::new(config), Some(files)))
    }

    /// Without a file: nothing changes it.
    pub fn fixed(config: Arc<Config>) -> Self {
        Self::new(config, None)
    }

    fn new(config: Arc<Config>, files: Option<Files>) -> Self {
        let now = Now { config: Arc::clone(&config), state: FileState::default() };
        let inner =
            Inner { now: Mutex::new(now), generation: AtomicU64::new(0), files: Mutex::new(files), started: config };
        Self(Arc::new(inner))
    }

    /// As it counts now.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.now().config)
    }

    /// Another number, another configuration.
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    pub fn state(&self) -> FileState {
        self.now().state.clone()
    }

    /// Looks whether the file, or one that it names, has changed, and makes it count. What is half written is left alone
    /// until it stands still: it must look the same at two calls. Says, where another configuration counts now, the names of
    /// the keys that changed.
    pub fn refresh(&self) -> Option<String> {
        let mut files = self.files();
        let files = files.as_mut()?;
        let (before, text_before) = (self.config(), files.good_text().to_owned());
        match files.changed()? {
            Ok(config) => {
                tracing::info!("the configuration has changed and counts from now on");
                let keys = changed_keys(&text_before, files.good_text());
                let keys: Vec<String> =
                    keys.into_iter().chain(changes::changed_credentials(&before, &config)).collect();
                self.install(config);
                // What is written otherwise, or in a file that it names, such as a calendar of closures.
                Some(if keys.is_empty() { "a file that it names, or comments".to_owned() } else { keys.join(", ") })
            }
            Err(error) => {
                tracing::error!(%error, "the configuration has changed and is wrong; what counted before goes on");
                self.now().state.problem = Some(FileProblem::of(&error));
                None
            }
        }
    }

    /// What the file said when it was last read and right, and what that must be called by whoever changes it; `None` where
    /// there is no file.
    pub fn written(&self) -> Option<(String, Written)> {
        let config = self.config();
        let has_credentials = |id: &str| config.camera(id).is_some_and(|camera| camera.credentials.is_some());
        let files = self.files();
        let files = files.as_ref()?;
        let written = Written::of(files.good_text(), has_credentials)?;
        Some((files.version(), written))
    }

    /// What the file said when it was last read and right; `None` where there is no file.
    pub fn text(&self) -> Option<String> {
        self.files().as_ref().map(|files| files.good_text().to_owned())
    }

    /// Changes the file, if it is still the one that `version` names, and makes it count.
    ///
    /// # Errors
    /// [`EditError`]; then nothing has changed.
    pub fn edit(&self, version: &str, edit: &Edit, login: &Login) -> Result<(), EditError> {
        let mut files = self.files();
        let files = files.as_mut().ok_or(EditError::NoFile)?;
        let before = self.config();
        let login = FileLogin { login, before: &before };
        self.install(files.edit(version, edit, login)?);
        Ok(())
    }

    fn install(&self, mut config: Config) {
        let needs_restart = config.keep_what_needs_a_restart(&self.0.started);
        let mut now = self.now();
        *now = Now { config: Arc::new(config), state: FileState { problem: None, needs_restart } };
        self.0.generation.fetch_add(1, Ordering::Release);
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn files(&self) -> MutexGuard<'_, Option<Files>> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileProblem {
    fn of(error: &ConfigError) -> Self {
        let (path, line, detail) = match error {
            ConfigError::Syntax { path, line, problem } => (path, Some(*line), problem.clone()),
            ConfigError::Value { path, problem } => (path, None, problem.clone()),
            ConfigError::Read { path, .. } | ConfigError::Mode { path, .. } => (path, None, error.to_string()),
        };
        Self { path: path.clone(), line, detail }
    }
}

#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod zone_tests;
