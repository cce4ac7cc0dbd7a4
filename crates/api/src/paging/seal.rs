//! Cursors as clients see them: opaque, and good for one listing only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Cursor, KeyPurpose, KeyRing, Mac};
use time::OffsetDateTime;
use uuid::Uuid;

const TIME: u8 = 0;
const TEXT: u8 = 1;
const ID: u8 = 2;

/// The cursor as text, sealed for the listing that `binding` describes.
///
/// The sort key of a listing can be a name or an address, and cursors end up in URLs. So the cursor is
/// not only signed but also encrypted, deterministically: the signature is the initial value of a key
/// stream (the construction of RFC 5297, with HMAC as its pseudo-random function).
pub(super) fn seal(keys: &dyn KeyRing, binding: &[u8], cursor: &Cursor) -> String {
    let mut bytes = encode(cursor);
    let mac = keys.mac(KeyPurpose::Cursor, &signed(binding, &bytes));
    // The ring has the key that it just used.
    apply_stream(keys, mac.key_id, mac.tag, &mut bytes);

    let mut token = vec![mac.key_id];
    token.extend_from_slice(&mac.tag);
    token.extend_from_slice(&bytes);
    URL_SAFE_NO_PAD.encode(token)
}

/// The cursor in `token`; `None` where it was altered, or sealed for another listing.
pub(super) fn open(keys: &dyn KeyRing, binding: &[u8], token: &str) -> Option<Cursor> {
    let token = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (key_id, rest) = token.split_first()?;
    let (tag, sealed) = rest.split_first_chunk::<32>()?;
    let mut bytes = sealed.to_vec();
    apply_stream(keys, *key_id, *tag, &mut bytes)?;

    let mac = Mac {
        key_id: *key_id,
        tag: *tag,
    };
    keys.verify(KeyPurpose::Cursor, &signed(binding, &bytes), &mac)
        .then(|| decode(&bytes))?
}

fn signed(binding: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut data = b"cursor".to_vec();
    data.extend_from_slice(&binding.len().to_be_bytes());
    data.extend_from_slice(binding);
    data.extend_from_slice(bytes);
    data
}

fn apply_stream(keys: &dyn KeyRing, key_id: u8, tag: [u8; 32], bytes: &mut [u8]) -> Option<()> {
    for (block, chunk) in bytes.chunks_mut(32).enumerate() {
        let mut data = b"stream".to_vec();
        data.extend_from_slice(&tag);
        data.extend_from_slice(&block.to_be_bytes());
        let stream = keys.mac_with(KeyPurpose::Cursor, key_id, &data)?.tag;
        for (byte, key) in chunk.iter_mut().zip(stream) {
            *byte ^= key;
        }
    }
    Some(())
}

fn encode(cursor: &Cursor) -> Vec<u8> {
    let mut bytes = Vec::new();
    match cursor {
        Cursor::Id(id) => {
            bytes.push(ID);
            bytes.extend_from_slice(id.as_bytes());
        }
        Cursor::Time(at, id) => {
            bytes.push(TIME);
            bytes.extend_from_slice(id.as_bytes());
            bytes.extend_from_slice(&at.unix_timestamp_nanos().to_be_bytes());
        }
        Cursor::Text(text, id) => {
            bytes.push(TEXT);
            bytes.extend_from_slice(id.as_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    bytes
}

fn decode(bytes: &[u8]) -> Option<Cursor> {
    let (kind, rest) = bytes.split_first()?;
    let (id, key) = rest.split_first_chunk::<16>()?;
    let id = Uuid::from_bytes(*id);
    match *kind {
        ID => key.is_empty().then_some(Cursor::Id(id)),
        TIME => {
            let nanos = i128::from_be_bytes(key.try_into().ok()?);
            let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
            Some(Cursor::Time(at, id))
        }
        TEXT => Some(Cursor::Text(String::from_utf8(key.to_vec()).ok()?, id)),
        _ => None,
    }
}
