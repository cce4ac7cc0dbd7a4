//! From the bytes of a file to its rows.

use super::encoding::Decoder;
use super::record::{Record, RecordReader};
use super::row::{ParsedRow, RejectedRow, interpret};
use super::sniff::{Column, Detected, is_announcement};

/// Reads the rows of a file that comes in pieces. Memory does not grow with the file.
pub struct FileReader {
    decoder: Decoder,
    records: RecordReader,
    text: String,
    columns: Vec<Column>,
    header_line: Option<u64>,
    keeps_originals: bool,
}

impl FileReader {
    /// A reader at the beginning of a file that is like what was detected or set.
    #[must_use]
    pub fn new(detected: &Detected) -> Self {
        Self {
            decoder: Decoder::new(detected.encoding),
            records: RecordReader::new(detected.delimiter),
            text: String::new(),
            columns: detected.columns.clone(),
            header_line: detected.header_line,
            keeps_originals: false,
        }
    }

    /// A reader of the same file behind the line feed before a line, where [`FileReader::next_line`] told that line.
    #[must_use]
    pub fn at_line(detected: &Detected, line: u64) -> Self {
        Self {
            decoder: Decoder::behind_line(detected.encoding),
            records: RecordReader::new(detected.delimiter).at_line(line),
            ..Self::new(detected)
        }
    }

    /// The line that comes next, counted from 1, where no row has begun.
    #[must_use]
    pub fn next_line(&self) -> Option<u64> {
        self.records.next_line()
    }

    /// The same reader, which tells of each row what stands in the file.
    #[must_use]
    pub const fn keeping_originals(mut self) -> Self {
        self.keeps_originals = true;
        self
    }

    /// Reads the next bytes and gives out the rows that end in them. Empty rows are none, nor is what comes before the
    /// header.
    pub fn read(&mut self, bytes: &[u8], each: &mut dyn FnMut(Result<ParsedRow, RejectedRow>)) {
        self.decode(bytes, false, each);
    }

    /// Says that the file is at its end, and gives out what is left.
    pub fn finish(&mut self, each: &mut dyn FnMut(Result<ParsedRow, RejectedRow>)) {
        self.decode(&[], true, each);
    }

    fn decode(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        each: &mut dyn FnMut(Result<ParsedRow, RejectedRow>),
    ) {
        self.text.clear();
        self.decoder.decode(bytes, is_last, &mut self.text);
        let (columns, header_line) = (&self.columns, self.header_line);
        let keeps_originals = self.keeps_originals;
        let mut on_record = |record: Record<'_>| {
            let is_before = header_line.is_some_and(|header| record.line() <= header);
            if !is_before && !record.is_empty() && !is_announcement(&record) {
                let mut row = interpret(&record, columns);
                if let (true, Ok(row)) = (keeps_originals, &mut row) {
                    row.original = Some(record.raw().to_owned());
                }
                each(row);
            }
        };
        self.records.read(&self.text, &mut on_record);
        if is_last {
            self.records.finish(&mut on_record);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::encoding::Encoding;
    use super::super::sniff::sniff;
    use super::*;

    fn read(mut reader: FileReader, bytes: &[u8]) -> Vec<(u64, String)> {
        let mut rows = Vec::new();
        let mut each = |row: Result<ParsedRow, RejectedRow>| {
            rows.push(match row {
                Ok(row) => (row.line, row.email),
                Err(row) => (row.line, row.original),
            });
        };
        reader.read(bytes, &mut each);
        reader.finish(&mut each);
        rows
    }

    fn rows(bytes: &[u8], size: usize) -> Vec<(u64, String)> {
        let mut rows = Vec::new();
        let mut each = |row: Result<ParsedRow, RejectedRow>| {
            rows.push(match row {
                Ok(row) => (row.line, row.email),
                Err(row) => (row.line, row.code.as_str().to_owned()),
            });
        };
        let mut reader = FileReader::new(&sniff(bytes));
        for piece in bytes.chunks(size) {
            reader.read(piece, &mut each);
        }
        reader.finish(&mut each);
        rows
    }

    /// All that is told of a file that comes in these pieces.
    fn told(detected: &Detected, pieces: &[&[u8]]) -> Vec<Result<ParsedRow, RejectedRow>> {
        let mut rows = Vec::new();
        let mut reader = FileReader::new(detected).keeping_originals();
        for piece in pieces {
            reader.read(piece, &mut |row| rows.push(row));
        }
        reader.finish(&mut |row| rows.push(row));
        rows
    }

    #[test]
    fn the_same_list_is_read_from_every_encoding() {
        let text = "sep=;\r\nPrénom;E-mail\r\nZoë;zoe@a.de\r\n\r\nJörg;\r\n";
        let expected = [(3, "zoe@a.de".to_owned()), (5, "no_address".to_owned())];
        let utf16 = text
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>();
        let latin = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect::<Vec<_>>();

        for bytes in [text.as_bytes(), &utf16, &latin] {
            assert_eq!(rows(bytes, 1_000), expected);
        }
    }

    proptest! {
        #[test]
        fn how_a_file_is_cut_makes_no_difference(
            bytes in prop::collection::vec(prop::sample::select(b"a@.,;\"\n\r\0\xC3\xA4x".to_vec()), 0..80),
            size in 1_usize..10,
        ) {
            let bytes = [b"Email,Name\n".as_slice(), &bytes].concat();
            prop_assert_eq!(rows(&bytes, size), rows(&bytes, 1_000));
        }

        #[test]
        fn any_bytes_are_read_the_same_wherever_they_are_cut_and_lines_never_go_back(
            mark in prop::sample::select(vec![&b""[..], b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xFE\xFF", b"sep="]),
            bytes in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"a@.,;\t|\"\n\r\0".to_vec())],
                0..300,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes = [mark, &bytes].concat();
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            let detected = sniff(&bytes);

            let rows = told(&detected, &[&bytes]);
            let cut = told(&detected, &[head, tail]);

            prop_assert_eq!(&cut, &rows);
            let lines = rows.iter().map(|row| match row {
                Ok(row) => row.line,
                Err(row) => row.line,
            });
            prop_assert!(lines.is_sorted());
        }

        #[test]
        fn a_file_is_read_on_behind_any_line_feed_where_no_row_has_begun(
            text in "[a@.,;\"\r\n\u{FEFF}ä\u{1F600}x]{0,80}",
            size in 1_usize..40,
            which in 0_usize..4,
        ) {
            let text = format!("Email,Name\n{text}");
            let bytes = match Encoding::ALL[which] {
                Encoding::Utf8 => text.into_bytes(),
                Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                Encoding::Windows1252 => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
            };
            let detected = Detected { encoding: Encoding::ALL[which], ..sniff(b"Email,Name\n") };
            let all = read(FileReader::new(&detected), &bytes);

            let mut reader = FileReader::new(&detected);
            let (mut at, mut before) = (0, 0);
            while at < bytes.len() {
                let rest = &bytes[at..(at + size).min(bytes.len())];
                let end = detected.encoding.last_line_end(rest, at as u64);
                reader.read(&rest[..end.unwrap_or(rest.len())], &mut |_| before += 1);
                at += end.unwrap_or(rest.len());
                if let (Some(_), Some(line)) = (end, reader.next_line()) {
                    let rest = read(FileReader::at_line(&detected, line), &bytes[at..]);
                    prop_assert_eq!(&rest, &all[before..]);
                }
            }
        }
    }
}
