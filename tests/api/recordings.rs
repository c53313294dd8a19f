//! Looking back: the line of time, days, previews, stretches of video, and what is kept.

use canhdem::store::MotionMinute;

use super::*;

const KHO: &str = "/api/v1/recordings/kho";
const GATE: &str = "/api/v1/recordings/cong-chinh";

/// RFC 3339 of so many seconds into the night, as it stands in an address.
fn at(n: i64) -> String {
    seconds(n).to_string()
}

fn put_segment(office: &Office, camera: &str, from: i64) {
    let segment = Segment {
        id: IdSource::seeded(from.cast_unsigned()).next(seconds(from)),
        camera: camera.to_owned(),
        path: PathBuf::from(format!("recordings/{camera}/{from}.mp4")),
        codec: Codec::H264,
        started_at: seconds(from),
        duration: Duration::from_secs(10),
        size_bytes: 5000,
        complete: true,
    };
    office.state.store.put(&segment).expect("stored");
}

async fn keep(office: &Office, camera: &str, from: i64, to: i64, reason: &str) -> Answer {
    let sent = json!({"from": at(from), "to": at(to), "reason": reason});
    office.send("POST", &format!("/api/v1/recordings/{camera}/kept"), &sent).await
}

#[tokio::test]
async fn the_line_of_time_says_what_there_is() {
    let office = Office::new();
    for from in [0, 10, 20, 60] {
        put_segment(&office, "kho", from);
    }
    put_segment(&office, "cong-chinh", 30);
    office.put(&alert(5));
    office.put(&alert(6));
    let minute = seconds(0).as_second() / 60;
    office.state.store.put_motion("kho", MotionMinute { minute, seconds: 12 }).expect("stored");
    office.clock.advance_to(seconds(100));
    assert_eq!(keep(&office, "kho", 12, 18, " Mất trộm ").await.status, 201);

    let told = office.json(&format!("{KHO}/timeline?from={}&to={}", at(-60), at(90))).await;
    let stretch = |from: &str, to: &str| json!({"from": from, "to": to});
    let wanted = json!([
        stretch("2026-02-17T01:30:00.000+07:00", "2026-02-17T01:30:30.000+07:00"),
        stretch("2026-02-17T01:31:00.000+07:00", "2026-02-17T01:31:10.000+07:00"),
    ]);
    assert_eq!(told["recorded"], wanted);
    assert_eq!(told["motion"], json!([{"at": "2026-02-17T01:30:00.000+07:00", "seconds": 12}]));
    let mark = json!({
        "id": id(5), "at": "2026-02-17T01:30:05.000+07:00", "last_seen_at": "2026-02-17T01:30:10.250+07:00",
        "severity": "warning", "state": "new", "verdict": null,
    });
    assert_eq!(told["alerts"], json!([mark]), "of this camera alone");
    assert_eq!(told["kept"][0]["reason"], "Mất trộm");
    assert_eq!(
        (&told["from"], &told["to"]),
        (&json!("2026-02-17T01:29:00.000+07:00"), &json!("2026-02-17T01:31:30.000+07:00"))
    );
    // The last day unless said.
    assert_eq!(office.json(&format!("{KHO}/timeline")).await["recorded"], wanted);
    let nothing = office.json(&format!("{KHO}/timeline?from={}&to={}", at(-900), at(-800))).await;
    assert_eq!((&nothing["recorded"], &nothing["kept"]), (&json!([]), &json!([])));

    for (query, detail) in [
        (format!("from={}&to={}", at(10), at(0)), "`from` lies after `to`"),
        (format!("from={}&to={}", at(0), at(9 * 86_400)), "at most 11520 minutes"),
        ("from=-009999-02-01T00:00:00Z&to=9999-12-01T00:00:00Z".to_owned(), "at most"),
        ("from=yesterday".to_owned(), "`from` cannot be"),
    ] {
        office.get(&format!("{KHO}/timeline?{query}")).await.check_problem(400, detail);
    }
    office.get("/api/v1/recordings/nha-xe/timeline").await.check_problem(404, "no camera is called");
    office.get("/api/v1/recordings/..%2f..%2fetc/timeline").await.check_problem(404, "no camera is called");
}

