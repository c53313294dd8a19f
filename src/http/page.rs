//! The page: embedded in a release build, read from `web/dist` in a debug build.

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{Shared, WebError};

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

/// Vite names these after their content: they never change.
const HASHED: &str = "assets/";

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/", get(index)).route("/{*path}", get(file))
}

async fn index() -> Response {
    match Files::get("index.html") {
        Some(page) => answer("index.html", page, "no-store"),
        None => WebError::Unavailable("the page is not built: run `make build`".to_owned()).into_response(),
    }
}

async fn file(Path(path): Path<String>) -> Result<Response, WebError> {
    let found = Files::get(&path).ok_or_else(|| WebError::NotFound("there is nothing at this address".to_owned()))?;
    let caching = match path.as_str() {
        "index.html" => "no-store",
        path if path.starts_with(HASHED) => "public, max-age=31536000, immutable",
        _ => "no-cache",
    };
    Ok(answer(&path, found, caching))
}

fn answer(path: &str, file: EmbeddedFile, caching: &'static str) -> Response {
    let kind = file.metadata.mimetype();
    // Its text files are UTF-8; the type alone does not say so.
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    tracing::trace!(path, "page");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching.to_owned())], file.data).into_response()
}
