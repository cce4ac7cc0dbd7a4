//! Which domain was probably meant.
//!
//! A domain is compared with well-known providers by what slips of the hand make of names: neighbouring keys, letters
//! swapped, doubled, left out; and its end with common top-level domains. What is right, or known to be somebody
//! else's, gets no suggestion.

use super::{domain, providers};

/// Providers that many addresses are at, with the ends that they have; often misspelt, seldom like another name.
const TARGETS: &[(&str, &[&str])] = &[
    ("gmail", &["com"]),
    ("googlemail", &["com"]),
    (
        "yahoo",
        &[
            "com", "co.uk", "fr", "de", "es", "it", "ca", "co.in", "com.br", "com.au", "co.jp",
            "com.mx", "com.ar",
        ],
    ),
    (
        "hotmail",
        &[
            "com", "co.uk", "fr", "de", "es", "it", "nl", "be", "ca", "se",
        ],
    ),
    ("outlook", &["com", "de", "fr", "es", "it"]),
    (
        "live",
        &["com", "co.uk", "fr", "de", "nl", "it", "be", "ca"],
    ),
    ("icloud", &["com"]),
    ("msn", &["com"]),
    ("aol", &["com", "de", "co.uk"]),
    ("gmx", &["de", "net", "at", "ch", "com"]),
    ("web", &["de"]),
    ("t-online", &["de"]),
    ("freenet", &["de"]),
    ("arcor", &["de"]),
    ("orange", &["fr"]),
    ("wanadoo", &["fr"]),
    ("laposte", &["net"]),
    ("free", &["fr"]),
    ("sfr", &["fr"]),
    ("libero", &["it"]),
    ("virgilio", &["it"]),
    ("tiscali", &["it"]),
    ("ziggo", &["nl"]),
    ("hetnet", &["nl"]),
    ("telenet", &["be"]),
    ("skynet", &["be"]),
    ("bluewin", &["ch"]),
    ("comcast", &["net"]),
    ("verizon", &["net"]),
    ("sbcglobal", &["net"]),
    ("bellsouth", &["net"]),
    ("earthlink", &["net"]),
    ("optonline", &["net"]),
    ("charter", &["net"]),
    ("cox", &["net"]),
    ("att", &["net"]),
    ("rocketmail", &["com"]),
    ("ymail", &["com"]),
    ("btinternet", &["com"]),
    ("virginmedia", &["com"]),
    ("rogers", &["com"]),
    ("sympatico", &["ca"]),
    ("shaw", &["ca"]),
    ("bigpond", &["com"]),
    ("protonmail", &["com"]),
    ("proton", &["me"]),
    ("fastmail", &["com"]),
    ("tutanota", &["com"]),
    ("yandex", &["ru", "com"]),
    ("rambler", &["ru"]),
    ("rediffmail", &["com"]),
    ("naver", &["com"]),
    ("hanmail", &["net"]),
    ("seznam", &["cz"]),
];

/// Domains of others that lie near a provider's.
const OTHERS: &[&str] = &[
    "alive.com",
    "anymail.com",
    "aoe.com",
    "arco.de",
    "att.com",
    "blive.com",
    "bmail.com",
    "cmail.com",
    "cox.com",
    "dive.com",
    "dmail.com",
    "five.com",
    "fmail.com",
    "frees.fr",
    "fre.fr",
    "gail.com",
    "gemail.com",
    "give.com",
    "gmail.ru",
    "gmal.de",
    "gmailing.com",
    "gmaily.com",
    "gmat.com",
    "gmx.it",
    "hive.com",
    "hmail.com",
    "hotel.com",
    "hotelmail.com",
    "hotmart.com",
    "imail.com",
    "jive.com",
    "kmail.com",
    "life.com",
    "like.com",
    "lime.com",
    "line.com",
    "live.org",
    "lived.com",
    "liver.com",
    "lives.com",
    "love.com",
    "mails.com",
    "mail.net",
    "mail.org",
    "nmail.com",
    "olive.com",
    "orang.fr",
    "oranges.fr",
    "outlook.live.com",
    "omail.com",
    "pmail.com",
    "rmail.com",
    "roger.com",
    "smail.com",
    "tmail.com",
    "umail.com",
    "vivo.com",
    "vmail.com",
    "webb.de",
    "wmail.com",
    "xmail.com",
    "yahoo.net",
    "zmail.com",
    "zoo.com",
    "atnt.net",
    "att.org",
    "proto.me",
    "photon.me",
    "protons.me",
    "free.com",
    "free.de",
    "telenet.com",
    "skynet.com",
    "sky.net",
    "orange.com",
    "web.com",
    "web.net",
    "shaw.com",
    "rogers.ca",
];

/// Ends that people mean when they write one that does not exist, the most likely first.
const COMMON_ENDS: &[&str] = &[
    "com", "net", "org", "edu", "gov", "info", "biz", "eu", "de", "fr", "nl", "es", "it", "co.uk",
];

