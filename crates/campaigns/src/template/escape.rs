//! Values made harmless for the place where they stand.

use std::fmt::Write as _;

/// A value as text of HTML, or inside a quoted attribute.
pub(super) fn html(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\r' => {}
            c if is_hidden(c) => {}
            c => out.push(c),
        }
    }
}

/// A value as plain text: line breaks are `\n`.
pub(super) fn plain(value: &str, out: &mut String) {
    out.extend(
        value
            .chars()
            .filter(|c| matches!(c, '\n' | '\t') || !is_hidden(*c)),
    );
}

/// A value as part of a header: white space and all that breaks lines is one space each time.
pub(super) fn header(value: &str, out: &mut String) {
    let breaks = |c: char| c.is_whitespace() || is_hidden(c);
    let mut after_break = false;
    for c in value.chars() {
        if breaks(c) {
            after_break = true;
            continue;
        }
        if std::mem::take(&mut after_break) {
            out.push(' ');
        }
        out.push(c);
    }
    // A space at the end may be what separates the value from its neighbour.
    if after_break {
        out.push(' ');
    }
}

/// A value as part of an address on the web (RFC 3986): all but unreserved characters is percent-encoded. `mail`
/// keeps what addresses of mailboxes and telephone numbers have.
pub(super) fn url_part(value: &str, mail: bool) -> String {
    let keep =
        |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b) || (mail && b"@+".contains(&b));
    percent(value.chars().filter(|c| !c.is_control()), keep)
}

/// An address on the web whose own structure is kept; only what no address has is percent-encoded.
pub(super) fn whole_url(value: &str) -> String {
    let keep = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b);
    percent(value.chars(), keep)
}

fn percent(value: impl Iterator<Item = char>, keep: impl Fn(u8) -> bool) -> String {
    let mut out = String::new();
    let mut buffer = [0; 4];
    for c in value {
        for byte in c.encode_utf8(&mut buffer).bytes() {
            if keep(byte) {
                out.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Control characters, the separators that HTML forbids or that break lines, and the marks that turn text around.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(escape: impl Fn(&str, &mut String), value: &str) -> String {
        let mut out = String::new();
        escape(value, &mut out);
        out
    }

    #[test]
    fn each_place_has_its_escaping() {
        assert_eq!(
            with(html, "<b a=\"1\" c='2'>&\0\u{202E}\r\n"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\n"
        );
        assert_eq!(with(plain, "a\r\n\tb\0<"), "a\n\tb<");
        assert_eq!(with(header, "a\r\nBcc: b\u{2028}c"), "a Bcc: b c");
        assert_eq!(with(header, " a "), " a ");
        assert_eq!(with(header, "\r\n"), " ");
        assert_eq!(
            url_part("a b/ü?&#@+\r\n", false),
            "a%20b%2F%C3%BC%3F%26%23%40%2B"
        );
        assert_eq!(url_part("a+b@c.example", true), "a+b@c.example");
        assert_eq!(
            whole_url("https://a.example/ü?q=1 2&r=%20#\"x"),
            "https://a.example/%C3%BC?q=1%202&r=%20#%22x"
        );
    }

    proptest! {
        #[test]
        fn no_value_breaks_a_header(value in any::<String>()) {
            prop_assert!(!with(header, &value).contains(char::is_control));
        }

        #[test]
        fn no_value_has_signs_of_html(value in any::<String>()) {
            prop_assert!(!with(html, &value).contains(['<', '>', '"', '\'', '\0', '\r']));
        }
    }
}
