//! What a file is like, told from its beginning.

use std::collections::{HashMap, HashSet};

use super::columns::{Meaning, meaning_of};
use super::encoding::{Decoder, Encoding};
use super::record::{Record, RecordReader};
use crate::export::HEADER;

/// The delimiters that files come with, the most usual first.
pub const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many records of a sample are looked at.
const LOOKED_AT: usize = 200;
/// From which confidence on, in percent, an address column is believed without anybody's looking at it.
pub const CERTAIN_ENOUGH: u8 = 60;

/// What a file is like. All of it can be overridden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// How the text is written in bytes.
    pub encoding: Encoding,
    /// What stands between two cells.
    pub delimiter: u8,
    /// The line of the file at which the header begins; nothing if there is none. What comes before it is no data.
    pub header_line: Option<u64>,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// How sure it is which column has the address, in percent.
    pub confidence: u8,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its header, different from all others; `column_3` where there is none.
    pub name: String,
    /// What it holds.
    pub meaning: Meaning,
}

impl Detected {
    /// Whether somebody must say first which column has the address.
    #[must_use]
    pub fn needs_mapping(&self) -> bool {
        self.confidence < CERTAIN_ENOUGH
    }
}

/// Tells what a file is like from its first bytes; some ten thousand are plenty, fewer only if the file has no more.
#[must_use]
pub fn sniff(sample: &[u8]) -> Detected {
    sniff_as(sample, &Told::default())
}

/// What somebody told of a file, so that it need not be guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How its text is written in bytes.
    pub encoding: Option<Encoding>,
    /// What stands between two cells, an ASCII character.
    pub delimiter: Option<u8>,
    /// Where its header is.
    pub header: Option<Header>,
}

/// Where the header of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// Nowhere: the first row is data.
    Missing,
    /// At the row that begins at this line of the file, from 1.
    Line(u64),
}

/// The same where something is known already. A told header that is no row of the sample is not believed.
#[must_use]
pub fn sniff_as(sample: &[u8], told: &Told) -> Detected {
    let encoding = told.encoding.unwrap_or_else(|| Encoding::detect(sample));
    let mut text = String::new();
    Decoder::new(encoding).decode(sample, false, &mut text);
    let delimiter = told
        .delimiter
        .or_else(|| announced_delimiter(&text))
        .unwrap_or_else(|| likely_delimiter(&text));
    let rows = rows(&text, delimiter);
    let header = match told.header {
        None => header_row(&rows),
        Some(Header::Missing) => None,
        Some(Header::Line(line)) => rows.iter().position(|row| row.line == line),
    };
    let (names, data) = match header {
        Some(at) => (rows[at].cells.clone(), &rows[at + 1..]),
        None => (Vec::new(), &rows[..]),
    };
    let width = data.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let width = if header.is_some() { names.len() } else { width };
    let mut columns = named(&names, width);
    leave_out_columns_of_the_system(&mut columns);
    let confidence = settle_email(&mut columns, data);
    Detected {
        encoding,
        delimiter,
        header_line: header.map(|at| rows[at].line),
        columns,
        confidence,
    }
}

/// What Mailchimp keeps of everybody for itself; the first two tell its files from others.
const OF_MAILCHIMP: [&str; 14] = [
    "LEID",
    "EUID",
    "MEMBER_RATING",
    "OPTIN_IP",
    "CONFIRM_IP",
    "LATITUDE",
    "LONGITUDE",
    "GMTOFF",
    "DSTOFF",
    "CC",
    "REGION",
    "LAST_CHANGED",
    "CLEAN_CAMPAIGN_TITLE",
    "CLEAN_CAMPAIGN_ID",
];

/// What a download of ours says of contacts that others could not know: it is found out anew.
const OF_OURS: [&str; 10] = [
    "id",
    "source",
    "import_id",
    "validation_status",
    "classification",
    "risk_score",
    "reasons",
    "suggestion",
    "created_at",
    "updated_at",
];

/// Leaves out what nobody asked people for. When they signed up and confirmed stays: it shows that they agreed.
fn leave_out_columns_of_the_system(columns: &mut [Column]) {
    if columns.iter().map(|column| column.name.as_str()).eq(HEADER) {
        for column in columns {
            if OF_OURS.contains(&column.name.as_str()) {
                column.meaning = Meaning::Ignored;
            }
        }
        return;
    }
    let has = |name: &str| columns.iter().any(|column| column.name == name);
    if !has(OF_MAILCHIMP[0]) || !has(OF_MAILCHIMP[1]) {
        return;
    }
    for column in columns {
        let is_of_the_system = OF_MAILCHIMP.contains(&column.name.as_str());
        if is_of_the_system && column.meaning == Meaning::Attribute {
            column.meaning = Meaning::Ignored;
        }
    }
}

