//! The signed tokens in links of mails: they say whose link it is, and are verified without looking anything up.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{CampaignId, ContactId, KeyPurpose, KeyRing, Mac, OrganizationId};
use uuid::Uuid;

use super::first_byte::{CLICK, OPEN, UNSUBSCRIBE, VISIT};

/// Kind, key id, organization, campaign and contact, in this order; the target and the code come after them.
const HEAD: usize = 1 + 1 + 16 + 16 + 16;

/// How long the code is, in bytes.
const TAG: usize = 32;

/// What a link is for, and so under which address it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Shows that the mail was opened.
    Open,
    /// Leads to this target.
    Click(LinkTarget),
    /// Leads to the landing page, as the person who got the mail.
    Visit,
    /// Leads to where one leaves.
    Unsubscribe,
}

/// An address that a link of a mail leads to: `https` or `http`, with a host and no user name.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkTarget(String);

/// The text is no address that a link can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address such as https://example.com/offer")]
pub struct InvalidLinkTarget;

/// What the token in a link says: which link of which mail it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkClaim {
    /// Whose mail it is.
    pub organization: OrganizationId,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who got the mail; `None` in a test mail, of which nothing is recorded.
    pub contact: Option<ContactId>,
    /// What the link is for.
    pub kind: LinkKind,
}

impl LinkTarget {
    /// The longest target, in bytes.
    pub const MAX_LEN: usize = 4_000;

    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, InvalidLinkTarget> {
        let text = text.trim();
        let scheme = ["https://", "http://"].into_iter().find(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        let rest = scheme.map(|scheme| &text[scheme.len()..]);
        let rest = rest.ok_or(InvalidLinkTarget)?;
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let is_host = authority.starts_with(|c: char| c.is_alphanumeric() || c == '[')
            && authority
                .chars()
                .all(|c| c.is_alphanumeric() || "-._:[]".contains(c));
        let is_plain = !text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '"' | '<' | '>'));
        if text.len() > Self::MAX_LEN || !is_host || !is_plain {
            return Err(InvalidLinkTarget);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address may name its reader.
impl fmt::Debug for LinkTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkTarget(…)")
    }
}

impl LinkKind {
    const fn byte(&self) -> u8 {
        match self {
            Self::Open => OPEN,
            Self::Click(_) => CLICK,
            Self::Visit => VISIT,
            Self::Unsubscribe => UNSUBSCRIBE,
        }
    }
}

impl LinkClaim {
    /// The longest token, in characters; what is longer is none.
    pub const MAX_TOKEN: usize = (HEAD + LinkTarget::MAX_LEN + TAG).div_ceil(3) * 4;

