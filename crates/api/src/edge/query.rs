//! The query string, checked before anything reads it.

use std::collections::BTreeSet;

use super::routes::Operation;
use crate::problem::Refusal;

/// Refuses a query that cannot be decoded, has parameters that the operation does not know, or repeats one.
pub(super) fn check(query: Option<&str>, operation: &Operation) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for pair in query.unwrap_or_default().split('&') {
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name).ok_or(Refusal::MalformedQuery)?;
        decode(value).ok_or(Refusal::MalformedQuery)?;

        let list = operation
            .query
            .get(&name)
            .ok_or(Refusal::UnknownParameter)?;
        if !seen.insert(name) && !list {
            return Err(Refusal::RepeatedParameter);
        }
    }
    Ok(())
}

/// Percent-decodes a name or value; `None` where that gives no text that can be stored.
fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_query_is_decodable_known_and_unambiguous() {
        let operation = Operation {
            query: BTreeMap::from([("limit".to_owned(), false), ("status".to_owned(), true)]),
            ..Operation::default()
        };
        let table = [
            (None, Ok(())),
            (Some(""), Ok(())),
            (Some("limit=1&status=a&status=b"), Ok(())),
            (Some("l%69mit=1"), Ok(())),
            (Some("limit=%C3%B6+x"), Ok(())),
            (Some("limit=1&limit=2"), Err(Refusal::RepeatedParameter)),
            (Some("offset=1"), Err(Refusal::UnknownParameter)),
            (Some("limit=%"), Err(Refusal::MalformedQuery)),
            (Some("limit=%zz"), Err(Refusal::MalformedQuery)),
            (Some("limit=%ff"), Err(Refusal::MalformedQuery)),
            (Some("limit=%00"), Err(Refusal::MalformedQuery)),
        ];
        for (query, expected) in table {
            assert_eq!(check(query, &operation), expected, "{query:?}");
        }
    }
}
