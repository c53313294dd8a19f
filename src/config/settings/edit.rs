//! What the page changes, done to the document. Whether the outcome may be is for the whole check to say.

use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use super::plans::{self, PlanKeys};
use super::rules;
use super::secrets::unmasked;
use super::table::{Form, day, inline, is_day, push, put, remove, rows, sync, table, text_of, texts};
use super::wanted::{ArmingKeys, CameraKeys, Drawn, GroupKeys, KeepingKeys, LineKeys, MaskKeys, Weekday, ZoneKeys};
use crate::config::{Direction, Recording, Transport, ZoneKind};

/// A change of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    AddCamera(CameraKeys),
    /// By its id, which stays.
    ChangeCamera(CameraKeys),
    /// And where others name it.
    RemoveCamera(String),
    Draw {
        camera: String,
        drawn: Drawn,
    },
    Arm(ArmingKeys),
    Keep(KeepingKeys),
    Plan(PlanKeys),
}

/// What is to be changed is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoSuchCamera(pub(super) String);

pub(super) fn apply(document: &mut DocumentMut, edit: &Edit) -> Result<(), NoSuchCamera> {
    let root: &mut dyn TableLike = document.as_table_mut();
    match edit {
        Edit::AddCamera(wanted) => push(root, "camera", Form::Tables, |row| write_camera(row, wanted)),
        Edit::ChangeCamera(wanted) => write_camera(camera(root, &wanted.id)?.1, wanted),
        Edit::RemoveCamera(id) => {
            let (index, _) = camera(root, id)?;
            remove(root, "camera", index);
            forget_camera(root, id);
        }
        Edit::Draw { camera: id, drawn } => {
            draw(camera(root, id)?.1, drawn);
            rename_zones(root, id, drawn);
        }
        Edit::Arm(wanted) => {
            if let Some(arming) = table(root, "arming") {
                write_arming(arming, wanted);
            }
        }
        Edit::Keep(wanted) => write_keeping(root, wanted),
        Edit::Plan(wanted) => plans::write(root, wanted),
    }
    Ok(())
}

fn camera<'a>(root: &'a mut dyn TableLike, id: &str) -> Result<(usize, &'a mut dyn TableLike), NoSuchCamera> {
    let cameras = rows(root, "camera").into_iter().enumerate();
    let found = cameras.into_iter().find(|(_, row)| text_of(*row, "id").as_deref() == Some(id));
    found.ok_or_else(|| NoSuchCamera(id.to_owned()))
}

fn write_camera(row: &mut dyn TableLike, wanted: &CameraKeys) {
    let CameraKeys { id, name, main, sub, place, transport, tamper, record, purpose } = wanted;
    let main = unmasked(main, text_of(row, "main").as_deref());
    let sub = sub.as_deref().map(|sub| unmasked(sub, text_of(row, "sub").as_deref()));
    put(row, "id", Some(id.into()));
    put(row, "name", text(name.as_deref()));
    put(row, "main", Some(main.into()));
    put(row, "sub", text(sub.as_deref()));
    put(row, "place", text(place.as_deref()));
    let transport = transport.map(|transport| match transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    });
    put(row, "transport", text(transport));
    put(row, "tamper", tamper.map(Value::from));
    let record = record.map(|record| match record {
        Recording::Continuous => "continuous",
        Recording::Alerts => "alerts",
    });
    put(row, "record", text(record));
    put(row, "purpose", text(purpose.as_deref()));
}

/// What is empty is left out.
fn text(text: Option<&str>) -> Option<Value> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(Value::from)
}

/// Nothing names a camera that is gone.
fn forget_camera(root: &mut dyn TableLike, id: &str) {
    let names = |value: &Value| match value {
        Value::InlineTable(near) => near.get("camera").and_then(Value::as_str) == Some(id),
        value => value.as_str().is_some_and(|name| name == id || name.split_once('/').is_some_and(|(of, _)| of == id)),
    };
    let forget = |row: &mut dyn TableLike, key: &str| {
        let Some(array) = row.get_mut(key).and_then(Item::as_array_mut) else { return };
        let gone: Vec<usize> = (0..array.len()).filter(|index| array.get(*index).is_some_and(names)).collect();
        for index in gone.into_iter().rev() {
            array.remove(index);
        }
        if array.is_empty() {
            row.remove(key);
        }
    };
    for row in rows(root, "camera") {
        forget(row, "near");
    }
    if let Some(arming) = root.get_mut("arming").and_then(Item::as_table_like_mut) {
        for row in rows(arming, "group") {
            forget(row, "cameras");
            forget(row, "zones");
        }
    }
}

