//! What the appliance remembers of plates: the lists, and who came by before.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::alert;
use crate::config::Settings;
use crate::rules::Bilingual;
use crate::rules::nights;
use crate::rules::plate::lists::ListKind;
use crate::rules::plate::memory::{self, History, cannot_be_one, usual_time};
use crate::rules::plate::{PlateText, Read};
use crate::store::{Listed, Passage, Store};

/// How far back passages are compared: as far as nights are counted, and one more.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * (nights::DAYS as i64 + 1));

/// What is remembered of a vehicle whose plate was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recalled {
    /// The list entry that its plate is on, and what to say of it.
    pub listed: Option<(Listed, alert::Listed)>,
    /// Why its coming by is a finding.
    pub before: Option<Bilingual>,
    /// Another vehicle has carried the plate that cannot be this one.
    pub is_elsewhere: bool,
}

/// Remembers plates: the database, or what a test puts in its place.
pub trait Archive: Send + Sync {
    /// Whether any plate is watched for: then vehicles are looked at at any hour.
    fn is_watching(&self, at: Timestamp) -> bool;

    /// What is remembered of the vehicle of this passage, whose plate says `read`.
    fn recall(&self, passage: &Passage, read: &Read) -> Recalled;
}

/// The appliance's own memory.
pub struct StoredPlates {
    store: Store,
    /// Says of a camera which place it looks at.
    settings: Settings,
}

impl StoredPlates {
    pub fn new(store: Store, settings: Settings) -> Self {
        Self { store, settings }
    }

    fn place(&self, camera: &str) -> Option<String> {
        self.settings.config().camera(camera)?.place.clone()
    }

    /// Cameras whose place is not known may look at the same one.
    fn are_apart(&self, one: &str, other: &str) -> bool {
        self.place(one).zip(self.place(other)).is_some_and(|(one, other)| one != other)
    }

    /// What all of these cameras look at, where that is one place with a name.
    fn place_of(&self, cameras: &BTreeSet<String>) -> Option<String> {
        let places: BTreeSet<_> = cameras.iter().map(|camera| self.place(camera)).collect();
        let is_one = places.len() == 1;
        places.into_iter().next().flatten().filter(|_| is_one)
    }

    /// How long a vehicle that passes is in a camera's view.
    fn usual_time(&self, camera: &str, since: Timestamp) -> Option<SignedDuration> {
        let in_view = self.store.times_in_view(camera, since).unwrap_or_else(|error| {
            tracing::error!(%error, "how long vehicles are usually in view is not known at present");
            Vec::new()
        });
        usual_time(in_view)
    }

    fn listed(&self, read: &Read, at: Timestamp) -> Option<(Listed, alert::Listed)> {
        let lists = self.store.plate_lists();
        let (entry, listed) = lists.matching(read, at).into_iter().next()?;
        let told = alert::Listed {
            is_watched: entry.list.kind == ListKind::Watched,
            note: entry.list.reason.clone(),
            is_exact: listed.exact,
        };
        Some((listed, told))
    }
}

impl Archive for StoredPlates {
    fn is_watching(&self, at: Timestamp) -> bool {
        self.store.plate_lists().is_watching(at)
    }

    fn recall(&self, passage: &Passage, read: &Read) -> Recalled {
        let listed = self.listed(read, passage.last_at);
        let Some(text) = read.text() else { return Recalled { listed, ..Recalled::default() } };
        let since = passage.last_at - LOOK_BACK;
        let earlier = self.store.passages_of(text.as_str(), since).unwrap_or_else(|error| {
            tracing::error!(%error, "who came by before is not known at present");
            Vec::new()
        });
        let earlier: Vec<_> = earlier.iter().filter(|earlier| earlier.track != passage.track).map(remembered).collect();
        let current = remembered(passage);
        let cameras: BTreeSet<_> = earlier.iter().chain([&current]).map(|passage| passage.camera.as_str()).collect();
        let usual: HashMap<_, _> =
            cameras.into_iter().filter_map(|camera| Some((camera, self.usual_time(camera, since)?))).collect();
        let usual = |camera: &str| usual.get(camera).copied();
        let history = History::of(&earlier, Some(&current), passage.last_at, &self.settings.config().timezone, usual);
        Recalled {
            before: history.sentence(self.place_of(&history.cameras).as_deref()),
            is_elsewhere: is_elsewhere(&text, &current, &earlier, |one, other| self.are_apart(one, other)),
            listed,
        }
    }
}

fn is_elsewhere(
    text: &PlateText,
    current: &memory::Passage,
    earlier: &[memory::Passage],
    are_apart: impl Fn(&str, &str) -> bool,
) -> bool {
    earlier.iter().any(|earlier| cannot_be_one(text, current, earlier, &are_apart).is_some())
}

fn remembered(passage: &Passage) -> memory::Passage {
    memory::Passage {
        camera: passage.camera.clone(),
        class: passage.class,
        first_at: passage.first_at,
        last_at: passage.last_at,
        stopped: passage.stopped,
    }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
