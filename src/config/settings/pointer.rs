//! Which key of the file a problem is about, so that the page can say it where it was typed.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use crate::config::error::Problem;

/// The keys on the way to it, from the top; empty where it is about no key in particular.
pub(super) fn pointer(text: &str, problem: &Problem) -> Vec<String> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let by_words = by_words(document.as_table(), problem.text());
    match problem.span() {
        Some(span) => {
            let mut found = Vec::new();
            in_table(document.as_table(), span, &mut Vec::new(), &mut found);
            if found.len() >= by_words.len() { found } else { by_words }
        }
        None => by_words,
    }
}

/// The longest way to something that holds these bytes.
fn in_table(table: &dyn TableLike, span: &Range<usize>, way: &mut Vec<String>, found: &mut Vec<String>) {
    for (key, item) in table.iter() {
        way.push(key.to_owned());
        match item {
            Item::Value(value) => in_value(value, span, way, found),
            Item::Table(table) => {
                note(table.span(), span, way, found);
                in_table(table, span, way, found);
            }
            Item::ArrayOfTables(tables) => {
                for (index, table) in tables.iter().enumerate() {
                    way.push(index.to_string());
                    note(table.span(), span, way, found);
                    in_table(table, span, way, found);
                    way.pop();
                }
            }
            Item::None => {}
        }
        way.pop();
    }
}

fn in_value(value: &Value, span: &Range<usize>, way: &mut Vec<String>, found: &mut Vec<String>) {
    note(value.span(), span, way, found);
    match value {
        Value::Array(array) => {
            for (index, value) in array.iter().enumerate() {
                way.push(index.to_string());
                in_value(value, span, way, found);
                way.pop();
            }
        }
        Value::InlineTable(table) => in_table(table, span, way, found),
        _ => {}
    }
}

fn note(here: Option<Range<usize>>, span: &Range<usize>, way: &[String], found: &mut Vec<String>) {
    if here.is_some_and(|here| here.start <= span.start && span.end <= here.end) && way.len() > found.len() {
        *found = way.to_vec();
    }
}

/// Checks word a problem as `camera "kho", zone "san": key: what is wrong`, or `record.quota_bytes: what is wrong`.
fn by_words(root: &dyn TableLike, problem: &str) -> Vec<String> {
    let (place, rest) = problem.split_once(": ").unwrap_or((problem, ""));
    let mut way = Vec::new();
    if let Some(place) = place.strip_prefix("camera ") {
        let mut parts = place.split(", ");
        let Some(index) = parts.next().and_then(|name| index_of(root, "camera", name)) else { return way };
        way.extend(["camera".to_owned(), index.to_string()]);
        let camera = nth(root, "camera", index);
        for (word, key) in [("zone ", "zones"), ("line ", "lines"), ("privacy mask ", "privacy_masks")] {
            let Some(name) = place.split(", ").find_map(|part| part.strip_prefix(word)) else { continue };
            way.push(key.to_owned());
            way.extend(camera.and_then(|camera| index_of(camera, key, name)).map(|index| index.to_string()));
            return way;
        }
        way.extend(key_of(rest));
        return way;
    }
    if let Some(name) = place.strip_prefix("arming.group ") {
        way.extend(["arming".to_owned(), "group".to_owned()]);
        let arming = root.get("arming").and_then(Item::as_table_like);
        let index = arming.and_then(|arming| index_of(arming, "group", name));
        way.extend(index.map(|index| index.to_string()));
        return way;
    }
    let is_key = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if place.split('.').all(is_key) && root.contains_key(place.split('.').next().unwrap_or_default()) {
        way.extend(place.split('.').map(str::to_owned));
    }
    way
}

/// `"kho"`, by its id or name, or the number of one that has none yet.
fn index_of(table: &dyn TableLike, key: &str, name: &str) -> Option<usize> {
    if let Ok(number) = name.parse::<usize>() {
        return number.checked_sub(1);
    }
    let name = name.strip_prefix('"')?.strip_suffix('"')?;
    (0..).map_while(|index| nth(table, key, index)).position(|row| {
        let of = |key| row.get(key).and_then(Item::as_str);
        of("id").or_else(|| of("name").map(str::trim)) == Some(name)
    })
}

fn nth<'a>(table: &'a dyn TableLike, key: &str, index: usize) -> Option<&'a dyn TableLike> {
    match table.get(key)? {
        Item::ArrayOfTables(tables) => tables.get(index).map(|table| table as &dyn TableLike),
        Item::Value(Value::Array(array)) => {
            array.get(index).and_then(Value::as_inline_table).map(|table| table as &dyn TableLike)
        }
        _ => None,
    }
}

/// The key with which the words begin.
fn key_of(words: &str) -> Option<String> {
    const KEYS: [(&str, &str); 10] = [
        ("main", "main"),
        ("sub", "sub"),
        ("place", "place"),
        ("name", "name"),
        ("near", "near"),
        ("the id ", "id"),
        ("two zones", "zones"),
        ("two lines", "lines"),
        ("two privacy masks", "privacy_masks"),
        ("transport", "transport"),
    ];
    KEYS.iter().find(|(word, _)| words.starts_with(word)).map(|(_, key)| (*key).to_owned())
}