fn draw(camera: &mut dyn TableLike, drawn: &Drawn) {
    let is_of = |row: &dyn TableLike, id: &str| text_of(row, "id").as_deref() == Some(id);
    // A new zone may have the name that another one has given up.
    let given_up = |id: &str| drawn.zones.iter().any(|zone| zone.was.as_deref() == Some(id));
    let is_zone = |row: &dyn TableLike, zone: &ZoneKeys| {
        is_of(row, zone.known_as()) && (zone.was.is_some() || !given_up(&zone.id))
    };
    sync(camera, "zones", Form::Inline, &drawn.zones, is_zone, write_zone);
    sync(camera, "lines", Form::Inline, &drawn.lines, |row, line| is_of(row, &line.id), write_line);
    if let Some(masks) = &drawn.privacy_masks {
        sync(camera, "privacy_masks", Form::Inline, masks, |row, mask| is_of(row, &mask.id), write_mask);
    }
}

/// Groups name zones by the ids that they have now.
fn rename_zones(root: &mut dyn TableLike, camera: &str, drawn: &Drawn) {
    let full = |id: &str| format!("{camera}/{id}");
    let renamed = drawn.zones.iter().filter(|zone| zone.known_as() != zone.id);
    let names: Vec<_> = renamed.map(|zone| (full(zone.known_as()), full(&zone.id))).collect();
    let Some(arming) = root.get_mut("arming").and_then(Item::as_table_like_mut).filter(|_| !names.is_empty()) else {
        return;
    };
    for row in rows(arming, "group") {
        let zones = row.get_mut("zones").and_then(Item::as_array_mut).into_iter().flat_map(Array::iter_mut);
        for zone in zones {
            // All at once: two zones may have changed their names with one another.
            let now = zone.as_str().and_then(|name| names.iter().find(|(was, _)| was == name)).map(|(_, now)| now);
            if let Some(now) = now {
                let decor = zone.decor().clone();
                *zone = now.as_str().into();
                *zone.decor_mut() = decor;
            }
        }
    }
}

fn write_zone(row: &mut dyn TableLike, ZoneKeys { id, was: _, kind, polygon, rules }: &ZoneKeys) {
    let kind = match kind {
        ZoneKind::Yard => "yard",
        ZoneKind::Building => "building",
        ZoneKind::Protected => "protected",
        ZoneKind::Parking => "parking",
        ZoneKind::Ignore => "ignore",
    };
    put(row, "id", Some(id.into()));
    put(row, "kind", Some(kind.into()));
    put(row, "polygon", Some(polygon.iter().map(point).collect::<Array>().into()));
    rules::write(row, rules);
}

fn write_line(row: &mut dyn TableLike, LineKeys { id, from, to, direction }: &LineKeys) {
    let direction = match direction {
        Direction::In => Some("in"),
        Direction::Out => Some("out"),
        Direction::Both => row.contains_key("direction").then_some("both"),
    };
    put(row, "id", Some(id.into()));
    put(row, "from", Some(point(from)));
    put(row, "to", Some(point(to)));
    put(row, "direction", direction.map(Value::from));
}

fn write_mask(row: &mut dyn TableLike, MaskKeys { id, polygon }: &MaskKeys) {
    put(row, "id", Some(id.into()));
    put(row, "polygon", Some(polygon.iter().map(point).collect::<Array>().into()));
}

/// To a ten thousandth of the picture: finer than a pixel.
pub(super) fn rounded(coordinate: f64) -> f64 {
    (coordinate * 10_000.0).round() / 10_000.0
}

fn point(corner: &[f64; 2]) -> Value {
    corner.iter().map(|coordinate| rounded(*coordinate)).collect::<Array>().into()
}

