use proptest::prelude::*;

use super::*;
use Owner::{
    Army, ArmyBusiness, Business, Diplomatic, Electric, JointVenture, Private, Special, State, Temporary, Trailer,
};
use Series::{Foreign, Incomplete, Known, Unknown};

const CAR: &[Owner] = &[Private, Business, State];
const BIKE: &[Owner] = &[Private, Business, State];
const OLD_BIKE: &[Owner] = &[Private, State];
const LETTERS: &[Owner] = &[Private, State, Owner::Zone];
const CHINESE: &[Owner] = &[Owner::Foreign];

/// Written, shown, series, vehicles, whose, code.
type Row = (&'static str, &'static str, Series, Vehicles, &'static [Owner], Option<u8>);

/// Plates of Vietnam, however they are written.
#[rustfmt::skip]
const OF_VIETNAM: &[Row] = &[
    // Cars.
    ("12A-123.45", "12A-123.45", Known, Vehicles::Car, CAR, Some(12)),
    ("12a12345", "12A-123.45", Known, Vehicles::Car, CAR, Some(12)),
    (" 12 A . 123 45 ", "12A-123.45", Known, Vehicles::Car, CAR, Some(12)),
    ("12A\n123.45", "12A-123.45", Known, Vehicles::Car, CAR, Some(12)),
    ("30K-000.01", "30K-000.01", Known, Vehicles::Car, CAR, Some(30)),
    ("51F 999.99", "51F-999.99", Known, Vehicles::Car, CAR, Some(51)),
    ("29V-456.78", "29V-456.78", Known, Vehicles::Car, CAR, Some(29)),
    ("98C-111.22", "98C-111.22", Known, Vehicles::Car, CAR, Some(98)),
    ("80A-012.34", "80A-012.34", Known, Vehicles::Car, CAR, Some(80)),
    ("43Y-100.00", "43Y-100.00", Known, Vehicles::Car, CAR, Some(43)),
    ("72Z-010.10", "72Z-010.10", Known, Vehicles::Car, CAR, Some(72)),
    ("12T-123.45", "12T-123.45", Known, Vehicles::Car, CAR, Some(12)),
    ("12A-1234", "12A-1234", Known, Vehicles::Car, CAR, Some(12)),
    ("30n 5566", "30N-5566", Known, Vehicles::Car, CAR, Some(30)),
    ("16L0001", "16L-0001", Known, Vehicles::Car, CAR, Some(16)),
    ("12B11234", "12B-112.34", Known, Vehicles::Car, CAR, Some(12)),
    ("12B-112.34", "12B-112.34", Known, Vehicles::Car, CAR, Some(12)),
    // Motorcycles.
    ("12B1-123.45", "12B1-123.45", Known, Vehicles::Motorcycle, BIKE, Some(12)),
    ("12-B1 123.45", "12B1-123.45", Known, Vehicles::Motorcycle, BIKE, Some(12)),
    ("12-b1\n12345", "12B1-123.45", Known, Vehicles::Motorcycle, BIKE, Some(12)),
    ("29X3-000.11", "29X3-000.11", Known, Vehicles::Motorcycle, BIKE, Some(29)),
    ("59P9-765.43", "59P9-765.43", Known, Vehicles::Motorcycle, BIKE, Some(59)),
    ("11-K1 020.30", "11K1-020.30", Known, Vehicles::Motorcycle, BIKE, Some(11)),
    ("12B1-1234", "12B1-1234", Known, Vehicles::Motorcycle, OLD_BIKE, Some(12)),
    ("12-B1 1234", "12B1-1234", Known, Vehicles::Motorcycle, OLD_BIKE, Some(12)),
    ("29-H9\n0007", "29H9-0007", Known, Vehicles::Motorcycle, OLD_BIKE, Some(29)),
    ("29AA-123.45", "29AA-123.45", Known, Vehicles::Any, LETTERS, Some(29)),
    ("14-BC 678.90", "14BC-678.90", Known, Vehicles::Any, LETTERS, Some(14)),
    // The army.
    ("AT-12.34", "AT-12.34", Known, Vehicles::Any, &[Army, Owner::Foreign], None),
    ("qh 12-34", "QH-12.34", Known, Vehicles::Any, &[Army, Owner::Foreign], None),
    ("KA1234", "KA-12.34", Known, Vehicles::Any, &[Army, Owner::Foreign], None),
    ("TM\n00.01", "TM-00.01", Known, Vehicles::Any, &[Army, Owner::Foreign], None),
    ("BB-99.99", "BB-99.99", Known, Vehicles::Any, &[Army, Owner::Foreign], None),
    ("VT-12-34", "VT-12.34", Known, Vehicles::Any, &[Army, Owner::Foreign], None),
    // Missions and foreigners.
    ("80-123-NG-45", "80-123-NG-45", Known, Vehicles::Any, &[Diplomatic], Some(80)),
    ("80123ng45", "80-123-NG-45", Known, Vehicles::Any, &[Diplomatic], Some(80)),
    ("29-011-QT-01", "29-011-QT-01", Known, Vehicles::Any, &[Diplomatic], Some(29)),
    ("41-291-CV-02", "41-291-CV-02", Known, Vehicles::Any, &[Diplomatic], Some(41)),
    ("12-300-NN-07", "12-300-NN-07", Known, Vehicles::Any, &[Diplomatic], Some(12)),
    ("80-011\nNG-01", "80-011-NG-01", Known, Vehicles::Any, &[Diplomatic], Some(80)),
    ("80-NG-123-45", "80-NG-123-45", Known, Vehicles::Any, &[Diplomatic], Some(80)),
    ("29 NN 300-07", "29-NN-300-07", Known, Vehicles::Any, &[Diplomatic], Some(29)),
    // Two letters that mean something.
    ("29LD-123.45", "29LD-123.45", Known, Vehicles::Any, &[Private, State, JointVenture, Owner::Zone], Some(29)),
    ("29ld 1234", "29LD-1234", Known, Vehicles::Any, &[JointVenture], Some(29)),
    ("15DA-012.34", "15DA-012.34", Known, Vehicles::Any, &[Private, State, JointVenture, Owner::Zone], Some(15)),
    ("12KT-012.34", "12KT-012.34", Known, Vehicles::Any, &[Private, State, ArmyBusiness, Owner::Zone], Some(12)),
    ("12KT-0123", "12KT-0123", Known, Vehicles::Any, &[ArmyBusiness], Some(12)),
    ("12MK-012.34", "12MK-012.34", Known, Vehicles::Any, &[Private, State, Special, Owner::Zone], Some(12)),
    ("50TĐ-821.08", "50TĐ-821.08", Known, Vehicles::Any, &[Private, State, Special, Owner::Zone], Some(50)),
    ("50TD82108", "50TĐ-821.08", Known, Vehicles::Any, &[Private, State, Special, Owner::Zone], Some(50)),
    ("12HC-012.34", "12HC-012.34", Known, Vehicles::Any, &[Private, State, Special, Owner::Zone], Some(12)),
    ("12CD-012.34", "12CD-012.34", Known, Vehicles::Any, LETTERS, Some(12)),
    ("29-MĐ1 013.53", "29MĐ1-013.53", Known, Vehicles::Motorcycle, &[State, Electric], Some(29)),
    ("29md101353", "29MĐ1-013.53", Known, Vehicles::Motorcycle, &[State, Electric], Some(29)),
    ("12MĐ-013.53", "12MĐ-013.53", Known, Vehicles::Any, &[Private, State, Electric, Owner::Zone], Some(12)),
    // Trailers, and for a time.
    ("51R-141.39", "51R-141.39", Known, Vehicles::Car, &[Trailer], Some(51)),
    ("15RM-012.34", "15RM-012.34", Known, Vehicles::Car, &[Trailer], Some(15)),
    ("12R-1234", "12R-1234", Known, Vehicles::Car, &[Trailer], Some(12)),
    ("T12-123.45", "T12-123.45", Known, Vehicles::Any, &[Temporary], Some(12)),
    ("t29 000.01", "T29-000.01", Known, Vehicles::Any, &[Temporary], Some(29)),
    // Codes that no province has.
    ("13A-123.45", "13A-123.45", Known, Vehicles::Car, CAR, Some(13)),
    ("00A-123.45", "00A-123.45", Known, Vehicles::Car, CAR, Some(0)),
    ("96B1-123.45", "96B1-123.45", Known, Vehicles::Motorcycle, BIKE, Some(96)),
];

/// What is none: no such series, in part, or from elsewhere.
#[rustfmt::skip]
const OTHERS: &[Row] = &[
    ("12Q-123.45", "12Q-123.45", Unknown, Vehicles::Any, &[], Some(12)),
    ("12I-123.45", "12I-123.45", Unknown, Vehicles::Any, &[], Some(12)),
    ("12O-1234", "12O-1234", Unknown, Vehicles::Any, &[], Some(12)),
    ("12W1-123.45", "12W1-123.45", Unknown, Vehicles::Any, &[], Some(12)),
    ("29J9-012.34", "29J9-012.34", Unknown, Vehicles::Any, &[], Some(29)),
    ("12B0-123.45", "12B0-123.45", Unknown, Vehicles::Any, &[], Some(12)),
    ("12QQ-123.45", "12QQ-123.45", Unknown, Vehicles::Any, &[], Some(12)),
    ("12A-123", "12A123", Incomplete, Vehicles::Any, &[], None),
    ("12B1-123.456", "12B1123456", Incomplete, Vehicles::Any, &[], None),
    ("29AAA-1234", "29AAA1234", Incomplete, Vehicles::Any, &[], None),
    // China: the character is left out, and so is whatever else is no letter.
    ("桂A·12345", "A·12345", Foreign, Vehicles::Any, CHINESE, None),
    ("A12345", "A·12345", Foreign, Vehicles::Any, CHINESE, None),
    ("桂F·8K123", "F·8K123", Foreign, Vehicles::Any, CHINESE, None),
    ("粤B·AB123", "B·AB123", Foreign, Vehicles::Any, CHINESE, None),
    ("桂A·D12345", "A·D12345", Foreign, Vehicles::Any, CHINESE, None),
    ("桂AF12345", "A·F12345", Foreign, Vehicles::Any, CHINESE, None),
    ("云A·12345D", "A·12345D", Foreign, Vehicles::Any, CHINESE, None),
    // Laos, Thailand, Cambodia; rubbish where a foreign letter was.
    ("ກຂ 1234", "1234", Foreign, Vehicles::Any, &[], None),
    ("XN12345", "XN12345", Foreign, Vehicles::Any, &[], None),
    ("1กข 1234", "11234", Foreign, Vehicles::Any, &[], None),
    ("2AB-1234", "2AB1234", Foreign, Vehicles::Any, &[], None),
    ("WXY 9876", "WXY9876", Foreign, Vehicles::Any, &[], None),
];

#[test]
fn plates_good_and_bad() {
    assert!(OF_VIETNAM.len() + OTHERS.len() >= 80, "{} and {}", OF_VIETNAM.len(), OTHERS.len());
    for &(written, shown, series, vehicles, owners, code) in OF_VIETNAM.iter().chain(OTHERS) {
        let text = PlateText::parse(written).expect(written);
        let told = PlateKind { series, vehicles, owners: owners.to_vec(), code };
        assert_eq!((text.as_str(), text.kind()), (shown, told), "{written}");
    }
}

#[test]
fn what_is_no_plate_says_why() {
    #[track_caller]
    fn check(written: &str, signs: usize) {
        let error = PlateText::parse(written).expect_err("no plate").to_string();
        assert!(error.contains(&format!("it has {signs} letters")), "{error}");
    }
    check("", 0);
    check("12A", 3);
    check("桂·-.", 0);
    check("1234567890123", 13);
    check(&"9".repeat(100_000), 100_000);
    assert!(PlateText::parse(&"9".repeat(100_000)).expect_err("no plate").to_string().len() < 200);
}

#[test]
fn the_ground_tells_the_owner() {
    #[track_caller]
    fn check(written: &str, color: PlateColor, owner: Option<Owner>) {
        assert_eq!(PlateText::parse(written).expect("a plate").owner(color), owner, "{written}");
    }
    check("12A-123.45", PlateColor::White, Some(Private));
    check("12A-123.45", PlateColor::Yellow, Some(Business));
    check("12A-123.45", PlateColor::Blue, Some(State));
    check("12A-123.45", PlateColor::Red, None);
    check("12AB-123.45", PlateColor::Yellow, Some(Owner::Zone));
    check("AT-12.34", PlateColor::Red, Some(Army));
    check("AT-12.34", PlateColor::Blue, Some(Owner::Foreign));
}

#[test]
fn provinces_are_named() {
    let province = |written: &str| PlateText::parse(written).expect("a plate").kind().province();
    assert_eq!(province("12A-123.45"), Some("Lạng Sơn"));
    assert_eq!(province("80-123-NG-45"), Some("Cơ quan trung ương"));
    assert_eq!((province("13A-123.45"), province("AT-12.34"), province("桂A·12345")), (None, None, None));
}

#[test]
fn how_it_was_seen_tells_forms_apart() {
    #[track_caller]
    fn check(key: &str, upper: Option<usize>, class: Class, color: Option<PlateColor>, shown: &str) {
        assert_eq!(PlateText::seen(key.to_owned(), upper, class, color).as_str(), shown);
    }
    check("12B11234", None, Class::Car, None, "12B-112.34");
    check("12B11234", Some(3), Class::Car, None, "12B-112.34");
    check("12B11234", Some(4), Class::Motorcycle, None, "12B1-1234");
    check("12B11234", None, Class::Motorcycle, None, "12B1-1234");
    // A car's plate on a motorcycle: its rows are parted as a car's.
    check("12B11234", Some(3), Class::Motorcycle, None, "12B-112.34");
    check("AT1234", None, Class::Car, Some(PlateColor::Red), "AT-12.34");
    check("AT1234", None, Class::Car, Some(PlateColor::Blue), "A·T1234");
    check("AT1234", None, Class::Car, None, "AT-12.34");
    check("50TD82108", None, Class::Car, Some(PlateColor::Yellow), "50TĐ-821.08");
    check("XN12345", None, Class::Car, None, "XN12345");
}

proptest! {
    #[test]
    fn normalising_twice_is_once(written in "[ -~Đđ·桂]{0,16}|[0-9]{2}[A-Z]{1,2}[- ]?[0-9]{3}[.-]?[0-9]{1,3}") {
        if let Ok(text) = PlateText::parse(&written) {
            prop_assert_eq!(PlateText::parse(text.as_str()), Ok(text.clone()));
            let of_key = PlateText::parse(text.key()).expect("a plate");
            prop_assert_eq!(of_key.key(), text.key());
            prop_assert!(text.key().bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
        }
    }

    #[test]
    fn what_was_seen_is_normal(
        form in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<prop::sample::Index>(), MOST_SIGNS),
        upper in prop::option::of(1usize..6),
        class in prop::sample::select(&Class::ALL[..]),
    ) {
        let form = form.get(Grammar::vietnam().forms());
        let pick = |(place, choice): (&symbols::SignSet, &prop::sample::Index)| *choice.get(&place.iter().collect::<Vec<_>>());
        let key: String = form.places().iter().zip(&choices).map(pick).collect();
        let text = PlateText::seen(key, upper, class, None);
        prop_assert_eq!(PlateText::parse(text.as_str()), Ok(text));
    }

    #[test]
    fn separators_and_case_do_not_matter_to_the_key(key in "[A-Z0-9]{4,12}", at in 0usize..4, separator in "[-. ·]") {
        let mut written = key.to_lowercase();
        written.insert_str(at, &separator);
        let text = PlateText::parse(&written).expect("a plate");
        prop_assert_eq!(text.key(), key);
    }
}
