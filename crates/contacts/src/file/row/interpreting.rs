//! From a record to what is known of a person, or to the reason why it is refused.

use std::borrow::Cow;

use kernel::unguarded_cell;

use super::addresses::{Given, split_addresses};
use super::{ParsedRow, RejectedRow, RejectionCode};
use crate::file::columns::Meaning;
use crate::file::record::{Record, RecordFault};
use crate::file::sniff::Column;
use crate::file::stop::{Stop, graver, stop_of};

/// The most characters of a cell that is kept.
const MAX_CELL_LEN: usize = 10_000;

/// Reads a record by the meanings of its columns; cells beyond the last column become attributes.
pub(in crate::file) fn interpret(
    record: &Record<'_>,
    columns: &[Column],
) -> Result<ParsedRow, RejectedRow> {
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
                split_addresses(&cell, at, &mut addresses);
                continue;
            }
            Meaning::OtherEmail => {
                split_addresses(&cell, at, &mut others);
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
                row.stop = graver(row.stop, stop_of(meaning, &cell));
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

/// The row with its addresses, the first of which is the person's, unless that or a cell that is too long speaks against it.
fn finished(
    mut row: ParsedRow,
    addresses: Vec<Given>,
    too_long: Option<usize>,
    columns: &[Column],
) -> Result<ParsedRow, Fault> {
    let mut addresses = addresses.into_iter();
    let Some(email) = addresses.next() else {
        let is_address = |column: &Column| column.meaning == Meaning::Email;
        return Err(match too_long {
            Some(_) => (too_long, RejectionCode::CellTooLong, None),
            None => (
                columns.iter().position(is_address),
                RejectionCode::NoAddress,
                None,
            ),
        });
    };
    if !email.fits() {
        let other = addresses.find(Given::fits).map(|other| other.text);
        let code = RejectionCode::AddressTooLong;
        return Err((Some(email.column), code, other.zip(row.stop)));
    }
    if too_long.is_some() {
        let stopped = row.stop.map(|stop| (email.text, stop));
        return Err((too_long, RejectionCode::CellTooLong, stopped));
    }
    row.more_emails = addresses
        .map(|other| other.text)
        .filter(|other| !other.eq_ignore_ascii_case(&email.text))
        .collect();
    row.email = email.text;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{FileReader, sniff};

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
    fn an_address_that_is_too_long_is_blamed_by_its_column_and_hides_no_other_one() {
        let long = format!("{}@b.de", "x".repeat(400));
        let rows = read(&format!(
            "Name,Email,Email 2,Unsubscribed\n\
             Ada,ada@a.de,{long},yes\nBo,{long},bo@a.de,yes\nCy,,{long},yes\nDi,{long},di@a.de,no\n"
        ));

        let ada = rows[0].as_ref().unwrap();
        assert_eq!(
            (ada.email.as_str(), ada.stop),
            ("ada@a.de", Some(Stop::Unsubscribed))
        );
        assert_eq!(ada.more_emails, [long]);
        let refused = rows[1..].iter().map(|row| row.as_ref().unwrap_err());
        let refused = refused.map(|row| (row.column, row.code, row.stopped.clone()));
        let code = RejectionCode::AddressTooLong;
        let bo = ("bo@a.de".to_owned(), Stop::Unsubscribed);
        assert_eq!(
            refused.collect::<Vec<_>>(),
            [
                (Some(1), code, Some(bo)),
                (Some(2), code, None),
                (Some(1), code, None),
            ]
        );
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
