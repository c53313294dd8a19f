//! Why each camera watches and how long it is kept: as it is set up, and as everybody may read it.

use super::*;

const SETTINGS: &str = "/api/v1/settings";

async fn keep(office: &Office, keeping: Value) -> Answer {
    let version = office.json(SETTINGS).await["version"].clone();
    office.send("PUT", &format!("{SETTINGS}/keeping"), &json!({"version": version, "keeping": keeping})).await
}

#[tokio::test]
async fn what_is_set_up_is_told_to_everybody() {
    let mut office = Office::new();
    let told = office.json("/api/v1/privacy").await;
    assert_eq!((&told["office"], &told["contact"]), (&Value::Null, &Value::Null));
    assert_eq!(told["purpose"], canhdem::config::USUAL_PURPOSE);
    assert_eq!(
        told["kept"],
        json!({
            "all_hours": null, "motion_days": null, "alert_days": null, "alert_record_days": null, "plate_days": 30, "memory_days": 30,
        })
    );
    assert_eq!(told["cameras"][1]["record"], "continuous");

    let keeping = json!({
        "record": {
            "quota_bytes": 60_000_000_000_u64, "all_hours": 72, "motion_days": 14, "alert_days": 90, "alert_record_days": 1825,
        },
        "memory": {"keep_days": 20},
        "privacy": {"office": "UBND phường", "purpose": "Giữ an ninh", "contact": "Văn phòng"},
    });
    let saved = keep(&office, keeping).await;
    assert_eq!(saved.status, 200, "{}", saved.text());
    assert_eq!(saved.json()["keeping"]["record"]["motion_days"], 14);
    let settings = office.json(SETTINGS).await;
    let mut kho = settings["cameras"][1].clone();
    kho.as_object_mut()
        .expect("a camera")
        .retain(|key, _| !["zones", "lines", "has_credentials"].contains(&key.as_str()));
    (kho["record"], kho["purpose"]) = (json!("alerts"), json!("Trông kho"));
    let sent = json!({"version": settings["version"], "camera": kho});
    let changed = office.send("PUT", &format!("{SETTINGS}/cameras/kho"), &sent).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let text = std::fs::read_to_string(office.folder.path().join("canhdem.toml")).expect("read");
    for line in
        ["all_hours = 72", "alert_record_days = 1825", "record = \"alerts\"", "purpose = \"Trông kho\"", "[privacy]"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }

    let told = office.json("/api/v1/privacy").await;
    assert_eq!((&told["office"], &told["contact"]), (&json!("UBND phường"), &json!("Văn phòng")));
    assert_eq!(
        told["kept"],
        json!({
            "all_hours": 72, "motion_days": 14, "alert_days": 90, "alert_record_days": 1825, "plate_days": 30, "memory_days": 20,
        })
    );
    let cameras = json!([
        {"id": "cong-chinh", "name": "Cổng chính", "purpose": "Giữ an ninh", "record": "continuous"},
        {"id": "kho", "name": "kho", "purpose": "Trông kho", "record": "alerts"},
    ]);
    assert_eq!(told["cameras"], cameras);
    // Who may see one camera is told of that one.
    let limited =
        Account { cameras: Some(std::collections::BTreeSet::from(["kho".to_owned()])), ..account("lan", Role::Guard) };
    office.cookie = sign_in(&office.state.store, &limited);
    assert_eq!(office.json("/api/v1/privacy").await["cameras"], json!([cameras[1]]));
}

#[tokio::test]
async fn times_that_contradict_one_another_are_told_at_their_field() {
    let office = Office::new();
    for (record, field) in [
        (json!({"all_hours": 24}), "record/all_hours"),
        (json!({"all_hours": 49, "motion_days": 2}), "record/motion_days"),
        (json!({"motion_days": 14, "alert_days": 7}), "record/alert_days"),
        (json!({"alert_record_days": 90}), "record/alert_record_days"),
        (json!({"alert_days": 90, "alert_record_days": 30}), "record/alert_record_days"),
    ] {
        let refused = keep(&office, json!({"record": record})).await;
        refused.check_problem(422, "");
        assert_eq!(refused.json()["field"], field, "{}", refused.text());
    }
    let refused = keep(&office, json!({"privacy": {"contact": "x".repeat(301)}})).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["field"]), (422, &json!("privacy/contact")));
}

#[tokio::test]
async fn an_alert_says_when_its_pictures_went() {
    let office = Office::new();
    office.put(&alert(60));
    let address = format!("/api/v1/alerts/{}", id(60));
    let known = office.json(&address).await;
    assert!(known.get("pictures_removed").is_none(), "{known}");
    office.get(&format!("{address}/snapshot.jpg")).await.check_problem(404, "there is no picture of this alert");

    let at = seconds(1_000_000);
    office.state.store.pictures_went(vec![alert(60).id], at).expect("written");
    let removed = json!({"at": "2026-02-28T15:16:40.000+07:00", "by": "retention"});
    assert_eq!(office.json(&address).await["pictures_removed"], removed);
    assert_eq!(office.json("/api/v1/alerts").await["items"][0]["pictures_removed"], removed);
    let words = "the alert's pictures were removed on 2026-02-28T15:16:40.000+07:00: their time was over";
    office.get(&format!("{address}/snapshot.jpg")).await.check_problem(404, words);
    office.get(&format!("{address}/crops/{}/hat.jpg", id(1))).await.check_problem(404, words);
}
