//! What GStreamer says, in our words, and without anyone's password.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gstreamer as gst;
use url::Url;

use super::{Lost, LostReason, RtspSource};
use crate::config::Credentials;

/// Parameters in which cheap cameras take their password.
const SECRET_WORDS: [&str; 4] = ["password", "passwd", "pwd", "pass"];

/// What a camera has offered so far, to explain what fails later.
pub(super) struct Seen {
    url: String,
    credentials: Option<Credentials>,
    offers: Mutex<Offers>,
}

/// How far a connection had come.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    Describe,
    SetUp,
    Play,
}

#[derive(Default)]
struct Offers {
    chosen: bool,
    any: bool,
    unknown_video: Option<String>,
}

impl Seen {
    pub(super) fn new(source: &RtspSource) -> Self {
        Self { url: shown(&source.url), credentials: source.credentials.clone(), offers: Mutex::default() }
    }

    /// Whether to take the stream that the camera describes so, with the encoding in capitals.
    pub(super) fn offer(&self, media: &str, encoding: &str) -> bool {
        let mut offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        offers.any = true;
        match (media, encoding) {
            ("video", "H264" | "H265") => !std::mem::replace(&mut offers.chosen, true),
            ("video", _) => {
                let named = if encoding.is_empty() { "an unnamed codec" } else { encoding };
                offers.unknown_video = Some(named.to_owned());
                false
            }
            _ => false,
        }
    }

    /// Why none of the streams that were offered was taken.
    pub(super) fn nothing_chosen(&self) -> Lost {
        let offers = self.offers.lock().unwrap_or_else(PoisonError::into_inner);
        match &offers.unknown_video {
            Some(codec) => Lost::new(LostReason::Unsupported, format!("{} sends {codec}", self.url)),
            None => Lost::new(LostReason::NoVideo, format!("{} offers no video", self.url)),
        }
    }

    /// Why a camera's stream over TCP broke off.
    pub(super) fn told(&self, error: &retina::Error, phase: Phase) -> Lost {
        let text = error.to_string();
        // The crate has no other way to tell these apart; a test holds each.
        let connection_broke = ["Error reading", "Error writing"].iter().any(|start| text.starts_with(start));
        let reason = match (error.status_code(), phase) {
            (Some(401 | 403), _) => LostReason::WrongPassword,
            (Some(404 | 410), _) => LostReason::NoSuchStream,
            (None, Phase::Describe) => LostReason::NoRoute,
            (None, _) if connection_broke => LostReason::Ended,
            (Some(_), _) | (None, Phase::SetUp) => LostReason::NoVideo,
            (None, Phase::Play) => LostReason::Broken,
        };
        Lost::new(reason, format!("{}: {}", self.url, self.clean(text.lines().next().unwrap_or_default())))
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

/// Why a camera's stream over UDP broke off.
pub(super) fn rtspsrc(error: &gst::message::Error, seen: &Seen) -> Lost {
    let url = &seen.url;
    let (chosen, any) = {
        let offers = seen.offers.lock().unwrap_or_else(PoisonError::into_inner);
        (offers.chosen, offers.any)
    };
    if any && !chosen {
        return seen.nothing_chosen();
    }
    let cause = error.error();
    let reason = if let Some(resource) = cause.kind::<gst::ResourceError>() {
        match resource {
            gst::ResourceError::NotAuthorized => LostReason::WrongPassword,
            gst::ResourceError::NotFound => LostReason::NoSuchStream,
            _ if chosen => LostReason::Ended,
            _ => LostReason::NoRoute,
        }
    } else if cause.is::<gst::StreamError>() && chosen {
        if !cause.matches(gst::StreamError::Decode) {
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
