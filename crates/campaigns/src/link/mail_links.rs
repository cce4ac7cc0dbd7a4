//! The links of one person's mail.

use std::fmt;

use kernel::{CampaignId, ContactId, EmailAddress, KeyRing, OrganizationId, Slug};

use super::{LinkClaim, LinkKind, LinkTarget};
use crate::RenderedMail;
use crate::template::tracked_html;

/// Makes the links of one person's mail.
pub struct MailLinks<'a> {
    /// Signs them.
    pub keys: &'a dyn KeyRing,
    /// What the installation's addresses begin with, e.g. `https://canvass.example`.
    pub public_url: &'a str,
    /// Whose mail it is.
    pub organization: OrganizationId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The address of its landing page.
    pub slug: &'a Slug,
    /// Who gets the mail; `None` for a test mail.
    pub contact: Option<ContactId>,
}

/// A mail as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// The subject: one line.
    pub subject: String,
    /// The mail as HTML; its links tell who followed them, and it tells when it is opened.
    pub html: String,
    /// The mail as plain text.
    pub text: String,
    /// Further headers, by name.
    pub headers: Vec<(&'static str, String)>,
}

impl fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingMail(… {} bytes)", self.html.len())
    }
}

impl MailLinks<'_> {
    /// The address of the landing page, as the person who got the mail.
    #[must_use]
    pub fn landing_page(&self) -> String {
        let token = self.token(LinkKind::Visit);
        format!("{}/p/{}?t={token}", self.base(), self.slug)
    }

    /// The address where the person leaves.
    #[must_use]
    pub fn unsubscribe(&self) -> String {
        format!("{}/u/{}", self.base(), self.token(LinkKind::Unsubscribe))
    }

    /// The address of a picture that nobody sees, and that is fetched when the mail is opened.
    #[must_use]
    pub fn pixel(&self) -> String {
        format!("{}/t/o/{}", self.base(), self.token(LinkKind::Open))
    }

    /// The address that leads to this target and tells that it was followed.
    #[must_use]
    pub fn click(&self, target: LinkTarget) -> String {
        format!(
            "{}/t/c/{}",
            self.base(),
            self.token(LinkKind::Click(target))
        )
    }

    /// The mail as it goes out: with links that tell who followed them but for the one to leave, a pixel, and the headers
    /// by which mail programs let their users leave with one click (RFC 8058). `mailbox` is read by somebody who takes
    /// people off by hand.
    #[must_use]
    pub fn apply(&self, mail: RenderedMail, mailbox: Option<&EmailAddress>) -> OutgoingMail {
        let unsubscribe = self.unsubscribe();
        let replace = |address: &str| {
            let target = (address != unsubscribe).then(|| LinkTarget::parse(address));
            Some(self.click(target?.ok()?))
        };
        let html = tracked_html(&mail.html, &self.pixel(), replace);
        OutgoingMail {
            subject: mail.subject,
            html,
            text: mail.text,
            headers: unsubscribe_headers(&unsubscribe, mailbox),
        }
    }

    fn base(&self) -> &str {
        self.public_url.trim_end_matches('/')
    }

    fn token(&self, kind: LinkKind) -> String {
        let claim = LinkClaim {
            organization: self.organization,
            campaign: self.campaign,
            contact: self.contact,
            kind,
        };
        claim.token(self.keys)
    }
}

