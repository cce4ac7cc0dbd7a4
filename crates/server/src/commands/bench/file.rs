//! Files of invented people, some of whose rows are broken.

use std::fmt::Write as _;
use std::io::{self, Read};

use super::people::Person;

/// How a file is written in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum FileEncoding {
    Utf8,
    Utf8WithMark,
    Utf16,
    Windows1252,
}

impl FileEncoding {
    /// The first is the one whose rows are written once more by bare statements.
    pub(in crate::commands) const ALL: [Self; 4] = [
        Self::Utf8,
        Self::Utf8WithMark,
        Self::Utf16,
        Self::Windows1252,
    ];

    /// Its usual name.
    pub(in crate::commands) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8WithMark => "UTF-8 with BOM",
            Self::Utf16 => "UTF-16LE",
            Self::Windows1252 => "Windows-1252",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Windows1252 => "",
            Self::Utf8WithMark | Self::Utf16 => "\u{feff}",
        }
    }

    fn encode(self, text: String) -> Vec<u8> {
        match self {
            Self::Utf8 | Self::Utf8WithMark => text.into_bytes(),
            Self::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            // All letters of the names are of Latin-1, which is the lower part of Unicode.
            Self::Windows1252 => text
                .chars()
                .map(|letter| u8::try_from(letter).unwrap_or(b'?'))
                .collect(),
        }
    }
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A new person.
    Sound,
    /// A new person, whose company is written on two lines.
    OnTwoLines,
    NoAddress,
    AddressTooLong,
    CellTooLong,
    /// Becomes a contact that is never mailed.
    NotAnAddress,
    /// The address of the row before, in capitals.
    Again,
    /// The address of a row far above.
    AgainFromFar,
    Unsubscribed,
}

/// After so many rows kinds come again. Two of a hundred rows are broken.
const CYCLE: u64 = 400;

impl Kind {
    const fn of(row: u64) -> Self {
        match row % CYCLE {
            50 | 150 | 250 => Self::NoAddress,
            100 => Self::AddressTooLong,
            200 => Self::CellTooLong,
            60 => Self::Again,
            260 => Self::AgainFromFar,
            300 | 399 => Self::NotAnAddress,
            70 => Self::Unsubscribed,
            80 => Self::OnTwoLines,
            _ => Self::Sound,
        }
    }

    const fn rejection(self) -> Option<&'static str> {
        match self {
            Self::NoAddress => Some("no_address"),
            Self::AddressTooLong => Some("address_too_long"),
            Self::CellTooLong => Some("cell_too_long"),
            _ => None,
        }
    }
}

/// A file.
#[derive(Clone, Copy, Debug)]
pub(in crate::commands) struct Sample {
    pub(in crate::commands) rows: u64,
    /// The number of the first person.
    pub(in crate::commands) first: u64,
    pub(in crate::commands) encoding: FileEncoding,
}

/// What must become of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::commands) struct Expected {
    pub(in crate::commands) created: u64,
    pub(in crate::commands) duplicate_in_file: u64,
    pub(in crate::commands) rejected: u64,
    pub(in crate::commands) suppressed: u64,
}

impl Expected {
    /// How many contacts there are afterwards.
    pub(in crate::commands) const fn kept(self) -> u64 {
        self.created + self.suppressed
    }
}

/// A row that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Refused {
    /// The line of the file in which it begins.
    pub(in crate::commands) line: u64,
    pub(in crate::commands) code: &'static str,
}

impl Sample {
    /// How many bytes it has.
    pub(in crate::commands) fn length(self) -> u64 {
        self.pieces().map(|piece| piece.len() as u64).sum()
    }

    /// The file itself, which is made while it is read.
    pub(in crate::commands) fn read(self) -> impl Read {
        Pieces {
            rest: self.pieces(),
            piece: Vec::new(),
            given: 0,
        }
    }

    fn pieces(self) -> impl Iterator<Item = Vec<u8>> {
        const ROWS: u64 = 500;
        let header = "E-Mail,First name,Last name,Company,City,Unsubscribed\r\n";
        let first = self.encoding.mark().to_owned() + header;
        let pieces = (0..self.rows.div_ceil(ROWS)).map(move |piece| {
            let mut text = String::new();
            for row in piece * ROWS..((piece + 1) * ROWS).min(self.rows) {
                self.write_row(row, &mut text);
            }
            text
        });
        std::iter::once(first)
            .chain(pieces)
            .map(move |text| self.encoding.encode(text))
    }

    fn write_row(self, row: u64, out: &mut String) {
        let person = self.person(row);
        let address = match Kind::of(row) {
            Kind::NoAddress => String::new(),
            Kind::NotAnAddress => format!("ask reception {}", self.first + row),
            Kind::AddressTooLong => format!("{}{}", "a".repeat(320), person.address()),
            Kind::Again => self.person(row - 1).address().to_uppercase(),
            Kind::AgainFromFar => self.person(row / CYCLE / 2 * CYCLE + 10).address(),
            Kind::Sound | Kind::OnTwoLines | Kind::CellTooLong | Kind::Unsubscribed => {
                person.address()
            }
        };
        let city = match Kind::of(row) {
            Kind::CellTooLong => "far ".repeat(2_600),
            _ => person.city(),
        };
        let company = match Kind::of(row) {
            Kind::OnTwoLines => format!("\"{}\r\nand others\"", person.company),
            _ => person.company.to_string(),
        };
        let stop = if Kind::of(row) == Kind::Unsubscribed {
            "yes"
        } else {
            "no"
        };
        let (first, last) = (person.first_name, person.last_name);
        // Writing into a text cannot fail.
        let _ = write!(out, "{address},{first},{last},{company},{city},{stop}\r\n");
    }

