//! The signed tokens in landing pages: they say which showing of the page its answers come from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{CampaignId, ContactId, KeyPurpose, KeyRing, Mac, OrganizationId, Timestamp};
use time::Duration;
use uuid::Uuid;

use super::first_byte::PAGE;

/// How long the code is, in bytes.
const TAG: usize = 32;

/// How long a token is, in bytes: key id, session and code.
const LENGTH: usize = 1 + 16 + TAG;

/// How long answers are of the session in which their page was shown.
const LIFETIME: Duration = Duration::DAY;

/// How far the clock may be behind that of the process which showed the page.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// Which landing page is shown, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageClaim {
    /// Whose page it is.
    pub(crate) organization: OrganizationId,
    /// Of which campaign.
    pub(crate) campaign: CampaignId,
    /// Whose link led there, if that is known.
    pub(crate) contact: Option<ContactId>,
}

impl PageClaim {
    /// The token of a session on this page, under the newest key: characters that need no escaping. The session is a
    /// UUIDv7, whose time is when the page was shown.
    pub(crate) fn token(&self, session: Uuid, keys: &dyn KeyRing) -> String {
        let mac = keys.mac(KeyPurpose::LinkToken, &self.signed(session));
        let mut bytes = vec![mac.key_id];
        bytes.extend_from_slice(session.as_bytes());
        bytes.extend_from_slice(&mac.tag);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The session that a token tells; `None` for one that this installation did not make for this page and person, or that
    /// is older than a day.
    pub(crate) fn session(&self, token: &str, keys: &dyn KeyRing, now: Timestamp) -> Option<Uuid> {
        if token.len() > LENGTH.div_ceil(3) * 4 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (rest, tag) = bytes.split_last_chunk::<TAG>()?;
        let (key_id, session) = rest.split_first()?;
        let session = Uuid::from_slice(session).ok()?;
        let mac = Mac {
            key_id: *key_id,
            tag: *tag,
        };
        let is_own = keys.verify(KeyPurpose::LinkToken, &self.signed(session), &mac);
        (is_own && is_current(session, now)).then_some(session)
    }

    fn signed(&self, session: Uuid) -> Vec<u8> {
        let contact = self.contact.map_or(Uuid::nil(), ContactId::as_uuid);
        let mut bytes = vec![PAGE];
        for id in [
            self.organization.as_uuid(),
            self.campaign.as_uuid(),
            contact,
            session,
        ] {
            bytes.extend_from_slice(id.as_bytes());
        }
        bytes
    }
}

/// Whether a session began within the last day.
fn is_current(session: Uuid, now: Timestamp) -> bool {
    time_of(session).is_some_and(|began| {
        began >= now.saturating_sub(LIFETIME) && began <= now.saturating_add(CLOCK_SKEW)
    })
}

/// The time of a UUIDv7, in milliseconds.
fn time_of(session: Uuid) -> Option<Timestamp> {
    let stamp = session
        .get_timestamp()
        .filter(|_| session.get_version_num() == 7);
    let (seconds, nanos) = stamp?.to_unix();
    let whole = Timestamp::from_unix_timestamp(i64::try_from(seconds).ok()?).ok()?;
    whole.checked_add(Duration::nanoseconds(i64::from(nanos)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use testkit::TestKeys;
    use time::macros::datetime;

    use super::*;
    use crate::event::uuid_at;
    use crate::{LinkClaim, LinkKind};

    const NOW: Timestamp = datetime!(2026-03-20 12:00 UTC);

    fn session(unique: u128) -> Uuid {
        uuid_at(Uuid::from_u128(unique), NOW)
    }

    fn page(ids: [u128; 3]) -> PageClaim {
        let [organization, campaign, contact] = ids.map(Uuid::from_u128);
        PageClaim {
            organization: OrganizationId::from_uuid(organization),
            campaign: CampaignId::from_uuid(campaign),
            contact: (!contact.is_nil()).then(|| ContactId::from_uuid(contact)),
        }
    }

    #[test]
    fn a_token_counts_on_its_page_and_for_its_person_alone() {
        let keys = TestKeys::default();
        let token = page([5, 6, 7]).token(session(8), &keys);

        let told = page([5, 6, 7]).session(&token, &keys, NOW);
        assert_eq!(told, Some(session(8)));
        for elsewhere in [[1, 6, 7], [5, 1, 7], [5, 6, 1], [5, 6, 0]] {
            assert_eq!(page(elsewhere).session(&token, &keys, NOW), None);
        }
    }

    #[test]
    fn a_token_counts_for_a_day() {
        let (keys, page) = (TestKeys::default(), page([5, 6, 7]));
        let token = page.token(session(8), &keys);

        for (after, counts) in [
            (Duration::ZERO, true),
            (Duration::DAY, true),
            (Duration::DAY + Duration::MILLISECOND, false),
            (Duration::days(400), false),
            (-Duration::minutes(5), true),
            (-Duration::minutes(5) - Duration::MILLISECOND, false),
        ] {
            let told = page.session(&token, &keys, NOW + after);
            assert_eq!(told.is_some(), counts, "{after}");
        }
        for timeless in [Uuid::nil(), Uuid::max(), Uuid::from_u128(8)] {
            let token = page.token(timeless, &keys);
            assert_eq!(page.session(&token, &keys, NOW), None);
        }
    }

    #[test]
    fn tokens_outlive_the_rotation_of_keys() {
        let (before, after) = (TestKeys::default(), TestKeys::rotated_to(2));
        let page = page([5, 6, 7]);

        let old = page.token(session(8), &before);
        let new = page.token(session(8), &after);

        assert_eq!(page.session(&old, &after, NOW), Some(session(8)));
        assert_eq!(page.session(&new, &before, NOW), None);
    }

    #[test]
    fn neither_a_page_nor_a_link_has_the_others_token() {
        let keys = TestKeys::default();
        let page = page([5, 6, 7]);
        let link = LinkClaim {
            organization: page.organization,
            campaign: page.campaign,
            contact: page.contact,
            kind: LinkKind::Visit,
        };

        assert_eq!(page.session(&link.token(&keys), &keys, NOW), None);
        let token = page.token(session(8), &keys);
        assert_eq!(LinkClaim::verified(&token, &keys), None);
    }

    proptest! {
        #[test]
        fn whoever_alters_any_byte_of_a_token_has_none(
            ids in any::<[u128; 3]>(),
            unique in any::<u128>(),
            at in 0..LENGTH,
            flip in 1..=255_u8,
        ) {
            let (keys, page, session) = (TestKeys::default(), page(ids), session(unique));
            let token = page.token(session, &keys);
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
            bytes[at] ^= flip;

            prop_assert_eq!(page.session(&token, &keys, NOW), Some(session));
            let altered = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(page.session(&altered, &keys, NOW), None);
        }

        #[test]
        fn no_text_is_taken_for_a_token(text in ".{0,100}") {
            let told = page([5, 6, 7]).session(&text, &TestKeys::default(), NOW);
            prop_assert_eq!(told, None);
        }
    }
}
