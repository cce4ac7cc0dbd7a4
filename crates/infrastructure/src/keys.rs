//! The installation's keys, derived from its master key.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac as _};
use kernel::{KeyPurpose, KeyRing, Mac};
use sha2::Sha256;

use crate::hex;

/// One or more master keys of 32 bytes, by id; the newest signs, the oldest makes what must last, all verify.
#[derive(Clone)]
pub struct MasterKeys {
    oldest: u8,
    newest: u8,
    keys: BTreeMap<u8, [u8; 32]>,
}

/// The text is no list of master keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMasterKeys {
    /// There is no key.
    #[error("there is no master key")]
    Missing,
    /// A line is not an id from 0 to 255, a colon and 64 hexadecimal digits.
    #[error("a master key is written as an id from 0 to 255, a colon and 64 hexadecimal digits")]
    Malformed,
    /// Two keys have the same id.
    #[error("two master keys have the same id")]
    Duplicate,
}

impl MasterKeys {
    /// A ring with one key, of id 1.
    #[must_use]
    pub fn single(key: [u8; 32]) -> Self {
        Self {
            oldest: 1,
            newest: 1,
            keys: BTreeMap::from([(1, key)]),
        }
    }

    /// Reads keys of the form `1:<64 hexadecimal digits>`, separated by white space or commas; the
    /// first one is the oldest, the last one the newest.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKeys> {
        let mut keys = BTreeMap::new();
        let (mut oldest, mut newest) = (None, None);
        for word in text
            .split([' ', ',', '\n', '\r', '\t'])
            .filter(|word| !word.is_empty())
        {
            let (id, digits) = word.split_once(':').ok_or(InvalidMasterKeys::Malformed)?;
            let id = id.parse::<u8>().ok().ok_or(InvalidMasterKeys::Malformed)?;
            let key = hex::decode(digits).ok_or(InvalidMasterKeys::Malformed)?;
            if keys.insert(id, key).is_some() {
                return Err(InvalidMasterKeys::Duplicate);
            }
            oldest = oldest.or(Some(id));
            newest = Some(id);
        }
        Ok(Self {
            oldest: oldest.ok_or(InvalidMasterKeys::Missing)?,
            newest: newest.ok_or(InvalidMasterKeys::Missing)?,
            keys,
        })
    }

    /// The keys in the form that [`MasterKeys::parse`] reads, oldest first and newest last.
    #[must_use]
    pub fn to_text(&self) -> String {
        let ends = [self.oldest, self.newest];
        let between = self.keys.iter().filter(|(id, _)| !ends.contains(id));
        let oldest = self.keys.get_key_value(&self.oldest);
        let newest = (self.newest != self.oldest)
            .then(|| self.keys.get_key_value(&self.newest))
            .flatten();
        oldest.into_iter().chain(between).chain(newest).fold(
            String::new(),
            |mut text, (id, key)| {
                let _ = writeln!(text, "{id}:{}", hex::encode(key));
                text
            },
        )
    }

    fn code(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Hmac<Sha256>> {
        let master = self.keys.get(&key_id)?;
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, master)
            .expand(purpose.label().as_bytes(), &mut key)
            .ok()?;
        let mut code = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        code.update(data);
        Some(code)
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterKeys")
            .field("newest", &self.newest)
            .finish_non_exhaustive()
    }
}

impl KeyRing for MasterKeys {
    #[expect(
        clippy::expect_used,
        reason = "every constructor makes sure that the newest key is there"
    )]
    fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        self.mac_with(purpose, self.newest, data)
            .expect("the newest key is in the ring")
    }

    fn mac_with(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac> {
        let code = self.code(purpose, key_id, data)?;
        Some(Mac {
            key_id,
            tag: code.finalize().into_bytes().into(),
        })
    }

    #[expect(
        clippy::expect_used,
        reason = "every constructor makes sure that the oldest key is there"
    )]
    fn lasting_mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        self.mac_with(purpose, self.oldest, data)
            .expect("the oldest key is in the ring")
    }

    fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool {
        self.code(purpose, mac.key_id, data)
            .is_some_and(|code| code.verify_slice(&mac.tag).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_verifies_for_its_data_and_purpose_only() {
        let ring = MasterKeys::single([7; 32]);
        let mac = ring.mac(KeyPurpose::Cursor, b"data");

        assert!(ring.verify(KeyPurpose::Cursor, b"data", &mac));
        assert!(!ring.verify(KeyPurpose::Cursor, b"dato", &mac));
        assert!(!ring.verify(KeyPurpose::LinkToken, b"data", &mac));
        assert!(!ring.verify(KeyPurpose::Cursor, b"data", &Mac { key_id: 9, ..mac }));
    }

    #[test]
    fn after_rotation_the_newest_key_signs_and_older_ones_still_verify() {
        let old = MasterKeys::single([7; 32]);
        let mac = old.mac(KeyPurpose::Cursor, b"data");
        let rotated =
            MasterKeys::parse(&format!("{}2:{}", old.to_text(), "ab".repeat(32))).unwrap();

        assert!(rotated.verify(KeyPurpose::Cursor, b"data", &mac));
        assert_eq!(rotated.mac(KeyPurpose::Cursor, b"data").key_id, 2);
        assert_eq!(
            MasterKeys::parse(&rotated.to_text())
                .unwrap()
                .mac(KeyPurpose::Cursor, b"x")
                .key_id,
            2
        );
    }

    #[test]
    fn a_lasting_code_stays_the_same_whatever_keys_come_after() {
        let first = MasterKeys::parse(&format!("7:{}", "cd".repeat(32))).unwrap();
        let lasting = first.lasting_mac(KeyPurpose::Suppression, b"data");
        let mut ring = first;
        for id in [3, 9] {
            let text = format!("{}{id}:{}", ring.to_text(), "ab".repeat(32));
            ring = MasterKeys::parse(&text).unwrap();

            assert_eq!(ring.lasting_mac(KeyPurpose::Suppression, b"data"), lasting);
            assert_eq!(ring.mac(KeyPurpose::Suppression, b"data").key_id, id);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let key = "ab".repeat(32);
        for (text, error) in [
            (String::new(), InvalidMasterKeys::Missing),
            (key.clone(), InvalidMasterKeys::Malformed),
            (format!("1:{}", &key[1..]), InvalidMasterKeys::Malformed),
            (format!("1:{}ö", &key[2..]), InvalidMasterKeys::Malformed),
            (format!("256:{key}"), InvalidMasterKeys::Malformed),
            (format!("1:{key} 1:{key}"), InvalidMasterKeys::Duplicate),
        ] {
            assert_eq!(MasterKeys::parse(&text).unwrap_err(), error);
        }
    }
}