    /// The token under the newest key: characters that need no escaping in an address.
    #[must_use]
    pub fn token(&self, keys: &dyn KeyRing) -> String {
        let mac = keys.mac(KeyPurpose::LinkToken, &self.signed());
        let mut bytes = self.signed();
        // The key is told, not signed: a code says by itself under which key it was made.
        bytes.insert(1, mac.key_id);
        bytes.extend_from_slice(&mac.tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says; `None` for one that this installation did not make, or not like this.
    #[must_use]
    pub fn verified(token: &str, keys: &dyn KeyRing) -> Option<Self> {
        if token.len() > Self::MAX_TOKEN {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (rest, tag) = bytes.split_last_chunk::<TAG>()?;
        let (kind, rest) = rest.split_first()?;
        let (key_id, rest) = rest.split_first()?;
        let (organization, rest) = rest.split_first_chunk::<16>()?;
        let (campaign, rest) = rest.split_first_chunk::<16>()?;
        let (contact, target) = rest.split_first_chunk::<16>()?;
        let kind = match (*kind, target) {
            (OPEN, []) => LinkKind::Open,
            (CLICK, target) => {
                LinkKind::Click(LinkTarget::parse(std::str::from_utf8(target).ok()?).ok()?)
            }
            (VISIT, []) => LinkKind::Visit,
            (UNSUBSCRIBE, []) => LinkKind::Unsubscribe,
            _ => return None,
        };
        let contact = Uuid::from_bytes(*contact);
        let claim = Self {
            organization: OrganizationId::from_uuid(Uuid::from_bytes(*organization)),
            campaign: CampaignId::from_uuid(Uuid::from_bytes(*campaign)),
            contact: (!contact.is_nil()).then(|| ContactId::from_uuid(contact)),
            kind,
        };
        let mac = Mac {
            key_id: *key_id,
            tag: *tag,
        };
        keys.verify(KeyPurpose::LinkToken, &claim.signed(), &mac)
            .then_some(claim)
    }

    fn signed(&self) -> Vec<u8> {
        let contact = self.contact.map_or(Uuid::nil(), ContactId::as_uuid);
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.organization.as_uuid().as_bytes());
        bytes.extend_from_slice(self.campaign.as_uuid().as_bytes());
        bytes.extend_from_slice(contact.as_bytes());
        if let LinkKind::Click(target) = &self.kind {
            bytes.extend_from_slice(target.as_str().as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use testkit::TestKeys;

    use super::*;

    fn claim(kind: LinkKind) -> LinkClaim {
        LinkClaim {
            organization: OrganizationId::from_uuid(Uuid::from_u128(5)),
            campaign: CampaignId::from_uuid(Uuid::from_u128(6)),
            contact: Some(ContactId::from_uuid(Uuid::from_u128(7))),
            kind,
        }
    }

    fn kinds() -> [LinkKind; 4] {
        let target = LinkTarget::parse("https://example.com/offer?a=b").unwrap();
        [
            LinkKind::Open,
            LinkKind::Click(target),
            LinkKind::Visit,
            LinkKind::Unsubscribe,
        ]
    }

    #[test]
    fn a_token_says_which_link_it_is_and_is_verified_by_itself() {
        let keys = TestKeys::default();
        for kind in kinds() {
            let mut claim = claim(kind);
            assert_eq!(
                LinkClaim::verified(&claim.token(&keys), &keys),
                Some(claim.clone())
            );

            claim.contact = None;
            assert_eq!(LinkClaim::verified(&claim.token(&keys), &keys), Some(claim));
        }
    }

    #[test]
    fn tokens_outlive_the_rotation_of_keys_and_an_unknown_key_makes_none() {
        let (before, after) = (TestKeys::default(), TestKeys::rotated_to(2));
        for kind in kinds() {
            let claim = claim(kind);

            let old = LinkClaim::verified(&claim.token(&before), &after);
            assert_eq!(old, Some(claim.clone()));
            assert_eq!(LinkClaim::verified(&claim.token(&after), &before), None);
        }
    }

    #[test]
    fn what_is_cut_or_drawn_out_is_no_token() {
        let keys = TestKeys::default();
        for kind in kinds() {
            let token = claim(kind).token(&keys);
            for cut in 0..token.len() {
                assert_eq!(LinkClaim::verified(&token[..cut], &keys), None);
                assert_eq!(LinkClaim::verified(&token[cut + 1..], &keys), None);
            }
            for more in ["A", "AAAA", "=", " ", "/"] {
                assert_eq!(LinkClaim::verified(&format!("{token}{more}"), &keys), None);
            }
        }
        assert_eq!(LinkClaim::verified(&"A".repeat(100_000), &keys), None);
    }

    #[test]
    fn links_lead_to_pages_alone() {
        for good in [
            "https://example.com",
            "HTTP://example.com:8080/ä?b#c",
            "https://[::1]/",
        ] {
            assert!(LinkTarget::parse(good).is_ok(), "{good}");
        }
        let long = format!("https://example.com/{}", "a".repeat(LinkTarget::MAX_LEN));
        for bad in [
            "",
            "https://",
            "https:///a",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:a@example.com",
            "//example.com",
            "/p/offer",
            "https://user@example.com",
            "https://example.com\\@b.example",
            "https://example.com/a b",
            "https://example.com/\r\nSet-Cookie:a",
            &long,
        ] {
            assert_eq!(LinkTarget::parse(bad), Err(InvalidLinkTarget), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whoever_alters_any_byte_of_a_token_is_refused(
            ids in any::<[u128; 3]>(),
            kind in 0..4_usize,
            path in "[a-z0-9/?=&-]{0,40}",
            at in any::<prop::sample::Index>(),
            flip in 1..=255_u8,
        ) {
            let keys = TestKeys::default();
            let target = LinkTarget::parse(&format!("https://example.com/{path}")).unwrap();
            let mut claim = claim(kinds()[kind].clone());
            claim.organization = OrganizationId::from_uuid(Uuid::from_u128(ids[0]));
            claim.campaign = CampaignId::from_uuid(Uuid::from_u128(ids[1]));
            claim.contact = (ids[2] != 0).then(|| ContactId::from_uuid(Uuid::from_u128(ids[2])));
            if matches!(claim.kind, LinkKind::Click(_)) {
                claim.kind = LinkKind::Click(target);
            }
            let token = claim.token(&keys);
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;

            prop_assert_eq!(LinkClaim::verified(&token, &keys), Some(claim));
            let altered = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(LinkClaim::verified(&altered, &keys), None);
        }

        #[test]
        fn no_text_is_taken_for_a_token(text in ".{0,300}") {
            prop_assert_eq!(LinkClaim::verified(&text, &TestKeys::default()), None);
        }
    }
}
