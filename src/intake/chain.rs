//! Pieces of pipelines, described in `pipelines/`.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::{Lost, LostReason};

/// A whole pipeline from its description.
pub(super) fn pipeline(description: &str) -> Result<gst::Pipeline, Lost> {
    gst::parse::launch(description)
        .map_err(|error| missing(&error))?
        .downcast()
        .map_err(|_| Lost::new(LostReason::Unsupported, "the description is not of a pipeline"))
}

/// The element called `name`.
pub(super) fn element(bin: &impl IsA<gst::Bin>, name: &str) -> Result<gst::Element, Lost> {
    bin.as_ref()
        .by_name(name)
        .ok_or_else(|| Lost::new(LostReason::Unsupported, format!("the pipeline has no element called {name}")))
}

pub(super) fn sink(pipeline: &gst::Pipeline) -> Result<gst_app::AppSink, Lost> {
    element(pipeline, "sink")?
        .downcast()
        .map_err(|_| Lost::new(LostReason::Unsupported, "the element called sink is not an appsink"))
}

/// Puts what `description` says between `pad` and the pipeline's appsink, and starts it. `configure`
/// sees it first.
pub(super) fn insert(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    description: &str,
    configure: impl FnOnce(&gst::Bin),
) -> Result<(), Lost> {
    let bin = gst::parse::bin_from_description(description, true).map_err(|error| missing(&error))?;
    configure(&bin);
    let sink = sink(pipeline)?;
    let refused = |_| Lost::new(LostReason::Unsupported, "the stream does not fit its parser");
    pipeline.add(&bin).map_err(|error| Lost::new(LostReason::Unsupported, error.to_string()))?;
    bin.link(&sink).map_err(|error| Lost::new(LostReason::Unsupported, error.to_string()))?;
    bin.sync_state_with_parent().map_err(|error| Lost::new(LostReason::Unsupported, error.to_string()))?;
    let entry = bin.static_pad("sink").ok_or_else(|| Lost::new(LostReason::Unsupported, "the parser has no input"))?;
    pad.link(&entry).map(drop).map_err(refused)
}

fn missing(error: &gst::glib::Error) -> Lost {
    Lost::new(
        LostReason::Unsupported,
        format!("{error}: are the GStreamer plugins base, good, bad, ugly and libav installed?"),
    )
}
