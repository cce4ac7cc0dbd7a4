//! Which links of a mail can be followed.

use std::cell::RefCell;

use kernel::{Locale, Slug};

use super::LinkOfMail;
use crate::template::tracked_html;
use crate::{BuiltIn, EmailContent, LinkTarget, Values, VariableName};

/// Stands in for a reader's own link to the landing page.
const LANDING_PAGE: &str = "https://landing-page.invalid/";

/// Stands in for a reader's own link to leave.
const UNSUBSCRIBE: &str = "https://unsubscribe.invalid/";

/// The links that tell who followed them, in the order in which they stand in a mail of which everything is known.
pub(super) fn links_of(content: &EmailContent, landing_page: &Slug) -> Vec<LinkOfMail> {
    let mut values = Values::sample();
    let built_in = [
        (BuiltIn::LandingPageLink, LANDING_PAGE),
        (BuiltIn::UnsubscribeLink, UNSUBSCRIBE),
    ];
    for (name, value) in built_in {
        values.set(VariableName::BuiltIn(name), value);
    }
    for name in content.used() {
        if let VariableName::Attribute(_) = name {
            values.set(name.clone(), "known");
        }
    }
    // A mail that lacks a value does not go out; whoever lets the campaign begin has seen to that.
    let Ok(mail) = content.render(&values, &Locale::english()) else {
        return Vec::new();
    };
    let found = RefCell::new(Vec::new());
    let _ = tracked_html(&mail.html, "", |address| {
        found.borrow_mut().extend(link(address, landing_page));
        None
    });
    found.into_inner()
}

fn link(address: &str, landing_page: &Slug) -> Option<LinkOfMail> {
    if address.starts_with(UNSUBSCRIBE) {
        return None;
    }
    if address.starts_with(LANDING_PAGE) {
        return Some(LinkOfMail {
            target: format!("/p/{landing_page}"),
            is_landing_page: true,
        });
    }
    let target = LinkTarget::parse(address).ok()?;
    Some(LinkOfMail {
        target: target.as_str().to_owned(),
        is_landing_page: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Variables;

    #[test]
    fn links_are_those_that_readers_follow_but_for_the_one_to_leave() {
        let html = "<p><a href=\"https://example.com/{{ attributes.city }}\">A</a> \
                    <a href=\"{{ link.landing_page }}\">B</a> <a href=\"mailto:a@example.com\">C</a> \
                    <a href=\"{{ link.unsubscribe }}\">D</a> <a href=\"#top\">E</a></p>";
        let content = EmailContent::new("Hello", html, None, Variables::default()).unwrap();

        let links = links_of(&content, &"spring".parse().unwrap());

        let told: Vec<_> = links
            .iter()
            .map(|link| (link.target.as_str(), link.is_landing_page))
            .collect();
        assert_eq!(
            told,
            [("https://example.com/known", false), ("/p/spring", true)]
        );
    }

    #[test]
    fn a_mail_without_links_has_none() {
        let content = EmailContent::new("Hello", "<p>Hi</p>", None, Variables::default()).unwrap();

        assert_eq!(links_of(&content, &"spring".parse().unwrap()), []);
    }
}