#[tokio::test]
async fn a_month_has_its_marks() {
    let office = Office::new();
    put_segment(&office, "kho", 0);
    office.put(&alert(3));
    // The evening before, by the office's clock.
    office.put(&alert(-5401));
    let month = office.json(&format!("{KHO}/days?month=2026-02")).await;
    let days = month["items"].as_array().expect("days");
    assert_eq!(days.len(), 28);
    let day = |date: &str, lunar: (u8, u8), recorded: bool, alerts: u32, severity: Value| json!({"date": date, "lunar": {"day": lunar.0, "month": lunar.1, "leap": false}, "recorded": recorded, "kept": false, "alerts": alerts, "severity": severity});
    assert_eq!(days[16], day("2026-02-17", (1, 1), true, 1, json!("critical")));
    assert_eq!(days[15], day("2026-02-16", (29, 12), false, 1, json!("warning")));
    assert_eq!(days[0], day("2026-02-01", (14, 12), false, 0, Value::Null));
    assert_eq!(office.json(&format!("{KHO}/days")).await, month, "this month unless said");
    for wrong in ["2026", "2026-13", "tet", "2026-02-17"] {
        office.get(&format!("{KHO}/days?month={wrong}")).await.check_problem(400, "`month` is written like 2026-02");
    }
    for far in ["9999-12", "0000-01", "0001-01"] {
        let answer = office.get(&format!("{KHO}/days?month={far}")).await;
        assert!([200, 400].contains(&answer.status.as_u16()), "{far}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_moment_has_a_small_picture() {
    let office = Office::new();
    let decoded = || office.clips.decoded.load(Ordering::Relaxed);
    let address = |n: i64| format!("{GATE}/preview.jpg?at={}", at(n));
    let answer = office.get(&address(125)).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/jpeg"));
    assert_eq!(answer.header("x-picture-at"), "2026-02-17T01:32:00.000+07:00");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let jpeg = image::load_from_memory(&answer.body).expect("a JPEG");
    assert_eq!((jpeg.width(), jpeg.height()), (320, 180));
    let tag = answer.header("etag").to_owned();

    // Known already: nothing is decoded.
    let known = async |address: String, tag: &str| {
        office.ask(Request::get(address).header("host", "localhost").header("if-none-match", tag)).await
    };
    assert_eq!(known(address(129), &format!("\"other\", {tag}")).await.status, 304);
    assert_eq!(decoded(), 1);
    assert_eq!(known(address(131), &tag).await.status, 200, "another key frame");
    assert_eq!(known(format!("{}&width=160", address(125)), &tag).await.status, 200, "another size");
    assert_eq!(decoded(), 3);

    for width in ["79", "641", "wide", "-1"] {
        office.get(&format!("{}&width={width}", address(125))).await.check_problem(400, "`width`");
    }
    office.get(&format!("{GATE}/preview.jpg")).await.check_problem(400, "`at` is missing");
    for hostile in ["now", "1", "2026-02-17", "99999-01-01T00:00:00Z", "2026-02-17T01:30:00%2B99:00", "%00", "..%2f"] {
        office.get(&format!("{GATE}/preview.jpg?at={hostile}")).await.check_problem(400, "`at` cannot be");
    }
    for nowhere in ["-009999-01-02T01:59:59Z", "9999-12-30T22:00:00Z", "1970-01-01T00:00:00Z"] {
        office.get(&format!("{GATE}/preview.jpg?at={nowhere}")).await.check_problem(404, "no video of this time");
    }
    office.get(&format!("{KHO}/preview.jpg?at={}", at(125))).await.check_problem(404, "no video of this time");
    let broken = office.get(&address(950)).await;
    broken.check_problem(500, "the appliance has failed here");
    assert!(!broken.text().contains("secret"));
}

#[tokio::test]
async fn any_stretch_is_played_or_saved() {
    let office = Office::new();
    office.clock.advance_to(seconds(500));
    let address = |from: i64, to: i64| format!("{GATE}/clip.mp4?from={}&to={}", at(from), at(to));
    let asked = || *office.clips.asked.lock().expect("lock").last().expect("asked");
    let whole = office.get(&address(60, 120)).await;
    assert_eq!((whole.status.as_u16(), whole.body.len(), whole.header("content-type")), (200, 256, "video/mp4"));
    assert_eq!(whole.header("x-clip-start"), "2026-02-17T01:31:00.000+07:00");
    assert!(whole.headers.get("content-disposition").is_none());
    assert_eq!(asked(), (seconds(60), seconds(120)));
    let part =
        office.ask(Request::get(address(60, 120)).header("host", "localhost").header("range", "bytes=9-19")).await;
    assert_eq!((part.status.as_u16(), part.header("content-range")), (206, "bytes 9-19/256"));
    let saved = office.get(&format!("{}&download=true", address(60, 120))).await;
    let name = "attachment; filename=\"cong-chinh_2026-02-17_013100.mp4\"";
    assert_eq!(saved.header("content-disposition"), name);

    // What is still on its way to the disk is left out, and stays left out for whoever reads on.
    let app = office.app();
    let read = async |range: &str| {
        let request = Request::get(address(480, 540)).header("host", "localhost").header("range", range);
        assert_eq!(ask(app.clone(), request).await.status, 206);
        asked()
    };
    assert_eq!(read("bytes=0-").await, (seconds(480), seconds(495)));
    office.clock.advance_to(seconds(600));
    assert_eq!(read("bytes=9-").await, (seconds(480), seconds(495)));
    assert_eq!(read("bytes=0-").await, (seconds(480), seconds(540)));

    office.get(&address(700, 760)).await.check_problem(404, "no video of this time");
    office.get(&address(0, 601)).await.check_problem(400, "at most 10 minutes");
    office.get(&address(20, 10)).await.check_problem(400, "`from` lies after `to`");
    office.get(&format!("{GATE}/clip.mp4?from={}", at(0))).await.check_problem(400, "`to` is missing");
    office.get(&format!("{KHO}/clip.mp4?from={}&to={}", at(0), at(9))).await.check_problem(404, "no video");
    office.get(&format!("{}&download=maybe", address(0, 9))).await.check_problem(400, "`download`");
}

#[tokio::test]
async fn what_is_kept_says_by_whom_and_why_until_it_is_released() {
    let office = Office::new();
    put_segment(&office, "kho", 0);
    office.clock.advance_to(seconds(100));
    let kept = keep(&office, "kho", 2, 8, "Công an yêu cầu").await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    let kept = kept.json();
    let wanted = json!({
        "id": kept["id"], "from": "2026-02-17T01:30:02.000+07:00", "to": "2026-02-17T01:30:08.000+07:00",
        "reason": "Công an yêu cầu", "kept_by": "admin", "kept_at": "2026-02-17T01:31:40.000+07:00",
        "released_by": null, "released_at": null,
    });
    assert_eq!(kept, wanted);
    assert_eq!(office.json(&format!("{KHO}/kept")).await, json!({"items": [wanted]}));
    assert_eq!(office.state.store.kept().expect("read").len(), 1, "retention is told");

    for (from, to, reason, field) in [
        (8, 2, "vì sao", "to"),
        (2, 2, "vì sao", "to"),
        (2, 101, "vì sao", "to"),
        (50, 60, "vì sao", "from"),
        (-90_000, 8, "vì sao", "to"),
        (2, 8, " \n", "reason"),
    ] {
        let refused = keep(&office, "kho", from, to, reason).await;
        refused.check_problem(422, &format!("`{field}`"));
        assert_eq!(refused.json()["field"], field);
    }
    keep(&office, "kho", 2, 8, &"x".repeat(201)).await.check_problem(422, "at most 200 characters");
    keep(&office, "nha-xe", 2, 8, "vì sao").await.check_problem(404, "no camera is called");

    let address = format!("{KHO}/kept/{}", kept["id"].as_str().expect("an id"));
    let elsewhere = address.replace("kho", "cong-chinh");
    office.send("DELETE", &elsewhere, &json!({})).await.check_problem(404, "nothing of this id is kept");
    office.send("DELETE", &format!("{KHO}/kept/x"), &json!({})).await.check_problem(404, "nothing of this id is kept");
    office.clock.advance_to(seconds(200));
    let released = office.send("DELETE", &address, &json!({})).await.json();
    assert_eq!(
        (&released["released_by"], &released["released_at"]),
        (&json!("admin"), &json!("2026-02-17T01:33:20.000+07:00"))
    );
    assert_eq!(office.json(&format!("{KHO}/kept")).await, json!({"items": [released]}), "it stays known");
    assert_eq!(office.state.store.kept().expect("read"), []);
    office.clock.advance_to(seconds(300));
    assert_eq!(office.send("DELETE", &address, &json!({})).await.json(), released, "once");
}

#[tokio::test]
async fn guards_keep_and_supervisors_release() {
    let mut office = Office::new();
    put_segment(&office, "kho", 0);
    office.clock.advance_to(seconds(100));
    let sessions = [Role::Guard, Role::Supervisor, Role::Auditor]
        .map(|role| sign_in(&office.state.store, &account(role.name(), role)));
    let [guard, supervisor, auditor] = sessions;
    office.cookie = auditor;
    keep(&office, "kho", 2, 8, "vì sao").await.check_problem(403, "may not do this");
    office.cookie = guard;
    let kept = keep(&office, "kho", 2, 8, "vì sao").await.json();
    let address = format!("{KHO}/kept/{}", kept["id"].as_str().expect("an id"));
    office.send("DELETE", &address, &json!({})).await.check_problem(403, "may not do this: release");
    office.cookie = supervisor;
    assert_eq!(office.send("DELETE", &address, &json!({})).await.status, 200);
}

async fn delete(office: &Office, camera: &str, from: i64, to: i64, reason: &str) -> Answer {
    let sent = json!({"from": at(from), "to": at(to), "reason": reason});
    office.send("POST", &format!("/api/v1/recordings/{camera}/deletions"), &sent).await
}

#[tokio::test]
async fn administrators_delete_what_nobody_keeps() {
    let mut office = Office::new();
    put_segment(&office, "cong-chinh", 0);
    office.clock.advance_to(seconds(2000));
    let deleted = delete(&office, "cong-chinh", 20, 50, " Theo yêu cầu ").await;
    assert_eq!(deleted.status, 201, "{}", deleted.text());
    let deleted = deleted.json();
    let wanted = json!({
        "id": deleted["id"], "from": "2026-02-17T01:30:20.000+07:00", "to": "2026-02-17T01:30:50.000+07:00",
        "reason": "Theo yêu cầu", "segments": 3, "bytes": 3000, "alerts": 1, "deleted_by": "admin",
        "deleted_at": "2026-02-17T02:03:20.000+07:00",
    });
    assert_eq!(deleted, wanted);
    assert_eq!(office.clips.deleted.lock().expect("lock")[0].address.as_deref(), Some("0.0.0.0"));

    for (from, to, reason, field) in [
        (8, 2, "vì sao", "to"),
        (2, 2001, "vì sao", "to"),
        (1500, 1600, "vì sao", "from"),
        (-90_000, 8, "vì sao", "to"),
        (2, 8, " \n", "reason"),
        (2, 8, "hai\ndòng", "reason"),
    ] {
        let refused = delete(&office, "cong-chinh", from, to, reason).await;
        refused.check_problem(422, &format!("`{field}`"));
    }
    delete(&office, "nha-xe", 2, 8, "vì sao").await.check_problem(404, "no camera is called");
    delete(&office, "cong-chinh", 950, 980, "vì sao").await.check_problem(503, "2 files cannot be removed");

    let kept = keep(&office, "cong-chinh", 2, 8, "Công an yêu cầu").await.json();
    delete(&office, "cong-chinh", 5, 30, "vì sao").await.check_problem(409, "has to be released before");
    let address = format!("{GATE}/kept/{}", kept["id"].as_str().expect("an id"));
    assert_eq!(office.send("DELETE", &address, &json!({})).await.status, 200);
    assert_eq!(delete(&office, "cong-chinh", 5, 30, "vì sao").await.status, 201);

    for role in [Role::Guard, Role::Supervisor, Role::Auditor] {
        office.cookie = sign_in(&office.state.store, &account(role.name(), role));
        delete(&office, "cong-chinh", 5, 30, "vì sao").await.check_problem(403, "may not do this: administer");
        assert_eq!(office.json(&format!("{GATE}/deletions")).await["items"], json!([]), "the fake one stores none");
    }
}
