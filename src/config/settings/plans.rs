//! What the office wants done about an alert, as the page sets it: for all zones, and for some on their own.

use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use toml_edit::TableLike;
use utoipa::ToSchema;

use super::table::{put, rows, table, text_of, texts};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanKeys {
    /// For every zone without a plan of its own, in order.
    #[serde(default)]
    pub office: Vec<String>,
    /// Of zones with a plan of their own, all of them: those that are not named lose it.
    #[serde(default)]
    pub zones: Vec<ZonePlanKeys>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZonePlanKeys {
    pub camera: String,
    pub zone: String,
    pub plan: Vec<String>,
}

impl PlanKeys {
    pub(super) fn of(file: &Table) -> Self {
        let office = file.get("response").map_or_else(Vec::new, plan_of);
        let mut zones = Vec::new();
        for camera in file.get("camera").and_then(Value::as_array).into_iter().flatten() {
            for zone in camera.get("zones").and_then(Value::as_array).into_iter().flatten() {
                let id = |of: &Value| of.get("id").and_then(Value::as_str).map(str::to_owned);
                if let (Some(camera), Some(id), true) = (id(camera), id(zone), zone.get("plan").is_some()) {
                    zones.push(ZonePlanKeys { camera, zone: id, plan: plan_of(zone) });
                }
            }
        }
        Self { office, zones }
    }
}

fn plan_of(table: &Value) -> Vec<String> {
    let steps = table.get("plan").and_then(Value::as_array).into_iter().flatten();
    steps.filter_map(Value::as_str).map(str::to_owned).collect()
}

pub(super) fn write(root: &mut dyn TableLike, wanted: &PlanKeys) {
    let steps = |plan: &[String]| plan.iter().map(|step| step.trim().to_owned()).collect::<Vec<_>>();
    // No section is made for what is not said.
    if (!wanted.office.is_empty() || root.contains_key("response"))
        && let Some(response) = table(root, "response")
    {
        put(response, "plan", texts(&steps(&wanted.office)));
    }
    for camera in rows(root, "camera") {
        let id = text_of(camera, "id");
        for zone in rows(camera, "zones") {
            let name = text_of(zone, "id");
            let is_it = |plan: &&ZonePlanKeys| Some(&plan.camera) == id.as_ref() && Some(&plan.zone) == name.as_ref();
            // A zone in which nothing is to be done says so; that is another thing than to say nothing.
            let plan = wanted.zones.iter().find(is_it).map(|own| steps(&own.plan));
            put(zone, "plan", plan.map(|plan| plan.iter().map(String::as_str).collect::<toml_edit::Array>().into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::*;

    const FILE: &str = "# office\n[[camera]]\nid = \"cong\"\nmain = \"rtsp://a/1\"\n\
                        zones = [{ id = \"san\", kind = \"yard\", polygon = [[0,0],[1,0],[1,1]], plan = [\"Gọi\"] }] # yard\n\
                        [[camera]]\nid = \"kho\"\nmain = \"rtsp://a/2\"\n[[camera.zones]]\nid = \"san\"\nkind = \"yard\"\n\
                        polygon = [[0,0],[1,0],[1,1]]\n[response]\nplan = [\"Khóa\"] # all\n";

    fn of(text: &str) -> PlanKeys {
        PlanKeys::of(&toml::from_str(text).expect("TOML"))
    }

    fn plan(camera: &str, steps: &[&str]) -> ZonePlanKeys {
        let plan = steps.iter().map(|&step| step.to_owned()).collect();
        ZonePlanKeys { camera: camera.to_owned(), zone: "san".to_owned(), plan }
    }

    #[track_caller]
    fn check(office: &[&str], zones: &[ZonePlanKeys]) -> String {
        let wanted = PlanKeys { office: office.iter().map(|&step| step.to_owned()).collect(), zones: zones.to_vec() };
        let mut document: DocumentMut = FILE.parse().expect("TOML");
        write(document.as_table_mut(), &wanted);
        let text = document.to_string();
        assert_eq!(of(&text), wanted, "{text}");
        assert!(text.starts_with("# office\n") && text.contains("# yard"), "{text}");
        text
    }

    #[test]
    fn plans_are_read_and_written_where_they_belong() {
        let before = PlanKeys { office: vec!["Khóa".to_owned()], zones: vec![plan("cong", &["Gọi"])] };
        assert_eq!(of(FILE), before);
        assert_eq!(check(&["Khóa"], &[plan("cong", &["Gọi"])]), FILE, "the same changes nothing");
        check(&["Gọi trực ban", "Khóa cổng"], &[]);
        assert!(check(&["Khóa"], &[plan("cong", &[]), plan("kho", &["Báo"])]).contains("plan = [\"Khóa\"] # all"));
        assert!(!check(&[], &[]).contains("plan"));
    }

    #[test]
    fn nothing_is_made_for_what_is_not_said() {
        let mut document: DocumentMut = "data_dir = \"data\"\n".parse().expect("TOML");
        write(document.as_table_mut(), &PlanKeys::default());
        assert_eq!(document.to_string(), "data_dir = \"data\"\n");
    }
}
