//! Pipelines from their descriptions in `pipelines/`.

use gst::prelude::*;
use gstreamer as gst;

/// A bad description, an element that is not installed, or what an element said when it failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct PipelineError(pub(super) String);

/// Values are set on the named elements, never pasted into the text.
#[expect(clippy::disallowed_methods, reason = "descriptions come from pipelines/ alone")]
pub(super) fn launch(description: &str) -> Result<gst::Pipeline, PipelineError> {
    gst::init().map_err(|error| PipelineError(error.to_string()))?;
    let parsed = gst::parse::launch(description).map_err(|error| PipelineError(error.message().to_owned()))?;
    parsed.downcast().map_err(|_| PipelineError("its description is not a pipeline".to_owned()))
}

pub(super) fn named<T: IsA<gst::Element>>(pipeline: &gst::Pipeline, name: &str) -> Result<T, PipelineError> {
    let element = pipeline.by_name(name).and_then(|element| element.downcast::<T>().ok());
    element.ok_or_else(|| PipelineError(format!("its description has no `{name}` of the right kind")))
}

/// An error that has been posted since the last call.
pub(super) fn check(pipeline: &gst::Pipeline) -> Result<(), PipelineError> {
    let message = pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
    message.map_or(Ok(()), |message| Err(describe(&message)))
}

/// Waits until everything has gone through.
pub(super) fn wait_for_end(pipeline: &gst::Pipeline, patience: gst::ClockTime) -> Result<(), PipelineError> {
    let ends = [gst::MessageType::Eos, gst::MessageType::Error];
    match pipeline.bus().and_then(|bus| bus.timed_pop_filtered(patience, &ends)) {
        Some(message) if message.type_() == gst::MessageType::Eos => Ok(()),
        Some(message) => Err(describe(&message)),
        None => Err(PipelineError(format!("it does not end within {} s", patience.seconds()))),
    }
}

fn describe(message: &gst::Message) -> PipelineError {
    PipelineError(match message.view() {
        gst::MessageView::Error(error) => {
            let source = error.src().map(|source| source.name().to_string()).unwrap_or_default();
            format!("{source}: {}", error.error().message())
        }
        _ => "no detail".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_description_says_what_is_missing() {
        let error = launch("appsrc name=source ! nosuchmuxer ! fakesink").expect_err("no such element");
        assert!(error.to_string().contains("nosuchmuxer"), "{error}");
        let error = launch("fakesrc").expect_err("one element");
        assert!(error.to_string().contains("not a pipeline"), "{error}");
        let pipeline = launch("fakesrc name=source ! fakesink").expect("valid");
        let error = named::<gstreamer_app::AppSrc>(&pipeline, "source").expect_err("another kind");
        assert!(error.to_string().contains("`source`"), "{error}");
    }
}
