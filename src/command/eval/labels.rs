//! The format of labels: one JSON object a line.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::Rect;
use crate::rules::plate::PlateVerdict;
use crate::vision::attributes::Attribute;

/// One picture's labels. A list that is missing says that nobody looked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    pub image: PathBuf,
    pub light: Option<Light>,
    pub persons: Option<Vec<Person>>,
    pub vehicles: Option<Vec<Vehicle>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Light {
    Day,
    Night,
    Ir,
}

impl Light {
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Night, Self::Ir];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Night => "night",
            Self::Ir => "ir",
        }
    }
}

/// A labelled person; an attribute that is `None` could not be told.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Person {
    #[serde(deserialize_with = "bbox")]
    pub bbox: Rect,
    #[serde(default)]
    pub mask: Option<bool>,
    #[serde(default)]
    pub hat: Option<bool>,
    #[serde(default)]
    pub gloves: Option<bool>,
    #[serde(default)]
    pub bag: Option<bool>,
    /// The head, chin to crown, where somebody drew it: attributes are then also told apart by its size.
    #[serde(default, deserialize_with = "some_bbox")]
    pub head: Option<Rect>,
    /// The larger of its hands with the fingers stretched, likewise.
    #[serde(default, deserialize_with = "some_bbox")]
    pub hand: Option<Rect>,
}

impl Person {
    pub(super) fn label(&self, attribute: Attribute) -> Option<bool> {
        match attribute {
            Attribute::Mask => self.mask,
            Attribute::Hat => self.hat,
            Attribute::Gloves => self.gloves,
            Attribute::Bag => self.bag,
        }
    }

    /// Side in pixels of what an attribute is told from: the head's or hand's where it was drawn, for a bag the person's
    /// height.
    pub(super) fn size(&self, attribute: Attribute) -> Option<f32> {
        let side = |part: Rect| part.w.max(part.h);
        match attribute {
            Attribute::Mask | Attribute::Hat => self.head.map(side),
            Attribute::Gloves => self.hand.map(side),
            Attribute::Bag => Some(self.bbox.h),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Vehicle {
    #[serde(deserialize_with = "bbox")]
    pub bbox: Rect,
    #[serde(default)]
    pub plate: Option<PlateVerdict>,
    /// What the plate says, where somebody could read it.
    #[serde(default)]
    pub text: Option<String>,
    /// The plate, where somebody drew it: verdicts are then also told apart by its width.
    #[serde(default, deserialize_with = "some_bbox")]
    pub plate_bbox: Option<Rect>,
    /// Names the vehicle where several pictures in a row are of it: they are then judged together.
    #[serde(default)]
    pub track: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    image: PathBuf,
    light: Option<Light>,
    persons: Option<Vec<Person>>,
    vehicles: Option<Vec<Vehicle>>,
}

/// `[x, y, w, h]` in pixels, with an area.
fn bbox<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Rect, D::Error> {
    let [x, y, w, h] = <[f32; 4]>::deserialize(from)?;
    let rect = Rect::new(x, y, w, h);
    if rect.is_finite() && w > 0.0 && h > 0.0 {
        Ok(rect)
    } else {
        Err(serde::de::Error::custom(format!("bbox [{x}, {y}, {w}, {h}] has no area: it is [x, y, width, height]")))
    }
}

fn some_bbox<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Rect>, D::Error> {
    #[derive(Deserialize)]
    struct Drawn(#[serde(deserialize_with = "bbox")] Rect);

    Ok(Option::<Drawn>::deserialize(from)?.map(|Drawn(rect)| rect))
}

/// One line; its picture is relative to `folder`.
pub(super) fn parse(line: &str, folder: &Path) -> Result<Label, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| {
        // The line within the line is always 1.
        error.to_string().replace(" at line 1 column ", " at column ")
    })?;
    if line.image.as_os_str().is_empty() {
        return Err("image is empty".to_owned());
    }
    Ok(Label { image: folder.join(line.image), light: line.light, persons: line.persons, vehicles: line.vehicles })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(line: &str, said: &str) {
        let problem = parse(line, Path::new(".")).expect_err("refused");
        assert!(problem.contains(said), "{problem}");
    }

    #[test]
    fn a_missing_list_is_not_an_empty_one() {
        let line = r#"{"image":"a.jpg","light":"ir","persons":[{"bbox":[1,2,3,4],"mask":true,"hat":null}]}"#;
        let label = parse(line, Path::new("set")).expect("sound");
        assert_eq!(label.image, Path::new("set/a.jpg"));
        assert_eq!((label.light, label.vehicles), (Some(Light::Ir), None));
        let persons = label.persons.expect("labelled");
        assert_eq!((persons[0].mask, persons[0].hat, persons[0].bag), (Some(true), None, None));
        assert_eq!(persons[0].head, None);
        assert_eq!(parse(r#"{"image":"a","persons":[]}"#, Path::new(".")).expect("sound").persons, Some(vec![]));
    }

    #[test]
    fn a_head_may_be_null_as_an_attribute_may() {
        #[track_caller]
        fn check(head: &str, expected: Option<Rect>) {
            let line = format!(r#"{{"image":"a","persons":[{{"bbox":[1,2,3,4],"head":{head}}}]}}"#);
            assert_eq!(parse(&line, Path::new(".")).expect("sound").persons.expect("labelled")[0].head, expected);
        }
        check("null", None);
        check("[1,2,3,3]", Some(Rect::new(1.0, 2.0, 3.0, 3.0)));
        check_refused(r#"{"image":"a","persons":[{"bbox":null}]}"#, "invalid type: null");
    }

    #[test]
    fn each_attribute_has_the_size_of_what_it_is_told_from() {
        #[track_caller]
        fn check(drawn: &str, expected: [Option<f32>; 4]) {
            let line = format!(r#"{{"image":"a","persons":[{{"bbox":[0,0,50,150]{drawn}}}]}}"#);
            let person = parse(&line, Path::new(".")).expect("sound").persons.expect("labelled")[0];
            assert_eq!(Attribute::ALL.map(|attribute| person.size(attribute)), expected);
        }
        check("", [None, None, None, Some(150.0)]);
        check(r#","head":[9,0,20,26],"hand":[0,70,18,14]"#, [Some(26.0), Some(26.0), Some(18.0), Some(150.0)]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        check_refused("{", "EOF");
        check_refused(r#"{"light":"day"}"#, "missing field `image`");
        check_refused(r#"{"image":""}"#, "image is empty");
        check_refused(r#"{"image":"a","light":"dusk"}"#, "unknown variant `dusk`");
        check_refused(r#"{"image":"a","persons":[{"bbox":[1,2,3]}]}"#, "length 3");
        check_refused(r#"{"image":"a","persons":[{"bbox":[1,2,0,4]}]}"#, "has no area");
        check_refused(r#"{"image":"a","persons":[{"bbox":[1,2,3,4],"head":[1,2,0,0]}]}"#, "has no area");
        check_refused(r#"{"image":"a","vehicles":[{"bbox":[1,2,3,4],"plate":"dirty"}]}"#, "unknown variant `dirty`");
    }
}
