//! Alerts of several cameras that belong together.

use super::*;

fn in_case(n: i64, case: u128) -> Alert {
    Alert { case: Some(Uuid::from_u128(case)), ..alert(n) }
}

fn case(n: u128) -> String {
    Uuid::from_u128(n).to_string()
}

impl Office {
    fn has(&self, alerts: &[Alert]) {
        for alert in alerts {
            self.state.store.put_alert(alert).expect("stored");
        }
    }
}

#[tokio::test]
async fn a_case_tells_what_happened_where() {
    let office = Office::new();
    let open = Alert { closed_at: None, severity: Severity::Critical, ..in_case(20, 1) };
    office.has(&[open, in_case(1, 1)]);
    let told = office.json(&format!("/api/v1/cases/{}", case(1))).await;
    assert_eq!((told["id"].as_str(), told["severity"].as_str()), (Some(case(1).as_str()), Some("critical")));
    assert_eq!(told["at"], "2026-02-17T01:30:01.000+07:00");
    assert_eq!(told["last_seen_at"], "2026-02-17T01:30:25.250+07:00");
    assert_eq!((&told["closed_at"], &told["open"]), (&Value::Null, &json!(true)));
    let alerts = told["alerts"].as_array().expect("alerts");
    let cameras: Vec<_> = alerts.iter().map(|alert| (alert["id"].as_str(), alert["camera_name"].as_str())).collect();
    assert_eq!(cameras, [(Some(id(1).as_str()), Some("kho")), (Some(id(20).as_str()), Some("Cổng chính"))]);
    let entries = told["timeline"].as_array().expect("entries").iter();
    let entries: Vec<_> = entries.map(|entry| (entry["kind"].as_str(), entry["words"]["vi"].as_str())).collect();
    assert_eq!(
        entries,
        [
            (Some("person_enters"), Some("có người xuất hiện ở kho")),
            (Some("person_leaves"), Some("không còn thấy người ở kho")),
            (Some("person_enters"), Some("có người xuất hiện ở Cổng chính")),
        ]
    );
    let alert = office.json(&format!("/api/v1/alerts/{}", id(20))).await;
    assert_eq!(alert["case"], case(1));
}

#[tokio::test]
async fn cameras_near_a_case_are_told_to_who_may_see_them() {
    let mut office = Office::new();
    let path = office.folder.path().join("canhdem.toml");
    let kho = "main = \"rtsp://10.0.0.12/main\"\n";
    std::fs::write(&path, CONFIG.replace(kho, &format!("{kho}near = [\"cong-chinh\"]\n"))).expect("written");
    office.state.settings = Settings::open(path).expect("right");
    office.state.config = office.state.settings.config();
    // Of the gate alone, and of both.
    office.has(&[in_case(2, 1), in_case(4, 2), in_case(5, 2)]);
    let near = json!([{"camera": "kho", "camera_name": "kho"}]);
    assert_eq!(office.json(&format!("/api/v1/cases/{}", case(1))).await["near"], near);
    assert_eq!(office.json(&format!("/api/v1/cases/{}", case(2))).await["near"], json!([]));
    let cameras = Some(["cong-chinh".to_owned()].into());
    let guard = sign_in(&office.state.store, &Account { cameras, ..account("guard", Role::Guard) });
    let path = format!("/api/v1/cases/{}", case(1));
    let told = ask(office.app_of(&guard), Request::get(path).header("host", "localhost")).await.json();
    assert_eq!((&told["near"], told["alerts"].as_array().map(Vec::len)), (&json!([]), Some(1)));
}

#[tokio::test]
async fn cases_are_paged_and_filtered() {
    let office = Office::new();
    office.has(&[in_case(1, 1), in_case(2, 2), in_case(3, 3), in_case(4, 1), alert(5)]);
    let first = office.json("/api/v1/cases?limit=2").await;
    assert_eq!(ids(&first), [case(3), case(2)]);
    let cursor = first["next_cursor"].as_str().expect("more");
    let last = office.json(&format!("/api/v1/cases?limit=2&cursor={cursor}")).await;
    assert_eq!((ids(&last), &last["next_cursor"]), (vec![case(1)], &Value::Null));
    let from = "from=2026-02-17T01:30:02%2B07:00&to=2026-02-17T01:30:03%2B07:00";
    assert_eq!(ids(&office.json(&format!("/api/v1/cases?{from}")).await), [case(2)]);
    for (query, wanted) in [
        ("limit=0", "`limit` is a number from 1 to 100"),
        ("cursor=x", "`cursor` cannot be"),
        ("from=yesterday", "`from` cannot be"),
    ] {
        office.get(&format!("/api/v1/cases?{query}")).await.check_problem(400, wanted);
    }
    for unknown in ["x".to_owned(), case(9)] {
        office.get(&format!("/api/v1/cases/{unknown}")).await.check_problem(404, "no case has the id");
    }
    assert_eq!(office.json(&format!("/api/v1/alerts/{}", id(5))).await["case"], Value::Null);
}

#[tokio::test]
async fn the_id_of_a_case_that_joined_another_gives_that_one() {
    let office = Office::new();
    office.has(&[in_case(9, 2)]);
    let joining = vec![Uuid::from_u128(2)];
    office.state.store.put_alert_joining(&in_case(3, 1), joining).expect("stored");
    let told = office.json(&format!("/api/v1/cases/{}", case(2))).await;
    assert_eq!(told["id"], case(1));
    assert_eq!(told["alerts"].as_array().map(Vec::len), Some(2));
    assert_eq!(office.json(&format!("/api/v1/alerts/{}", id(9))).await["case"], case(1));
}
