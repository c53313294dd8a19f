//! Live video as a page gets it; the access units are made up, for nobody decodes them here.

use canhdem::intake::AccessUnit;
use gstreamer as gst;
use tokio_stream::StreamExt as _;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Parameter sets of H.264, profile High, level 3.1.
const AVCC: [u8; 17] = [1, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0x00, 0x1f, 1, 0, 2, 0x68, 0xee];

fn unit(number: u64) -> AccessUnit {
    gst::init().expect("GStreamer");
    AccessUnit {
        buffer: gst::Buffer::from_slice(vec![number as u8; 50]),
        caps: gst::Caps::builder("video/x-h264")
            .field("width", 640)
            .field("height", 360)
            .field("codec_data", gst::Buffer::from_slice(AVCC))
            .build(),
        codec: Codec::H264,
        key: number.is_multiple_of(10),
        pts: Duration::from_millis(number * 40),
        at: seconds(0) + SignedDuration::from_millis(number as i64 * 40),
    }
}

impl Office {
    /// As the administrator's page asks for it.
    fn live_request(&self, address: SocketAddr, path: &str) -> Request<()> {
        let asked = format!("ws://{address}/api/v1/cameras/{path}").into_client_request();
        let mut request = asked.expect("a request");
        request.headers_mut().insert(header::COOKIE, self.cookie.parse().expect("a header"));
        request
    }

    async fn watch(&self, address: SocketAddr, path: &str) -> Result<Socket, Error> {
        connect_async(self.live_request(address, path)).await.map(|(socket, _)| socket)
    }
}

/// The next message that is not about the connection itself.
async fn next(socket: &mut Socket) -> Message {
    loop {
        let message = socket.next().await.expect("more").expect("a message");
        if !message.is_ping() {
            return message;
        }
    }
}

async fn told(socket: &mut Socket) -> Value {
    serde_json::from_str(next(socket).await.to_text().expect("text")).expect("JSON")
}

/// When a fragment's last picture came, when it is shown, and how many bytes follow.
async fn fragment(socket: &mut Socket) -> (u64, u64, usize) {
    let bytes = next(socket).await.into_data();
    let number = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    assert_eq!(&bytes[20..24], b"moof");
    (number(0), number(8), bytes.len() - 16)
}

