//! Why another system stopped mailing to somebody, as the cells of its downloads say it.

use super::columns::Meaning;

/// Why another system stopped mailing to an address; the gravest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stop {
    /// Its owner complained.
    Complained,
    /// Its owner unsubscribed.
    Unsubscribed,
    /// Mail to it came back.
    Bounced,
    /// It was blocked, without a reason told.
    Blacklisted,
}

/// The graver of two reasons.
pub(super) fn graver(known: Option<Stop>, new: Option<Stop>) -> Option<Stop> {
    match (known, new) {
        (Some(known), Some(new)) => Some(known.min(new)),
        (known, new) => known.or(new),
    }
}

/// What a cell of a column about the subscription says.
pub(super) fn stop_of(meaning: Meaning, cell: &str) -> Option<Stop> {
    let word = cell.to_lowercase();
    if meaning == Meaning::Status {
        return stop_word(&word);
    }
    let is_no = matches!(
        word.as_str(),
        "0" | "no"
            | "n"
            | "false"
            | "f"
            | "nein"
            | "falsch"
            | "non"
            | "faux"
            | "nee"
            | "onwaar"
            | "falso"
            | "never"
            | "none"
            | "null"
            | "-"
            | "n/a"
            | "na"
            | "off"
            | "0000-00-00"
            | "0000-00-00 00:00:00"
            | "nie"
            | "jamais"
            | "nunca"
            | "nooit"
            | "not subscribed"
            | "unsubscribed"
    );
    let stop = match meaning {
        Meaning::Unsubscribed if word == "unsubscribed" || !is_no => Stop::Unsubscribed,
        Meaning::Subscribed if is_no || stop_word(&word).is_some() => Stop::Unsubscribed,
        Meaning::Bounced if !is_no => Stop::Bounced,
        Meaning::Complained if !is_no => Stop::Complained,
        Meaning::Blacklisted if !is_no => Stop::Blacklisted,
        _ => return None,
    };
    // A column may hold the word for another reason.
    Some(stop_word(&word).unwrap_or(stop))
}

/// What a word for the state of a subscription says, in five languages. States that do not stop mail say nothing.
fn stop_word(word: &str) -> Option<Stop> {
    const WORDS: &[(Stop, &[&str])] = &[
        (
            Stop::Complained,
            &[
                "complain", "spam", "abuse", "beschwer", "plaint", "queja", "klacht",
            ],
        ),
        (
            Stop::Bounced,
            &[
                "bounce",
                "cleaned",
                "undeliverable",
                "unzustellbar",
                "rebond",
                "rebot",
                "onbestelbaar",
                "invalid email",
            ],
        ),
        (
            Stop::Unsubscribed,
            &[
                "unsub",
                "opted out",
                "opted-out",
                "opt-out",
                "opt out",
                "optout",
                "abgemeldet",
                "abbestellt",
                "ausgetragen",
                "désabonn",
                "desabonn",
                "désinscri",
                "desinscri",
                "de baja",
                "desuscri",
                "dado de baja",
                "uitgeschreven",
                "afgemeld",
                "cancelled",
                "canceled",
                "cancelado",
                "annulé",
                "non-subscribed",
                "not subscribed",
                "nicht abonniert",
            ],
        ),
        (
            Stop::Blacklisted,
            &[
                "blacklist",
                "blocklist",
                "blocked",
                "block list",
                "suppress",
                "gesperrt",
                "blockiert",
                "bloqu",
                "liste noire",
                "lista negra",
                "geblokkeerd",
                "zwarte lijst",
                "archived",
                "deleted",
                "banned",
                "do not",
            ],
        ),
    ];
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|part| word.contains(part)))
        .map(|&(stop, _)| stop)
}

#[cfg(test)]
mod tests {
    use super::super::columns::meaning_of;
    use super::*;

    #[test]
    fn words_of_other_systems_stop_mail() {
        for (header, cell, stop) in [
            ("Unsubscribed", "yes", Some(Stop::Unsubscribed)),
            ("Unsubscribed", "0", None),
            (
                "UNSUB_TIME",
                "2020-01-01 10:00:00",
                Some(Stop::Unsubscribed),
            ),
            ("Subscribed", "false", Some(Stop::Unsubscribed)),
            ("Subscribed", "true", None),
            ("Status", "Cleaned", Some(Stop::Bounced)),
            ("Status", "subscribed", None),
            ("Status", "complained", Some(Stop::Complained)),
            ("Status", "active", None),
            ("Statut", "Désabonné", Some(Stop::Unsubscribed)),
            ("Abgemeldet", "nein", None),
            ("Abgemeldet", "ja", Some(Stop::Unsubscribed)),
            ("EMAIL_BLACKLIST", "TRUE", Some(Stop::Blacklisted)),
            ("Hard bounce", "1", Some(Stop::Bounced)),
            ("Subscribed", "unsubscribed", Some(Stop::Unsubscribed)),
            ("Subscribed", "bounced", Some(Stop::Bounced)),
            ("Subscribed", "complained", Some(Stop::Complained)),
            ("Subscribed", "subscribed", None),
            ("Subscribed", "confirmed", None),
            ("Opt in", "opted out", Some(Stop::Unsubscribed)),
            ("Opt in", "opted in", None),
            ("Abonniert", "abgemeldet", Some(Stop::Unsubscribed)),
            ("Abonniert", "nein", Some(Stop::Unsubscribed)),
            ("Abonniert", "ja", None),
            ("Abonné", "désabonné", Some(Stop::Unsubscribed)),
            ("Abonné", "oui", None),
            ("Suscrito", "de baja", Some(Stop::Unsubscribed)),
            ("Suscrito", "sí", None),
            ("Ingeschreven", "uitgeschreven", Some(Stop::Unsubscribed)),
            ("Ingeschreven", "ja", None),
            (
                "Email marketing consent",
                "opted-out",
                Some(Stop::Unsubscribed),
            ),
        ] {
            assert_eq!(stop_of(meaning_of(header), cell), stop, "{header}: {cell}");
        }
    }
}
