//! What stands in an address, or in a row, leads to no file but its own.

use std::os::unix::fs::symlink;

use canhdem::base::SharedClock;

use super::*;

const SECRET: &str = "secret of another file";

/// Ways out of a folder, as they are written in an address.
const WAYS_OUT: [&str; 14] = [
    "..",
    "../secret.txt",
    "..%2Fsecret.txt",
    "%2e%2e%2fsecret.txt",
    "%2e%2e/%2e%2e/secret.txt",
    "..%252fsecret.txt",
    "....//secret.txt",
    "..%5Csecret.txt",
    "..\\secret.txt",
    "%2Fetc%2Fpasswd",
    "/etc/passwd",
    "secret.txt%00.jpg",
    "%c0%ae%c0%ae%2fsecret.txt",
    "file:%2F%2F%2Fetc%2Fpasswd",
];

fn paths_of_get_routes() -> Vec<String> {
    let document: Value = serde_json::from_str(&canhdem::http::document()).expect("JSON");
    let paths: Vec<String> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    assert!(paths.iter().filter(|path| path.contains('{')).count() > 15, "{paths:?}");
    paths
}

#[tokio::test]
async fn no_address_leads_out_of_its_folder() {
    let office = Office::new();
    for folder in
        [office.folder.path().to_owned(), office.state.snapshots_dir.clone(), office.folder.path().join("data")]
    {
        std::fs::write(folder.join("secret.txt"), SECRET).expect("written");
    }
    let (app, mut asked) = (office.app(), 0);
    for route in paths_of_get_routes().into_iter().chain(["/{path}".to_owned(), "/assets/{path}".to_owned()]) {
        let Some(begins) = route.find('{') else { continue };
        for way in WAYS_OUT {
            // In place of the first part that varies, of all of them, and behind the whole.
            let ends = begins + route[begins..].find('}').expect("a part") + 1;
            let first = format!("{}{way}{}", &route[..begins], &route[ends..]);
            let rest = first.split('/').map(|part| if part.starts_with('{') { way } else { part }).collect::<Vec<_>>();
            for path in [rest.join("/"), format!("{}/{way}", route.replace(['{', '}'], "x"))] {
                let Ok(request) = Request::get(&path).header("host", "localhost").body(Body::empty()) else { continue };
                let answer = send(app.clone(), request).await;
                asked += 1;
                let text = answer.text();
                assert!(answer.status.is_client_error(), "{path}: {} {text}", answer.status);
                assert!(!text.contains(SECRET) && !text.contains("root:"), "{path}: {text}");
                assert!(
                    !text.contains(&*office.folder.path().to_string_lossy()),
                    "{path} tells where it looked: {text}"
                );
            }
        }
    }
    assert!(asked > 400, "only {asked} were asked for");
}

#[tokio::test]
async fn a_row_that_leads_out_of_the_data_folder_is_no_segment() {
    for path in ["../secret.txt", "recordings/../../secret.txt", "./secret.txt"] {
        let office = Office::new();
        let row = Segment {
            id: Uuid::from_u128(7),
            camera: "cong-chinh".to_owned(),
            path: path.into(),
            codec: Codec::H264,
            started_at: seconds(0),
            duration: Duration::from_secs(10),
            size_bytes: 22,
            complete: true,
        };
        let written = office.state.store.put(&row).expect_err("not written").to_string();
        assert!(written.contains("out of the data folder"), "{written}");
        // As a backup might bring it.
        let connection = rusqlite::Connection::open(office.state.store.path()).expect("opens");
        let sql = "insert into segment select zeroblob(16), id, 'cong-chinh', ?1, 'h264', 1, 1, 22, 1 from appliance";
        connection.execute(sql, [path]).expect("a row");
        let read = office.state.store.all().expect_err("not read").to_string();
        assert!(read.contains("out of the data folder"), "{read}");
    }
}

#[test]
fn a_link_among_the_recordings_is_not_followed() {
    let (folder, outside) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let day = folder.path().join("recordings/cong-chinh/2026-02-16");
    std::fs::create_dir_all(&day).expect("made");
    let victim = outside.path().join("victim.mp4");
    std::fs::write(&victim, SECRET).expect("written");
    // Named as a segment is: a start would cut it to what is whole of it, which is nothing.
    let id = Uuid::from_u128(7);
    symlink(&victim, day.join(format!("183000.000Z-{id}.mp4"))).expect("a link");
    symlink(folder.path().join("recordings"), day.join("loop")).expect("a link to a folder");
    symlink(outside.path(), folder.path().join("recordings/kho")).expect("a link to a folder");

    let clock: SharedClock = Arc::new(SimClock::new(seconds(0)));
    let store = Store::open(folder.path(), &clock).expect("opens");
    let index = Arc::new(store.clone());
    let recorder = canhdem::record::Recorder::start(
        folder.path().to_owned(),
        index,
        canhdem::record::Keeping::within(1 << 30),
        clock,
        Box::new(|_| {}),
        IdSource::seeded(1),
    );
    recorder.expect("starts").finish();
    assert_eq!(std::fs::read_to_string(&victim).expect("still there"), SECRET);
    assert!(store.all().expect("read").is_empty(), "it was listed");
}

#[tokio::test]
async fn a_link_in_the_place_of_a_picture_is_not_followed() {
    let office = Office::new();
    office.put(&alert(0));
    let secret = office.folder.path().join("secret.txt");
    std::fs::write(&secret, SECRET).expect("written");
    symlink(&secret, office.snapshots(&format!("{}.jpg", id(0)))).expect("a link");
    let answer = office.get(&format!("/api/v1/alerts/{}/snapshot.jpg", id(0))).await;
    answer.check_problem(404, "no picture of this alert");
}
