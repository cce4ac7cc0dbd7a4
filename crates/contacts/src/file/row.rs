//! From a record to what is known of a person, or to the reason why it is refused.

use std::borrow::Cow;

use kernel::unguarded_cell;

use super::columns::Meaning;
use super::record::{Record, RecordFault};
use super::sniff::Column;

/// The longest address that is kept, in bytes; see the contact's address.
const MAX_EMAIL_LEN: usize = 320;
/// The most characters of a cell that is kept.
const MAX_CELL_LEN: usize = 10_000;

/// What a row says of a person. Texts are trimmed; nothing is there that the row does not say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ParsedRow {
    /// The line of the file at which the row begins.
    pub line: u64,
    /// The address as it was given, right or not.
    pub email: String,
    /// Further addresses, in their order.
    pub more_emails: Vec<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The whole name.
    pub full_name: Option<String>,
    /// The telephone number as it was given.
    pub phone: Option<String>,
    /// Whom the person works for.
    pub company: Option<String>,
    /// What the person is there.
    pub job_title: Option<String>,
    /// The language as it was given.
    pub locale: Option<String>,
    /// The time zone as it was given.
    pub timezone: Option<String>,
    /// Every other column that is not empty, by its name.
    pub attributes: Vec<(String, String)>,
    /// Why the address must not be mailed to, where another system said so.
    pub stop: Option<Stop>,
    /// What stands in the file, where the reader was asked to keep it.
    pub original: Option<String>,
}

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

/// A row that is refused.
#[derive(Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The line of the file at which the row begins.
    pub line: u64,
    /// The column that is to blame, counted from 0.
    pub column: Option<usize>,
    /// Why.
    pub code: RejectionCode,
    /// What stands in the file.
    pub original: String,
    /// The address that the row tells not to mail to, although the row itself is refused.
    pub stopped: Option<(String, Stop)>,
}

/// Why a row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RejectionCode {
    /// No address anywhere in the row.
    NoAddress,
    /// An address of more than 320 bytes.
    AddressTooLong,
    /// A cell of more than 10,000 characters.
    CellTooLong,
    /// A row of more than 256 KiB.
    RowTooLong,
    /// A quote that is opened and never closed.
    UnclosedQuote,
    /// More attributes than a contact can have.
    TooManyAttributes,
    /// An address that is none, where the import refuses those.
    InvalidAddress,
}

impl RejectionCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::NoAddress,
        Self::AddressTooLong,
        Self::CellTooLong,
        Self::RowTooLong,
        Self::UnclosedQuote,
        Self::TooManyAttributes,
        Self::InvalidAddress,
    ];

    /// The code that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::AddressTooLong => "address_too_long",
            Self::CellTooLong => "cell_too_long",
            Self::RowTooLong => "row_too_long",
            Self::UnclosedQuote => "unclosed_quote",
            Self::TooManyAttributes => "too_many_attributes",
            Self::InvalidAddress => "invalid_address",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::NoAddress => "The row has no address.",
            Self::AddressTooLong => "The address is longer than 320 bytes.",
            Self::CellTooLong => "A cell is longer than 10,000 characters.",
            Self::RowTooLong => "The row is longer than 256 KiB.",
            Self::UnclosedQuote => "A quote is opened and never closed.",
            Self::TooManyAttributes => "The contact would have more than 200 attributes.",
            Self::InvalidAddress => "The address is not one that mail can be sent to.",
        }
    }
}

