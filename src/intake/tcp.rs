//! A camera's stream over one TCP connection, by the crate `retina`: no thread and no pipeline for
//! each camera, and half the work of `rtspsrc`.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use gstreamer as gst;
use retina::client::{PlayOptions, Session, SessionOptions, SetupOptions, Transport};
use retina::codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame, VideoParameters};
use tokio::runtime::{Builder, Runtime};
use tokio_stream::StreamExt as _;

use super::deliver::{self, Outlet, Packer, Stamp};
use super::diagnose::{Phase, Seen, shown};
use super::nal;
use super::pace::Pace;
use super::{Codec, Connection, Counts, Intake, IntakeOptions, Lost, LostReason, Role, RtspSource};
use crate::base::SharedClock;

/// Hundreds of streams keep one thread busy for a part of its time; the second is for the others
/// while one of them unpacks a large key frame.
const THREADS: usize = 2;
const USER_AGENT: &str = concat!("canhdem/", env!("CARGO_PKG_VERSION"));
/// RTCP's word for the end of a stream.
const RTCP_BYE: u8 = 203;

pub(super) fn open(
    source: &RtspSource,
    role: Role,
    clock: SharedClock,
    options: IntakeOptions,
) -> Result<Intake, Lost> {
    let runtime = runtime()
        .map_err(|error| Lost::new(LostReason::Unsupported, format!("no threads to speak to cameras: {error}")))?;
    // One place more than may wait: for the last item.
    let (sender, receiver) = crossbeam_channel::bounded(options.queue_len.max(1) + 1);
    let counts = Arc::new(Counts::default());
    let packer = Packer::new(Stamp::Now(clock.clone()));
    let outlet = Outlet::new(sender, packer, Arc::clone(&counts), options.tap);
    let what = format!("{} stream {}", role.as_str(), shown(&source.url));
    let (source, counted) = (source.clone(), Arc::clone(&counts));
    let task = runtime.spawn(async move {
        let seen = Seen::new(&source);
        // The parser of descriptions panics at some that are broken. Nothing that it left is used again.
        let receiving = AssertUnwindSafe(receive(&source, &seen, &outlet, &counted, &clock)).catch_unwind();
        let lost = receiving.await.unwrap_or_else(|_| {
            Lost::new(LostReason::Broken, format!("{}: what the camera says cannot be read", shown(&source.url)))
        });
        outlet.end(lost);
    });
    Ok(Intake { connection: Connection::Task(task.abort_handle()), receiver, counts, what })
}

/// For the life of the program: connections come and go, and one that is closed may still have to
/// say good-bye.
fn runtime() -> Result<&'static Runtime, &'static io::Error> {
    static RUNTIME: OnceLock<io::Result<Runtime>> = OnceLock::new();
    let start = || Builder::new_multi_thread().worker_threads(THREADS).thread_name("intake").enable_all().build();
    RUNTIME.get_or_init(start).as_ref()
}

/// Everything from the connection to its end, and why that came.
async fn receive(source: &RtspSource, seen: &Seen, outlet: &Outlet, counts: &Counts, clock: &SharedClock) -> Lost {
    let creds = source
        .credentials
        .as_ref()
        .map(|known| retina::client::Credentials { username: known.user.clone(), password: known.password.clone() });
    let options = SessionOptions::default().creds(creds).user_agent(USER_AGENT.to_owned());
    let mut session = match Session::describe(source.url.clone(), options).await {
        Ok(session) => session,
        Err(error) => return seen.told(&error, Phase::Describe),
    };
    counts.described.store(true, Ordering::Relaxed);
    let offers = session.streams().iter().map(|stream| (stream.media(), stream.encoding_name()));
    let chosen = offers.enumerate().find_map(|(index, (media, encoding))| {
        seen.offer(media, &encoding.to_ascii_uppercase()).then(|| (index, codec_of(encoding)))
    });
    let Some((index, codec)) = chosen else { return seen.nothing_chosen() };
    let transport = SetupOptions::default().transport(Transport::Tcp(retina::client::TcpTransportOptions::default()));
    if let Err(error) = session.setup(index, transport.frame_format(FrameFormat::MP4)).await {
        return seen.told(&error, Phase::SetUp);
    }
    let playing = match session.play(PlayOptions::default()).await {
        Ok(playing) => playing.demuxed(),
        Err(error) => return seen.told(&error, Phase::SetUp),
    };
    let mut video = match playing {
        Ok(video) => video,
        Err(error) => return seen.told(&error, Phase::Play),
    };
    let mut pace = Pace::default();
    let mut caps = None;
    while let Some(item) = video.next().await {
        let frame = match item {
            Ok(CodecItem::VideoFrame(frame)) => frame,
            Ok(CodecItem::Rtcp(packet)) if packet.pkts().any(|packet| packet.payload_type() == RTCP_BYE) => break,
            Ok(_) => continue,
            Err(error) => return seen.told(&error, Phase::Play),
        };
        deliver::count(&counts.arrived);
        if frame.has_new_parameters() || caps.is_none() {
            let Some(ParametersRef::Video(parameters)) = video.streams()[index].parameters() else { continue };
            caps = Some(caps_of(codec, parameters));
        }
        let Some(caps) = &caps else { continue };
        let Some(buffer) = buffer_of(frame, codec, &mut pace, clock) else { continue };
        if outlet.deliver(buffer, caps).is_err() {
            break;
        }
    }
    Lost::new(LostReason::Ended, "end of stream")
}

fn codec_of(encoding: &str) -> Codec {
    if encoding.eq_ignore_ascii_case("h265") { Codec::H265 } else { Codec::H264 }
}

/// What an access unit needs said for decoder and muxer.
fn caps_of(codec: Codec, parameters: &VideoParameters) -> gst::Caps {
    let (name, format) = match codec {
        Codec::H264 => ("video/x-h264", "avc"),
        Codec::H265 => ("video/x-h265", "hvc1"),
    };
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(0);
    let (width, height) = parameters.pixel_dimensions();
    gst::Caps::builder(name)
        .field("stream-format", format)
        .field("alignment", "au")
        .field("parsed", true)
        .field("width", side(width))
        .field("height", side(height))
        .field("codec_data", gst::Buffer::from_slice(parameters.extra_data().to_vec()))
        .build()
}

/// The bytes are not copied.
fn buffer_of(frame: VideoFrame, codec: Codec, pace: &mut Pace, clock: &SharedClock) -> Option<gst::Buffer> {
    let time = frame.timestamp();
    let stamp_ns = i128::from(time.elapsed()) * 1_000_000_000 / i128::from(time.clock_rate().get());
    let pts = pace.pts(i64::try_from(stamp_ns).ok()?, clock.monotonic());
    // To the crate only a picture that cuts off all before it is one; cameras send others, too.
    let key = frame.is_random_access_point() || nal::begins_anew(codec, frame.data());
    let mut buffer = gst::Buffer::from_slice(frame.into_data());
    {
        let buffer = buffer.get_mut()?;
        buffer.set_pts(gst::ClockTime::try_from(pts).ok()?);
        if !key {
            buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
        }
    }
    Some(buffer)
}