/// Ends that exist, but that `com` is often mistyped to; only believed behind the name of a provider.
const NEAR_COM: &[&str] = &[
    "c", "ca", "cc", "ci", "cm", "cn", "co", "cpm", "cim", "con", "cm", "kom", "om", "cam", "comm",
    "com.com", "co.com", "de.com",
];

/// The domain that was probably meant by what stands behind the `@`; `None` for one that is right.
///
/// `text` is what was written, an address's domain or not.
pub(super) fn suggestion(text: &str) -> Option<String> {
    if is_right(text) {
        return None;
    }
    let written = text.to_lowercase();
    let cleaned = cleaned(&written);
    if !(3..=64).contains(&cleaned.len()) {
        return None;
    }
    if is_right(&cleaned) {
        return (cleaned != written && providers::is_free_mail(&cleaned)).then_some(cleaned);
    }
    if let Some(moved) = with_the_dot_elsewhere(&cleaned) {
        return Some(moved);
    }
    let (name, end) = cleaned.split_once('.')?;
    if name.is_empty() || end.is_empty() || domain::is_special_use(&cleaned) {
        return None;
    }
    if let Some(provider) = provider_like(name, end) {
        return Some(provider);
    }
    let (rest, top) = cleaned.rsplit_once('.')?;
    (cleaned == written && !tld::exist(top))
        .then(|| mended_end(top, 1.0))
        .flatten()
        .map(|end| format!("{rest}.{end}"))
}

/// Whether a domain, in any case, is one that is known to be right.
fn is_right(domain: &str) -> bool {
    providers::is_free_mail(domain) || OTHERS.contains(&domain)
}

/// The text without what no domain has: other characters than letters, digits and hyphens, dots at the ends and in a row.
fn cleaned(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'a'..='z' | '0'..='9' | '-' => name.push(c),
            '.' | ',' | ';' | ':' if !name.is_empty() && !name.ends_with('.') => name.push('.'),
            _ if c.is_alphabetic() => return String::new(),
            _ => {}
        }
    }
    name.truncate(name.trim_end_matches('.').len());
    name
}

/// The provider's domain whose letters these are, with a dot left out or in the wrong place.
fn with_the_dot_elsewhere(cleaned: &str) -> Option<String> {
    let is_same = |name: &str, end: &str| {
        let letters = name.chars().chain(end.chars()).filter(|&c| c != '.');
        cleaned.chars().filter(|&c| c != '.').eq(letters)
    };
    TARGETS
        .iter()
        .filter(|(name, _)| name.len() >= 4)
        .flat_map(|(name, ends)| ends.iter().map(move |end| (name, end)))
        .find(|(name, end)| is_same(name, end))
        .map(|(name, end)| format!("{name}.{end}"))
}

/// The provider's domain that name and end are most like.
fn provider_like(name: &str, end: &str) -> Option<String> {
    let mut best: Option<(f32, &str, &str)> = None;
    for (target, ends) in TARGETS {
        let Some(of_name) = cost_of_name(name, target) else {
            continue;
        };
        for &known in *ends {
            let of_end = if end == known {
                0.0
            } else if known == "com" && NEAR_COM.contains(&end) && of_name <= 1.0 {
                0.5
            } else if !end.rsplit('.').next().is_some_and(tld::exist) {
                let cost = slips(end, known);
                if cost > 2.0 || cost + of_name > 3.0 {
                    continue;
                }
                cost
            } else if known.contains('.') && end.contains('.') && slips(end, known) <= 1.0 {
                1.0
            } else {
                continue;
            };
            let cost = of_name + of_end;
            if best.is_none_or(|(least, ..)| cost < least) {
                best = Some((cost, target, known));
            }
        }
    }
    best.filter(|&(cost, ..)| cost > 0.0)
        .map(|(_, name, end)| format!("{name}.{end}"))
}

/// What it costs to take `name` for `target`, if it is near enough for the length of the target.
fn cost_of_name(name: &str, target: &str) -> Option<f32> {
    if name == target {
        return Some(0.0);
    }
    let (written, meant) = (name.len(), target.len());
    let allowed = match (meant, written) {
        // Every name of three or four letters is somebody's: only a letter too much, or a neighbouring key or a swap in four.
        (3, 4) => 1.5,
        (4, 4..) | (5..=6, _) => 1.0,
        (7.., _) => 2.0,
        _ => return None,
    };
    if written.abs_diff(meant) > 2 {
        return None;
    }
    Some(slips(name, target)).filter(|&cost| cost <= allowed)
}

/// The end that was probably meant by one that does not exist.
fn mended_end(end: &str, allowed: f32) -> Option<&'static str> {
    if end.len() < 2 {
        return None;
    }
    COMMON_ENDS
        .iter()
        // An end of two letters is like too many others.
        .filter(|common| common.len() > 2)
        .map(|&common| (slips(end, common), common))
        .filter(|&(cost, _)| cost <= allowed)
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, common)| common)
}

