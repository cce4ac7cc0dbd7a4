//! The addresses of a cell.

/// The longest address that is kept, in bytes; see the contact's address.
const MAX_EMAIL_LEN: usize = 320;

/// An address as it was given, right or not.
pub(super) struct Given {
    pub(super) text: String,
    /// The column that it stands in, counted from 0.
    pub(super) column: usize,
}

impl Given {
    /// Whether it is short enough to be kept as an address.
    pub(super) const fn fits(&self) -> bool {
        self.text.len() <= MAX_EMAIL_LEN
    }
}

/// All addresses of a cell; a text without any is kept whole, as what was given for an address.
pub(super) fn split_addresses(cell: &str, column: usize, into: &mut Vec<Given>) {
    let given = |text: &str| Given {
        text: text.to_owned(),
        column,
    };
    if cell.matches('@').count() < 2 {
        into.push(given(bare(cell)));
        return;
    }
    let parts = words(cell)
        .into_iter()
        .flat_map(|part| part.split(":::"))
        .map(bare)
        .filter(|part| part.contains('@') && !is_quoted(part))
        .collect::<Vec<_>>();
    // Two signs in one word are one address that is wrong.
    if parts.is_empty() {
        into.push(given(cell));
    }
    for part in parts {
        if !into
            .iter()
            .any(|known| known.text.eq_ignore_ascii_case(part))
        {
            into.push(given(part));
        }
    }
}

/// The words of a cell; what separates them separates nothing between quotes, which begin where a word does. A quote
/// that is not closed is a character like others.
fn words(cell: &str) -> Vec<&str> {
    let is_separator = |c: char| matches!(c, ',' | ';' | '|' | '\n' | '\r' | '\t' | ' ');
    let mut words = Vec::new();
    let mut begin = 0;
    while begin < cell.len() {
        let rest = &cell[begin..];
        let closed = rest.strip_prefix('"').and_then(|rest| rest.find('"'));
        let quoted = closed.map_or(0, |end| end + 2);
        let length = rest[quoted..]
            .find(is_separator)
            .map_or(rest.len(), |end| quoted + end);
        words.push(&rest[..length]);
        begin += length + usize::from(length < rest.len());
    }
    words
}

/// Whether a word is a name in quotes and nothing else.
fn is_quoted(word: &str) -> bool {
    word.len() > 1 && word.starts_with('"') && word.ends_with('"')
}

/// The address of `Ada <ada@example.com>`, of `mailto:ada@example.com` and of `'ada@example.com'`.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let inner = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(begin), Some(without)) if begin < without.len() => without[begin + 1..].trim(),
        _ => text,
    };
    let inner = inner
        .strip_prefix('\'')
        .and_then(|it| it.strip_suffix('\''))
        .unwrap_or(inner);
    match inner.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &inner[7..],
        _ => inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_quotes_stand_before_addresses_and_hide_none() {
        for (cell, addresses) in [
            (
                "\"Lovelace, Ada\" <ada@a.de>; \"Bo\" <b@c.de>",
                &["ada@a.de", "b@c.de"][..],
            ),
            ("\"ada@a.de\" <ada@a.de>, b@c.de", &["ada@a.de", "b@c.de"]),
            ("'ada@a.de' <ada@a.de>", &["ada@a.de"]),
            ("\"ada lovelace\"@a.de", &["\"ada lovelace\"@a.de"]),
            ("\"ada@home\"@a.de", &["\"ada@home\"@a.de"]),
            (
                "\"ada@home, b\"@a.de;c@a.de",
                &["\"ada@home, b\"@a.de", "c@a.de"],
            ),
            ("\"open ada@a.de, b@a.de", &["ada@a.de", "b@a.de"]),
            ("ada@a@a.de", &["ada@a@a.de"]),
            ("a@a.de ::: b@a.de", &["a@a.de", "b@a.de"]),
            ("\"only @ @\"", &["\"only @ @\""]),
        ] {
            let mut found = Vec::new();
            split_addresses(cell, 0, &mut found);
            let found = found.iter().map(|given| given.text.as_str());
            assert_eq!(found.collect::<Vec<_>>(), addresses, "{cell}");
        }
    }
}