    fn person(self, row: u64) -> Person {
        Person::numbered(self.first + row)
    }

    /// What must become of the rows.
    pub(in crate::commands) fn expected(self) -> Expected {
        let mut expected = Expected::default();
        for row in 0..self.rows {
            let count = match Kind::of(row) {
                Kind::Sound | Kind::OnTwoLines | Kind::NotAnAddress => &mut expected.created,
                Kind::NoAddress | Kind::AddressTooLong | Kind::CellTooLong => {
                    &mut expected.rejected
                }
                Kind::Again | Kind::AgainFromFar => &mut expected.duplicate_in_file,
                Kind::Unsubscribed => &mut expected.suppressed,
            };
            *count += 1;
        }
        expected
    }

    /// The rows that are refused, in their order.
    pub(in crate::commands) fn refused(self) -> impl Iterator<Item = Refused> {
        let mut line = 1;
        (0..self.rows).filter_map(move |row| {
            line += 1;
            let kind = Kind::of(row);
            let refused = kind.rejection().map(|code| Refused { line, code });
            line += u64::from(kind == Kind::OnTwoLines);
            refused
        })
    }

    /// People of the file whose rows are sound, spread over it.
    pub(in crate::commands) fn somebody(self, n: u64) -> Person {
        let cycles = (self.rows / CYCLE).max(1);
        self.person(n * 7_919 % cycles * CYCLE + 1 + n % 49)
    }

    /// People of the file who have no address that is one.
    pub(in crate::commands) fn somebody_without_address(self, n: u64) -> Person {
        let cycles = (self.rows / CYCLE).max(1);
        self.person(n * 7_919 % cycles * CYCLE + 300)
    }
}

struct Pieces<I> {
    rest: I,
    piece: Vec<u8>,
    given: usize,
}

impl<I: Iterator<Item = Vec<u8>>> Read for Pieces<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.piece.len() {
            let Some(piece) = self.rest.next() else {
                return Ok(0);
            };
            self.piece = piece;
            self.given = 0;
        }
        let rest = &self.piece[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: u64, encoding: FileEncoding) -> Sample {
        Sample {
            rows,
            first: 0,
            encoding,
        }
    }

    fn bytes(sample: Sample) -> Vec<u8> {
        let mut bytes = Vec::new();
        sample.read().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn two_of_a_hundred_rows_are_broken() {
        let expected = sample(4_000, FileEncoding::Utf8).expected();

        let broken = Expected {
            created: 4_000 - 80,
            duplicate_in_file: 20,
            rejected: 50,
            suppressed: 10,
        };
        assert_eq!(expected, broken);
    }

    #[test]
    fn refused_rows_stand_on_the_lines_that_are_told() {
        let sample = sample(800, FileEncoding::Utf8);
        let text = String::from_utf8(bytes(sample)).unwrap();
        let lines = text.lines().collect::<Vec<_>>();

        for refused in sample.refused() {
            let line = lines[usize::try_from(refused.line).unwrap() - 1];
            let is_broken = match refused.code {
                "no_address" => line.starts_with(','),
                _ => line.len() > 320,
            };
            assert!(is_broken, "{refused:?}: {line}");
        }
        assert_eq!(sample.refused().count(), 10);
        assert_eq!(lines.len(), 1 + 800 + 2);
    }

    #[test]
    fn every_encoding_says_the_same() {
        let plain = bytes(sample(64, FileEncoding::Utf8));
        for encoding in FileEncoding::ALL {
            let bytes = bytes(sample(64, encoding));
            let detected = contacts::Encoding::detect(&bytes);
            let mut text = String::new();
            contacts::Decoder::new(detected).decode(&bytes, true, &mut text);

            let text = text.trim_start_matches('\u{feff}');
            assert_eq!(text.as_bytes(), plain, "{encoding:?}");
            assert_eq!(bytes.len() as u64, sample(64, encoding).length());
        }
    }

    #[test]
    fn who_is_looked_for_has_a_sound_row() {
        let sample = sample(2_000, FileEncoding::Utf8);
        let text = String::from_utf8(bytes(sample)).unwrap();

        for n in 0..200 {
            let address = sample.somebody(n).address();
            assert!(text.contains(&address), "{address}");
            let nobody = sample.somebody_without_address(n);
            let row = format!(",{},{},", nobody.first_name, nobody.last_name);
            let is_there = |line: &str| line.starts_with("ask reception") && line.contains(&row);
            assert!(text.lines().any(is_there), "{row}");
        }
    }
}
