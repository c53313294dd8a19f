//! What the figures were taken on.

use std::fs;

use canhdem::vision::Manifest;
use gstreamer as gst;
use serde_json::{Value, json};

pub(crate) fn describe(manifest: &Manifest) -> Value {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    let library = manifest.find_library().ok();
    let library = library.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    json!({
        "processor": model.map_or("unknown", |(_, name)| name),
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "gstreamer": gst::version_string().to_string(),
        "onnx_runtime": library,
    })
}
