//! Heads of chains that were signed on a day: on the office's paper they speak for the appliance's memory.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Context, WebError};
use crate::access::Who;
use crate::base::chain::hex;
use crate::store::Head;

/// The end of a chain of hashes, signed by the device: nothing before it can be altered, taken out or put in unseen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChainHead {
    /// Of a chain of recordings; null for the audit log.
    #[schema(required)]
    camera: Option<String>,
    #[schema(required)]
    camera_name: Option<String>,
    /// Of the recordings, or on which the audit log was signed; in UTC.
    #[schema(format = Date)]
    day: String,
    /// Segments of the day, or entries of the log, up to there.
    count: i64,
    /// SHA-256 of the last link, in hexadecimal digits.
    link: String,
    #[schema(format = DateTime)]
    signed_at: String,
}

impl Context {
    /// Signed within this time, as far as they may see it. Blocks.
    pub(super) fn heads(&self, who: &Who, from: Timestamp, to: Timestamp) -> Result<Vec<ChainHead>, WebError> {
        let heads = self.state.store.heads_signed(from, to)?;
        let may_see = |head: &Head| match &head.statement.camera {
            Some(camera) => who.may_see(camera),
            None => !who.is_limited(),
        };
        Ok(heads.into_iter().filter(may_see).map(|head| self.head(head)).collect())
    }

    fn head(&self, Head { statement, .. }: Head) -> ChainHead {
        ChainHead {
            camera_name: statement.camera.as_deref().map(|camera| self.camera_name(camera)),
            camera: statement.camera,
            day: statement.day,
            count: statement.position,
            link: hex(&statement.link),
            signed_at: self.time(statement.at),
        }
    }
}
