//! Changes of a TOML document that leave comments, order and everything else as it is.

use toml_edit::{Array, ArrayOfTables, Datetime, Decor, InlineTable, Item, RawString, Table, TableLike, Value};

/// Sets a key, or takes it away; a comment behind it stays. What says the same already is not touched.
pub(super) fn put(table: &mut dyn TableLike, key: &str, value: Option<Value>) {
    let Some(mut value) = value else {
        table.remove(key);
        return;
    };
    match table.get_mut(key) {
        Some(Item::Value(old)) => {
            if !same(old, &value) {
                value.decor_mut().clone_from(old.decor());
                *old = value;
            }
        }
        Some(other) => *other = Item::Value(value),
        None => {
            // The last value of an inline table has the blank before the brace behind it.
            let last = table.iter().last().map(|(key, _)| key.to_owned());
            let last = last.and_then(|last| table.get_mut(&last)).and_then(Item::as_value_mut);
            if let Some(decor) = last.map(Value::decor_mut)
                && let Some(blank) = decor.suffix().and_then(RawString::as_str).filter(|blank| *blank == " ")
            {
                value.decor_mut().set_prefix(" ");
                value.decor_mut().set_suffix(blank.to_owned());
                decor.set_suffix("");
            }
            table.insert(key, Item::Value(value));
        }
    }
}

/// Whether both say the same, however they are written.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(a), Value::String(b)) => a.value() == b.value(),
        (Value::Integer(a), Value::Integer(b)) => a.value() == b.value(),
        (Value::Float(a), Value::Float(b)) => a.value() == b.value(),
        (Value::Integer(a), Value::Float(b)) => *a.value() as f64 == *b.value(),
        (Value::Boolean(a), Value::Boolean(b)) => a.value() == b.value(),
        (Value::Datetime(a), Value::Datetime(b)) => a.value() == b.value(),
        // A day may be written as text.
        (Value::String(a), Value::Datetime(b)) => a.value().parse().is_ok_and(|a: Datetime| a == *b.value()),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => false,
    }
}

/// A table below another, made where there is none; `None` where something else is in its place.
pub(super) fn table<'a>(parent: &'a mut dyn TableLike, key: &str) -> Option<&'a mut dyn TableLike> {
    if parent.get(key).is_none_or(Item::is_none) {
        parent.insert(key, Item::Table(Table::new()));
    }
    parent.get_mut(key)?.as_table_like_mut()
}

/// As [`table`], on one line.
pub(super) fn inline<'a>(parent: &'a mut dyn TableLike, key: &str) -> Option<&'a mut dyn TableLike> {
    if parent.get(key).is_none_or(Item::is_none) {
        parent.insert(key, Item::Value(InlineTable::new().into()));
    }
    parent.get_mut(key)?.as_table_like_mut()
}

/// The rows of a list, whether it is written `[[key]]` or `key = [{ … }]`.
pub(super) fn rows<'a>(parent: &'a mut dyn TableLike, key: &str) -> Vec<&'a mut dyn TableLike> {
    match parent.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => tables.iter_mut().map(|table| table as &mut dyn TableLike).collect(),
        Some(Item::Value(Value::Array(array))) => {
            let tables = array.iter_mut().filter_map(Value::as_inline_table_mut);
            tables.map(|table| table as &mut dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}

/// How a list is written where there is none yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `[[key]]`
    Tables,
    /// `key = [{ … }]`, a row a line.
    Inline,
}

/// Makes the rows of a list say what is wanted: rows that are of one of the wanted stay where they are, others go, what
/// is new comes last.
pub(super) fn sync<W>(
    parent: &mut dyn TableLike,
    key: &str,
    form: Form,
    wanted: &[W],
    is_of: impl Fn(&dyn TableLike, &W) -> bool,
    write: impl Fn(&mut dyn TableLike, &W),
) {
    let mut place: Vec<Option<usize>> = vec![None; wanted.len()];
    let mut unwanted = Vec::new();
    for (index, row) in rows(parent, key).into_iter().enumerate() {
        let found = (0..wanted.len()).find(|at| place[*at].is_none() && is_of(row, &wanted[*at]));
        match found {
            Some(at) => {
                place[at] = Some(index);
                write(row, &wanted[at]);
            }
            None => unwanted.push(index),
        }
    }
    for index in unwanted.into_iter().rev() {
        remove(parent, key, index);
    }
    for (wanted, _) in wanted.iter().zip(place).filter(|(_, place)| place.is_none()) {
        push(parent, key, form, |row| write(row, wanted));
    }
}

