//! A look at a camera that is to be set up.

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::camera_view::{Reason, reason};
use super::params::Sent;
use super::problem::Problems;
use super::settings::{SentLogin, credentials, sees_all};
use super::{Shared, WebError, blocking};
use crate::access::Who;
use crate::config::{Credentials, Transport, address};
use crate::decode::Masks;
use crate::decode::probe::{NoProbe, Probe, probe};
use crate::intake::{Codec, RtspSource};

/// What to connect to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CameraTest {
    /// `rtsp://`, without name and password.
    address: String,
    transport: Option<Transport>,
    login: Option<SentLogin>,
    /// A camera that is set up already: without `login` its name and password are used, if the address is of its machine.
    camera: Option<String>,
}

/// What came of it: what the stream is, or why there is no picture.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CameraTested {
    /// Why there is no picture; null where there is one.
    #[schema(required)]
    reason: Option<Reason>,
    #[schema(required)]
    stream: Option<TestedStream>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TestedStream {
    codec: Codec,
    width: u32,
    height: u32,
    frames_per_second: f32,
    /// A JPEG in base64.
    picture: String,
}

/// Connects to a stream and looks at it for two seconds; one at a time. It tells nothing but what the stream is.
#[utoipa::path(post, path = "/settings/cameras/test", tag = "settings", request_body = CameraTest, responses(
    (status = 200, description = "What it is, or why there is no picture", body = CameraTested),
    Problems,
))]
pub(super) async fn test_camera(
    State(context): State<Shared>,
    who: Who,
    Sent(sent): Sent<CameraTest>,
) -> Result<Json<CameraTested>, WebError> {
    sees_all(&who)?;
    let known = sent.camera.as_deref().and_then(|id| context.state.config.camera(id));
    let url = match known.and_then(|camera| camera.told_as(&sent.address)) {
        Some(url) => url,
        None => address(&sent.address).map_err(|detail| WebError::field("address", &detail))?,
    };
    let credentials: Option<Credentials> = match (sent.login, known) {
        (Some(login), _) => Some(credentials(login)?),
        (None, Some(camera)) if camera.credentials.is_some() => {
            if !camera.is_at(&url) {
                let detail = "the address is of another machine: enter name and password again";
                return Err(WebError::field("password", detail));
            }
            camera.credentials.clone()
        }
        (None, _) => None,
    };
    let place = std::sync::Arc::clone(&context.testing_place).try_acquire_owned();
    let place = place.map_err(|_| WebError::Conflict("another camera is being tested: wait a moment".to_owned()))?;
    // Of a camera that is set up, its masks hold here too.
    let masks = known.map_or_else(Masks::none, Masks::of);
    let source = RtspSource { url, transport: sent.transport.unwrap_or_default(), credentials };
    let tested = blocking(&context, move |context| {
        let tested = probe(source, &context.state.clock, masks);
        drop(place);
        tested
    });
    Ok(Json(match tested.await? {
        Ok(Probe { codec, width, height, frames_per_second, picture }) => {
            let picture = STANDARD.encode(picture);
            let stream = TestedStream { codec, width, height, frames_per_second, picture };
            CameraTested { reason: None, stream: Some(stream) }
        }
        Err(NoProbe::Lost(why)) => CameraTested { reason: Some(reason(why)), stream: None },
        Err(NoProbe::Busy) => {
            return Err(WebError::Conflict("too much video is being looked at: wait a moment".to_owned()));
        }
    }))
}