fn refused(result: Result<Socket, Error>) -> (u16, String) {
    match result {
        Err(Error::Http(answer)) => {
            let body = answer.body().as_deref().unwrap_or_default();
            (answer.status().as_u16(), String::from_utf8_lossy(body).into_owned())
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was not refused"),
    }
}

#[tokio::test]
async fn live_video_begins_with_what_is_in_memory() {
    let office = Office::new();
    let (address, handle, server) = serve(&office).await;
    let live = office.state.board.live("cong-chinh", health::Role::Sub);
    for number in 0..14 {
        live.publish(&unit(number));
    }

    let mut socket = office.watch(address, "cong-chinh/live").await.expect("connected");
    let start = json!({
        "type": "start", "codec": "avc1.64001f", "width": 640, "height": 360, "at": "2026-02-17T01:30:00.400+07:00",
    });
    assert_eq!(told(&mut socket).await, start);
    let init = next(&mut socket).await.into_data();
    assert_eq!((&init[4..8], init.windows(4).filter(|word| word == b"avcC").count()), (&b"ftyp"[..], 1));
    // Of 10 to 13 the last is held back; the MP4 begins at 1 s.
    let at = |number: u64| unit(number).at.as_millisecond() as u64;
    let (shown, media, length) = fragment(&mut socket).await;
    assert_eq!((shown, media), (at(12), 1_080));
    assert!(length > 150, "{length}");
    live.publish(&unit(14));
    assert_eq!(fragment(&mut socket).await.0, at(13));

    // The camera is lost, and comes back.
    live.end();
    assert_eq!(told(&mut socket).await, json!({"type": "state", "state": "lost"}));
    live.publish(&unit(20));
    assert_eq!(told(&mut socket).await["at"], "2026-02-17T01:30:00.800+07:00");

    // The other stream is another's business; nothing came of it yet.
    let mut main = office.watch(address, "cong-chinh/live?stream=main").await.expect("connected");
    assert_eq!(told(&mut main).await, json!({"type": "state", "state": "connecting"}));
    office.state.board.update_camera("kho", |now| {
        let reason = Some(LostReason::NoRoute);
        now.streams = vec![StreamHealth {
            role: health::Role::Main,
            state: StreamState::Lost,
            since: seconds(1),
            reason,
            codec: None,
        }];
    });
    let mut store = office.watch(address, "kho/live").await.expect("connected");
    assert_eq!(told(&mut store).await, json!({"type": "state", "state": "lost"}));

    drop(handle);
    for mut socket in [socket, main, store] {
        let end = loop {
            if let Message::Close(frame) = next(&mut socket).await {
                break frame.expect("says why");
            }
        };
        assert_eq!((u16::from(end.code), end.reason.as_str()), (1001, "the appliance is stopping"));
    }
    server.await.expect("joined").expect("served");
}

#[tokio::test]
async fn a_stream_that_no_player_takes_is_said_to_be_one() {
    let office = Office::new();
    let (address, _handle, _server) = serve(&office).await;
    let unit = unit(0);
    let caps = gst::Caps::builder("video/x-h264").field("width", 640).build();
    office.state.board.live("kho", health::Role::Main).publish(&AccessUnit { caps, ..unit });
    let mut socket = office.watch(address, "kho/live").await.expect("connected");
    let Message::Close(Some(end)) = next(&mut socket).await else { panic!("an end") };
    assert_eq!(u16::from(end.code), 1003);
}

#[tokio::test]
async fn who_may_not_watch_is_told_why() {
    let office = Office::new();
    let (address, _handle, _server) = serve(&office).await;
    let (status, problem) = refused(office.watch(address, "nha-xe/live").await);
    assert!(status == 404 && problem.contains("no camera is called"), "{problem}");
    let (status, problem) = refused(office.watch(address, "kho/live?stream=sub").await);
    assert!(status == 404 && problem.contains("no sub-stream"), "{problem}");
    let (status, problem) = refused(office.watch(address, "kho/live?stream=all").await);
    assert!(status == 400 && problem.contains("expected `main` or `sub`"), "{problem}");
    office.get("/api/v1/cameras/kho/live").await.check_problem(400, "this is a WebSocket");

    let mut foreign = office.live_request(address, "kho/live");
    foreign.headers_mut().insert("origin", "http://evil.example".parse().expect("a header"));
    let (status, problem) = refused(connect_async(foreign).await.map(|(socket, _)| socket));
    assert!(status == 403 && problem.contains("other sites"), "{problem}");
    let mut own = office.live_request(address, "kho/live");
    own.headers_mut().insert("origin", format!("http://{address}").parse().expect("a header"));
    connect_async(own).await.expect("our own page may watch");
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let office = Office::new();
    let (address, _handle, _server) = serve(&office).await;
    let mut sockets = Vec::new();
    let (status, problem) = loop {
        match office.watch(address, "kho/live").await {
            Ok(socket) => sockets.push(socket),
            refusal => break refused(refusal),
        }
    };
    assert!(status == 503 && problem.contains("too many"), "{problem}");
    assert_eq!(sockets.len(), 64);
}

#[tokio::test]
async fn who_signs_out_sees_no_more() {
    let office = Office::new();
    let (address, _handle, _server) = serve(&office).await;
    let stranger = format!("ws://{address}/api/v1/cameras/kho/live").into_client_request().expect("a request");
    let (status, _) = refused(connect_async(stranger).await.map(|(socket, _)| socket));
    assert_eq!(status, 401);

    let mut socket = office.watch(address, "kho/live").await.expect("connected");
    let signed_out = office.send("DELETE", "/api/v1/session", &Value::Null).await;
    assert_eq!(signed_out.status, 204);
    let end = loop {
        if let Message::Close(end) = next(&mut socket).await {
            break end.expect("a reason");
        }
    };
    assert_eq!(u16::from(end.code), 1008);
}