/// Takes a row away; of an empty list nothing is left.
pub(super) fn remove(parent: &mut dyn TableLike, key: &str, index: usize) {
    let is_empty = match parent.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => {
            tables.remove(index);
            tables.is_empty()
        }
        Some(Item::Value(Value::Array(array))) => {
            take(array, index);
            array.is_empty() && array.trailing().as_str().is_none_or(|trailing| !trailing.contains('#'))
        }
        _ => return,
    };
    if is_empty {
        parent.remove(key);
    }
}

/// What was written around the value that goes stays with the next one, if it is a comment: it may be about the one before.
fn take(array: &mut Array, index: usize) {
    let gone = array.remove(index);
    let prefix = gone.decor().prefix().and_then(RawString::as_str).unwrap_or_default().to_owned();
    let suffix = gone.decor().suffix().and_then(RawString::as_str).unwrap_or_default().to_owned();
    let kept = format!("{prefix}{suffix}");
    if let Some(next) = array.get_mut(index) {
        if kept.contains('#') {
            let own = next.decor().prefix().and_then(RawString::as_str).unwrap_or_default().to_owned();
            next.decor_mut().set_prefix(format!("{}{own}", kept.trim_end()));
        } else if index == 0 {
            next.decor_mut().set_prefix(prefix);
        }
    } else if kept.contains('#') {
        let own = array.trailing().as_str().unwrap_or_default().to_owned();
        let own = if own.contains('\n') { own } else { format!("\n{own}") };
        array.set_trailing(format!("{}{own}", kept.trim_end()));
    }
}

/// Adds a row behind the others.
pub(super) fn push(parent: &mut dyn TableLike, key: &str, form: Form, write: impl FnOnce(&mut dyn TableLike)) {
    if parent.get(key).is_none_or(Item::is_none) {
        let list = match form {
            Form::Tables => Item::ArrayOfTables(ArrayOfTables::new()),
            Form::Inline => Item::Value(Array::new().into()),
        };
        parent.insert(key, list);
    }
    match parent.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => {
            let mut table = Table::new();
            write(&mut table);
            table.decor_mut().set_prefix("\n");
            tables.push(table);
        }
        Some(Item::Value(Value::Array(array))) => {
            let mut table = InlineTable::new();
            write(&mut table);
            push_behind(array, table.into());
        }
        _ => {}
    }
}

/// On a line of its own, where the others are or there are none.
fn push_behind(array: &mut Array, mut value: Value) {
    let last = array.len().checked_sub(1).and_then(|last| array.get(last));
    let before = last.and_then(|last| last.decor().prefix()?.as_str()).unwrap_or_default().to_owned();
    let trailing = array.trailing().as_str().unwrap_or_default().to_owned();
    let indent = match before.rsplit_once('\n') {
        Some((_, indent)) => Some(indent.to_owned()),
        None => array.is_empty().then(|| "    ".to_owned()),
    };
    let prefix = match indent {
        // A comment behind the last row would take the next one with it.
        Some(indent) => {
            array.set_trailing_comma(true);
            array.set_trailing("\n");
            format!("{}\n{indent}", trailing.trim_end())
        }
        None if trailing.contains('#') => {
            array.set_trailing("\n");
            format!("{}\n    ", trailing.trim_end())
        }
        None => " ".to_owned(),
    };
    *value.decor_mut() = Decor::new(prefix, "");
    array.push_formatted(value);
}

/// A list of texts on one line; `None` where there are none.
pub(super) fn texts(texts: &[String]) -> Option<Value> {
    (!texts.is_empty()).then(|| texts.iter().map(String::as_str).collect::<Array>().into())
}

/// A day or a time as TOML has it; as text where it is none, so that the check says what is wrong.
pub(super) fn day(text: &str) -> Value {
    let text = text.trim();
    text.parse::<Datetime>().map_or_else(|_| text.into(), Value::from)
}

/// A text, or what stands in its place.
pub(super) fn text_of(table: &dyn TableLike, key: &str) -> Option<String> {
    match table.get(key)?.as_value()? {
        Value::String(text) => Some(text.value().clone()),
        Value::Datetime(datetime) => Some(datetime.value().to_string()),
        Value::Integer(number) => Some(number.value().to_string()),
        _ => None,
    }
}

/// Whether a key says this day or time, however it is written.
pub(super) fn is_day(table: &dyn TableLike, key: &str, wanted: Option<&str>) -> bool {
    let written = text_of(table, key);
    match (written.as_deref(), wanted.map(str::trim)) {
        (None, None) => true,
        (Some(written), Some(wanted)) => {
            let parsed = |text: &str| text.parse::<Datetime>().ok();
            written.trim() == wanted || parsed(written).is_some_and(|at| parsed(wanted) == Some(at))
        }
        _ => false,
    }
}
