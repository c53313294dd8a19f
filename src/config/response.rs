//! What the office wants done about an alert.
//!
//! ```toml
//! [response]
//! plan = ["Gọi trực ban", "Khóa cổng sau"]   # for every zone that has no `plan = […]` of its own
//! ```

use std::collections::HashSet;

use serde::Deserialize;

/// More than anybody does while somebody runs away.
const MOST_STEPS: usize = 12;
const LONGEST_STEP: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawResponse {
    #[serde(default)]
    plan: Vec<String>,
}

impl RawResponse {
    pub(super) fn checked(&self) -> Result<Vec<String>, String> {
        check_plan(&self.plan, "response")
    }
}

/// The steps in their order; `place` names what they are of.
pub(super) fn check_plan(raw: &[String], place: &str) -> Result<Vec<String>, String> {
    if raw.len() > MOST_STEPS {
        return Err(format!("{place}: plan has {} steps; nobody ticks off more than {MOST_STEPS}", raw.len()));
    }
    let mut seen = HashSet::new();
    let mut steps = Vec::with_capacity(raw.len());
    for (index, step) in raw.iter().enumerate() {
        let number = index + 1;
        let step = step.trim();
        let length = step.chars().count();
        if !(1..=LONGEST_STEP).contains(&length) || step.contains(char::is_control) {
            return Err(format!("{place}: plan, step {number}: one line of 1 to {LONGEST_STEP} characters is wanted"));
        }
        if !seen.insert(step) {
            return Err(format!("{place}: plan, step {number}: {step:?} is there twice; leave one of them out"));
        }
        steps.push(step.to_owned());
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_keep_their_order_and_lose_their_blanks() {
        let raw = [" Gọi trực ban 0205 ".to_owned(), "Khóa cổng sau".to_owned()];
        assert_eq!(check_plan(&raw, "response"), Ok(vec!["Gọi trực ban 0205".to_owned(), "Khóa cổng sau".to_owned()]));
        assert_eq!(check_plan(&[], "response"), Ok(Vec::new()));
        assert!(check_plan(&["ă".repeat(LONGEST_STEP)], "response").is_ok());
    }

    #[track_caller]
    fn check_refused(steps: &[&str], wanted: &str) {
        let raw: Vec<_> = steps.iter().map(|&step| step.to_owned()).collect();
        let error = check_plan(&raw, "camera \"cong\", zone \"san\"").expect_err("refused");
        assert!(error.starts_with("camera \"cong\", zone \"san\": plan") && error.contains(wanted), "{error}");
    }

    #[test]
    fn what_is_no_step_is_named() {
        check_refused(&["Gọi", " "], "step 2: one line of 1 to 200");
        check_refused(&["a\nb"], "step 1: one line");
        check_refused(&[&"x".repeat(LONGEST_STEP + 1)], "1 to 200 characters");
        check_refused(&["Gọi", "Khóa", " Gọi"], "step 3: \"Gọi\" is there twice");
        let many: Vec<_> = (0..=MOST_STEPS).map(|n| n.to_string()).collect();
        check_refused(&many.iter().map(String::as_str).collect::<Vec<_>>(), "13 steps");
    }
}