/// The headers of RFC 2369 and RFC 8058: where a mail program posts to, or writes to, when its user wants to leave.
fn unsubscribe_headers(
    address: &str,
    mailbox: Option<&EmailAddress>,
) -> Vec<(&'static str, String)> {
    let mut list = format!("<{address}>");
    if let Some(mailbox) = mailbox {
        list.push_str(", <mailto:");
        for byte in mailbox.as_str().bytes() {
            if byte.is_ascii_alphanumeric() || b"@.-_~".contains(&byte) {
                list.push(char::from(byte));
            } else {
                use fmt::Write as _;
                // Writing into a text cannot fail.
                let _ = write!(list, "%{byte:02X}");
            }
        }
        list.push_str("?subject=unsubscribe>");
    }
    vec![
        ("List-Unsubscribe", list),
        (
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use kernel::Locale;
    use testkit::TestKeys;
    use uuid::Uuid;

    use super::*;
    use crate::{BuiltIn, EmailContent, Values, VariableName, Variables};

    fn with_links<T>(act: impl FnOnce(&MailLinks<'_>, TestKeys) -> T) -> T {
        let keys = TestKeys::default();
        let links = MailLinks {
            keys: &keys,
            public_url: "https://canvass.example/",
            organization: OrganizationId::from_uuid(Uuid::from_u128(1)),
            campaign: CampaignId::from_uuid(Uuid::from_u128(2)),
            slug: &"spring-offer".parse().unwrap(),
            contact: Some(ContactId::from_uuid(Uuid::from_u128(3))),
        };
        act(&links, keys)
    }

    fn mail(links: &MailLinks<'_>, html: &str) -> OutgoingMail {
        let content = EmailContent::new("Hello", html, None, Variables::default()).unwrap();
        let mut values = Values::sample();
        values.set(
            VariableName::BuiltIn(BuiltIn::LandingPageLink),
            links.landing_page(),
        );
        values.set(
            VariableName::BuiltIn(BuiltIn::UnsubscribeLink),
            links.unsubscribe(),
        );
        let rendered = content.render(&values, &Locale::english()).unwrap();
        links.apply(rendered, None)
    }

    fn targets(html: &str, keys: TestKeys) -> Vec<String> {
        html.split("/t/c/")
            .skip(1)
            .map(|rest| {
                let end = rest.find(['"', '\'', ' ', '>']).unwrap();
                match LinkClaim::verified(&rest[..end], &keys).unwrap().kind {
                    LinkKind::Click(target) => target.as_str().to_owned(),
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    }

    #[test]
    fn links_to_pages_tell_who_followed_them_and_lead_where_they_led() {
        with_links(|links, keys| {
            let html = "<p><a href=\"https://a.example/?x=1&amp;y=2\" title='>'>a</a>\
                        <a class=b href='http://b.example/'>b</a>\
                        <a href=https://c.example/ id=c>c</a>\
                        <A HREF = \"{{link.landing_page}}\">d</A>\
                        <map name=m><area href=\"https://e.example/\" alt=e></map></p>";

            let mail = mail(links, html);

            let expected = [
                "https://a.example/?x=1&y=2",
                "http://b.example/",
                "https://c.example/",
                &links.landing_page(),
                "https://e.example/",
            ];
            assert_eq!(targets(&mail.html, keys), expected);
            assert!(mail.html.contains("title='>'>a</a>"));
            assert!(mail.html.contains(" id=c>c</a>"));
        });
    }

    #[test]
    fn the_way_to_leave_other_links_and_pictures_stay_as_they_are() {
        with_links(|links, keys| {
            let html = "<a href=\"{{link.unsubscribe}}\">leave</a><a href=\"mailto:a@b.example\">m</a>\
                        <a href=\"tel:+49301\">t</a><a href=\"#top\">u</a>\
                        <img src=\"https://a.example/logo.png\" alt=\"\"><a name=x>y</a>";

            let mail = mail(links, html);

            assert_eq!(targets(&mail.html, keys), Vec::<String>::new());
            for kept in [
                &*links.unsubscribe(),
                "mailto:a@b.example",
                "tel:+49301",
                "#top",
                "https://a.example/logo.png",
            ] {
                assert!(mail.html.contains(&format!("\"{kept}\"")), "{kept}");
            }
        });
    }

    #[test]
    fn a_mail_has_one_pixel_at_the_end_of_its_body() {
        with_links(|links, _| {
            for (html, behind) in [
                ("<html><body><p>Hi</p></body></html>", "</body></html>"),
                ("<p>Hi</p>", ""),
            ] {
                let mail = mail(links, html);

                let (_, rest) = mail.html.split_once("<img ").unwrap();
                assert!(!rest.contains("<img "));
                let (image, rest) = rest.split_once('>').unwrap();
                assert!(image.contains(&format!("src=\"{}\"", links.pixel())));
                assert!(image.contains("alt=\"\""));
                assert_eq!(rest, behind);
            }
        });
    }

    #[test]
    fn the_headers_let_people_leave_with_one_click() {
        with_links(|links, _| {
            let mail = mail(links, "<p>Hi</p>");

            let unsubscribe = format!("<{}>", links.unsubscribe());
            assert_eq!(
                mail.headers,
                [
                    ("List-Unsubscribe", unsubscribe.clone()),
                    (
                        "List-Unsubscribe-Post",
                        "List-Unsubscribe=One-Click".to_owned()
                    ),
                ]
            );
            let mailbox = "leave+me%x@example.com".parse().unwrap();
            let (_, list) = unsubscribe_headers(&links.unsubscribe(), Some(&mailbox)).remove(0);
            assert_eq!(
                list,
                format!("{unsubscribe}, <mailto:leave%2Bme%25x@example.com?subject=unsubscribe>")
            );
        });
    }
}
