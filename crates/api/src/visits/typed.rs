//! What a browser sends: a form's fields, and the parameters of an address.

use crate::pages::Typed;

/// The most fields of a form, and of its answers to one question, that are read; the rest is left out.
const MOST: usize = 2_000;

/// Reads `application/x-www-form-urlencoded` (WHATWG URL, section 5.1). Whatever is sent, something is read: what is no
/// UTF-8 becomes replacement characters, and what is no escape stands for itself.
pub(super) fn read(bytes: &[u8]) -> Typed {
    let pairs = bytes.split(|byte| *byte == b'&');
    let pairs = pairs.filter(|pair| !pair.is_empty()).take(MOST);
    pairs
        .map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let mut part = || decode(parts.next().unwrap_or_default());
            (part(), part())
        })
        .collect()
}

/// The value of one parameter of a query.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = query.unwrap_or_default().split('&');
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(of, _)| *of == name)?;
    Some(decode(value.as_bytes()))
}

fn decode(encoded: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while let Some(byte) = encoded.get(at) {
        let escaped = encoded.get(at + 1..at + 3).and_then(hex);
        match (byte, escaped) {
            (b'%', Some(escaped)) => {
                bytes.push(escaped);
                at += 2;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    Some(digit(digits[0])? << 4 | digit(digits[1])?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let typed = read(b"name=Ada+L%C3%B6we&box=a&box=b%26c&empty=&bare&&bad=%zz%");

        let answers = typed.to_answers();

        assert_eq!(answers["name"], "Ada Löwe");
        assert_eq!(answers["box"], serde_json::json!(["a", "b&c"]));
        assert_eq!(
            (&answers["empty"], &answers["bare"]),
            (&"".into(), &"".into())
        );
        assert_eq!(answers["bad"], "%zz%");
    }

    #[test]
    fn a_parameter_is_found_by_its_name() {
        assert_eq!(parameter(Some("a=1&t=x%2Dy&t=z"), "t").unwrap(), "x-y");
        assert_eq!(parameter(Some("at=1"), "t"), None);
        assert_eq!(parameter(None, "t"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes).to_answers();
        }
    }
}