/// The delimiter that a first line `sep=;` tells, as Excel writes it.
fn announced_delimiter(text: &str) -> Option<u8> {
    let first = text.lines().next()?.trim_matches('"');
    match first.as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] if delimiter.is_ascii() => {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// Whether a record is not data but Excel's word for its delimiter.
pub(super) fn is_announcement(record: &Record<'_>) -> bool {
    record.line() == 1 && announced_delimiter(record.raw()).is_some()
}

/// A record of the sample.
struct Row {
    line: u64,
    cells: Vec<String>,
}

/// The first records, without those that are no data.
fn rows(text: &str, delimiter: u8) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut reader = RecordReader::new(delimiter);
    for line in text.split_inclusive('\n') {
        reader.read(line, &mut |record| rows.extend(row_of(&record)));
        if rows.len() >= LOOKED_AT {
            rows.truncate(LOOKED_AT);
            return rows;
        }
    }
    reader.finish(&mut |record| rows.extend(row_of(&record)));
    rows.truncate(LOOKED_AT);
    rows
}

/// A record as a row; nothing where it is no data.
fn row_of(record: &Record<'_>) -> Option<Row> {
    let is_data = !record.is_empty() && record.fault().is_none() && !is_announcement(record);
    is_data.then(|| Row {
        line: record.line(),
        cells: record.cells().map(|cell| cell.trim().to_owned()).collect(),
    })
}

/// The delimiter that makes the most of the sample: headers that are known, and rows of one width.
fn likely_delimiter(text: &str) -> u8 {
    let worth = |delimiter: u8| {
        let rows = rows(text, delimiter);
        let known = rows.iter().take(30).map(known_headers).max().unwrap_or(0);
        let width = usual_width(&rows);
        let alike = rows.iter().filter(|row| row.cells.len() == width).count();
        let share = if width > 1 {
            alike * 100 / rows.len().max(1)
        } else {
            0
        };
        known * 100 + share
    };
    let mut best = (DELIMITERS[0], 0);
    for delimiter in DELIMITERS {
        let worth = worth(delimiter);
        if worth > best.1 {
            best = (delimiter, worth);
        }
    }
    best.0
}

fn usual_width(rows: &[Row]) -> usize {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for row in rows {
        *counts.entry(row.cells.len()).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(width, count)| (count, width))
        .map_or(0, |(width, _)| width)
}

fn known_headers(row: &Row) -> usize {
    if row.cells.iter().any(|cell| cell.contains('@')) {
        return 0;
    }
    row.cells
        .iter()
        .filter(|cell| meaning_of(cell) != Meaning::Attribute)
        .count()
}

/// Which row is the header: the first with the most words that are known, or one without addresses above rows with them.
fn header_row(rows: &[Row]) -> Option<usize> {
    let mut best = None;
    for (at, row) in rows.iter().take(30).enumerate() {
        let known = known_headers(row);
        let has_email = row
            .cells
            .iter()
            .any(|cell| meaning_of(cell) == Meaning::Email);
        let worth = known + usize::from(has_email && known > 0);
        // A single word may be data; it must be the address's, or the only column.
        if (has_email || worth >= 2) && best.is_none_or(|(most, _)| worth > most) {
            best = Some((worth, at));
        }
    }
    if let Some((_, at)) = best {
        return Some(at);
    }
    let width = usual_width(rows);
    let first = rows.iter().position(|row| row.cells.len() == width)?;
    let has_address = |row: &Row| row.cells.iter().any(|cell| looks_like_address(cell));
    let is_header = !has_address(&rows[first])
        && rows[first]
            .cells
            .iter()
            .all(|cell| !cell.is_empty() && cell.parse::<f64>().is_err())
        && (rows[first + 1..].iter().any(has_address) || !rows.iter().any(has_address));
    is_header.then_some(first)
}

/// The columns with the meanings of their names.
fn named(names: &[String], width: usize) -> Vec<Column> {
    // What is no text cannot be stored, and names are shown to people.
    let names = names
        .iter()
        .map(|name| name.replace(char::is_control, " "))
        .collect::<Vec<_>>();
    let mut columns = Vec::with_capacity(width);
    let mut taken = HashSet::with_capacity(width);
    let mut repeated = HashMap::<String, usize>::new();
    let job_titles = names
        .iter()
        .filter(|name| meaning_of(name) == Meaning::JobTitle)
        .collect::<HashSet<_>>();
    for at in 0..width {
        let own = names
            .get(at)
            .map(|name| name.trim())
            .filter(|name| !name.is_empty());
        let wanted = own.map_or_else(|| format!("column_{}", at + 1), str::to_owned);
        let mut name = wanted.clone();
        let times = repeated.entry(wanted.clone()).or_insert(1);
        while !taken.insert(name.clone()) {
            *times += 1;
            name = format!("{wanted} ({times})");
        }
        let meaning = own.map_or(Meaning::Attribute, meaning_of);
        // A form of address, where the work has a column of its own.
        let is_form_of_address = meaning == Meaning::JobTitle
            && wanted.eq_ignore_ascii_case("title")
            && job_titles
                .iter()
                .any(|name| name.trim() != own.unwrap_or_default());
        columns.push(Column {
            name,
            meaning: if is_form_of_address {
                Meaning::Attribute
            } else {
                meaning
            },
        });
    }
    columns
}

