//! Keys that everybody knows.

use kernel::{KeyPurpose, KeyRing, Mac};
use sha2::{Digest, Sha256};

/// A ring whose codes depend on purpose, key and data, and keep nothing secret.
#[derive(Clone, Copy, Debug)]
pub struct TestKeys {
    newest: u8,
}

impl TestKeys {
    /// A ring of the keys 1 to `newest`, as it would be after that many rotations.
    #[must_use]
    pub const fn rotated_to(newest: u8) -> Self {
        Self { newest }
    }
}

impl Default for TestKeys {
    fn default() -> Self {
        Self::rotated_to(1)
    }
}

impl KeyRing for TestKeys {
    fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        Mac {
            key_id: self.newest,
            tag: tag(purpose, self.newest, data),
        }
    }

    fn mac_with(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac> {
        (1..=self.newest).contains(&key_id).then(|| Mac {
            key_id,
            tag: tag(purpose, key_id, data),
        })
    }

    fn lasting_mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        Mac {
            key_id: 1,
            tag: tag(purpose, 1, data),
        }
    }

    fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool {
        self.mac_with(purpose, mac.key_id, data) == Some(*mac)
    }
}

fn tag(purpose: KeyPurpose, key_id: u8, data: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose.label());
    hash.update([0, key_id]);
    hash.update(data);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_verifies_for_its_purpose_and_data_and_after_rotation() {
        let mac = TestKeys::default().mac(KeyPurpose::Cursor, b"data");
        let rotated = TestKeys::rotated_to(2);

        assert!(rotated.verify(KeyPurpose::Cursor, b"data", &mac));
        assert!(!rotated.verify(KeyPurpose::LinkToken, b"data", &mac));
        assert!(!rotated.verify(KeyPurpose::Cursor, b"dato", &mac));
        assert_eq!(rotated.mac(KeyPurpose::Cursor, b"data").key_id, 2);
        assert_eq!(rotated.mac_with(KeyPurpose::Cursor, 3, b"data"), None);
    }
}