impl std::fmt::Debug for ParsedRow {
    /// Shows where the row is, and nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParsedRow")
            .field("line", &self.line)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RejectedRow {
    /// Shows where the row is, and nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RejectedRow")
            .field("line", &self.line)
            .field("column", &self.column)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Reads a record by the meanings of its columns; cells beyond the last column become attributes.
pub(super) fn interpret(record: &Record<'_>, columns: &[Column]) -> Result<ParsedRow, RejectedRow> {
    let refused = |column, code| RejectedRow {
        line: record.line(),
        column,
        code,
        original: record.raw().to_owned(),
        stopped: None,
    };
    match record.fault() {
        Some(RecordFault::TooLong) => return Err(refused(None, RejectionCode::RowTooLong)),
        Some(RecordFault::UnclosedQuote) => {
            return Err(refused(None, RejectionCode::UnclosedQuote));
        }
        None => {}
    }
    let mut row = ParsedRow {
        line: record.line(),
        ..ParsedRow::default()
    };
    let mut addresses = Vec::new();
    let mut others = Vec::new();
    let mut too_long = None;
    for (at, cell) in record.cells().enumerate() {
        let cell = clean(cell);
        if cell.is_empty() {
            continue;
        }
        let meaning = columns
            .get(at)
            .map_or(Meaning::Attribute, |column| column.meaning);
        if cell.len() > MAX_CELL_LEN && cell.chars().count() > MAX_CELL_LEN {
            too_long = too_long.or(Some(at));
            continue;
        }
        let field = match meaning {
            Meaning::Email => {
                split_addresses(&cell, &mut addresses);
                continue;
            }
            Meaning::OtherEmail => {
                split_addresses(&cell, &mut others);
                continue;
            }
            Meaning::FirstName => &mut row.first_name,
            Meaning::LastName => &mut row.last_name,
            Meaning::FullName => &mut row.full_name,
            Meaning::Phone => &mut row.phone,
            Meaning::Company => &mut row.company,
            Meaning::JobTitle => &mut row.job_title,
            Meaning::Locale => &mut row.locale,
            Meaning::TimeZone => &mut row.timezone,
            Meaning::Ignored => continue,
            Meaning::Attribute => {
                row.attributes
                    .push((name_of(columns, at), cell.into_owned()));
                continue;
            }
            Meaning::Unsubscribed
            | Meaning::Subscribed
            | Meaning::Bounced
            | Meaning::Complained
            | Meaning::Blacklisted
            | Meaning::Status => {
                row.stop = earlier(row.stop, stop_of(meaning, &cell));
                row.attributes
                    .push((name_of(columns, at), cell.into_owned()));
                continue;
            }
        };
        if field.is_none() {
            *field = Some(cell.into_owned());
        } else {
            row.attributes
                .push((name_of(columns, at), cell.into_owned()));
        }
    }
    addresses.append(&mut others);
    finished(row, addresses, too_long, columns).map_err(|(column, code, stopped)| RejectedRow {
        stopped,
        ..refused(column, code)
    })
}

/// Which column is to blame, why, and the address that the row tells not to mail to.
type Fault = (Option<usize>, RejectionCode, Option<(String, Stop)>);

/// The row with its addresses, unless they or a cell that is too long speak against it.
fn finished(
    mut row: ParsedRow,
    addresses: Vec<String>,
    too_long: Option<usize>,
    columns: &[Column],
) -> Result<ParsedRow, Fault> {
    let address_column = || {
        columns
            .iter()
            .position(|column| column.meaning == Meaning::Email)
    };
    if addresses
        .iter()
        .any(|address| address.len() > MAX_EMAIL_LEN)
    {
        return Err((address_column(), RejectionCode::AddressTooLong, None));
    }
    let mut addresses = addresses.into_iter();
    let Some(email) = addresses.next() else {
        return Err(match too_long {
            Some(_) => (too_long, RejectionCode::CellTooLong, None),
            None => (address_column(), RejectionCode::NoAddress, None),
        });
    };
    if too_long.is_some() {
        let stopped = row.stop.map(|stop| (email, stop));
        return Err((too_long, RejectionCode::CellTooLong, stopped));
    }
    row.more_emails = addresses
        .filter(|other| !other.eq_ignore_ascii_case(&email))
        .collect();
    row.email = email;
    Ok(row)
}

fn name_of(columns: &[Column], at: usize) -> String {
    columns.get(at).map_or_else(
        || format!("column_{}", at + 1),
        |column| column.name.clone(),
    )
}

/// The cell without the guard against formulas, white space around it, and characters that no database keeps.
fn clean(cell: &str) -> Cow<'_, str> {
    let cell = unguarded_cell(cell).trim();
    if cell.contains('\0') {
        Cow::Owned(cell.replace('\0', "").trim().to_owned())
    } else {
        Cow::Borrowed(cell)
    }
}

/// All addresses of a cell; a text without any is kept whole, as what was given for an address.
fn split_addresses(cell: &str, into: &mut Vec<String>) {
    if cell.matches('@').count() < 2 {
        into.push(bare(cell).to_owned());
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
        into.push(cell.to_owned());
    }
    for part in parts {
        if !into.iter().any(|known| known.eq_ignore_ascii_case(part)) {
            into.push(part.to_owned());
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

fn earlier(known: Option<Stop>, new: Option<Stop>) -> Option<Stop> {
    match (known, new) {
        (Some(known), Some(new)) => Some(known.min(new)),
        (known, new) => known.or(new),
    }
}

/// What a cell of a column about the subscription says.
fn stop_of(meaning: Meaning, cell: &str) -> Option<Stop> {
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
    use super::super::reader::FileReader;
    use super::super::sniff::sniff;
    use super::*;

    fn read(text: &str) -> Vec<Result<ParsedRow, RejectedRow>> {
        let mut rows = Vec::new();
        let mut reader = FileReader::new(&sniff(text.as_bytes()));
        reader.read(text.as_bytes(), &mut |row| rows.push(row));
        reader.finish(&mut |row| rows.push(row));
        rows
    }

    fn only(text: &str) -> ParsedRow {
        read(text).remove(0).unwrap()
    }

    #[test]
    fn every_row_is_a_person_or_a_rejection_with_its_line() {
        let rows = read(
            "Email,Name,City\nada@a.de,\"Ada\nL\",\n,Bo,Bern\n\nnot an address,Cy\nd@a.de,Di,Ulm,extra\n",
        );

        let ada = rows[0].as_ref().unwrap();
        assert_eq!(
            (ada.line, ada.email.as_str(), ada.full_name.as_deref()),
            (2, "ada@a.de", Some("Ada\nL"))
        );
        let bo = rows[1].as_ref().unwrap_err();
        assert_eq!(
            (bo.line, bo.column, bo.code),
            (4, Some(0), RejectionCode::NoAddress)
        );
        assert_eq!(bo.original, ",Bo,Bern");
        assert_eq!(rows[2].as_ref().unwrap().email, "not an address");
        let di = rows[3].as_ref().unwrap();
        assert_eq!(
            di.attributes,
            [
                ("City".to_owned(), "Ulm".to_owned()),
                ("column_4".to_owned(), "extra".to_owned())
            ]
        );
        assert_eq!(rows.len(), 4);
    }

    #[test]
    fn all_addresses_are_kept_and_names_are_not_made_of_them() {
        let row = only("Email,Email 2\n\"Ada L <ada@a.de>; B@a.de, ada@a.de\",mailto:c@a.de\n");

        assert_eq!(row.email, "ada@a.de");
        assert_eq!(row.more_emails, ["B@a.de", "c@a.de"]);
        assert_eq!((row.first_name, row.full_name), (None, None));
        assert_eq!(only("Email,Email 2\n,b@a.de\n").email, "b@a.de");
    }

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
            split_addresses(cell, &mut found);
            assert_eq!(found, addresses, "{cell}");
        }
    }

    #[test]
    fn a_refused_row_still_stops_mail() {
        let long = "x".repeat(MAX_CELL_LEN + 1);
        let rows = read(&format!(
            "Email,Note,Unsubscribed\na@b.de,{long},yes\nb@b.de,{long},no\n,{long},yes\n"
        ));

        let stopped = rows
            .iter()
            .map(|row| row.as_ref().unwrap_err().stopped.clone());
        assert_eq!(
            stopped.collect::<Vec<_>>(),
            [Some(("a@b.de".to_owned(), Stop::Unsubscribed)), None, None]
        );
        let codes = rows.iter().map(|row| row.as_ref().unwrap_err().code);
        assert!(codes.eq([RejectionCode::CellTooLong; 3]));
    }

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
            let row = only(&format!("Email,{header}\na@b.de,{cell}\n"));
            assert_eq!(row.stop, stop, "{header}: {cell}");
        }
    }

