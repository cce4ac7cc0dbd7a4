//! The form of a mailbox: RFC 5321 with RFC 6531's letters, and nothing obsolete.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::domain;
use super::reason::Reason;

/// The longest address, in octets (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const MAX_LEN: usize = 254;
/// The longest local part, in octets (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_LEN: usize = 64;

/// A text that has the form of a mailbox.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Mailbox<'a> {
    /// The local part as it was written, composed.
    pub(super) local: Cow<'a, str>,
    pub(super) is_quoted: bool,
    /// The domain in ASCII and lower case.
    pub(super) domain: Cow<'a, str>,
}

/// The text without what surrounds it: white space, and the invisible marks that copying leaves behind.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}'))
}

impl<'a> Mailbox<'a> {
    /// Reads a mailbox from a trimmed text.
    pub(super) fn parse(text: &'a str) -> Result<Self, Reason> {
        if text.is_empty() {
            return Err(Reason::Empty);
        }
        if text.ends_with('>') && text.contains('<') {
            return Err(Reason::DisplayName);
        }
        let (local, domain) = split(text)?;
        let is_quoted = local.starts_with('"');
        // Lengths are those of what was written: some letters get longer when they are composed.
        let written = local.len();
        if written > MAX_LOCAL_LEN {
            return Err(Reason::TooLong);
        }
        let local = if local.is_ascii() || is_nfc(local) {
            Cow::Borrowed(local)
        } else {
            Cow::Owned(local.nfc().collect())
        };
        let is_local_part = if is_quoted {
            is_quoted_string(&local)
        } else {
            is_dot_atom(&local)
        };
        if !is_local_part {
            return Err(Reason::LocalPartSyntax);
        }
        if domain.starts_with('[') {
            return Err(Reason::DomainLiteral);
        }
        let domain = domain_name(domain)?;
        if written + 1 + domain.len() > MAX_LEN {
            return Err(Reason::TooLong);
        }
        if !domain.contains('.') {
            return Err(Reason::DotlessDomain);
        }
        Ok(Self {
            local,
            is_quoted,
            domain,
        })
    }

    /// The form under which mailboxes are compared: no quotes that are not needed, in lower case, the domain in ASCII.
    /// With it comes where in it the domain begins.
    pub(super) fn normalized(&self) -> (String, usize) {
        let mut text = String::with_capacity(self.local.len() + 1 + self.domain.len());
        if !self.is_quoted && self.local.is_ascii() {
            text.push_str(&self.local);
            text.make_ascii_lowercase();
        } else {
            let plain = if self.is_quoted {
                Cow::Owned(unquoted(&self.local))
            } else {
                Cow::Borrowed(&*self.local)
            };
            let folded = folded(&plain);
            if is_dot_atom(&folded) {
                text.push_str(&folded);
            } else {
                text.push('"');
                for c in folded.chars() {
                    if matches!(c, '"' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
                text.push('"');
            }
        }
        text.push('@');
        let domain_at = text.len();
        text.push_str(&self.domain);
        (text, domain_at)
    }
}

/// In lower case and composed; doing it again changes nothing.
fn folded(text: &str) -> String {
    text.to_lowercase().nfc().collect()
}

/// The form under which texts that are no mailboxes are compared.
pub(super) fn folded_text(trimmed: &str) -> String {
    let lower = trimmed.to_lowercase();
    super::syntax::trimmed(&lower).to_owned()
}

/// The parts around the `@`, which in a quoted local part does not count.
fn split(text: &str) -> Result<(&str, &str), Reason> {
    let at = if text.starts_with('"') {
        match end_of_quoted(text) {
            Some(end) if text[end..].starts_with('@') => end,
            Some(_) => return Err(Reason::LocalPartSyntax),
            None if text.contains('@') => return Err(Reason::LocalPartSyntax),
            None => return Err(Reason::MissingAt),
        }
    } else {
        text.rfind('@').ok_or(Reason::MissingAt)?
    };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    if local.is_empty() || domain.is_empty() {
        return Err(Reason::MissingAt);
    }
    Ok((local, domain))
}

/// Where the quoted string at the beginning of `text` ends, behind its closing quote.
fn end_of_quoted(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// RFC 5321 `Dot-string`.
fn is_dot_atom(local: &str) -> bool {
    let bytes = local.as_bytes();
    if bytes.first().is_none_or(|&first| first == b'.')
        || bytes.last() == Some(&b'.')
        || bytes.windows(2).any(|pair| pair == b"..")
    {
        return false;
    }
    if local.is_ascii() {
        return bytes.iter().all(|&byte| byte == b'.' || is_atext(byte));
    }
    local.chars().all(|c| match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => byte == b'.' || is_atext(byte),
        _ => is_shown(c),
    }) && !local.split('.').any(begins_with_mark)
}

fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

/// RFC 5321 `Quoted-string`, with RFC 6531's letters; no control characters.
fn is_quoted_string(local: &str) -> bool {
    end_of_quoted(local) == Some(local.len())
        && local
            .chars()
            .all(|c| matches!(c, ' '..='~') || (!c.is_ascii() && is_shown(c)))
}

/// What a quoted string says.
fn unquoted(quoted: &str) -> String {
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(quoted);
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next()),
            _ => text.push(c),
        }
    }
    text
}

fn begins_with_mark(atom: &str) -> bool {
    atom.chars().next().is_some_and(is_combining_mark)
}

