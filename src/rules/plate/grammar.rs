//! The grammar of plates as `vietnam.toml` has it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::symbols::{self, SignSet};
use crate::vision::plate::PlateColor;
use crate::vision::{Class, Group};

const VIETNAM: &str = include_str!("vietnam.toml");
const DIGITS: &str = "0123456789";

/// Whose vehicle it is, as its series and ground tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Private,
    /// Carries persons or goods for money.
    Business,
    State,
    Army,
    /// Missions, international bodies, their staff, and other foreigners who live here.
    Diplomatic,
    /// Enterprises and projects with foreign capital.
    JointVenture,
    /// Enterprises of the army.
    ArmyBusiness,
    Trailer,
    Temporary,
    /// Electric motorcycles.
    Electric,
    /// Tractors, vehicles that may only go in some places, kinds on trial.
    Special,
    /// Of a border economic zone.
    Zone,
    /// Registered in another country.
    Foreign,
}

/// What carries plates of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Vehicles {
    /// Buses and trucks too.
    Car,
    Motorcycle,
    #[default]
    Any,
}

impl Vehicles {
    /// Whether one of this class may carry it; true for what is no vehicle, of which nothing is known.
    pub fn suit(self, class: Class) -> bool {
        match self {
            Self::Car => class.group() != Group::TwoWheeler,
            Self::Motorcycle => class.group() != Group::FourWheeler,
            Self::Any => true,
        }
    }
}

/// A form of plates: what may stand at each place, and how it is shown.
#[derive(Debug, PartialEq)]
pub struct Form {
    pub name: String,
    pub vehicles: Vehicles,
    /// The grounds on which it exists, and whose it then is. Empty where no such series is known.
    pub owners: BTreeMap<PlateColor, Owner>,
    /// Also printed in one line.
    pub one_line: bool,
    /// Seldom seen.
    pub rare: bool,
    /// Of each sign of the key.
    places: Vec<SignSet>,
    most_letters: usize,
    /// As shown: a letter or digit for each place, separators between.
    shown: String,
    /// Signs of the key on the upper of two rows.
    upper: usize,
    /// After which of the key's signs, counted from 1, the shown text, and the rows, are parted.
    pub(super) breaks: Vec<usize>,
    pub(super) row_breaks: Vec<usize>,
    begins: Begins,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    Province { at: usize },
    Army,
    Otherwise,
}

impl Form {
    /// How many signs the key has, and what may stand at each.
    pub fn places(&self) -> &[SignSet] {
        &self.places
    }

    /// Whether it is a text of this form; `key` is made of signs only.
    pub fn fits(&self, key: &str) -> bool {
        key.len() == self.places.len()
            && key.chars().filter(char::is_ascii_alphabetic).count() <= self.most_letters
            && key.chars().zip(&self.places).all(|(sign, place)| place.contains(sign))
    }

    /// The text as it is shown, of a key that fits.
    pub fn show(&self, key: &str) -> String {
        let mut signs = key.chars();
        let show = |mark: char| match mark {
            'Đ' => signs.next().map(|_| mark),
            _ if mark.is_alphanumeric() => signs.next(),
            _ => Some(mark),
        };
        self.shown.chars().filter_map(show).collect()
    }

    /// Signs of the key on the upper of two rows.
    pub fn upper(&self) -> usize {
        self.upper
    }

    pub fn is_foreign(&self) -> bool {
        self.owners.values().any(|owner| *owner == Owner::Foreign)
    }

    /// Whether there is such a series.
    pub fn is_known(&self) -> bool {
        !self.owners.is_empty()
    }

    /// Whether it exists on this ground. Green says nothing of plates of Vietnam, which has none: a
    /// blue one in poor light is likelier. Nor does any ground of a series that is not known.
    pub fn has_ground(&self, color: PlateColor) -> bool {
        let cannot_tell = !self.is_known() || color == PlateColor::Green && !self.is_foreign();
        cannot_tell || self.owners.contains_key(&color)
    }

    /// The province's code in a key that fits.
    pub fn code(&self, key: &str) -> Option<u8> {
        match self.begins {
            Begins::Province { at } => key.get(at..at + 2)?.parse().ok(),
            Begins::Army | Begins::Otherwise => None,
        }
    }

    /// The army branch's letter in a key that fits.
    pub fn branch(&self, key: &str) -> Option<char> {
        key.chars().next().filter(|_| self.begins == Begins::Army)
    }
}

/// All forms and codes.
#[derive(Debug)]
pub struct Grammar {
    /// The common ones first; after those of series that are known, those of the same shapes that are not.
    forms: Vec<Form>,
    provinces: BTreeMap<u8, String>,
    neighbors: BTreeMap<u8, Vec<u8>>,
    branches: BTreeMap<char, String>,
}

