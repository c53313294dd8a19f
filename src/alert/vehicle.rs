//! What an alert says of a vehicle, in words.

use uuid::Uuid;

use crate::rules::Bilingual;
use crate::rules::plate::{Plate, PlateVerdict, Suspicion};

/// What is known of one vehicle of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    pub track: Uuid,
    pub plate: Plate,
    /// Which list its plate is on.
    pub listed: Option<Listed>,
    /// When it came by before, if that says something.
    pub before: Option<Bilingual>,
}

/// What a plate is known for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// To be told of; otherwise it belongs to the office or its staff.
    pub is_watched: bool,
    /// Why, or whose: what somebody wrote beside it.
    pub note: String,
    /// Without an unsure character.
    pub is_exact: bool,
}

impl Vehicle {
    /// It belongs to the office or its staff, as far as its plate says.
    pub fn is_known(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| !listed.is_watched) && self.plate.suspicions.is_empty()
    }

    /// Whether a guard would be told the same of both.
    pub fn tells_as(&self, other: &Self) -> bool {
        let told = |vehicle: &Self| (vehicle.plate.verdict, vehicle.plate.text().map(str::to_owned));
        told(self) == told(other)
            && self.plate.suspicions == other.plate.suspicions
            && self.listed == other.listed
            && self.before == other.before
    }

    /// For example: "xe mang biển số 12A-123.45 (nghi vấn: màu biển không đúng loại)".
    pub(super) fn words(&self) -> Bilingual {
        let mut words = match self.plate.verdict {
            PlateVerdict::Absent => both("xe không có biển số", "a vehicle without a plate"),
            PlateVerdict::Unreadable => {
                both("xe có biển số bị che hoặc không đọc được", "a vehicle whose plate is covered or illegible")
            }
            PlateVerdict::NotAssessable => both("không nhìn rõ biển số xe", "plate of a vehicle not clearly seen"),
            PlateVerdict::Readable => self.plate.text().map_or_else(Bilingual::default, |text| Bilingual {
                vi: format!("xe mang biển số {text}"),
                en: format!("a vehicle with plate {text}"),
            }),
        };
        let mut remarks: Vec<Bilingual> = self.listed.iter().map(Listed::words).collect();
        remarks.extend(self.plate.suspicions.iter().map(|suspicion| {
            let Bilingual { vi, en } = suspicion.words();
            Bilingual { vi: format!("nghi vấn: {vi}"), en: format!("suspect: {en}") }
        }));
        remarks.extend(self.before.clone());
        if !remarks.is_empty() {
            let (vi, en): (Vec<_>, Vec<_>) = remarks.into_iter().map(|remark| (remark.vi, remark.en)).unzip();
            words.vi.push_str(&format!(" ({})", vi.join("; ")));
            words.en.push_str(&format!(" ({})", en.join("; ")));
        }
        words
    }
}

impl Listed {
    fn words(&self) -> Bilingual {
        let mut words = match self.is_watched {
            true => both("CẦN THEO DÕI", "WANTED"),
            false => both("xe quen", "known"),
        };
        if !self.note.is_empty() {
            words.vi.extend([": ", &self.note]);
            words.en.extend([": ", &self.note]);
        }
        if !self.is_exact {
            words.vi.push_str(", một ký tự chưa chắc");
            words.en.push_str(", one character unsure");
        }
        words
    }
}

impl Suspicion {
    /// Why, after "nghi vấn:".
    pub fn words(self) -> Bilingual {
        match self {
            Self::UnknownCode => {
                both("mã tỉnh chưa có trong bảng, cần kiểm tra", "code not in the table, to be checked")
            }
            Self::UnknownSeries => both("sê-ri không có trong quy định", "no such series"),
            Self::ColorMismatch => both("màu biển không đúng với sê-ri", "colour does not suit the series"),
            Self::ClassMismatch => both("biển không đúng loại xe", "plate of another kind of vehicle"),
            Self::SeenElsewhere => both("biển này vừa có trên một xe khác", "another vehicle carried it as well"),
        }
    }
}

fn both(vi: &str, en: &str) -> Bilingual {
    Bilingual { vi: vi.to_owned(), en: en.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::plate::Candidate;

    fn vehicle(verdict: PlateVerdict) -> Vehicle {
        let candidates = vec![Candidate { text: "12A-123.45".to_owned(), probability: 0.9 }];
        let plate = Plate { verdict, confidence: 0.9, candidates, ..Plate::default() };
        Vehicle { track: Uuid::nil(), plate, listed: None, before: None }
    }

    fn listed(is_watched: bool, is_exact: bool) -> Option<Listed> {
        Some(Listed { is_watched, note: "xe của ông Ba".to_owned(), is_exact })
    }

    #[track_caller]
    fn check(vehicle: &Vehicle, vi: &str, en: &str) {
        assert_eq!(vehicle.words(), both(vi, en));
    }

    #[test]
    fn what_a_guard_is_told_of_a_vehicle() {
        use PlateVerdict::{Absent, NotAssessable, Readable};
        check(&vehicle(Absent), "xe không có biển số", "a vehicle without a plate");
        check(&vehicle(NotAssessable), "không nhìn rõ biển số xe", "plate of a vehicle not clearly seen");
        check(&vehicle(Readable), "xe mang biển số 12A-123.45", "a vehicle with plate 12A-123.45");
        let known = Vehicle { listed: listed(false, false), ..vehicle(Readable) };
        check(
            &known,
            "xe mang biển số 12A-123.45 (xe quen: xe của ông Ba, một ký tự chưa chắc)",
            "a vehicle with plate 12A-123.45 (known: xe của ông Ba, one character unsure)",
        );
        let mut wanted = Vehicle { listed: listed(true, true), ..vehicle(Readable) };
        wanted.plate.suspicions.push(Suspicion::ClassMismatch);
        wanted.before = Some(both("đã qua 3 đêm", "came by on 3 nights"));
        check(
            &wanted,
            "xe mang biển số 12A-123.45 (CẦN THEO DÕI: xe của ông Ba; nghi vấn: biển không đúng loại xe; đã qua 3 đêm)",
            "a vehicle with plate 12A-123.45 (WANTED: xe của ông Ba; suspect: plate of another kind of vehicle; came by on 3 nights)",
        );
    }

    #[test]
    fn a_suspect_plate_makes_no_vehicle_a_known_one() {
        let known = Vehicle { listed: listed(false, true), ..vehicle(PlateVerdict::Readable) };
        assert!(known.is_known() && !vehicle(PlateVerdict::Readable).is_known());
        let mut suspect = known.clone();
        suspect.plate.suspicions.push(Suspicion::SeenElsewhere);
        assert!(!suspect.is_known() && !suspect.tells_as(&known) && known.tells_as(&known));
        assert!(!Vehicle { listed: listed(true, true), ..known }.is_known());
    }
}