/// Whether a character beyond ASCII has a place and a meaning of its own: no control or formatting characters, spaces,
/// private or unassigned code points. Joiners are needed to write some languages.
fn is_shown(c: char) -> bool {
    use GeneralCategory as Is;
    matches!(c, '\u{200C}' | '\u{200D}')
        || !matches!(
            c.general_category(),
            Is::Control
                | Is::Format
                | Is::Surrogate
                | Is::PrivateUse
                | Is::Unassigned
                | Is::LineSeparator
                | Is::ParagraphSeparator
                | Is::SpaceSeparator
        )
}

/// The domain in ASCII and lower case, without copying it where it is so already.
fn domain_name(text: &str) -> Result<Cow<'_, str>, Reason> {
    if is_plain_name(text) {
        return Ok(Cow::Borrowed(text));
    }
    if text.contains('[') && text.contains(']') {
        return Err(Reason::DomainLiteral);
    }
    domain::ascii_form(text)
        .map(Cow::Owned)
        .ok_or(Reason::DomainSyntax)
}

/// Whether the text surely is a host's name in lower case, as most are; what is not is looked at more closely.
fn is_plain_name(text: &str) -> bool {
    let mut last = b'.';
    let mut label = 0_u8;
    let mut has_letter = false;
    if text.len() > 253 {
        return false;
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' => has_letter = true,
            b'0'..=b'9' => {}
            // The third and fourth place may mark an internationalised label.
            b'-' if last != b'.' && last != b'-' => {}
            b'.' if label > 0 && last != b'-' => {
                label = 0;
                has_letter = false;
                last = byte;
                continue;
            }
            _ => return false,
        }
        label += 1;
        if label > 63 {
            return false;
        }
        last = byte;
    }
    label > 0 && last != b'-' && has_letter
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> Option<Reason> {
        Mailbox::parse(text).err()
    }

    #[test]
    fn mailboxes_are_read() {
        for text in [
            "ada@example.com",
            "a@b.co",
            "O'Brien+news/2=x@sub.example.com",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "ada@bücher.example",
            "ada@xn--bcher-kva.example",
            "ada@a--b.example",
            "дана@пример.рф",
            "\"a b\"@example.com",
            "\"a\\\"@b\"@example.com",
            "\"\"@example.com",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_mailbox_is_refused_with_its_reason() {
        use Reason::{
            DisplayName, DomainLiteral, DomainSyntax, DotlessDomain, Empty, LocalPartSyntax,
            MissingAt, TooLong,
        };
        for (text, reason) in [
            ("", Empty),
            ("ada", MissingAt),
            ("@example.com", MissingAt),
            ("ada@", MissingAt),
            ("\"ada", MissingAt),
            (".ada@example.com", LocalPartSyntax),
            ("a..b@example.com", LocalPartSyntax),
            ("ada.@example.com", LocalPartSyntax),
            ("a b@example.com", LocalPartSyntax),
            ("a@b@example.com", LocalPartSyntax),
            ("a(b)@example.com", LocalPartSyntax),
            ("\"a\"b@example.com", LocalPartSyntax),
            ("\"a\".b@example.com", LocalPartSyntax),
            ("\"a@example.com", LocalPartSyntax),
            ("\"a\u{7}\"@example.com", LocalPartSyntax),
            ("\u{301}a@example.com", LocalPartSyntax),
            ("a\u{202E}b@example.com", LocalPartSyntax),
            ("\u{E000}@example.com", LocalPartSyntax),
            ("ada@[127.0.0.1]", DomainLiteral),
            ("ada@127.0.0.1", DomainSyntax),
            ("ada@exa_mple.com", DomainSyntax),
            ("ada@example.com.", DomainSyntax),
            ("ada@example.com\r\nBcc: x", DomainSyntax),
            ("ada@localhost", DotlessDomain),
            ("Ada <ada@example.com>", DisplayName),
        ] {
            assert_eq!(fault(text), Some(reason), "{text}");
        }
        assert_eq!(fault(&format!("{}@a.de", "a".repeat(64))), None);
        assert_eq!(fault(&format!("{}@a.de", "a".repeat(65))), Some(TooLong));
        assert_eq!(fault(&format!("{}@a.de", "ä".repeat(33))), Some(TooLong));
        let domain = format!(
            "{}.{}.{}.{}.de",
            "a".repeat(62),
            "b".repeat(62),
            "c".repeat(62),
            "d".repeat(58)
        );
        assert_eq!(domain.len(), 250);
        assert_eq!(fault(&format!("abc@{domain}")), None);
        assert_eq!(fault(&format!("abcd@{domain}")), Some(TooLong));
    }

    #[test]
    fn the_same_mailbox_has_one_normalized_form() {
        for (text, normalized) in [
            ("Ada.L+X@EXAMPLE.Com", "ada.l+x@example.com"),
            ("\"Ada\"@example.com", "ada@example.com"),
            ("\"A\\da\"@example.com", "ada@example.com"),
            ("\"a b\"@example.com", "\"a b\"@example.com"),
            ("\"a\\\"\\\\\"@example.com", "\"a\\\"\\\\\"@example.com"),
            ("ADA@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("U\u{308}ber@example.com", "über@example.com"),
        ] {
            let normal = Mailbox::parse(text).map(|mailbox| mailbox.normalized().0);
            assert_eq!(normal.as_deref(), Ok(normalized), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_name_is_what_the_long_way_says_too(name in "[a-z0-9.-]{0,12}|([a-z0-9-]{1,4}\\.){0,3}[a-z0-9]{1,4}") {
            if is_plain_name(&name) {
                prop_assert_eq!(domain::ascii_form(&name), Some(name));
            }
        }
    }
}
