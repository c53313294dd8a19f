//! What an alert says of the camera itself, in words.

use super::sentence::Scene;
use crate::rules::tamper::{Incident, Trouble};
use crate::rules::{Bilingual, Part};

/// The sentence of an alert with these incidents, the first of all: whoever blinds a camera means to
/// do more. `reason` is the sentence of all else, where there is anything else.
///
/// For example: "Camera Cổng chính bị che lúc 01:30:40, ngay sau khi có người ở gần; 1 người tại …".
pub(super) fn sentence(incidents: &[Incident], reason: Option<Bilingual>, scene: &Scene<'_>) -> Bilingual {
    let (mut vi, mut en) = (Vec::new(), Vec::new());
    for (place, incident) in incidents.iter().enumerate() {
        let what = words(incident.trouble);
        let time = incident.at.to_zoned_datetime(scene.timezone.clone()).strftime("%H:%M:%S").to_string();
        let camera = if place == 0 { named(scene.camera_name) } else { String::new() };
        let near = incident.person_near;
        vi.push(format!("{camera}{} lúc {time}{}", what.vi, if near { ", ngay sau khi có người ở gần" } else { "" }));
        en.push(format!(
            "{camera}{} at {time}{}",
            what.en,
            if near { ", shortly after somebody was near" } else { "" }
        ));
    }
    if let Some(reason) = reason {
        vi.push(reason.vi);
        en.push(reason.en);
    } else if scene.parts.iter().any(|part| part.part == Part::Peak)
        && let (Some(vi), Some(en)) = (vi.first_mut(), en.first_mut())
    {
        vi.push_str(", trong giờ cao điểm trộm");
        en.push_str(", during peak hours");
    }
    Bilingual { vi: vi.join("; "), en: en.join("; ") }
}

/// A camera that is called "Camera 3" is not called "Camera Camera 3".
fn named(name: &str) -> String {
    if name.to_lowercase().starts_with("camera") { format!("{name} ") } else { format!("Camera {name} ") }
}

fn words(trouble: Trouble) -> Bilingual {
    let (vi, en) = match trouble {
        Trouble::Covered => ("bị che", "was covered"),
        Trouble::Dark => ("tối đen, bị che kín hoặc mất đèn", "went dark: covered, or its lamp is out"),
        Trouble::Sprayed => ("bị mờ một phần, có thể bị xịt sơn", "was partly blinded, perhaps by spray"),
        Trouble::Turned => ("bị quay đi hướng khác", "was turned away"),
        Trouble::Defocused => ("bị mờ, mất nét", "went out of focus"),
        Trouble::Frozen => ("có hình đứng yên", "shows a frozen picture"),
        Trouble::Offline => ("mất tín hiệu khi đang canh", "lost its signal while armed"),
    };
    Bilingual { vi: vi.to_owned(), en: en.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use uuid::Uuid;

    use super::*;
    use crate::alert::sentence::Counts;
    use crate::rules::{Context, score};
    use crate::track::AnswerRules;

    #[track_caller]
    fn check(name: &str, told: &[(Trouble, bool)], peak: bool, others: Option<&str>, vi: &str, en: &str) {
        let rules = AnswerRules::default();
        let incident = |&(trouble, person_near): &(Trouble, bool)| Incident {
            trouble,
            track: Uuid::nil(),
            at: Timestamp::UNIX_EPOCH,
            person_near,
        };
        let incidents: Vec<_> = told.iter().map(incident).collect();
        let scene = Scene {
            camera_name: name,
            timezone: &TimeZone::UTC,
            opened_at: Timestamp::UNIX_EPOCH,
            parts: &score::parts(&[], &Context { peak, ..Context::default() }),
            most: Counts::default(),
            rules: &rules,
        };
        let others = others.map(|text| Bilingual { vi: text.to_owned(), en: text.to_owned() });
        let Bilingual { vi: said_vi, en: said_en } = sentence(&incidents, others, &scene);
        assert_eq!((said_vi.as_str(), said_en.as_str()), (vi, en));
    }

    #[test]
    fn the_camera_comes_first() {
        check(
            "Cổng chính",
            &[(Trouble::Covered, false)],
            false,
            None,
            "Camera Cổng chính bị che lúc 00:00:00",
            "Camera Cổng chính was covered at 00:00:00",
        );
        check(
            "Camera 3",
            &[(Trouble::Turned, true), (Trouble::Offline, false)],
            true,
            None,
            "Camera 3 bị quay đi hướng khác lúc 00:00:00, ngay sau khi có người ở gần, trong giờ cao điểm trộm; \
             mất tín hiệu khi đang canh lúc 00:00:00",
            "Camera 3 was turned away at 00:00:00, shortly after somebody was near, during peak hours; \
             lost its signal while armed at 00:00:00",
        );
        check(
            "Kho",
            &[(Trouble::Frozen, false)],
            true,
            Some("1 …, …"),
            "Camera Kho có hình đứng yên lúc 00:00:00; 1 …, …",
            "Camera Kho shows a frozen picture at 00:00:00; 1 …, …",
        );
    }
}
