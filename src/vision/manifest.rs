//! `manifest.toml`: what each model is, where it comes from, and what its file must hash to.
//! The entries that ship are compiled in; a folder of an operator's own may add or replace some.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{env, fmt, fs};

use serde::Deserialize;
use sha2::Digest as _;

use super::error::ModelError;
use super::{Class, deps};

const SHIPPED: &str = include_str!("../../models/manifest.toml");

/// Inputs beyond this are a slip of the pen, and would take gigabytes.
const MAX_INPUT_SIDE: u32 = 4096;

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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    pub task: Task,
    pub file: String,
    pub sha256: Sha256,
    /// Of the weights.
    pub licence: String,
    /// Where `make setup` gets it; an operator's own file needs none.
    pub source: Option<Source>,
    pub input: Input,
    pub decoder: DecoderKind,
    /// Pixels of the input between the cells of each grid; empty for an end-to-end model.
    #[serde(default)]
    pub strides: Vec<u32>,
    /// The model's index of a class, and what it is called here; other indices are not used.
    #[serde(deserialize_with = "classes_by_index")]
    pub classes: BTreeMap<usize, Class>,
    /// What was measured, and on what; for the reader.
    #[serde(default)]
    pub accuracy: toml::Table,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub registry: Registry,
    pub package: String,
    pub version: String,
    /// Of the package's archive, where it is the same for all platforms.
    pub archive_sha256: Option<Sha256>,
    /// Path within the archive.
    pub member: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registry {
    Pypi,
    Npm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Persons and vehicles.
    Detector,
}

/// How a picture becomes the model's input: value = (pixel − mean) / std, pixels 0 to 255.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub color: ColorOrder,
    /// In the order of `color`.
    pub mean: [f32; 3],
    pub std: [f32; 3],
    pub resize: Resize,
    /// Value of the pixels beside the picture, before mean and std.
    pub pad: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    Nchw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorOrder {
    Bgr,
    Rgb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// Scaled to fit with its shape kept, at the upper left; the rest is padding.
    LetterboxTopLeft,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecoderKind {
    Yolox,
    Nanodet,
    EndToEnd,
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

fn classes_by_index<'de, D: serde::Deserializer<'de>>(from: D) -> Result<BTreeMap<usize, Class>, D::Error> {
    let raw = BTreeMap::<String, Class>::deserialize(from)?;
    let numbered = raw.into_iter().map(|(index, class)| match index.parse() {
        Ok(index) => Ok((index, class)),
        Err(_) => Err(serde::de::Error::custom(format!("classes: {index:?} is not an index"))),
    });
    numbered.collect()
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
        check(model).map_err(|reason| problem(format!("model {}: {reason}", model.name)))?;
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

fn check(model: &Model) -> Result<(), String> {
    let input = &model.input;
    for (side, name) in [(input.width, "width"), (input.height, "height")] {
        if !(32..=MAX_INPUT_SIDE).contains(&side) {
            return Err(format!("input.{name} = {side} is not within 32 to {MAX_INPUT_SIDE}"));
        }
    }
    if input.std.iter().any(|&std| !std.is_finite() || std <= 0.0) || input.mean.iter().any(|mean| !mean.is_finite()) {
        return Err("input.mean and input.std must be finite, and std above 0".to_owned());
    }
    if !(0.0..=255.0).contains(&input.pad) {
        return Err(format!("input.pad = {} is not within 0 to 255", input.pad));
    }
    if model.decoder != DecoderKind::EndToEnd && model.strides.is_empty() {
        return Err("strides is empty: this decoder needs the model's, such as [8, 16, 32]".to_owned());
    }
    if let Some(stride) = model.strides.iter().find(|&&stride| stride == 0 || stride > input.width.min(input.height)) {
        return Err(format!("stride {stride} does not fit the input"));
    }
    if model.classes.is_empty() {
        return Err("classes is empty: name at least one index".to_owned());
    }
    match model.classes.keys().find(|&&index| index >= 100_000) {
        Some(index) => Err(format!("classes: index {index} is beyond reason")),
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "manifest_tests.rs"]
mod tests;
