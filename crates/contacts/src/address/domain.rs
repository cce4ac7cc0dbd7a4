//! Domain names: their two forms, and which of them cannot exist.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Names that are reserved and never delegated to anybody who takes mail: RFC 6761 and the registry of
/// special-use names behind it (RFC 2606, 6762, 7686, 8375, 9476), and `internal`, which ICANN keeps for private use.
const SPECIAL_USE: &[&str] = &[
    "alt",
    "arpa",
    "example",
    "example.com",
    "example.net",
    "example.org",
    "internal",
    "invalid",
    "local",
    "localhost",
    "onion",
    "test",
];

/// Code points that IDNA2008 allows by exception (RFC 5892 section 2.6) although their category is not that of
/// letters, digits or marks, and the joiners, whose contexts UTS 46 has checked before.
const ALLOWED_BY_EXCEPTION: &[char] = &[
    '\u{00B7}', '\u{0375}', '\u{05F3}', '\u{05F4}', '\u{06FD}', '\u{06FE}', '\u{0F0B}', '\u{200C}',
    '\u{200D}', '\u{3007}', '\u{30FB}', '-', '.',
];

/// The form of a domain name that the DNS knows, in lower case; `None` for what is no name of a host.
///
/// A name in ASCII is taken as it is, an internationalised one is mapped as UTS 46 says and must then be allowed by
/// IDNA2008, which knows no symbols.
pub(super) fn ascii_form(domain: &str) -> Option<String> {
    let name = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()?;
    if is_encoded(&name) && !is_of_letters(&unicode_form(&name)?) {
        return None;
    }
    let top = name.rsplit('.').next()?;
    (!top.bytes().all(|byte| byte.is_ascii_digit())).then(|| name.into_owned())
}

/// The form of a domain name that people write, if it differs from its form in ASCII.
pub(super) fn unicode_form(ascii: &str) -> Option<String> {
    if !is_encoded(ascii) {
        return None;
    }
    let (name, result) = Uts46::new().to_unicode(
        ascii.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
    );
    result.ok().map(|()| name.into_owned())
}

/// Whether a label of the name is one of IDNA's.
fn is_encoded(ascii: &str) -> bool {
    ascii.split('.').any(|label| label.starts_with("xn--"))
}

fn is_of_letters(name: &str) -> bool {
    use GeneralCategory as Is;
    name.chars().all(|c| {
        ALLOWED_BY_EXCEPTION.contains(&c)
            || matches!(
                c.general_category(),
                Is::LowercaseLetter
                    | Is::OtherLetter
                    | Is::ModifierLetter
                    | Is::NonspacingMark
                    | Is::SpacingMark
                    | Is::DecimalNumber
            )
    })
}

/// Whether the last label of a name in ASCII is a top-level domain of the root zone.
pub(super) fn has_known_top(ascii: &str) -> bool {
    ascii.rsplit('.').next().is_some_and(tld::exist)
}

/// Whether the name is, or is below, one that is reserved.
pub(super) fn is_special_use(ascii: &str) -> bool {
    super::rules::suffixes(ascii).any(|suffix| SPECIAL_USE.binary_search(&suffix).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_the_form_of_the_dns() {
        for (written, ascii) in [
            ("Example.COM", "example.com"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("ｇｍａｉｌ.com", "gmail.com"),
            ("straße.de", "xn--strae-oqa.de"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("3com.com", "3com.com"),
        ] {
            assert_eq!(ascii_form(written).as_deref(), Some(ascii), "{written}");
        }
        assert_eq!(unicode_form("xn--bcher-kva.de").unwrap(), "bücher.de");
        assert_eq!(unicode_form("example.com"), None);
    }

    #[test]
    fn what_no_host_can_be_called_is_refused() {
        for name in [
            "",
            ".",
            "a..de",
            ".de",
            "a.de.",
            "-a.de",
            "a-.de",
            "a_b.de",
            "a b.de",
            "1.2.3.4",
            "xn--0.de",
            "😆.de",
            "♥.de",
            "a．．de",
            "b－.de",
        ] {
            assert_eq!(ascii_form(name), None, "{name}");
        }
        assert_eq!(ascii_form(&format!("{}.de", "a".repeat(64))), None);
        assert_eq!(ascii_form(&format!("{}de", "abcdefg.".repeat(32))), None);
    }

    #[test]
    fn reserved_names_and_absent_tops_are_known() {
        assert!(SPECIAL_USE.is_sorted());
        for name in [
            "example.com",
            "a.example.org",
            "a.test",
            "x.home.arpa",
            "localhost",
        ] {
            assert!(is_special_use(name), "{name}");
        }
        assert!(!is_special_use("myexample.com") && !is_special_use("example.de"));
        assert!(has_known_top("a.com") && has_known_top("a.xn--p1ai"));
        assert!(!has_known_top("a.cmo") && !has_known_top("a.xn--ggg"));
    }
}
