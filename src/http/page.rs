//! The page: embedded in a release build, read from `web/dist` in a debug build.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::params::Name;
use super::{Live, WebError, nothing};

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Files;

const PAGE: &str = "index.html";
/// Vite names these after their content: they never change.
const HASHED: &str = "assets/";

pub(super) fn routes() -> Router<Live> {
    Router::new().route("/", get(index)).route("/{*path}", get(file))
}

async fn index() -> Response {
    match Files::get(PAGE) {
        Some(page) => answer(PAGE, page),
        None => WebError::Unavailable("the page is not built: run `make build`".to_owned()).into_response(),
    }
}

async fn file(Name(path): Name) -> Result<Response, WebError> {
    let found = Files::get(&path).ok_or_else(nothing)?;
    Ok(answer(&path, found))
}

fn answer(path: &str, file: EmbeddedFile) -> Response {
    let kind = file.metadata.mimetype();
    // Its text files are UTF-8; the type alone does not say so.
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching(path).to_owned())], file.data).into_response()
}

fn caching(path: &str) -> &'static str {
    match path {
        PAGE => "no-store",
        path if path.starts_with(HASHED) => "public, max-age=31536000, immutable",
        _ => "no-cache",
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    #[test]
    fn only_what_is_named_after_its_content_is_kept() {
        assert_eq!(caching("index.html"), "no-store");
        assert_eq!(caching("assets/index-DiwrgTda.js"), "public, max-age=31536000, immutable");
        assert_eq!(caching("favicon.svg"), "no-cache");
    }

    #[tokio::test]
    async fn the_page_is_there_or_says_how_to_build_it() {
        let response = index().await;
        let is_built = Files::get(PAGE).is_some();
        assert_eq!(response.status().as_u16(), if is_built { 200 } else { 503 });
        let body: Bytes = axum::body::to_bytes(response.into_body(), 1_000_000).await.expect("a body");
        let wanted: &[u8] = if is_built { b"<!doctype html>" } else { b"run `make build`" };
        let body = body.to_ascii_lowercase();
        assert!(body.windows(wanted.len()).any(|part| part == wanted));
        assert_eq!(file(Name("../../Cargo.toml".to_owned())).await.map(drop), Err(nothing()));
    }
}
