//! The document at `/openapi.json` and Swagger UI at `/docs`; both are made once, at start.

use bytes::Bytes;
use poem::endpoint::make_sync;
use poem::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use poem::web::Redirect;
use poem::{Body, Endpoint, IntoResponse as _, Response, Route, get};
use poem_openapi::OpenApiService;
use serde_json::Value;

use crate::document::pretty;

/// The page's scripts and styles come from itself; styles are also set by its script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const START: &str = "\
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#ui',
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
";

const PAGE: &str = "\
<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>Canvass API</title>
<link rel=\"stylesheet\" href=\"/docs/swagger-ui.css\">
</head>
<body>
<div id=\"ui\"></div>
<script src=\"/docs/swagger-ui.js\"></script>
<script src=\"/docs/start.js\"></script>
</body>
</html>
";

/// The document as JSON.
pub(crate) fn document(document: &Value) -> impl Endpoint<Output = Response> + 'static {
    asset(Bytes::from(pretty(document)), "application/json")
}

/// Adds Swagger UI, which needs nothing from elsewhere.
///
/// poem-openapi has it as one page with everything inline. It is taken apart, so that the page can do
/// without inline scripts, and so that the 1.6 MB are read once and cached by the browser.
pub(crate) fn swagger_ui(route: Route) -> Route {
    let page = OpenApiService::new((), "", "").swagger_ui_html();
    let script = between(&page, "<script charset=\"UTF-8\">", "</script>\n</head>");
    let style = between(&page, "<style charset=\"UTF-8\">", "</style>");
    let files = [
        ("/docs", PAGE.to_owned(), "text/html; charset=utf-8"),
        ("/docs/start.js", START.to_owned(), "text/javascript"),
        ("/docs/swagger-ui.js", script, "text/javascript"),
        ("/docs/swagger-ui.css", style, "text/css"),
    ];
    files
        .into_iter()
        .fold(route, |route, (path, text, media_type)| {
            route.at(path, get(asset(Bytes::from(text), media_type)))
        })
}

/// Leads people who open the bare address to the documentation.
pub(crate) fn to_docs() -> impl Endpoint<Output = Response> + 'static {
    make_sync(|_| Redirect::temporary("/docs").into_response())
}

fn asset(bytes: Bytes, media_type: &'static str) -> impl Endpoint<Output = Response> + 'static {
    make_sync(move |_| {
        Response::builder()
            .header(CONTENT_SECURITY_POLICY, POLICY)
            .header(CACHE_CONTROL, "public, max-age=300")
            .body(Body::from_bytes(bytes.clone()))
            .with_content_type(media_type)
            .into_response()
    })
}

fn between(text: &str, before: &str, after: &str) -> String {
    text.split_once(before)
        .and_then(|(_, rest)| rest.split_once(after))
        .map(|(found, _)| found.to_owned())
        .unwrap_or_default()
}