fn write_arming(arming: &mut dyn TableLike, wanted: &ArmingKeys) {
    let ArmingKeys { nights, opening_hours, peak, weekends, holidays, early_watch, .. } = wanted;
    put(arming, "nights", text(nights.as_deref()));
    put(arming, "peak", text(peak.as_deref()));
    put(arming, "weekends", weekends.map(Value::from));
    put(arming, "holidays", text(holidays.as_deref()));
    write_opening_hours(arming, opening_hours.as_ref());
    match early_watch {
        None => drop(arming.remove("early_watch")),
        Some(wanted) => {
            if let Some(row) = inline(arming, "early_watch") {
                put(row, "days", Some(i64::from(wanted.days).into()));
                put(row, "from", Some(wanted.from.trim().into()));
            }
        }
    }
    let is_from = |row: &dyn TableLike, from: &str| is_day(row, "from", Some(from));
    sync(
        arming,
        "tet",
        Form::Tables,
        &wanted.tet,
        |row, tet| is_from(row, &tet.from),
        |row, tet| {
            put(row, "from", Some(day(&tet.from)));
            put(row, "to", Some(day(&tet.to)));
        },
    );
    let years = &wanted.national_day;
    let is_year = |row: &dyn TableLike, year: i16| text_of(row, "year") == Some(year.to_string());
    sync(
        arming,
        "national_day",
        Form::Tables,
        years,
        |row, wanted| is_year(row, wanted.year),
        |row, wanted| {
            put(row, "year", Some(i64::from(wanted.year).into()));
            put(row, "beside", Some(wanted.beside.trim().into()));
        },
    );
    sync(
        arming,
        "swap",
        Form::Tables,
        &wanted.swap,
        |row, swap| is_day(row, "worked", swap.worked.as_deref()) && is_day(row, "off", swap.off.as_deref()),
        |row, swap| {
            put(row, "worked", swap.worked.as_deref().map(day));
            put(row, "off", swap.off.as_deref().map(day));
            put(row, "name", text(swap.name.as_deref()));
        },
    );
    sync(
        arming,
        "closed",
        Form::Tables,
        &wanted.closed,
        |row, closed| is_from(row, &closed.from),
        |row, closed| {
            put(row, "from", Some(day(&closed.from)));
            put(row, "to", closed.to.as_deref().map(day));
            put(row, "name", text(closed.name.as_deref()));
        },
    );
    let is_called = |row: &dyn TableLike, group: &GroupKeys| text_of(row, "name").as_deref() == Some(&group.name);
    sync(arming, "group", Form::Tables, &wanted.group, is_called, |row, group| {
        put(row, "name", Some(group.name.as_str().into()));
        put(row, "cameras", texts(&group.cameras));
        put(row, "zones", texts(&group.zones));
        put(row, "nights", text(group.nights.as_deref()));
        put(row, "weekends", group.weekends.map(Value::from));
        put(row, "always", group.always.map(Value::from));
        write_opening_hours(row, group.opening_hours.as_ref());
    });
}

fn write_opening_hours(row: &mut dyn TableLike, wanted: Option<&std::collections::BTreeMap<Weekday, String>>) {
    let Some(wanted) = wanted else {
        row.remove("opening_hours");
        return;
    };
    let Some(hours) = inline(row, "opening_hours") else { return };
    for (weekday, name) in Weekday::ALL {
        put(hours, name, text(wanted.get(&weekday).map(String::as_str)));
    }
}

fn write_keeping(root: &mut dyn TableLike, wanted: &KeepingKeys) {
    let KeepingKeys { record, plates, memory, alerts, privacy } = wanted;
    let days = |days: Option<u16>| days.map(|days| i64::from(days).into());
    let seconds = |seconds: Option<u32>| {
        seconds.map(|seconds| if seconds == 0 { "none".into() } else { i64::from(seconds).into() })
    };
    // More than the file can say is more than any disk has.
    let bytes = record.quota_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX).into());
    let keys = [
        ("record", "quota_bytes", bytes),
        ("record", "all_hours", record.all_hours.map(|hours| i64::from(hours).into())),
        ("record", "motion_days", days(record.motion_days)),
        ("record", "alert_days", days(record.alert_days)),
        ("record", "alert_record_days", days(record.alert_record_days)),
        ("plates", "keep_days", days(plates.keep_days)),
        ("memory", "keep_days", days(memory.keep_days)),
        ("alerts", "escalate_after", seconds(alerts.escalate_after)),
        ("alerts", "escalate_critical_after", seconds(alerts.escalate_critical_after)),
        ("privacy", "office", text(privacy.office.as_deref())),
        ("privacy", "purpose", text(privacy.purpose.as_deref())),
        ("privacy", "contact", text(privacy.contact.as_deref())),
        ("privacy", "originals_in_evidence", privacy.originals_in_evidence.map(Value::from)),
    ];
    for (section, key, value) in keys {
        // No section is made for what is not said.
        if value.is_none() && root.get(section).is_none() {
            continue;
        }
        if let Some(section) = table(root, section) {
            // 0 is another word for none.
            let is_zero = text_of(section, key).as_deref() == Some("0");
            if !(is_zero && value.as_ref().and_then(Value::as_str) == Some("none")) {
                put(section, key, value);
            }
        }
    }
}