impl Grammar {
    /// Of Vietnam.
    pub fn vietnam() -> &'static Self {
        static PARSED: LazyLock<Grammar> =
            LazyLock::new(|| parse(VIETNAM).expect("the table is compiled in, and a test reads it"));
        &PARSED
    }

    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// Those that a key fits. Where it is one of a known series, the others are left out.
    pub fn fitting(&self, key: &str) -> Vec<&Form> {
        let mut fitting: Vec<_> = self.forms.iter().filter(|form| form.fits(key)).collect();
        if fitting.iter().any(|form| form.is_known()) {
            fitting.retain(|form| form.is_known());
        }
        fitting
    }

    /// The province or city, as it was named before the mergers of 2025.
    pub fn province(&self, code: u8) -> Option<&str> {
        self.provinces.get(&code).map(String::as_str)
    }

    /// Whether vehicles of the province `code` are seen every day where `home` is.
    pub fn are_neighbors(&self, home: u8, code: u8) -> bool {
        self.neighbors.get(&home).is_some_and(|codes| codes.contains(&code))
    }

    /// What the first letter of an army prefix stands for.
    pub fn branch(&self, letter: char) -> Option<&str> {
        self.branches.get(&letter).map(String::as_str)
    }
}

// --- the table -------------------------------------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    letters: Letters,
    form: Vec<Row>,
    unknown: Vec<Row>,
    provinces: BTreeMap<String, Vec<u8>>,
    neighbors: BTreeMap<u8, Vec<u8>>,
    army: Army,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Letters {
    series: String,
    army: String,
    china: String,
    china_electric: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Army {
    branches: BTreeMap<char, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    text: String,
    rows: [String; 2],
    vehicles: Vehicles,
    #[serde(default)]
    owners: BTreeMap<PlateColor, Owner>,
    #[serde(default = "yes")]
    one_line: bool,
    #[serde(default)]
    rare: bool,
    most_letters: Option<usize>,
}

fn yes() -> bool {
    true
}

fn parse(text: &str) -> Result<Grammar, String> {
    let Table { letters, form, unknown, provinces, neighbors, army } =
        toml::from_str(text).map_err(|error| error.to_string())?;
    let known = form.iter().map(|row| (row, true)).chain(unknown.iter().map(|row| (row, false)));
    let checked = known.map(|(row, known)| match row.owners.is_empty() {
        is_unknown if is_unknown == known => Err(format!("form {}: known series have owners, others none", row.name)),
        _ => form_of(row, &letters),
    });
    let codes = provinces.iter().flat_map(|(name, codes)| codes.iter().map(|code| (*code, name.clone())));
    Ok(Grammar {
        forms: checked.collect::<Result<_, _>>()?,
        provinces: codes.collect(),
        neighbors,
        branches: army.branches,
    })
}

fn form_of(row: &Row, letters: &Letters) -> Result<Form, String> {
    let Row { name, text, rows, vehicles, owners, one_line, rare, most_letters } = row;
    // `p` and `m` are two places each.
    let widen = |text: &str| text.replace('p', "pp").replace('m', "mm");
    let shown = widen(text);
    let places = shown.chars().filter(|mark| mark.is_alphanumeric()).map(|mark| place(mark, letters));
    let places: Vec<_> = places.collect::<Option<_>>().ok_or(format!("form {name}: {text:?} has an unknown place"))?;
    let printed = rows.each_ref().map(|row| widen(row));
    let marks = |text: &str| text.chars().filter(|mark| mark.is_alphanumeric()).collect::<String>();
    if marks(&printed.concat()) != marks(&shown) {
        return Err(format!("form {name}: its rows {rows:?} do not say {text:?}"));
    }
    let begins = match (text.chars().next(), shown.find('p')) {
        (Some('m'), _) => Begins::Army,
        (_, Some(at)) => Begins::Province { at },
        _ => Begins::Otherwise,
    };
    Ok(Form {
        name: name.clone(),
        vehicles: *vehicles,
        owners: owners.clone(),
        one_line: *one_line,
        rare: *rare,
        most_letters: most_letters.unwrap_or(places.len()),
        places,
        upper: marks(&printed[0]).chars().count(),
        breaks: breaks(&shown),
        row_breaks: breaks(&printed.join(" ")),
        shown,
        begins,
    })
}

fn place(mark: char, letters: &Letters) -> Option<SignSet> {
    let signs = match mark {
        'p' | 'd' => SignSet::of(DIGITS),
        'n' => SignSet::of(&DIGITS[1..]),
        'l' => SignSet::of(&letters.series),
        'm' => SignSet::of(&letters.army),
        'c' => SignSet::of(&letters.china),
        'e' => SignSet::of(&letters.china_electric),
        'x' => SignSet::of(&format!("{}{DIGITS}", letters.china)),
        'a' => SignSet::of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        _ if mark.is_lowercase() => return None,
        _ => SignSet::of(&symbols::fold(mark)?.to_string()),
    };
    Some(signs)
}

/// After which signs, counted from 1, a written text is parted.
pub(super) fn breaks(written: &str) -> Vec<usize> {
    let mut breaks = Vec::new();
    let (mut signs, mut parted) = (0, false);
    for mark in written.chars() {
        if symbols::fold(mark).is_none() {
            parted = signs > 0;
            continue;
        }
        if parted {
            breaks.push(signs);
        }
        (signs, parted) = (signs + 1, false);
    }
    breaks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sound() {
        let grammar = parse(VIETNAM).expect("sound");
        assert!(grammar.forms.len() > 30);
        for form in &grammar.forms {
            assert!(form.places.len() >= 6 && form.upper > 0 && form.upper < form.places.len(), "{}", form.name);
            let twins = grammar.forms.iter().filter(|other| other.name == form.name).count();
            assert_eq!(twins, 1, "{} is there twice", form.name);
        }
        assert!(grammar.provinces.keys().all(|code| (11..=99).contains(code)));
        let table: Table = toml::from_str(VIETNAM).expect("sound");
        let listed: usize = table.provinces.values().map(Vec::len).sum();
        assert_eq!(listed, grammar.provinces.len(), "no code is of two provinces");
        for (home, codes) in &grammar.neighbors {
            assert!(codes.iter().chain([home]).all(|code| grammar.province(*code).is_some()), "around {home}");
        }
    }

    #[test]
    fn a_wrong_table_says_where() {
        #[track_caller]
        fn check(from: &str, to: &str, names: &str) {
            assert!(VIETNAM.contains(from), "{from} is not there");
            let error = parse(&VIETNAM.replacen(from, to, 1)).expect_err("it is wrong");
            assert!(error.contains(names), "{names} is not in {error}");
        }
        check("text = \"pl-ddd.dd\"", "text = \"pq-ddd.dd\"", "form car: \"pq-ddd.dd\" has an unknown place");
        check("rows = [\"pl\", \"ddd.dd\"]", "rows = [\"pl\", \"ddd.d\"]", "form car: its rows");
        check("owners = { white = \"private\", yellow", "owners = { pink = \"private\", yellow", "pink");
        check("owners = { red = \"army\" }", "", "form army");
        check("vehicles = \"car\"", "vehicle = \"car\"", "vehicle");
    }

    #[test]
    fn forms_fit_and_show() {
        #[track_caller]
        fn check(name: &str, key: &str, shown: &str, upper: usize) {
            let forms = Grammar::vietnam().forms();
            let form = forms.iter().find(|form| form.name == name).expect("there");
            assert!(form.fits(key), "{key} is no {name}");
            assert_eq!((form.show(key).as_str(), form.upper()), (shown, upper));
        }
        check("car", "12A12345", "12A-123.45", 3);
        check("motorcycle", "12B112345", "12B1-123.45", 4);
        check("motorcycle_old", "12B11234", "12B1-1234", 4);
        check("army", "AT1234", "AT-12.34", 2);
        check("mission", "80123NG45", "80-123-NG-45", 5);
        check("electric", "29MD112345", "29MĐ1-123.45", 5);
        check("temporary", "T1212345", "T12-123.45", 3);
        check("china", "A12345", "A·12345", 1);
    }

    #[test]
    fn provinces_and_their_neighbors() {
        let grammar = Grammar::vietnam();
        assert_eq!((grammar.province(12), grammar.province(13)), (Some("Lạng Sơn"), None));
        assert_eq!(grammar.province(60), Some("Đồng Nai"));
        assert!(grammar.are_neighbors(12, 98) && !grammar.are_neighbors(12, 29) && !grammar.are_neighbors(29, 12));
        assert_eq!(grammar.branch('Q'), Some("Quân chủng"));
    }

    #[test]
    fn texts_are_parted_between_signs() {
        assert_eq!(breaks("12-B1 123.45"), [2, 4, 7]);
        assert_eq!(breaks(" 12A--123 . 45- "), [3, 6]);
        assert_eq!(breaks("桂A·12345"), [1]);
        assert_eq!(breaks("·"), [0; 0]);
    }
}