/// How much it takes to make `written` out of `meant`: 1 for a key beside the right one, a vowel for another, two letters
/// swapped, one too much or too little; 1.5 for any other letter; half as much again at the beginning, which people look at.
fn slips(written: &str, meant: &str) -> f32 {
    let (a, b) = (written.as_bytes(), meant.as_bytes());
    let mut before_last = vec![0.0_f32; b.len() + 1];
    let mut last: Vec<f32> = std::iter::successors(Some(0.0), |cost| Some(cost + 1.0))
        .take(b.len() + 1)
        .collect();
    if let Some(first) = last.get_mut(1) {
        *first += 0.5;
    }
    for i in 1..=a.len() {
        let mut row = vec![0.0_f32; b.len() + 1];
        row[0] = last[0] + if i == 1 { 1.5 } else { 1.0 };
        for j in 1..=b.len() {
            let (x, y) = (a[i - 1], b[j - 1]);
            let replaced = match () {
                () if x == y => 0.0,
                () if are_neighbours(x, y) => 1.0,
                () if i == 1 && j == 1 => 2.0,
                () if is_vowel(x) && is_vowel(y) => 1.0,
                () => 1.5,
            };
            let mut cost = (last[j - 1] + replaced)
                .min(last[j] + 1.0)
                .min(row[j - 1] + 1.0);
            if i > 1 && j > 1 && x == b[j - 2] && a[i - 2] == y && x != y {
                cost = cost.min(before_last[j - 2] + 1.0);
            }
            row[j] = cost;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// Whether two letters lie beside each other on a keyboard.
fn are_neighbours(a: u8, b: u8) -> bool {
    const ROWS: [&[u8]; 4] = [b"1234567890-", b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let place = |letter: u8| {
        ROWS.iter().enumerate().find_map(|(row, keys)| {
            let column = keys.iter().position(|&key| key == letter)?;
            Some((row, column))
        })
    };
    let (Some((row_a, column_a)), Some((row_b, column_b))) = (place(a), place(b)) else {
        return false;
    };
    match row_a.abs_diff(row_b) {
        0 => column_a.abs_diff(column_b) == 1,
        // Each row stands half a key to the right of the one above it.
        1 => {
            let (upper, lower) = if row_a < row_b {
                (column_a, column_b)
            } else {
                (column_b, column_a)
            };
            upper == lower || upper == lower + 1
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_are_mended() {
        for (written, meant) in [
            ("gmial.com", "gmail.com"),
            ("gamil.com", "gmail.com"),
            ("gmal.com", "gmail.com"),
            ("gmaill.com", "gmail.com"),
            ("GMAIL.CON", "gmail.com"),
            ("gmail.cm", "gmail.com"),
            ("gmailcom", "gmail.com"),
            ("gmail,com", "gmail.com"),
            ("gmail..com", "gmail.com"),
            ("gmail.com.", "gmail.com"),
            ("hotmal.com", "hotmail.com"),
            ("hotmil.co", "hotmail.com"),
            ("hormail.com", "hotmail.com"),
            ("outlok.com", "outlook.com"),
            ("outloook.com", "outlook.com"),
            ("yaho.com", "yahoo.com"),
            ("yahoo.co.ik", "yahoo.co.uk"),
            ("iclod.com", "icloud.com"),
            ("gmx.ed", "gmx.de"),
            ("t-onlin.de", "t-online.de"),
            ("orenge.fr", "orange.fr"),
            ("laposte.ney", "laposte.net"),
            ("acme-broker.cmo", "acme-broker.com"),
            ("acme-broker.ner", "acme-broker.net"),
        ] {
            assert_eq!(suggestion(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn right_domains_and_those_of_others_get_no_suggestion() {
        for domain in [
            "gmail.com",
            "yahoo.co.uk",
            "gmx.fr",
            "email.com",
            "mail.com",
            "ymail.com",
            "me.com",
            "mac.com",
            "love.com",
            "life.com",
            "hotmart.com",
            "orange.com",
            "example.com",
            "a.test",
            "server.local",
            "acme.de",
            "acme.co",
            "acme.xyz",
            "hotel.com",
            "cloud.com",
            "bmw.de",
            "male.com",
            "hotjar.com",
            "outdoor.com",
            "grail.com",
            "mailer.com",
            "x.png",
            "a",
            "",
            "gm",
            "bücher.de",
        ] {
            assert_eq!(suggestion(domain), None, "{domain}");
        }
    }

    #[test]
    fn a_suggestion_is_right_itself() {
        for (name, ends) in TARGETS {
            for end in *ends {
                let domain = format!("{name}.{end}");
                assert!(is_right(&domain), "{domain}");
                assert_eq!(suggestion(&domain), None, "{domain}");
            }
        }
    }
}
