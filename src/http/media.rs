//! Clips: where they come from, which stretch of time one covers, and how it is served.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::response::Response;
use jiff::Timestamp;
use tower_http::services::ServeFile;

use super::{Context, Shared, WebError, blocking};
use crate::alert::Alert;
use crate::decode::Frame;
use crate::record::{Deletion, DeletionError, DeletionOrder};
use crate::store::{AFTER_ALERT, BEFORE_ALERT};

/// Cuts clips and pictures out of what was recorded; the recorder's side implements it. All calls block.
pub trait ClipSource: Send + Sync {
    /// Which part of `from..to` there is video of: from the first picture to the end of the last;
    /// `None` for none.
    fn extent(&self, camera: &str, from: Timestamp, to: Timestamp) -> Option<(Timestamp, Timestamp)>;

    /// A clip of `from..to`, as far as there is video. The same stretch asked for again, if its
    /// video has not changed, is the same file to the byte: players ask for it in pieces.
    ///
    /// # Errors
    /// See [`ClipError`].
    fn clip(&self, camera: &str, from: Timestamp, to: Timestamp) -> Result<Clip, ClipError>;

    /// The picture of the last key frame at or before `at`, not decoded yet.
    ///
    /// # Errors
    /// See [`ClipError`].
    fn still(&self, camera: &str, at: Timestamp) -> Result<Still, ClipError>;

    /// Deletes what is recorded of a stretch, and every clip of it: gone when this returns.
    ///
    /// # Errors
    /// Where nothing is recorded, or somebody keeps some of it, nothing is deleted; see [`DeletionError`].
    fn delete(&self, order: DeletionOrder) -> Result<Deletion, DeletionError>;
}

/// One picture of a recording.
pub struct Still {
    /// When it was taken.
    pub at: Timestamp,
    /// Another picture has another name.
    pub tag: String,
    /// Decodes it. Blocks.
    pub picture: Box<dyn FnOnce() -> Result<Frame, ClipError> + Send>,
}

/// An MP4 that stays for as long as somebody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    pub path: PathBuf,
    /// Wall time of its first picture.
    pub starts_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClipError {
    #[error("there is no video of this time")]
    NoVideo,
    #[error("the clip cannot be made: {0}")]
    Failed(String),
    /// For a reason that is told to whoever asked.
    #[error("{0}")]
    NotNow(String),
}

/// A clip shows this much of an alert at most, from its beginning; all of it stays recorded.
pub(super) const LONGEST_CLIP: Duration = Duration::from_secs(600);

/// What an alert's clip covers if asked for at `now`.
pub(super) fn stretch(alert: &Alert, now: Timestamp) -> (Timestamp, Timestamp) {
    let from = alert.opened_at.saturating_sub(BEFORE_ALERT).unwrap_or(Timestamp::MIN);
    let to = if alert.closed_at.is_none() {
        now.max(alert.last_seen_at)
    } else {
        alert.last_seen_at.saturating_add(AFTER_ALERT).unwrap_or(Timestamp::MAX)
    };
    (from, to.min(from.saturating_add(LONGEST_CLIP).unwrap_or(Timestamp::MAX)))
}

/// A clip that still grows is another file at each moment, but a player reads one in pieces: this
/// remembers up to where the clip went that it began to read.
#[derive(Debug, Default)]
pub(super) struct Begun {
    // The latest last.
    clips: Mutex<VecDeque<(Key, Timestamp)>>,
}

/// The alert, or the camera, and the query of the address: a page that loads a clip anew changes the query.
type Key = (String, String);

/// Clips remembered; more than there are players.
const REMEMBERED: usize = 64;

impl Begun {
    /// Up to where the clip goes: `to` when it is read from its beginning, where it went before
    /// when it is read on.
    pub(super) fn end(&self, key: Key, is_beginning: bool, to: Timestamp) -> Timestamp {
        let mut clips = self.clips.lock().unwrap_or_else(PoisonError::into_inner);
        let known = clips.iter().position(|(k, _)| *k == key).and_then(|index| clips.remove(index));
        let end = known.filter(|_| !is_beginning).map_or(to, |(_, end)| end);
        clips.push_back((key, end));
        while clips.len() > REMEMBERED {
            clips.pop_front();
        }
        end
    }
}

