//! How tall persons are in a camera's picture, as far as the camera has learned it: for whoever draws its zones.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::params::Name;
use super::problem::Problems;
use super::settings::sees_all;
use super::{Shared, WebError, blocking};
use crate::access::Who;
use crate::rules::perspective::Perspective;

/// Depths at which a height is told: a tenth of the picture apart.
const DEPTHS: u8 = 10;
/// A person who is smaller, as a share of the picture's height, is beyond what the camera can watch.
const SMALLEST: f32 = 0.02;

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScenePerspective {
    /// From far to near; empty as long as too few persons have walked there.
    persons: Vec<StandingPerson>,
}

/// Both in 0..1 of the picture's height.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StandingPerson {
    /// Where the feet stand, from the top.
    feet_y: f32,
    height: f32,
}

/// How tall a person is at some depths of a camera's picture.
#[utoipa::path(get, path = "/settings/cameras/{id}/perspective", tag = "settings",
    params(("id" = String, Path, description = "As in the configuration")),
    responses(
        (status = 200, description = "As it was learned of those who walked there", body = ScenePerspective),
        Problems,
    )
)]
pub(super) async fn get_perspective(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<Json<ScenePerspective>, WebError> {
    sees_all(&who)?;
    let camera = context.configured(&who, &id)?.id.clone();
    let known = blocking(&context, move |context| context.state.store.memory(&camera, Perspective::KEPT_AS)).await??;
    // What cannot be read is learned anew.
    let known = known.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    Ok(Json(ScenePerspective { persons: standing(&known) }))
}

fn standing(known: &Perspective) -> Vec<StandingPerson> {
    let depths = (1..=DEPTHS).map(|depth| f32::from(depth) / f32::from(DEPTHS));
    let persons = depths.filter_map(|feet_y| Some(StandingPerson { feet_y, height: known.height_at(feet_y)? }));
    persons.filter(|person| person.height >= SMALLEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::perspective::Sight;

    #[test]
    fn persons_stand_where_there_is_ground() {
        let mut known = Perspective::default();
        assert!(standing(&known).is_empty(), "nothing is made up");
        for walk in 0..6_u8 {
            let feet = [0.45, 0.62, 0.81].map(|feet_y| feet_y + 0.01 * f32::from(walk));
            // The horizon is at .25.
            known.learn(feet.map(|feet_y| Sight { feet_y, height: 0.6 * (feet_y - 0.25) }));
        }
        let persons = standing(&known);
        assert_eq!(persons.len(), 8, "none above the horizon: {persons:?}");
        for StandingPerson { feet_y, height } in persons {
            assert!((height - 0.6 * (feet_y - 0.25)).abs() < 0.01, "{feet_y}: {height}");
        }
    }
}
