//! Live video of the real program: a camera over RTSP, a page over a WebSocket, and a player at the
//! end that decodes what came.

mod support;

use std::net::TcpStream;

use canhdem::record::boxes;
use canhdem::testcam::{Codec, Mount, TestCameras};
use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use serde_json::{Value, json};
use support::appliance::Appliance;
use support::{Camera, Office, film, until};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket, connect};

/// A page that watches one camera.
struct Page {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
}

/// What came of one stream.
struct Received {
    start: Value,
    mp4: Vec<u8>,
    pictures: usize,
}

impl Page {
    fn open(appliance: &Appliance, camera: &str) -> Self {
        let address = appliance.address().expect("an address");
        let asked = format!("ws://{address}/api/v1/cameras/{camera}/live").into_client_request();
        let mut request = asked.expect("a request");
        let cookie = appliance.cookie(&address).expect("signed in");
        request.headers_mut().insert("cookie", cookie.parse().expect("a header"));
        let (socket, _) = connect(request).expect("connected");
        Self { socket }
    }

    fn read(&mut self) -> Message {
        loop {
            let message = self.socket.read().expect("a message");
            if !message.is_ping() {
                return message;
            }
        }
    }

    fn told(&mut self) -> Value {
        serde_json::from_str(self.read().to_text().expect("text")).expect("JSON")
    }

    /// Reads from a stream's start on until there are so many pictures.
    fn receive(&mut self, start: Value, pictures: usize) -> Received {
        assert_eq!(start["type"], "start");
        let mut received = Received { start, mp4: self.read().into_data().to_vec(), pictures: 0 };
        let (track, _) = boxes::parse_init(&received.mp4).expect("an init section");
        let mut last = (0, 0);
        while received.pictures < pictures {
            let message = self.read().into_data();
            let number = |at: usize| u64::from_be_bytes(message[at..at + 8].try_into().expect("eight bytes"));
            let bytes = &message[16..];
            let length = u32::from_be_bytes(bytes[..4].try_into().expect("four bytes")) as usize;
            let fragment = boxes::parse_moof(&bytes[..length], &track).expect("a moof");
            assert!(received.pictures > 0 || fragment.key(), "the first picture can be decoded by itself");
            assert!((number(0), number(8)) > last, "wall time and media time go on");
            last = (number(0), number(8));
            received.pictures += fragment.samples.len();
            received.mp4.extend(bytes);
        }
        received
    }
}

/// How many pictures GStreamer makes of an MP4.
fn decoded(mp4: Vec<u8>, decoder: &str) -> usize {
    gst::init().expect("GStreamer");
    let launch = format!("appsrc name=in ! qtdemux ! {decoder} ! appsink name=out sync=false");
    #[expect(clippy::disallowed_methods, reason = "a test's own player")]
    let bin = gst::parse::bin_from_description(&launch, false).expect("launch line");
    let pipeline = gst::Pipeline::new();
    pipeline.add(&bin).expect("added");
    let input = bin.by_name("in").and_downcast::<gst_app::AppSrc>().expect("appsrc");
    let output = bin.by_name("out").and_downcast::<gst_app::AppSink>().expect("appsink");
    pipeline.set_state(gst::State::Playing).expect("plays");
    input.push_buffer(gst::Buffer::from_slice(mp4)).expect("pushed");
    input.end_of_stream().expect("ended");
    let pictures = std::iter::from_fn(|| output.pull_sample().ok()).count();
    pipeline.set_state(gst::State::Null).expect("stops");
    pictures
}

#[test]
fn what_a_camera_sends_is_watched_while_it_does() {
    let cameras = [("h264", Codec::H264), ("h265", Codec::H265)];
    let mounts = cameras.map(|(id, codec)| Mount::new(format!("/{id}"), film::square(codec, 320, 240)));
    let served = TestCameras::start(mounts.to_vec()).expect("cameras");
    let office = Office::new(&cameras.map(|(id, _)| Camera { id, main: served.url(&format!("/{id}")) }));
    let appliance = Appliance::start(&office);
    for (id, name, decoder) in [("h264", "avc1.", "avdec_h264"), ("h265", "hvc1.", "avdec_h265")] {
        until("the camera to be live", || appliance.is_live(id));
        let mut page = Page::open(&appliance, id);
        let start = page.told();
        assert_eq!((&start["width"], &start["height"]), (&json!(320), &json!(240)));
        assert!(start["codec"].as_str().is_some_and(|codec| codec.starts_with(name)), "{start}");
        let received = page.receive(start, 60);
        assert_eq!(decoded(received.mp4, decoder), received.pictures, "{id}");
    }

    let mut page = Page::open(&appliance, "h264");
    let start = page.told();
    let before = page.receive(start, 5);
    served.drop_out("/h264");
    let lost = loop {
        if let Message::Text(text) = page.read() {
            break serde_json::from_str::<Value>(&text).expect("JSON");
        }
    };
    assert_eq!(lost, json!({"type": "state", "state": "lost"}));
    served.restore("/h264");
    let start = page.told();
    let after = page.receive(start, 12);
    assert!(after.start["at"].as_str() > before.start["at"].as_str(), "another stream");
    assert_eq!(decoded(after.mp4, "avdec_h264"), after.pictures);

    appliance.stop();
}
