//! What can go wrong with a model before it sees a picture: the model, the file, and the way out.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::manifest::Sha256;

#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("{}{}: {problem}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Manifest { path: PathBuf, line: Option<usize>, problem: String },
    #[error("{}: cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("no model is called {name:?}; the manifest has {}", Listed(known))]
    Unknown { name: String, known: Vec<String> },
    #[error(
        "{what}: {file} is in none of {}; run `make setup`, or set CANHDEM_DEPS to the folder that has it",
        Places(searched)
    )]
    Missing { what: String, file: String, searched: Vec<PathBuf> },
    #[error(
        "{what}: {} is not what the manifest describes (sha256 {found}, expected {expected}); \
         remove it and run `make setup`, or correct its entry if you replaced it on purpose",
        path.display()
    )]
    Altered { what: String, path: PathBuf, expected: Sha256, found: Sha256 },
    #[error(
        "ONNX Runtime: no library for {platform} is known, only for {}; add a [[runtime.library]] entry",
        Listed(known)
    )]
    Platform { platform: String, known: Vec<String> },
    #[error("ONNX Runtime {}: cannot be loaded: {problem}", path.display())]
    Runtime { path: PathBuf, problem: String },
    #[error("model {model}: {problem}")]
    Unusable { model: String, problem: String },
    #[error("cannot start a thread for a model: {0}")]
    Thread(io::Error),
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

struct Places<'a>(&'a [PathBuf]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The first few are where a person would have put it; the rest are the program's ancestors.
        let shown: Vec<_> = self.0.iter().take(3).map(|place| place.display().to_string()).collect();
        f.write_str(&shown.join(", "))
    }
}
