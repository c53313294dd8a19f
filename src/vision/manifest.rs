//! `manifest.toml`: what each model is, where it comes from, and what its file must hash to.
//! The entries that ship are compiled in; a folder of an operator's own may add or replace some.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{env, fmt, fs};

use serde::Deserialize;
use sha2::Digest as _;

use super::deps;
use super::error::ModelError;
use super::model::{Model, Source};

const SHIPPED: &str = include_str!("../../models/manifest.toml");

#[derive(Debug, Clone)]
pub struct Manifest {
    pub runtime: Runtime,
    pub models: Vec<Model>,
    /// An operator's own folder, searched for files before the usual places.
    folder: Option<PathBuf>,
}

/// ONNX Runtime's shared library, one for each processor.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    pub version: String,
    #[serde(rename = "library")]
    pub libraries: Vec<Library>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Library {
    /// As Rust names the processor: `x86_64`, `aarch64`.
    pub platform: String,
    pub file: String,
    pub sha256: Sha256,
    pub source: Source,
}

/// A hash as files are named by.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256([u8; 32]);

impl Sha256 {
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl FromStr for Sha256 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("{text:?} is not a sha256: it takes 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(problem());
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| problem())?;
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    runtime: Option<Runtime>,
    #[serde(default, rename = "model")]
    models: Vec<Model>,
}

impl Manifest {
    /// The shipped entries, and those of `folder/manifest.toml` if that exists; of two models with
    /// one name the operator's counts. Files are searched in `folder` first.
    ///
    /// # Errors
    /// The file, the line and what is wrong there.
    pub fn load(folder: Option<&Path>) -> Result<Self, ModelError> {
        let shipped = parse(SHIPPED, Path::new("models/manifest.toml"))?;
        let mut manifest = Self {
            runtime: shipped.runtime.unwrap_or(Runtime { version: String::new(), libraries: Vec::new() }),
            models: shipped.models,
            folder: folder.map(Path::to_owned),
        };
        let Some(path) = folder.map(|folder| folder.join("manifest.toml")).filter(|path| path.exists()) else {
            return Ok(manifest);
        };
        let text = fs::read_to_string(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let own = parse(&text, &path)?;
        manifest.models.retain(|model| own.models.iter().all(|other| other.name != model.name));
        manifest.models.extend(own.models);
        manifest.runtime = own.runtime.unwrap_or(manifest.runtime);
        Ok(manifest)
    }

    /// # Errors
    /// No model has this name; the error lists those there are.
    pub fn model(&self, name: &str) -> Result<&Model, ModelError> {
        self.models.iter().find(|model| model.name == name).ok_or_else(|| ModelError::Unknown {
            name: name.to_owned(),
            known: self.models.iter().map(|model| model.name.clone()).collect(),
        })
    }

    /// The content of a model's file, verified: what is loaded is what was hashed.
    ///
    /// # Errors
    /// The file is missing, cannot be read, or is not what its entry describes.
    pub fn read_model(&self, model: &Model) -> Result<Vec<u8>, ModelError> {
        self.read("models", &format!("model {}", model.name), &model.file, model.sha256).map(|(_, bytes)| bytes)
    }

    /// Where ONNX Runtime's library for this processor lies, verified.
    ///
    /// # Errors
    /// There is no entry for this processor, or the file is missing or altered.
    pub fn find_library(&self) -> Result<PathBuf, ModelError> {
        let libraries = &self.runtime.libraries;
        let library = libraries.iter().find(|library| library.platform == env::consts::ARCH).ok_or_else(|| {
            let known = libraries.iter().map(|library| library.platform.clone()).collect();
            ModelError::Platform { platform: env::consts::ARCH.to_owned(), known }
        })?;
        let what = format!("ONNX Runtime {}", self.runtime.version);
        self.read("lib", &what, &library.file, library.sha256).map(|(path, _)| path)
    }

    fn read(&self, kind: &str, what: &str, file: &str, expected: Sha256) -> Result<(PathBuf, Vec<u8>), ModelError> {
        let path = deps::find(self.folder.as_deref(), kind, file).map_err(|searched| ModelError::Missing {
            what: what.to_owned(),
            file: file.to_owned(),
            searched,
        })?;
        let bytes = fs::read(&path).map_err(|source| ModelError::Read { path: path.clone(), source })?;
        let found = Sha256::of(&bytes);
        if found == expected {
            Ok((path, bytes))
        } else {
            Err(ModelError::Altered { what: what.to_owned(), path, expected, found })
        }
    }
}

fn parse(text: &str, path: &Path) -> Result<File, ModelError> {
    let file: File = toml::from_str(text).map_err(|error| ModelError::Manifest {
        path: path.to_owned(),
        line: error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1),
        problem: error.message().to_owned(),
    })?;
    let problem = |problem| ModelError::Manifest { path: path.to_owned(), line: None, problem };
    for (index, model) in file.models.iter().enumerate() {
        if file.models[..index].iter().any(|other| other.name == model.name) {
            return Err(problem(format!("two models are called {:?}: give each its own name", model.name)));
        }
    }
    let libraries = file.runtime.iter().flat_map(|runtime| &runtime.libraries);
    let names = libraries.map(|library| &library.file).chain(file.models.iter().map(|model| &model.file));
    match names.into_iter().find(|name| Path::new(name).components().count() != 1 || name.starts_with('.')) {
        Some(name) => Err(problem(format!("file {name:?} must be a plain file name, without a folder"))),
        None => Ok(file),
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
