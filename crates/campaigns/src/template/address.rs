//! Addresses on the web that stand in templates.

use super::fault::TemplateReason;

/// What an address may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    /// Something that a person follows: a page, a mailbox, a telephone number, or a place in the mail.
    Followed,
    /// Something that is fetched: a page or an image.
    Fetched,
}

/// How a variable's value stands in an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UrlSlot {
    /// It is the address, or its beginning up to a slash, a question mark or a number sign.
    Whole(Links),
    /// It is part of the path, the query or the fragment of a page's address.
    Part,
    /// It is part of the address of a mailbox or of a telephone number.
    MailPart,
}

/// Attributes whose value is an address.
pub(super) fn links(attribute: &str) -> Option<Links> {
    match attribute {
        "href" | "xlink:href" | "usemap" => Some(Links::Followed),
        "src" | "action" | "formaction" | "background" | "cite" | "codebase" | "data"
        | "dynsrc" | "longdesc" | "lowsrc" | "manifest" | "ping" | "poster" | "profile" => {
            Some(Links::Fetched)
        }
        _ => None,
    }
}

/// What each variable of an address is, given the texts before, between and behind them (one more than there are
/// variables), or why the address is refused.
pub(super) fn slots(texts: &[String], links: Links) -> Result<Vec<UrlSlot>, TemplateReason> {
    let count = texts.len().saturating_sub(1);
    let first = texts.first().map_or("", |text| text.trim_start());
    if first.is_empty() && count > 0 {
        let ends = texts[1].trim_end().is_empty() && count == 1;
        if !ends && !texts[1].starts_with(['/', '?', '#', '&']) {
            return Err(TemplateReason::VariableInHost);
        }
        let mut slots = vec![UrlSlot::Whole(links)];
        slots.resize(count, UrlSlot::Part);
        return Ok(slots);
    }
    let lower = first.to_ascii_lowercase();
    let part = if let Some(rest) = page(&lower) {
        let host_ends = rest.find(['/', '?', '#']);
        if !is_authority(&rest[..host_ends.unwrap_or(rest.len())]) {
            return Err(TemplateReason::UnsafeUrl);
        }
        if host_ends.is_none() && count > 0 {
            return Err(TemplateReason::VariableInHost);
        }
        UrlSlot::Part
    } else if links == Links::Followed
        && (lower.starts_with("mailto:") || lower.starts_with("tel:"))
    {
        UrlSlot::MailPart
    } else if links == Links::Followed && lower.starts_with('#') {
        UrlSlot::Part
    } else {
        return Err(TemplateReason::UnsafeUrl);
    };
    Ok(vec![part; count])
}

/// Whether a value is an address by itself.
pub(super) fn is_whole(value: &str, links: Links) -> bool {
    let value = value.trim();
    if value.chars().any(char::is_control) {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let mailed = |scheme: &str| lower.strip_prefix(scheme).is_some_and(|it| !it.is_empty());
    match page(&lower) {
        Some(rest) => is_authority(&rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]),
        None => links == Links::Followed && (mailed("mailto:") || mailed("tel:")),
    }
}

fn page(lower: &str) -> Option<&str> {
    lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"))
}

/// A host with perhaps a port: no user name, which would only hide the host, and no backslash, which browsers take for
/// a slash.
fn is_authority(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '[')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-._:[]".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> Result<Vec<UrlSlot>, TemplateReason> {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        slots(&texts, Links::Followed)
    }

    #[test]
    fn a_variable_is_the_beginning_of_an_address_or_behind_its_host() {
        use UrlSlot::{MailPart, Part, Whole};
        let whole = Whole(Links::Followed);
        for (texts, expected) in [
            (vec!["", ""], vec![whole]),
            (vec![" ", " "], vec![whole]),
            (vec!["", "/a?b=", ""], vec![whole, Part]),
            (vec!["https://a.example/", ""], vec![Part]),
            (vec!["HTTP://a.example?b=", "&c=", ""], vec![Part, Part]),
            (vec!["mailto:", "?subject=", ""], vec![MailPart, MailPart]),
            (vec!["tel:", ""], vec![MailPart]),
            (vec!["#", ""], vec![Part]),
            (vec!["https://a.example"], vec![]),
        ] {
            assert_eq!(told(&texts), Ok(expected), "{texts:?}");
        }
    }

    #[test]
    fn other_addresses_are_refused() {
        use TemplateReason::{UnsafeUrl, VariableInHost};
        for (texts, reason) in [
            (vec!["https://", ""], UnsafeUrl),
            (vec!["https://a", ".example/"], VariableInHost),
            (vec!["", ".example/"], VariableInHost),
            (vec!["", ":", ""], VariableInHost),
            (vec!["", "", ""], VariableInHost),
            (vec!["java", ":alert(1)"], UnsafeUrl),
            (vec!["javascript:", ""], UnsafeUrl),
            (vec!["java\nscript:alert(1)"], UnsafeUrl),
            (vec!["\u{1}javascript:alert(1)"], UnsafeUrl),
            (vec!["data:text/html,", ""], UnsafeUrl),
            (vec!["//a.example/", ""], UnsafeUrl),
            (vec!["/a/", ""], UnsafeUrl),
            (vec!["https:/a.example"], UnsafeUrl),
            (vec!["https:\\\\a.example"], UnsafeUrl),
            (vec!["https://user@a.example/"], UnsafeUrl),
            (vec!["https://a.example\\@b.example/"], UnsafeUrl),
            (vec![""], UnsafeUrl),
        ] {
            assert_eq!(told(&texts), Err(reason), "{texts:?}");
        }
        assert_eq!(
            slots(&["mailto:a@b.example".to_owned()], Links::Fetched),
            Err(UnsafeUrl)
        );
    }

    #[test]
    fn a_value_is_an_address_only_with_a_scheme_that_is_allowed() {
        for good in [
            "https://a.example",
            " http://a.example:80/b?c#d ",
            "HTTPS://ä.example/",
        ] {
            assert!(is_whole(good, Links::Fetched), "{good}");
        }
        for good in ["mailto:a@b.example", "TEL:+4930123"] {
            assert!(is_whole(good, Links::Followed) && !is_whole(good, Links::Fetched));
        }
        for bad in [
            "",
            "a.example",
            "//a.example",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "\u{0}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "https:",
            "https://",
            "https:///a",
            "https://a@b.example",
            "https://a.example\\b",
            "https://a.example\n",
            "mailto:",
            "#a",
        ] {
            let trimmed_away = bad == "https://a.example\n";
            assert_eq!(is_whole(bad, Links::Followed), trimmed_away, "{bad:?}");
        }
    }
}
