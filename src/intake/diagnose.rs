//! What GStreamer says, in our words, and without anyone's password.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gstreamer as gst;
use url::Url;

use super::{Lost, LostReason, RtspSource};
use crate::config::{Credentials, Transport};

/// Parameters in which cheap cameras take their password.
const SECRET_WORDS: [&str; 4] = ["password", "passwd", "pwd", "pass"];

/// What a camera has offered so far, to explain what fails later.
pub(super) struct Seen {
    url: String,
    transport: Transport,
    credentials: Option<Credentials>,
    offers: Mutex<Offers>,
}

#[derive(Default)]
struct Offers {
    chosen: bool,
    any: bool,
    unknown_video: Option<String>,
}

impl Seen {
    pub(super) fn new(source: &RtspSource) -> Self {
        Self {
            url: shown(&source.url),
            transport: source.transport,
            credentials: source.credentials.clone(),
            offers: Mutex::default(),
        }
    }

    /// Whether to take the stream that these caps, from the camera's description, stand for.
    pub(super) fn offer(&self, caps: &gst::CapsRef) -> bool {
        let text = |name| caps.structure(0).and_then(|s| s.get::<String>(name).ok());
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        offers.any = true;
        if text("media").as_deref() != Some("video") {
            return false;
        }
        match text("encoding-name").as_deref() {
            Some("H264" | "H265") => !std::mem::replace(&mut offers.chosen, true),
            other => {
                offers.unknown_video = Some(other.unwrap_or("an unnamed codec").to_owned());
                false
            }
        }
    }

    /// No name or password of this camera, and no debug text in more than one line.
    fn clean(&self, text: &str) -> String {
        let mut text = text.lines().last().unwrap_or_default().trim().to_owned();
        for secret in self.credentials.iter().flat_map(|c| [&c.password, &c.user]).filter(|s| s.len() > 2) {
            text = text.replace(secret.as_str(), "…");
        }
        text
    }
}

/// Why a camera's stream broke off.
pub(super) fn rtsp(error: &gst::message::Error, seen: &Seen) -> Lost {
    let offers = seen.offers.lock().unwrap_or_else(PoisonError::into_inner);
    let url = &seen.url;
    if let (false, Some(codec)) = (offers.chosen, &offers.unknown_video) {
        return Lost::new(LostReason::Unsupported, format!("{url} sends {codec}"));
    }
    if offers.any && !offers.chosen {
        return Lost::new(LostReason::NoVideo, format!("{url} offers no video"));
    }
    let cause = error.error();
    let reason = if let Some(resource) = cause.kind::<gst::ResourceError>() {
        match resource {
            gst::ResourceError::NotAuthorized => LostReason::WrongPassword,
            gst::ResourceError::NotFound => LostReason::NoSuchStream,
            _ if offers.chosen => LostReason::Ended,
            _ => LostReason::NoRoute,
        }
    } else if cause.is::<gst::StreamError>() && offers.chosen {
        if seen.transport == Transport::Udp && !cause.matches(gst::StreamError::Decode) {
            return Lost::new(LostReason::NoVideo, format!("{url} sends nothing over UDP: try transport = \"tcp\""));
        }
        LostReason::Broken
    } else {
        LostReason::NoVideo
    };
    let debug = error.debug().map(|text| seen.clean(&text)).unwrap_or_default();
    Lost::new(reason, format!("{url}: {} {debug}", seen.clean(cause.message())).trim_end().to_owned())
}

/// Why a file broke off.
pub(super) fn file(error: &gst::message::Error, path: &Path, delivered: u64) -> Lost {
    let cause = error.error();
    let reason = if cause.matches(gst::StreamError::CodecNotFound) || cause.matches(gst::CoreError::MissingPlugin) {
        LostReason::Unsupported
    } else {
        LostReason::Broken
    };
    let message = cause.message();
    Lost::new(reason, format!("{}: after {delivered} pictures: {message}", path.display()))
}

/// The address as it may be shown: without name, password, and query, in which some cameras take both.
pub(super) fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path();
    let lower = path.to_lowercase();
    let path = if SECRET_WORDS.iter().any(|word| lower.contains(word)) { "/…" } else { path };
    format!("{}://{host}{port}{path}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_secrets() {
        #[track_caller]
        fn check(url: &str, expected: &str) {
            assert_eq!(shown(&Url::parse(url).expect("valid")), expected);
        }
        check("rtsp://10.0.0.11/Streaming/Channels/101", "rtsp://10.0.0.11/Streaming/Channels/101");
        check("rtsp://admin:secret@10.0.0.11:8554/a", "rtsp://10.0.0.11:8554/a");
        check("rtsp://10.0.0.11/cam?channel=1&user=admin&password=secret", "rtsp://10.0.0.11/cam");
        check("rtsp://10.0.0.11/user=admin&Password=secret&channel=1", "rtsp://10.0.0.11/…");
    }
}
