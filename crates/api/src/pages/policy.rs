//! What a browser may load for a page: its one style sheet, which stands in the page.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The style sheet of all pages.
pub(super) const STYLE: &str = include_str!("../../templates/page.css");

static STYLE_SOURCE: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE))));

/// The content security policy (CSP level 3) of a page. Forms go to the page's own origin, and from there to `redirect`
/// where the form leads elsewhere afterwards: browsers hold a form to its targets through redirects as well.
#[must_use]
pub fn page_policy(redirect: Option<&str>) -> String {
    let source = STYLE_SOURCE.as_str();
    let redirect = redirect.map_or_else(String::new, |origin| format!(" {origin}"));
    format!(
        "default-src 'none'; style-src {source}; form-action 'self'{redirect}; frame-ancestors 'none'; base-uri 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_of_a_page_can_close_nothing() {
        assert!(!STYLE.contains('<') && !STYLE.contains("url("));
    }

    #[test]
    fn a_form_may_lead_elsewhere_afterwards() {
        let policy = page_policy(Some("https://example.com"));
        assert!(
            policy.contains("form-action 'self' https://example.com;"),
            "{policy}"
        );
        assert!(
            policy.starts_with("default-src 'none'; style-src 'sha256-"),
            "{policy}"
        );
    }
}
