//! What verdicts have taught cameras, and taking that back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::cameras::shortened;
use super::params::{Name, Query};
use super::problem::Problems;
use super::{Context, Shared, WebError, blocking};
use crate::access::Who;
use crate::rules::{Bilingual, FalseAlarm};
use crate::store::StoredLesson;

/// What looks so, at that time of night, weighs less in alerts of that camera.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Lesson {
    id: Uuid,
    camera: String,
    /// Its id where the camera is no longer configured.
    camera_name: String,
    /// x, y of where it stood, in 0..1 of the picture.
    place: [f32; 2],
    /// How tall it was, in 0..1 of the picture.
    height: f32,
    reason: FalseAlarm,
    /// As alerts tell it.
    words: Bilingual,
    /// When that was which was no alarm.
    #[schema(format = DateTime)]
    seen_at: String,
    /// From when on it no longer holds.
    #[schema(format = DateTime)]
    until: String,
    /// The alert that was none.
    alert: Uuid,
    /// Whose verdict it was.
    by: String,
    /// When they gave it.
    #[schema(format = DateTime)]
    at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LessonList {
    /// Newest first; at most 64 of a camera.
    items: Vec<Lesson>,
}

/// What verdicts have taught the cameras, as far as it still holds.
#[utoipa::path(get, path = "/lessons", tag = "alerts",
    params(("camera" = Option<String>, Query, description = "Only of this camera")),
    responses(
        (status = 200, description = "All of them", body = LessonList),
        Problems,
    )
)]
pub(super) async fn list_lessons(
    State(context): State<Shared>,
    who: Who,
    query: Query,
) -> Result<Json<LessonList>, WebError> {
    let camera: Option<String> = query.get("camera")?;
    let list = blocking(&context, move |context| {
        let lessons = context.state.store.lessons_at(context.now(), camera.as_deref())?;
        let lessons = lessons.into_iter().filter(|stored| who.may_see(&stored.lesson.camera));
        Ok::<_, WebError>(LessonList { items: lessons.map(|lesson| context.lesson(lesson)).collect() })
    });
    list.await?.map(Json)
}

/// Takes a lesson back: what is like it weighs as much as before.
#[utoipa::path(delete, path = "/lessons/{id}", tag = "alerts",
    params(("id" = Uuid, Path, description = "The lesson")),
    responses(
        (status = 204, description = "It no longer holds"),
        Problems,
    )
)]
pub(super) async fn take_back_lesson(
    State(context): State<Shared>,
    who: Who,
    Name(id): Name,
) -> Result<StatusCode, WebError> {
    blocking(&context, move |context| {
        let lessons = context.state.store.lessons_at(context.now(), None)?;
        let is_it = |of: &&StoredLesson| of.lesson.id.to_string() == id && who.may_see(&of.lesson.camera);
        let known = lessons.iter().find(is_it);
        let was_there = known.map(|known| context.state.store.take_back_lesson(known.lesson.id)).transpose()?;
        if was_there != Some(true) {
            return Err(WebError::NotFound(format!("no lesson has the id {:?}", shortened(&id))));
        }
        tracing::info!(lesson = id, by = who.name, "a lesson was taken back");
        Ok(StatusCode::NO_CONTENT)
    })
    .await?
}

impl Context {
    fn lesson(&self, stored: StoredLesson) -> Lesson {
        let StoredLesson { lesson, alert, given_by, given_at } = stored;
        Lesson {
            id: lesson.id,
            camera_name: self.camera_name(&lesson.camera),
            place: [lesson.place.x, lesson.place.y],
            height: lesson.height,
            reason: lesson.reason,
            words: lesson.words(&self.state.config.timezone),
            seen_at: self.time(lesson.seen_at),
            until: self.time(lesson.until),
            camera: lesson.camera,
            alert,
            by: given_by,
            at: self.time(given_at),
        }
    }
}
