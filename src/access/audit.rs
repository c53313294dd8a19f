//! Who did what, from where, and when: entries that are only ever added, each linked to the one before. Pure.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::chain::{self, Digest, Link};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditAct)]
pub enum Act {
    SignedIn,
    SignInFailed,
    LockedOut,
    SignedOut,
    /// The first administrator was made.
    SetUp,
    AlertViewed,
    /// A picture of it, without the alert around it.
    AlertPictureViewed,
    AlertPlayed,
    /// By words of notes or by plates.
    AlertsSearched,
    CaseViewed,
    VehicleViewed,
    /// All, or by what their plates may say.
    VehiclesSearched,
    RecordingPlayed,
    LiveViewed,
    Downloaded,
    /// As an evidence pack.
    Exported,
    AuditRead,
    ConfigurationChanged,
    /// A camera was looked at before it was set up.
    CameraTested,
    Armed,
    Disarmed,
    OrderWithdrawn,
    AlertClaimed,
    AlertResolved,
    AlertEscalated,
    AlertNoted,
    PlanTicked,
    LessonTakenBack,
    PlatesChanged,
    RecordingKept,
    RecordingReleased,
    ShiftNoted,
    DutyChanged,
    AccountAdded,
    AccountChanged,
    AccountRemoved,
    PasswordChanged,
    SecondFactorChanged,
    /// Recordings gave way to newer ones.
    RecordingsRemoved,
    /// Somebody deleted recordings before their time.
    RecordingsDeleted,
    /// Vehicles that came by were forgotten.
    VehiclesForgotten,
    /// The time of alerts' pictures was over.
    AlertPicturesRemoved,
    /// Alerts were forgotten altogether.
    AlertsForgotten,
    /// Everything but video and pictures, with passwords and keys, by `canhdem backup`.
    BackedUp,
    /// From a backup, by `canhdem restore`.
    Restored,
    /// Index and files of recordings were made to agree by hand.
    StorageRepaired,
    Started,
    Stopped,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

impl Act {
    /// As it is stored.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => String::new(),
        }
    }

    /// What it is called everywhere outside, read.
    pub fn named(name: &str) -> Self {
        serde_json::from_value(name.into()).unwrap_or(Self::Other)
    }
}

/// Something that somebody did, to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// By the name that they have now; `None` for the appliance itself, and for whoever sits at the machine.
    pub account: Option<String>,
    /// From where; `None` for the appliance itself.
    pub address: Option<String>,
    pub act: Act,
    /// What it was about: the camera, and of an alert its camera.
    pub camera: Option<String>,
    pub alert: Option<Uuid>,
    /// The rest, in a few words. Never a password, a token, or an address with either.
    pub detail: Option<String>,
}

impl Deed {
    /// Of the appliance itself.
    pub fn own(act: Act, detail: impl Into<Option<String>>) -> Self {
        Self { account: None, address: None, act, camera: None, alert: None, detail: detail.into() }
    }
}

/// A deed as it was written down. What lies in the database may have been altered, so that nothing of it is taken for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1.
    pub position: i64,
    pub at: Timestamp,
    pub account: Option<String>,
    pub address: Option<String>,
    /// See [`Act::named`].
    pub act: String,
    pub camera: Option<String>,
    pub alert: Option<Uuid>,
    pub detail: Option<String>,
}

impl Entry {
    /// What is hashed of it, on the appliance that wrote it.
    pub fn content(&self, appliance: Uuid) -> Digest {
        let Self { position, at, account, address, act, camera, alert, detail } = self;
        let (position, at) = (position.to_be_bytes(), at.as_nanosecond().to_be_bytes());
        let text = |text: &'_ Option<String>| text.clone().map(String::into_bytes);
        let [account, address, camera, detail] = [account, address, camera, detail].map(text);
        let alert = alert.map(Uuid::into_bytes);
        let fields: [Option<&[u8]>; 9] = [
            Some(appliance.as_bytes()),
            Some(&position),
            Some(&at),
            account.as_deref(),
            address.as_deref(),
            Some(act.as_bytes()),
            camera.as_deref(),
            alert.as_ref().map(<[u8; 16]>::as_slice),
            detail.as_deref(),
        ];
        chain::content("canhdem audit 1", fields)
    }

    pub fn link(&self, appliance: Uuid, link: Digest) -> Link {
        Link { position: self.position, content: self.content(appliance), link }
    }
}

/// Recordings of a camera that were removed together, as their entry's detail says it; there may be more behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal {
    pub segments: u64,
    pub bytes: u64,
    /// Of the first one's start, and the last one's.
    pub from: Timestamp,
    pub to: Timestamp,
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segments={} bytes={} from={} to={}", self.segments, self.bytes, self.from, self.to)
    }
}

impl std::str::FromStr for Removal {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut values = text.split(' ').zip(["segments=", "bytes=", "from=", "to="]);
        let mut next = || values.next().and_then(|(word, key)| word.strip_prefix(key)).ok_or(());
        let (segments, bytes, from, to) = (next()?, next()?, next()?, next()?);
        Ok(Self {
            segments: segments.parse().map_err(drop)?,
            bytes: bytes.parse().map_err(drop)?,
            from: from.parse().map_err(drop)?,
            to: to.parse().map_err(drop)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            position: 7,
            at: "2026-02-17T01:30:00+07:00".parse().expect("valid"),
            account: Some("lan".to_owned()),
            address: Some("10.0.0.7".to_owned()),
            act: Act::AlertViewed.name(),
            camera: Some("kho".to_owned()),
            alert: Some(Uuid::from_u128(9)),
            detail: None,
        }
    }

    #[test]
    fn every_field_counts() {
        let appliance = Uuid::from_u128(1);
        let known = entry().content(appliance);
        assert_eq!(entry().content(appliance), known);
        let others = [
            Entry { position: 8, ..entry() },
            Entry { at: Timestamp::UNIX_EPOCH, ..entry() },
            Entry { account: None, ..entry() },
            Entry { account: Some(String::new()), ..entry() },
            Entry { address: Some("10.0.0.8".to_owned()), ..entry() },
            Entry { act: Act::AlertPlayed.name(), ..entry() },
            Entry { camera: None, detail: Some("kho".to_owned()), ..entry() },
            Entry { alert: None, ..entry() },
            Entry { detail: Some(String::new()), ..entry() },
        ];
        for other in others {
            assert_ne!(other.content(appliance), known, "{other:?}");
        }
        assert_ne!(entry().content(Uuid::from_u128(2)), known);
    }

    #[test]
    fn acts_have_one_name_each() {
        assert_eq!(Act::SignInFailed.name(), "sign_in_failed");
        assert_eq!(Act::named("recordings_removed"), Act::RecordingsRemoved);
        assert_eq!(Act::named("what is this"), Act::Other);
    }

    #[test]
    fn a_removal_is_read_as_it_was_written() {
        let at = |n: i64| Timestamp::from_second(1_771_266_600 + n).expect("valid");
        let removal = Removal { segments: 3, bytes: 9_000_000, from: at(0), to: at(20) };
        assert_eq!(removal.to_string().parse(), Ok(removal));
        for wrong in ["", "segments=3", "segments=3 bytes=x from=a to=b"] {
            assert_eq!(wrong.parse::<Removal>(), Err(()), "{wrong}");
        }
    }
}
