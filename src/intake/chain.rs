//! Pieces of pipelines, described in `pipelines/`.

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::{Lost, LostReason};

/// A whole pipeline from its description.
pub(super) fn pipeline(description: &str) -> Result<gst::Pipeline, Lost> {
    #[expect(clippy::disallowed_methods, reason = "a description from pipelines/")]
    let parsed = gst::parse::launch(description);
    parsed
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

/// Puts what `description` says, from its element `entry` to its element `exit`, between `pad` and the
/// pipeline's appsink, and starts it. `configure` sees it first.
pub(super) fn insert(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    description: &str,
    configure: impl FnOnce(&gst::Bin),
) -> Result<(), Lost> {
    // Not by the parser's own ghost pads: while a decoder has no output yet, it would take the next
    // element's input for the bin's.
    #[expect(clippy::disallowed_methods, reason = "a description from pipelines/")]
    let bin = gst::parse::bin_from_description(description, false).map_err(|error| missing(&error))?;
    configure(&bin);
    let (entry, exit) = (ghost(&bin, "entry", "sink")?, ghost(&bin, "exit", "src")?);
    let sink = sink(pipeline)?.static_pad("sink").ok_or_else(|| unfit("the appsink has no pad"))?;
    pipeline.add(&bin).map_err(|error| unfit(error.to_string()))?;
    exit.link(&sink).map_err(|error| unfit(format!("the parser cannot be linked: {error}")))?;
    bin.sync_state_with_parent().map_err(|error| unfit(error.to_string()))?;
    pad.link(&entry).map_err(|error| unfit(format!("the stream does not fit its parser: {error}")))?;
    Ok(())
}

/// Shows pad `pad` of the element called `name` as one of the bin's own.
fn ghost(bin: &gst::Bin, name: &str, pad: &str) -> Result<gst::GhostPad, Lost> {
    let target = element(bin, name)?.static_pad(pad).ok_or_else(|| unfit(format!("{name} has no pad {pad}")))?;
    let ghost = gst::GhostPad::with_target(&target).map_err(|error| unfit(error.to_string()))?;
    bin.add_pad(&ghost).map_err(|error| unfit(error.to_string()))?;
    Ok(ghost)
}

fn unfit(detail: impl Into<String>) -> Lost {
    Lost::new(LostReason::Unsupported, detail)
}

fn missing(error: &gst::glib::Error) -> Lost {
    Lost::new(
        LostReason::Unsupported,
        format!("{error}: are the GStreamer plugins base, good, bad, ugly and libav installed?"),
    )
}
