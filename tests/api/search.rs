//! Alerts by what they tell of.

use canhdem::rules::plate::{Candidate, Plate, PlateVerdict};
use canhdem::store::Passage;
use canhdem::vision::Class;

use super::*;

#[tokio::test]
async fn alerts_are_found_by_kind_attribute_and_plate() {
    let office = Office::new();
    let person = |worn: [attributes::Answer; 4]| Person {
        track: Uuid::from_u128(7),
        attributes: worn.map(|answer| Judged { answer, confidence: 0.9, frames: 3, pixels: 40, has_crop: false }),
    };
    let (yes, unknown) = (attributes::Answer::Yes, attributes::Answer::Unknown);
    office.put(&alert(0));
    office.put(&Alert { persons: vec![person([yes, unknown, unknown, yes])], ..alert(1) });
    office.put(&Alert { persons: vec![person([yes, unknown, unknown, unknown])], ..alert(2) });
    let mut loitering = alert(3);
    loitering.findings[0].kind = FindingKind::Loitering;
    office.put(&loitering);
    let passage = Passage {
        track: alert(2).findings[0].track,
        camera: "cong-chinh".to_owned(),
        class: Class::Car,
        first_at: seconds(2),
        last_at: seconds(3),
        stopped: false,
        plate: Plate {
            verdict: PlateVerdict::Readable,
            candidates: vec![Candidate { text: "12A-123.45".to_owned(), probability: 0.9 }],
            ..Plate::default()
        },
        night: None,
        has_vehicle_crop: false,
        has_plate_crop: false,
        listed: None,
    };
    office.state.store.put_passage(&passage).expect("stored");

    let list = async |query: &str| office.json(&format!("/api/v1/alerts?{query}")).await;
    check_ids(&list("kind=loitering").await, &[3]);
    check_ids(&list("kind=loitering,person&limit=2").await, &[3, 2]);
    check_ids(&list("attribute=mask").await, &[2, 1]);
    check_ids(&list("attribute=mask&attribute=bag").await, &[1]);
    check_ids(&list("attribute=mask&camera=cong-chinh&kind=person").await, &[2]);
    check_ids(&list("plate=12A-12%3F*").await, &[2]);
    check_ids(&list("plate=12A123.45&state=resolved").await, &[]);
    for (query, detail) in [
        ("kind=ghost", "`kind` cannot be \"ghost\""),
        ("attribute=shoes", "`attribute` cannot be \"shoes\""),
        ("plate=%27", "`plate` cannot be"),
    ] {
        office.get(&format!("/api/v1/alerts?{query}")).await.check_problem(400, detail);
    }
}
