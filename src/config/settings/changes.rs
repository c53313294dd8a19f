//! Which keys two configurations differ in: their names, never their values.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::config::Config;

/// So many are named; more are counted.
const MOST_NAMED: usize = 20;

/// In words for the audit log: `record.alert_days, camera kho: main`; `None` where both files say the same.
pub fn changed_keys(before: &str, after: &str) -> Option<String> {
    let [before, after] = [before, after].map(|text| text.parse::<Table>().unwrap_or_default());
    let mut names = BTreeSet::new();
    for key in before.keys().chain(after.keys()) {
        compare(key, before.get(key), after.get(key), &mut names);
    }
    told(names)
}

/// Cameras whose name or password is another one, in the same words.
pub(super) fn changed_credentials(before: &Config, after: &Config) -> Option<String> {
    let changed = after
        .cameras
        .iter()
        .filter(|camera| before.camera(&camera.id).is_some_and(|known| known.credentials != camera.credentials));
    told(changed.map(|camera| format!("camera {}: credentials", camera.id)).collect())
}

fn told(names: BTreeSet<String>) -> Option<String> {
    let more = names.len().saturating_sub(MOST_NAMED);
    let mut told: Vec<String> = names.into_iter().take(MOST_NAMED).collect();
    if more > 0 {
        told.push(format!("+{more}"));
    }
    (!told.is_empty()).then(|| told.join(", "))
}

fn compare(name: &str, before: Option<&Value>, after: Option<&Value>, names: &mut BTreeSet<String>) {
    if before == after {
        return;
    }
    match (before, after) {
        (before, after) if name == "camera" => {
            let [before, after] = [before, after].map(cameras);
            for id in before.keys().chain(after.keys()) {
                match (before.get(id), after.get(id)) {
                    (Some(before), Some(after)) => {
                        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
                        let changed = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
                        names.extend(changed.map(|key| format!("camera {id}: {key}")));
                    }
                    (None, _) => drop(names.insert(format!("camera {id} added"))),
                    (_, None) => drop(names.insert(format!("camera {id} removed"))),
                }
            }
        }
        // A section that comes or goes is named by what is in it.
        (before, after) if [before, after].into_iter().flatten().all(Value::is_table) => {
            let [before, after] =
                [before, after].map(|value| value.and_then(Value::as_table).cloned().unwrap_or_default());
            for key in before.keys().chain(after.keys()) {
                compare(&format!("{name}.{key}"), before.get(key), after.get(key), names);
            }
        }
        _ => drop(names.insert(name.to_owned())),
    }
}

/// By id. What has none is not a camera.
fn cameras(value: Option<&Value>) -> BTreeMap<&str, &Table> {
    let cameras = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
    cameras.filter_map(|camera| Some((camera.get("id")?.as_str()?, camera))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "
        data_dir = 'data'
        [web]
        listen = '0.0.0.0:8443'
        [[camera]]
        id = 'cong'
        main = 'rtsp://10.0.0.11/?pwd=first-secret'
        zones = []
        [[camera]]
        id = 'kho'
        main = 'rtsp://10.0.0.12/1'
        [arming]
        nights = '18:00-06:00'
        [[arming.group]]
        name = 'Kho'
        cameras = ['kho']";

    #[test]
    fn what_changed_is_named_and_no_value_is() {
        #[track_caller]
        fn check(from: &str, to: &str, expected: Option<&str>) {
            assert!(BEFORE.contains(from), "{from}");
            let after = BEFORE.replace(from, to);
            assert_eq!(changed_keys(BEFORE, &after).as_deref(), expected, "{to}");
            assert_eq!(changed_keys(&after, BEFORE).is_some(), expected.is_some());
        }
        check("data_dir = 'data'", "# another comment\ndata_dir = \"data\"", None);
        check("18:00", "19:00", Some("arming.nights"));
        check("['kho']", "['cong']", Some("arming.group"));
        check("first-secret", "second-secret", Some("camera cong: main"));
        check("zones = []", "name = 'Cổng'", Some("camera cong: name, camera cong: zones"));
        check("'kho'\n        main", "'nha-xe'\n        main", Some("camera kho removed, camera nha-xe added"));
        check("[arming]", "[record]\nalert_days = 9\n[arming]", Some("record.alert_days"));
        let many: Vec<String> = (0..30).map(|n| format!("key{n:02} = 1")).collect();
        let told = changed_keys("", &many.join("\n")).expect("all of them");
        assert!(told.starts_with("key00, key01") && told.ends_with("key19, +10"), "{told}");
    }
}
