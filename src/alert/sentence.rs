//! Why there is an alert, in a sentence for a guard.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::rules::{Bilingual, Finding, FindingKind};

/// What the sentence needs besides the findings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub camera_name: &'a str,
    pub timezone: &'a TimeZone,
    pub opened_at: Timestamp,
    pub peak: bool,
    pub most: Counts,
}

/// How many there were at once. Tracks over time are more than the people: whoever was hidden for
/// long comes back as another track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub persons: usize,
    pub vehicles: usize,
}

impl Counts {
    /// Of the findings of one picture.
    pub(super) fn of(findings: &[Finding]) -> Self {
        let count = |kind| findings.iter().filter(|finding| finding.kind == kind).count();
        Self { persons: count(FindingKind::Person), vehicles: count(FindingKind::Vehicle) }
    }

    pub(super) fn max(self, other: Self) -> Self {
        Self { persons: self.persons.max(other.persons), vehicles: self.vehicles.max(other.vehicles) }
    }
}

/// For example: "1 người tại Cổng chính lúc 01:30:05, trong giờ cao điểm trộm".
pub(super) fn reason(findings: &[Finding], scene: &Scene<'_>) -> Bilingual {
    let Counts { persons, vehicles } = scene.most;
    let protected = findings.iter().any(|finding| finding.kind == FindingKind::ProtectedRoom);
    let time = scene.opened_at.to_zoned_datetime(scene.timezone.clone()).strftime("%H:%M:%S").to_string();

    let mut vi = format!("{persons} người tại {} lúc {time}", scene.camera_name);
    let people = if persons == 1 { "person" } else { "persons" };
    let mut en = format!("{persons} {people} at {} at {time}", scene.camera_name);
    if protected {
        vi.push_str(", trong khu vực bảo vệ đặc biệt");
        en.push_str(", in a protected area");
    }
    if scene.peak {
        vi.push_str(", trong giờ cao điểm trộm");
        en.push_str(", during peak hours");
    }
    if vehicles > 0 {
        let (number, noun) = (vehicles.to_string(), if vehicles == 1 { "vehicle" } else { "vehicles" });
        vi.extend(["; ", &number, " xe ở gần"]);
        en.extend(["; ", &number, " ", noun, " nearby"]);
    }
    Bilingual { vi, en }
}