/// Somebody reads a clip, in pieces.
pub(super) struct Reading {
    begins: bool,
    /// Of the address.
    query: String,
}

impl Reading {
    /// Up to where a clip goes that still grows, of this alert or camera, and would go to `to` now.
    pub(super) fn end(&self, context: &Context, of: String, to: Timestamp) -> Timestamp {
        context.begun.end((of, self.query.clone()), self.begins, to)
    }
}

/// What is cut out of what was recorded.
pub(super) struct Cut {
    pub camera: String,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// The bytes that were asked for of the clip that `cut` says; `missing` is said where there is no video of it.
pub(super) async fn serve_clip(
    context: &Shared,
    request: Request<Body>,
    missing: &'static str,
    cut: impl FnOnce(&Context, &Reading) -> Result<Cut, WebError> + Send + 'static,
) -> Result<Response, WebError> {
    let range = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let reading = Reading { begins: is_beginning(range), query };
    let _place = context.clip_places.acquire().await.map_err(|error| WebError::internal(&error))?;
    let clip = blocking(context, move |context| {
        let Cut { camera, from, to } = cut(context, &reading)?;
        context.state.clips.clip(&camera, from, to).map_err(|error| no_video(&error, missing))
    });
    let clip = clip.await??;
    let mut response = serve_file(&clip.path, missing, request).await?;
    let starts_at = HeaderValue::try_from(context.time(clip.starts_at)).map_err(|error| WebError::internal(&error))?;
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-clip-start"), starts_at);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("video/mp4"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// `missing` says of what there is none.
pub(super) fn no_video(error: &ClipError, missing: &str) -> WebError {
    match error {
        ClipError::NoVideo => WebError::NotFound(missing.to_owned()),
        ClipError::Failed(_) => WebError::internal(error),
        ClipError::NotNow(why) => WebError::Unavailable(why.clone()),
    }
}

/// Whether a request for this `Range` begins to read the file (or reads all of it).
fn is_beginning(range: Option<&str>) -> bool {
    range.is_none_or(|range| range.trim().strip_prefix("bytes=").is_none_or(|spans| spans.trim().starts_with("0-")))
}

/// The file, or the part of it that was asked for; `missing` says what a missing file means.
/// A link is followed nowhere: whatever it leads to was not made here.
pub(super) async fn serve_file(path: &Path, missing: &str, request: Request<Body>) -> Result<Response, WebError> {
    if tokio::fs::symlink_metadata(path).await.is_ok_and(|file| file.is_symlink()) {
        tracing::warn!(path = %path.display(), "a link among the files of the appliance is not followed");
        return Err(WebError::NotFound(missing.to_owned()));
    }
    match ServeFile::new(path).try_call(request).await {
        Ok(response) => Ok(response.map(Body::new)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(WebError::NotFound(missing.to_owned())),
        Err(error) => Err(WebError::internal(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_begin() {
        for range in [None, Some("bytes=0-"), Some("bytes=0-0"), Some(" bytes= 0-99"), Some("nonsense")] {
            assert!(is_beginning(range), "{range:?}");
        }
        for range in ["bytes=1-", "bytes=100-200", "bytes=-500", "bytes=01-"] {
            assert!(!is_beginning(Some(range)), "{range}");
        }
    }

    #[test]
    fn a_clip_is_read_on_as_it_was_begun() {
        let at = |second| Timestamp::from_second(second).expect("valid");
        let key = |n: u128, query: &str| (n.to_string(), query.to_owned());
        let begun = Begun::default();
        assert_eq!(begun.end(key(1, ""), false, at(5)), at(5), "never begun");
        assert_eq!(begun.end(key(1, ""), true, at(10)), at(10));
        assert_eq!(begun.end(key(1, ""), false, at(11)), at(10));
        assert_eq!(begun.end(key(1, "n=1"), true, at(12)), at(12), "another player");
        assert_eq!(begun.end(key(1, ""), false, at(13)), at(10));
        assert_eq!(begun.end(key(1, ""), true, at(14)), at(14), "begun anew");
        for n in 2..100 {
            begun.end(key(n, ""), true, at(20));
        }
        assert_eq!(begun.end(key(1, ""), false, at(21)), at(21), "forgotten");
    }
}
