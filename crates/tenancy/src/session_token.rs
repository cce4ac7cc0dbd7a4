//! The tokens of sessions: derived, so that the same generation always has the same ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{KeyPurpose, KeyRing, Mac, Secret, SessionId};
use uuid::Uuid;

use crate::tokens::{BearerKind, TokenPair};

impl TokenPair {
    /// The pair of a generation, derived under the key `key_id`; the same every time. `None` when the
    /// ring does not have that key.
    pub(crate) fn derive(
        keys: &dyn KeyRing,
        key_id: u8,
        session: SessionId,
        generation: u32,
    ) -> Option<Self> {
        let token = |kind: TokenKind| {
            let claim = SessionClaim {
                session,
                generation,
            };
            let mac = keys.mac_with(KeyPurpose::SessionToken, key_id, &claim.signed(kind))?;
            Some(claim.write(kind, &mac))
        };
        Some(Self {
            access: token(TokenKind::Access)?,
            refresh: token(TokenKind::Refresh)?,
        })
    }

    /// The first pair of a session, under the newest key, and that key's id.
    pub(crate) fn derive_newest(
        keys: &dyn KeyRing,
        session: SessionId,
        generation: u32,
    ) -> (Self, u8) {
        let claim = SessionClaim {
            session,
            generation,
        };
        let sign = |kind| keys.mac(KeyPurpose::SessionToken, &claim.signed(kind));
        let (access, refresh) = (sign(TokenKind::Access), sign(TokenKind::Refresh));
        let pair = Self {
            access: claim.write(TokenKind::Access, &access),
            refresh: claim.write(TokenKind::Refresh, &refresh),
        };
        (pair, refresh.key_id)
    }
}

/// What a session's token can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Access,
    Refresh,
}

impl TokenKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Access => BearerKind::AccessToken.prefix(),
            Self::Refresh => "cvr_",
        }
    }
}

/// What a genuine token of a session says: of which login, and the how-manieth of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionClaim {
    pub(crate) session: SessionId,
    pub(crate) generation: u32,
}

/// Key id, session, generation and code, in this order.
const TOKEN_LEN: usize = 1 + 16 + 4 + 32;

impl SessionClaim {
    /// Reads a token of this kind; `None` unless this installation made it.
    pub(crate) fn read(keys: &dyn KeyRing, kind: TokenKind, token: &Secret) -> Option<Self> {
        let text = token.expose().strip_prefix(kind.prefix())?;
        let mut bytes = [0; TOKEN_LEN];
        // One byte more than needed is refused by the decoder, which wants the exact length here.
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        if length != TOKEN_LEN {
            return None;
        }
        let (key_id, rest) = bytes.split_first()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (generation, tag) = rest.split_first_chunk::<4>()?;
        let claim = Self {
            session: SessionId::from_uuid(Uuid::from_bytes(*session)),
            generation: u32::from_be_bytes(*generation),
        };
        let mac = Mac {
            key_id: *key_id,
            tag: tag.try_into().ok()?,
        };
        keys.verify(KeyPurpose::SessionToken, &claim.signed(kind), &mac)
            .then_some(claim)
    }

    fn write(self, kind: TokenKind, mac: &Mac) -> Secret {
        let mut bytes = Vec::with_capacity(TOKEN_LEN);
        bytes.push(mac.key_id);
        bytes.extend_from_slice(self.session.as_uuid().as_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&mac.tag);
        Secret::new(format!(
            "{}{}",
            kind.prefix(),
            URL_SAFE_NO_PAD.encode(bytes)
        ))
    }

    /// What the code is made over. The kind comes first, so that no token passes for one of the other kind.
    fn signed(self, kind: TokenKind) -> Vec<u8> {
        let mut data = kind.prefix().as_bytes().to_vec();
        data.extend_from_slice(self.session.as_uuid().as_bytes());
        data.extend_from_slice(&self.generation.to_be_bytes());
        data
    }
}

#[cfg(test)]
mod tests {
    use kernel::KeyPurpose;

    use super::*;

    /// Codes that are the key, the purpose's first letter and the data's sum.
    struct Keys;

    fn tag(key_id: u8, data: &[u8]) -> [u8; 32] {
        let mut tag = [key_id; 32];
        for (index, byte) in data.iter().enumerate() {
            tag[index % 32] = tag[index % 32].wrapping_mul(31).wrapping_add(*byte);
        }
        tag
    }

    impl KeyRing for Keys {
        fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
            self.mac_with(purpose, 2, data).unwrap()
        }

        fn mac_with(&self, _: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac> {
            (1..=2).contains(&key_id).then(|| Mac {
                key_id,
                tag: tag(key_id, data),
            })
        }

        fn lasting_mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
            self.mac_with(purpose, 1, data).unwrap()
        }

        fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool {
            self.mac_with(purpose, mac.key_id, data) == Some(*mac)
        }
    }

    fn session() -> SessionId {
        SessionId::from_uuid(Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0001))
    }

    #[test]
    fn a_token_says_its_session_and_generation_for_its_own_use_only() {
        let (pair, key_id) = TokenPair::derive_newest(&Keys, session(), 7);
        let claim = SessionClaim {
            session: session(),
            generation: 7,
        };

        assert_eq!(key_id, 2);
        assert_eq!(
            SessionClaim::read(&Keys, TokenKind::Access, &pair.access),
            Some(claim)
        );
        assert_eq!(
            SessionClaim::read(&Keys, TokenKind::Refresh, &pair.refresh),
            Some(claim)
        );
        assert_eq!(
            SessionClaim::read(&Keys, TokenKind::Refresh, &pair.access),
            None
        );
        let renamed = Secret::new(pair.access.expose().replacen("cva_", "cvr_", 1));
        assert_eq!(
            SessionClaim::read(&Keys, TokenKind::Refresh, &renamed),
            None
        );
    }

    #[test]
    fn the_pair_of_a_generation_is_the_same_every_time_also_under_an_older_key() {
        let (newest, key_id) = TokenPair::derive_newest(&Keys, session(), 1);
        let older = TokenPair::derive(&Keys, 1, session(), 1).unwrap();

        assert_eq!(
            TokenPair::derive(&Keys, key_id, session(), 1),
            Some(newest.clone())
        );
        assert_ne!(older, newest);
        assert!(SessionClaim::read(&Keys, TokenKind::Access, &older.access).is_some());
        assert_eq!(TokenPair::derive(&Keys, 3, session(), 1), None);
    }

    #[test]
    fn an_altered_token_is_not_genuine() {
        let (pair, _) = TokenPair::derive_newest(&Keys, session(), 1);
        let text = pair.access.expose();
        let mut altered = vec![
            String::new(),
            "cva_".to_owned(),
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
            let read = SessionClaim::read(&Keys, TokenKind::Access, &Secret::new(text.clone()));
            assert_eq!(read, None, "{text}");
        }
    }
}
