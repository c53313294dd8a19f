//! What about a plate cannot be, as far as the grammar knows. Pure.

use super::Suspicion;
use super::grammar::{Form, Grammar};
use super::text::PlateText;
use crate::vision::Class;
use crate::vision::plate::PlateColor;

/// What is suspect about a plate that was read on a vehicle of this class, on this ground if it was
/// seen. A text may be of several forms; what one of them explains is not suspect.
///
/// What is of another country, or was read in part, is not suspect: nothing here knows its rules.
pub fn suspicions(text: &PlateText, color: Option<PlateColor>, class: Class) -> Vec<Suspicion> {
    let forms = text.forms();
    if forms.first().is_none_or(|form| form.is_foreign()) {
        return Vec::new();
    }
    let against = forms.iter().map(|form| of_form(form, text.key(), color, class));
    // Of equal ones the first: the form that is meant where nothing tells them apart.
    against.min_by_key(Vec::len).unwrap_or_default()
}

fn of_form(form: &Form, key: &str, color: Option<PlateColor>, class: Class) -> Vec<Suspicion> {
    let grammar = Grammar::vietnam();
    let no_province = form.code(key).is_some_and(|code| grammar.province(code).is_none());
    let no_branch = form.branch(key).is_some_and(|letter| grammar.branch(letter).is_none());
    let found = [
        (Suspicion::UnknownCode, no_province || no_branch),
        (Suspicion::UnknownSeries, !form.is_known()),
        (Suspicion::ColorMismatch, color.is_some_and(|color| !form.has_ground(color))),
        (Suspicion::ClassMismatch, !form.vehicles.suit(class)),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(suspicion, _)| suspicion).collect()
}

#[cfg(test)]
mod tests {
    use PlateColor::{Blue, Green, Red, White, Yellow};
    use Suspicion::{ClassMismatch, ColorMismatch, UnknownCode, UnknownSeries};

    use super::*;

    #[track_caller]
    fn check(written: &str, color: Option<PlateColor>, class: Class, expected: &[Suspicion]) {
        let text = PlateText::parse(written).expect("a plate");
        assert_eq!(suspicions(&text, color, class), expected, "{written} {color:?} {class:?}");
    }

    #[test]
    fn honest_plates_are_not_suspect() {
        for color in [None, Some(White), Some(Yellow), Some(Blue)] {
            check("12A-123.45", color, Class::Car, &[]);
            check("80A-012.34", color, Class::Car, &[]);
            check("29B1-123.45", color, Class::Motorcycle, &[]);
        }
        check("12C-123.45", Some(White), Class::Truck, &[]);
        check("29LD-123.45", Some(White), Class::Bus, &[]);
        check("29LD-123.45", Some(White), Class::Motorcycle, &[]);
        check("51R-141.39", Some(White), Class::Truck, &[]);
        check("AT-12.34", Some(Red), Class::Truck, &[]);
        check("AT-12.34", Some(Red), Class::Motorcycle, &[]);
        check("80-123-NG-45", Some(White), Class::Car, &[]);
        check("29MĐ1-013.53", Some(White), Class::Motorcycle, &[]);
        check("T12-123.45", Some(White), Class::Car, &[]);
        check("12B1-1234", None, Class::Motorcycle, &[]);
        // Of a border economic zone.
        check("12AB-123.45", Some(Yellow), Class::Truck, &[]);
        // No plate of Vietnam is green: a blue one was taken for it.
        check("12A-123.45", Some(Green), Class::Car, &[]);
        // What is no vehicle was not told apart.
        check("12A-123.45", None, Class::Person, &[]);
    }

    #[test]
    fn what_cannot_be_is_suspect() {
        check("13A-123.45", None, Class::Car, &[UnknownCode]);
        check("96B1-123.45", None, Class::Motorcycle, &[UnknownCode]);
        check("13-123-NG-45", None, Class::Car, &[UnknownCode]);
        check("XA-12.34", Some(Red), Class::Car, &[UnknownCode]);
        check("12Q-123.45", Some(White), Class::Car, &[UnknownSeries]);
        check("13O-1234", Some(Red), Class::Car, &[UnknownCode, UnknownSeries]);
        check("12A-123.45", Some(Red), Class::Car, &[ColorMismatch]);
        check("AT-12.34", Some(White), Class::Car, &[ColorMismatch]);
        check("80-123-NG-45", Some(Blue), Class::Car, &[ColorMismatch]);
        check("12B1-123.45", Some(White), Class::Car, &[ClassMismatch]);
        check("12B1-123.45", Some(White), Class::Bus, &[ClassMismatch]);
        check("12A-123.45", Some(White), Class::Motorcycle, &[ClassMismatch]);
        check("51R-141.39", None, Class::Motorcycle, &[ClassMismatch]);
        check("12B1-123.45", Some(Red), Class::Car, &[ColorMismatch, ClassMismatch]);
        check("29MĐ1-013.53", Some(White), Class::Car, &[ClassMismatch]);
    }

    #[test]
    fn foreign_and_partial_plates_are_not_suspect() {
        for color in [None, Some(White), Some(Yellow), Some(Blue), Some(Red), Some(Green)] {
            for class in [Class::Car, Class::Motorcycle, Class::Truck] {
                for written in ["桂A·12345", "A·D12345", "F8K123", "ກຂ 1234", "WXY 9876", "12A-123", "29AAA-1234"]
                {
                    check(written, color, class, &[]);
                }
            }
        }
        // The army's and China's look alike; the ground tells.
        check("AT-12.34", Some(Blue), Class::Car, &[]);
        check("A·T1234", Some(Blue), Class::Car, &[]);
    }
}
