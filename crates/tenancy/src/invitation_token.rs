//! The tokens of invitations: derived, so that nothing but ids has to be kept until the mail is written.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{InvitationId, KeyPurpose, KeyRing, Mac, OrganizationId, Secret};
use uuid::Uuid;

/// What every token begins with.
const PREFIX: &str = "cvi_";

/// Key id, invitation, generation and code, in this order.
const TOKEN_LEN: usize = 1 + 16 + 4 + 32;

/// What a token says: which invitation, and the how-manieth sending of it.
///
/// Which organization it is for is signed, but not said: the directory tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvitationClaim {
    pub(crate) invitation: InvitationId,
    pub(crate) generation: u32,
}

/// A text that has the form of a token; whether it is genuine shows when the organization is known.
pub(crate) struct PresentedToken {
    pub(crate) claim: InvitationClaim,
    mac: Mac,
}

impl InvitationClaim {
    /// The token under the key `key_id`, the same every time; `None` when the ring does not have that key.
    pub(crate) fn token(
        self,
        keys: &dyn KeyRing,
        key_id: u8,
        organization: OrganizationId,
    ) -> Option<Secret> {
        let signed = self.signed(organization);
        let mac = keys.mac_with(KeyPurpose::InvitationToken, key_id, &signed)?;
        Some(self.write(&mac))
    }

    /// The token under the newest key, and that key's id.
    pub(crate) fn newest_token(
        self,
        keys: &dyn KeyRing,
        organization: OrganizationId,
    ) -> (Secret, u8) {
        let mac = keys.mac(KeyPurpose::InvitationToken, &self.signed(organization));
        (self.write(&mac), mac.key_id)
    }

    fn write(self, mac: &Mac) -> Secret {
        let mut bytes = Vec::with_capacity(TOKEN_LEN);
        bytes.push(mac.key_id);
        bytes.extend_from_slice(self.invitation.as_uuid().as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&mac.tag);
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn signed(self, organization: OrganizationId) -> [u8; 36] {
        let mut signed = [0; 36];
        signed[..16].copy_from_slice(organization.as_uuid().as_bytes());
        signed[16..32].copy_from_slice(self.invitation.as_uuid().as_bytes());
        signed[32..].copy_from_slice(&self.generation.to_be_bytes());
        signed
    }
}

impl PresentedToken {
    /// Reads a text; `None` for what cannot be a token.
    pub(crate) fn read(token: &Secret) -> Option<Self> {
        let text = token.expose().strip_prefix(PREFIX)?;
        let mut bytes = [0; TOKEN_LEN];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        if length != TOKEN_LEN {
            return None;
        }
        let (key_id, rest) = bytes.split_first()?;
        let (invitation, rest) = rest.split_first_chunk::<16>()?;
        let (generation, tag) = rest.split_first_chunk::<4>()?;
        Some(Self {
            claim: InvitationClaim {
                invitation: InvitationId::from_uuid(Uuid::from_bytes(*invitation)),
                generation: u32::from_be_bytes(*generation),
            },
            mac: Mac {
                key_id: *key_id,
                tag: tag.try_into().ok()?,
            },
        })
    }

    /// Whether this installation made it for an invitation into this organization.
    pub(crate) fn is_genuine(&self, keys: &dyn KeyRing, organization: OrganizationId) -> bool {
        let signed = self.claim.signed(organization);
        keys.verify(KeyPurpose::InvitationToken, &signed, &self.mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of the keys 1 and 2 that mixes bytes instead of hashing them.
    struct Keys;

    impl KeyRing for Keys {
        fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
            Mac {
                key_id: 2,
                tag: mix(2, purpose, data),
            }
        }

        fn mac_with(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac> {
            (1..=2).contains(&key_id).then(|| Mac {
                key_id,
                tag: mix(key_id, purpose, data),
            })
        }

        fn lasting_mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
            self.mac_with(purpose, 1, data).unwrap()
        }

        fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool {
            self.mac_with(purpose, mac.key_id, data) == Some(*mac)
        }
    }

    fn mix(key: u8, purpose: KeyPurpose, data: &[u8]) -> [u8; 32] {
        let mut tag = [key; 32];
        for (index, byte) in purpose
            .label()
            .bytes()
            .chain(data.iter().copied())
            .enumerate()
        {
            tag[index % 32] = tag[index % 32].wrapping_mul(31).wrapping_add(byte);
        }
        tag
    }

    const ORGANIZATION: OrganizationId = OrganizationId::from_uuid(Uuid::from_u128(5));
    const CLAIM: InvitationClaim = InvitationClaim {
        invitation: InvitationId::from_uuid(Uuid::from_u128(9)),
        generation: 3,
    };

    #[test]
    fn a_token_says_its_invitation_and_generation_and_is_genuine_in_its_organization_only() {
        let (token, key_id) = CLAIM.newest_token(&Keys, ORGANIZATION);

        let read = PresentedToken::read(&token).unwrap();

        assert_eq!(key_id, 2);
        assert_eq!(read.claim, CLAIM);
        assert!(read.is_genuine(&Keys, ORGANIZATION));
        let other = OrganizationId::from_uuid(Uuid::from_u128(6));
        assert!(!read.is_genuine(&Keys, other));
    }

    #[test]
    fn the_token_of_a_generation_can_be_made_again_also_under_an_older_key() {
        let (token, key_id) = CLAIM.newest_token(&Keys, ORGANIZATION);

        assert_eq!(
            CLAIM.token(&Keys, key_id, ORGANIZATION),
            Some(token.clone())
        );
        let older = CLAIM.token(&Keys, 1, ORGANIZATION).unwrap();
        assert_ne!(older, token);
        let read = PresentedToken::read(&older).unwrap();
        assert!(read.is_genuine(&Keys, ORGANIZATION));
        assert_eq!(CLAIM.token(&Keys, 3, ORGANIZATION), None);
    }

    #[test]
    fn an_altered_token_is_not_genuine() {
        let (token, _) = CLAIM.newest_token(&Keys, ORGANIZATION);
        let text = token.expose();
        let mut altered = vec![
            String::new(),
            PREFIX.to_owned(),
            format!("{text}A"),
            format!("{text}="),
            text[..text.len() - 1].to_owned(),
            text[4..].to_owned(),
            format!(" {text}"),
        ];
        for index in 4..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            altered.push(String::from_utf8(bytes).unwrap());
        }

        for text in altered {
            let read = PresentedToken::read(&Secret::new(text.clone()));
            assert!(
                !read.is_some_and(|token| token.is_genuine(&Keys, ORGANIZATION)),
                "{text}"
            );
        }
    }
}