/// Settles which column has the address, and how sure that is.
fn settle_email(columns: &mut [Column], data: &[Row]) -> u8 {
    let share = |at: usize| {
        let cells = data
            .iter()
            .filter_map(|row| row.cells.get(at))
            .filter(|cell| !cell.is_empty());
        let (all, addresses) = cells.fold((0_usize, 0_usize), |(all, addresses), cell| {
            (all + 1, addresses + usize::from(looks_like_address(cell)))
        });
        (addresses * 100).checked_div(all)
    };
    let by_name = (0..columns.len())
        .filter(|&at| columns[at].meaning == Meaning::Email)
        .collect::<Vec<_>>();
    let (email, confidence) = if let Some(&first) = by_name.first() {
        let best = by_name
            .iter()
            .copied()
            .find(|&at| share(at).is_some_and(|share| share >= 50))
            .unwrap_or(first);
        let confidence = match share(best) {
            None => 70,
            Some(share) if share >= 20 => 95,
            // The name says so, the content does not.
            Some(_) if data.len() >= 5 => 40,
            Some(_) => 65,
        };
        (Some(best), confidence)
    } else {
        let by_content = (0..columns.len())
            .filter(|&at| share(at).is_some_and(|share| share >= 60))
            .collect::<Vec<_>>();
        match by_content[..] {
            [only] => (Some(only), 80),
            // Several have addresses, and nothing says which is the person's.
            [first, ..] => (Some(first), 40),
            [] => (None, 0),
        }
    };
    for at in by_name {
        if Some(at) != email {
            columns[at].meaning = Meaning::OtherEmail;
        }
    }
    if let Some(at) = email {
        columns[at].meaning = Meaning::Email;
    }
    confidence
}

/// Whether a cell has an address in it, right or not.
pub(super) fn looks_like_address(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && cell.len() < 1_000
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(detected: &Detected) -> Vec<Meaning> {
        detected
            .columns
            .iter()
            .map(|column| column.meaning)
            .collect()
    }

    #[test]
    fn names_of_columns_are_texts_and_different_however_many_there_are() {
        let many = "e\0mail,".repeat(60_000);
        let detected = sniff(format!("{many}x\na@example.org,b\n").as_bytes());

        let names = detected.columns.iter().map(|column| column.name.as_str());
        let names = names.collect::<Vec<_>>();
        assert!(names.iter().all(|name| !name.contains(char::is_control)));
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    }

    #[test]
    fn encoding_delimiter_header_and_columns_are_told() {
        use Meaning::{Attribute, Email, FirstName, LastName, Unsubscribed};
        for (bytes, delimiter, header, expected) in [
            (&b"Email,First Name,Plan\nada@a.de,Ada,x\n"[..], b',', Some(1), vec![Email, FirstName, Attribute]),
            (b"\xEF\xBB\xBFPr\xC3\xA9nom;Nom;E-mail\r\nAda;L;ada@a.de\r\n", b';', Some(1), vec![FirstName, LastName, Email]),
            (b"Vorname\tE-Mail\tAbgemeldet\rJ\xF6rg\tj@a.de\tja\r", b'\t', Some(1), vec![FirstName, Email, Unsubscribed]),
            (b"sep=|\nEmail|Nombre\na@b.de|A\n", b'|', Some(2), vec![Email, FirstName]),
            (b"Notes:\n\"Some addresses, as you know, are hidden\"\n\nFirst Name,Last Name,Email Address\nA,B,a@b.de\n", b',', Some(4), vec![FirstName, LastName, Email]),
            (b"a@b.de,Ada\nc@d.de,Bo\n", b',', None, vec![Email, Attribute]),
            (b"a@b.de\nc@d.de\n", b',', None, vec![Email]),
            (b"who,where\nAda,a@b.de\nBo,b@b.de\n", b',', Some(1), vec![Attribute, Email]),
        ] {
            let detected = sniff(bytes);
            assert_eq!(detected.delimiter, delimiter, "{detected:?}");
            assert_eq!(detected.header_line, header, "{detected:?}");
            assert_eq!(meanings(&detected), expected, "{detected:?}");
            assert!(!detected.needs_mapping(), "{detected:?}");
        }
    }

    #[test]
    fn a_doubtful_address_column_is_not_guessed() {
        for bytes in [
            &b"a,b\n1,2\n"[..],
            b"sender,receiver\na@b.de,c@d.de\ne@b.de,f@d.de\n",
            b"",
        ] {
            assert!(sniff(bytes).needs_mapping());
        }
    }

    #[test]
    fn headers_that_come_twice_and_empty_ones_get_names_of_their_own() {
        let names = sniff(b"Email,Tag,Tag,\na@b.de,x,y,z\n").columns;

        assert_eq!(
            names
                .iter()
                .map(|column| column.name.as_str())
                .collect::<Vec<_>>(),
            ["Email", "Tag", "Tag (2)", "column_4"]
        );
    }
}
