//! A camera that answers anything at all: a picture or a reason why there is none, never a panic and never without end.
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use canhdem::base::worker::Worker;
use canhdem::base::{SharedClock, SystemClock};
use canhdem::config::{Credentials, Transport};
use canhdem::decode::Masks;
use canhdem::decode::probe::probe;
use canhdem::intake::RtspSource;

/// Stands between what is said to one request and what is said to the next.
const NEXT: &[u8] = b"\n--\n";
const PATIENCE: Duration = Duration::from_secs(5);

/// Panics at some broken descriptions, which the intake catches and tells as it does any that cannot be read.
const CAUGHT: &str = "sdp-types";

static CLOCK: LazyLock<SharedClock> = LazyLock::new(|| Arc::new(SystemClock::new()));

/// Says its parts, one after each request, and hangs up after the last.
fn serve(listener: &TcpListener, script: &[u8], is_over: &AtomicBool) {
    let mut rest = Some(script);
    while rest.is_some() {
        let Ok((mut client, _)) = listener.accept() else { return };
        if is_over.load(Ordering::Acquire) || client.set_read_timeout(Some(PATIENCE)).is_err() {
            return;
        }
        while let Some(left) = rest
            && read_request(&mut client)
        {
            let end = left.windows(NEXT.len()).position(|bytes| bytes == NEXT);
            rest = end.map(|end| &left[end + NEXT.len()..]);
            if client.write_all(&left[..end.unwrap_or(left.len())]).is_err() {
                break;
            }
        }
    }
}

fn read_request(client: &mut TcpStream) -> bool {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(client.read(&mut byte), Ok(1)) {
            return false;
        }
        head.extend(byte);
    }
    true
}

/// A fuzzer ends at any panic, and would find that one again and again.
static LET_PASS: LazyLock<()> = LazyLock::new(|| {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |told| {
        if !told.location().is_some_and(|place| place.file().contains(CAUGHT)) {
            usual(told);
        }
    }));
});

pub(crate) fn fuzz(bytes: &[u8]) {
    LazyLock::force(&LET_PASS);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let is_over = Arc::new(AtomicBool::new(false));
    let (script, over) = (bytes.to_vec(), Arc::clone(&is_over));
    let camera = Worker::spawn("camera", move || serve(&listener, &script, &over)).expect("a thread");

    let credentials = Credentials { user: "admin".to_owned(), password: "s3cret-9".to_owned() };
    let source = RtspSource {
        url: format!("rtsp://{address}/main").parse().expect("an address"),
        transport: Transport::Tcp,
        credentials: Some(credentials),
    };
    if let Ok(found) = probe(source, &CLOCK, Masks::none()) {
        assert!(found.width > 0 && found.height > 0 && found.frames_per_second.is_finite());
        assert!(found.picture.starts_with(b"\xff\xd8"));
    }
    is_over.store(true, Ordering::Release);
    // It may still wait for somebody.
    drop(TcpStream::connect(address));
    camera.join();
}
