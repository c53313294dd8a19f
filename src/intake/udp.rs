//! A camera's stream over UDP, through `rtspsrc`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use super::deliver::{self, Outlet, Packer, Stamp};
use super::diagnose::{self, Seen, shown};
use super::{Connection, Counts, Intake, IntakeOptions, Lost, LostReason, Role, RtspSource, chain};
use crate::base::SharedClock;

const DESCRIPTION: &str = include_str!("../../pipelines/intake-udp.launch");
const H264: &str = include_str!("../../pipelines/intake-udp-h264.launch");
const H265: &str = include_str!("../../pipelines/intake-udp-h265.launch");

/// How long packets wait for those that they overtook.
const LATENCY_MS: u32 = 200;
/// A camera that accepts the connection and then says nothing.
const ANSWER_LIMIT_US: u64 = 8_000_000;

pub(super) fn open(
    source: &RtspSource,
    role: Role,
    clock: SharedClock,
    options: IntakeOptions,
) -> Result<Intake, Lost> {
    let pipeline = chain::pipeline(DESCRIPTION)?;
    let rtspsrc = chain::element(&pipeline, "source")?;
    configure(&rtspsrc, source);

    // One place more than may wait: for the last item.
    let (sender, receiver) = crossbeam_channel::bounded(options.queue_len.max(1) + 1);
    let counts = Arc::new(Counts::default());
    let outlet = Arc::new(Outlet::new(sender, Packer::new(Stamp::Now(clock)), Arc::clone(&counts), options.tap));
    let seen = Arc::new(Seen::new(source));

    chain::sink(&pipeline)?.set_callbacks(callbacks(&outlet));
    choose_video(&rtspsrc, &seen, &counts);
    link_video(&rtspsrc, &pipeline, &outlet, &counts);
    watch(&pipeline, &outlet, &seen)?;

    let what = format!("{} stream {}", role.as_str(), shown(&source.url));
    // Connecting goes on in rtspsrc's own thread; if it has failed already, the bus has said why.
    let started = pipeline.set_state(gst::State::Playing).is_ok();
    let intake = Intake { connection: Connection::Pipeline(pipeline), receiver, counts, what };
    if !started {
        outlet.end(Lost::new(LostReason::NoRoute, format!("{} does not start", shown(&source.url))));
    }
    Ok(intake)
}

fn configure(rtspsrc: &gst::Element, source: &RtspSource) {
    rtspsrc.set_property("location", source.url.as_str());
    if let Some(credentials) = &source.credentials {
        rtspsrc.set_property("user-id", &credentials.user);
        rtspsrc.set_property("user-pw", &credentials.password);
    }
    rtspsrc.set_property_from_str("protocols", "udp");
    rtspsrc.set_property("latency", LATENCY_MS);
    rtspsrc.set_property("tcp-timeout", ANSWER_LIMIT_US);
}

fn callbacks(outlet: &Arc<Outlet>) -> gst_app::AppSinkCallbacks {
    let (units, end) = (Arc::clone(outlet), Arc::clone(outlet));
    gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| units.deliver_sample(&sink.pull_sample().map_err(|_| gst::FlowError::Eos)?))
        .eos(move |_| end.end(Lost::new(LostReason::Ended, "end of stream")))
        .build()
}

/// Asks the camera for its first picture stream of a kind that we know, and for nothing else.
fn choose_video(rtspsrc: &gst::Element, seen: &Arc<Seen>, counts: &Arc<Counts>) {
    let described = Arc::clone(counts);
    rtspsrc.connect("on-sdp", false, move |_| {
        described.described.store(true, Ordering::Relaxed);
        None
    });
    let seen = Arc::clone(seen);
    rtspsrc.connect("select-stream", false, move |values| {
        let caps = values.get(2).and_then(|value| value.get::<gst::Caps>().ok());
        let text = |name| caps.as_ref()?.structure(0)?.get::<String>(name).ok();
        let encoding = text("encoding-name").unwrap_or_default();
        Some(text("media").is_some_and(|media| seen.offer(&media, &encoding)).to_value())
    });
}

fn link_video(rtspsrc: &gst::Element, pipeline: &gst::Pipeline, outlet: &Arc<Outlet>, counts: &Arc<Counts>) {
    let (pipeline, outlet, counts) = (pipeline.downgrade(), Arc::clone(outlet), Arc::clone(counts));
    rtspsrc.connect_pad_added(move |_, pad| {
        let Some(pipeline) = pipeline.upgrade() else { return };
        let description = match encoding(pad).as_deref() {
            Some("H264") => H264,
            Some("H265") => H265,
            _ => return,
        };
        let counts = Arc::clone(&counts);
        let linked = chain::insert(&pipeline, pad, description, move |bin| count_arrivals(bin, counts));
        if let Err(lost) = linked {
            outlet.end(lost);
        }
    });
}

/// Counts what reaches the depayloader, to tell a silent camera from one that sends rubbish.
fn count_arrivals(bin: &gst::Bin, counts: Arc<Counts>) {
    let Some(pad) = bin.by_name("entry").and_then(|entry| entry.static_pad("sink")) else { return };
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, _| {
        deliver::count(&counts.arrived);
        gst::PadProbeReturn::Ok
    });
}

fn encoding(pad: &gst::Pad) -> Option<String> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    caps.structure(0)?.get::<String>("encoding-name").ok()
}

/// Errors end the intake; all other messages are nobody's business.
fn watch(pipeline: &gst::Pipeline, outlet: &Arc<Outlet>, seen: &Arc<Seen>) -> Result<(), Lost> {
    let bus = pipeline.bus().ok_or_else(|| Lost::new(LostReason::Unsupported, "the pipeline has no bus"))?;
    let (outlet, seen) = (Arc::clone(outlet), Arc::clone(seen));
    bus.set_sync_handler(move |_, message| {
        match message.view() {
            gst::MessageView::Error(error) => outlet.end(diagnose::rtspsrc(error, &seen)),
            gst::MessageView::Eos(_) => outlet.end(Lost::new(LostReason::Ended, "end of stream")),
            _ => {}
        }
        gst::BusSyncReply::Drop
    });
    Ok(())
}