    #[test]
    fn exports_of_other_programs_are_read_as_they_are() {
        for (text, stop) in [
            (
                "Title,First Name,Last Name,Company,Job Title,Business Phone,Mobile Phone,E-mail Address,E-mail 2 Address\n\
                 Ms,Ada,Lovelace,Engines,Programmer,1,2,ada@a.de,b@a.de\n",
                None,
            ),
            (
                "Notes:\n\"When exporting your connection data, you may notice gaps.\"\n\n\
                 First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
                 Ada,Lovelace,https://a.de/in/ada,ada@a.de,Engines,Programmer,01 Jan 2024\n",
                None,
            ),
            (
                "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;COMPANY;JOB_TITLE;EMAIL_BLACKLIST\n\
                 7;ada@a.de;Ada;Lovelace;1;Engines;Programmer;1\n",
                Some(Stop::Blacklisted),
            ),
            (
                "FirstName,LastName,Title,Account Name,Email,HasOptedOutOfEmail,EmailBouncedDate\n\
                 Ada,Lovelace,Programmer,Engines,ada@a.de,0,2024-01-01\n",
                Some(Stop::Bounced),
            ),
            (
                "email,first_name,last_name,company,job_title,state,tags\n\
                 ada@a.de,Ada,Lovelace,Engines,Programmer,cancelled,x\n",
                Some(Stop::Unsubscribed),
            ),
        ] {
            let row = only(text);

            assert_eq!(row.email, "ada@a.de", "{text}");
            assert_eq!(row.first_name.as_deref(), Some("Ada"), "{text}");
            assert_eq!(row.last_name.as_deref(), Some("Lovelace"), "{text}");
            assert_eq!(row.company.as_deref(), Some("Engines"), "{text}");
            assert_eq!(row.job_title.as_deref(), Some("Programmer"), "{text}");
            assert_eq!(row.stop, stop, "{text}");
        }
    }

    #[test]
    fn what_was_exported_comes_back_without_its_guard() {
        let row = only("Email,Note,Phone\na@b.de,'=1+1,'+49 30 1\n");

        assert_eq!(row.attributes, [("Note".to_owned(), "=1+1".to_owned())]);
        assert_eq!(row.phone.as_deref(), Some("+49 30 1"));
    }

    #[test]
    fn what_is_too_long_is_refused_and_named() {
        let long = "x".repeat(MAX_CELL_LEN + 1);
        let rows = read(&format!(
            "Email,Note\na@b.de,{long}\n{}@b.de,y\n",
            "x".repeat(400)
        ));

        let codes = rows
            .iter()
            .map(|row| row.as_ref().unwrap_err().code)
            .collect::<Vec<_>>();
        assert_eq!(
            codes,
            [RejectionCode::CellTooLong, RejectionCode::AddressTooLong]
        );
    }

    #[test]
    fn nothing_of_a_person_shows_in_debug_output() {
        let shown = format!("{:?}", read("Email,Name\nada@a.de,Ada\n,Bo\n"));

        assert!(
            !shown.contains("Ada") && !shown.contains("ada@") && !shown.contains("Bo"),
            "{shown}"
        );
    }
}
