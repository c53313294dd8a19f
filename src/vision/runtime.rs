//! ONNX Runtime: loaded once a process, and a session that answers with borrowed outputs.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ndarray::ArrayView4;
use ort::environment::Environment;
use ort::ep;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{self, RunOptions};
use ort::value::{TensorElementType, TensorRef};

use super::error::ModelError;
use super::manifest::Manifest;
use super::model::Model;

/// The library can be loaded only once, and stays.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// One of a model's outputs.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    pub shape: &'a [i64],
    /// Row-major; as many values as the shape says.
    pub data: &'a [f32],
}

/// One inference session of one thread: more threads for one picture are slower than more sessions.
pub struct Session {
    inner: session::Session,
    options: RunOptions,
    /// Of the input: picture, channel, row, column.
    shape: [usize; 4],
}

/// What becomes of the memory that a run has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Kept for the next run: faster, for what runs all the time.
    Kept,
    /// Given back, for what runs now and then.
    GivenBack,
}

impl Session {
    /// Loads a model whose bytes were verified, and checks that its input is what its entry says.
    ///
    /// # Errors
    /// The library or the model cannot be loaded, or the model's input is another.
    pub fn load(manifest: &Manifest, model: &Model, bytes: &[u8], memory: Memory) -> Result<Self, ModelError> {
        let environment = environment(manifest)?;
        let unusable = |problem: String| ModelError::Unusable { model: model.name.clone(), problem };
        let inner =
            build(&environment, bytes, memory).map_err(|error| unusable(format!("cannot be loaded: {error}")))?;
        let shape = [1, 3, model.input.height as usize, model.input.width as usize];
        check_input(&inner, shape).map_err(unusable)?;
        let options = RunOptions::new().map_err(|error| unusable(error.to_string()))?;
        Ok(Self { inner, options, shape })
    }

    /// Runs one picture, `3 × height × width` values, and hands the outputs to `read`.
    ///
    /// # Errors
    /// What ONNX Runtime says, or an output that is not of 32-bit floats.
    pub fn run<T>(&mut self, tensor: &[f32], read: impl FnOnce(&[Output<'_>]) -> T) -> Result<T, String> {
        self.run_wide(self.shape[3], tensor, read)
    }

    /// As [`run`](Self::run), but of another width, which only a model takes that leaves it open.
    ///
    /// # Errors
    /// As those of `run`.
    pub fn run_wide<T>(
        &mut self,
        width: usize,
        tensor: &[f32],
        read: impl FnOnce(&[Output<'_>]) -> T,
    ) -> Result<T, String> {
        let [pictures, channels, height, _] = self.shape;
        let picture =
            ArrayView4::from_shape([pictures, channels, height, width], tensor).map_err(|error| error.to_string())?;
        let input = TensorRef::from_array_view(picture).map_err(|error| error.to_string())?;
        let results = self.inner.run_with_options(ort::inputs![input], &self.options);
        let results = results.map_err(|error| error.to_string())?;
        let mut outputs = Vec::with_capacity(results.len());
        for index in 0..results.len() {
            let (shape, data) = results[index].try_extract_tensor::<f32>().map_err(|error| error.to_string())?;
            outputs.push(Output { shape, data });
        }
        Ok(read(&outputs))
    }

    /// What the model's file says of itself under a name.
    pub fn note(&self, name: &str) -> Option<String> {
        self.inner.metadata().ok()?.custom(name)
    }
}

fn build(environment: &Environment, bytes: &[u8], memory: Memory) -> ort::Result<session::Session> {
    session::Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(memory == Memory::Kept).build()])?
        // Weights kept in 8 bits become floats once, at loading, and not in every run: a third of the time.
        .with_config_entry("session.disable_quant_qdq", "1")?
        .commit_from_memory(bytes)
}

/// The one input must take 32-bit floats of `shape`; a dimension the model leaves open takes any.
fn check_input(session: &session::Session, shape: [usize; 4]) -> Result<(), String> {
    let [input] = session.inputs() else {
        return Err(format!("it has {} inputs; only models with one picture as input work", session.inputs().len()));
    };
    let kind = input.dtype();
    if kind.tensor_type() != Some(TensorElementType::Float32) {
        return Err(format!("its input {} is {kind}, not 32-bit floats", input.name()));
    }
    let theirs: &[i64] = kind.tensor_shape().map_or(&[], |shape| shape);
    let fits = theirs.len() == 4
        && theirs.iter().zip(shape).all(|(&theirs, ours)| theirs < 0 || usize::try_from(theirs) == Ok(ours));
    if fits { Ok(()) } else { Err(format!("its input takes {theirs:?}, but the manifest says {shape:?}")) }
}

fn environment(manifest: &Manifest) -> Result<Environment, ModelError> {
    let mut loaded = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = loaded.as_ref() {
        return Ok(environment.clone());
    }
    let path = manifest.find_library()?;
    let environment = load(&path).map_err(|problem| ModelError::Runtime { path, problem })?;
    *loaded = Some(environment.clone());
    Ok(environment)
}

fn load(path: &Path) -> Result<Environment, String> {
    let builder = ort::init_from(path).map_err(|error| error.to_string())?;
    builder.with_name("canhdem").with_telemetry(false).build().map_err(|error| error.to_string())
}
