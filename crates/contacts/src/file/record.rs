//! From text to records: a state machine that is fed with pieces of a file.

/// The most bytes of text that a record may have. What is longer is no row of a contact list.
pub const MAX_RECORD_LEN: usize = 256 * 1024;

/// A record of a file, as long as the reader looks at it.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    line: u64,
    cells: &'a str,
    ends: &'a [usize],
    raw: &'a str,
    fault: Option<RecordFault>,
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordFault {
    /// A quote is opened and not closed within [`MAX_RECORD_LEN`], or at all.
    UnclosedQuote,
    /// More than [`MAX_RECORD_LEN`] bytes without an end of line.
    TooLong,
}

impl<'a> Record<'a> {
    /// The line of the file at which the record begins, as an editor counts: from 1, every line break counts.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether all cells are empty or white space.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fault.is_none() && self.cells.trim().is_empty()
    }

    /// A cell, counted from 0; nothing where the record is too short.
    #[must_use]
    pub fn cell(&self, at: usize) -> &'a str {
        let Some(&end) = self.ends.get(at) else {
            return "";
        };
        let begin = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.cells[begin..end]
    }

    /// The cells in their order.
    pub fn cells(&self) -> impl Iterator<Item = &'a str> {
        let record = *self;
        (0..self.len()).map(move |at| record.cell(at))
    }

    /// What stands in the file, without the line break at the end.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Why the record cannot be read; its cells are empty then.
    #[must_use]
    pub fn fault(&self) -> Option<RecordFault> {
        self.fault
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartOfRecord,
    StartOfCell,
    InCell,
    InQuotes,
    /// Behind a quote inside quotes: the end of the cell, or half of a doubled quote.
    BehindQuote,
    /// Behind the end of a record that was too long.
    Skipping,
}

/// Reads records from the text of a file, which comes in pieces.
///
/// Cells may be quoted and then hold delimiters, line breaks and doubled quotes. A quote elsewhere is a character like
/// any other. Empty lines are no records. Memory stays within a small multiple of [`MAX_RECORD_LEN`].
pub struct RecordReader {
    delimiter: u8,
    state: State,
    line: u64,
    begun_at: u64,
    was_cr: bool,
    cells: String,
    ends: Vec<usize>,
    raw: String,
}

impl RecordReader {
    /// A reader at the beginning of a file whose cells end with `delimiter`, an ASCII character.
    #[must_use]
    pub fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: State::StartOfRecord,
            line: 1,
            begun_at: 1,
            was_cr: false,
            cells: String::new(),
            ends: Vec::new(),
            raw: String::new(),
        }
    }

    /// A reader behind the end of a line, where no record has begun: the next line is this one, counted from 1.
    #[must_use]
    pub fn at_line(self, line: u64) -> Self {
        Self { line, ..self }
    }

    /// The line that comes next, where no record has begun.
    #[must_use]
    pub fn next_line(&self) -> Option<u64> {
        (self.state == State::StartOfRecord && !self.was_cr).then_some(self.line)
    }

    /// Reads the next piece and shows the records that it ends.
    pub fn read(&mut self, text: &str, each: &mut dyn FnMut(Record<'_>)) {
        let mut waiting = self.read_until_fault(text, each);
        while let Some(again) = waiting {
            waiting = self.read_until_fault(&again, each);
        }
    }

    /// Says that no more text will come, and shows what is left.
    pub fn finish(&mut self, each: &mut dyn FnMut(Record<'_>)) {
        while self.state == State::InQuotes {
            let rest = self.give_up(RecordFault::UnclosedQuote, each);
            self.read(&rest, each);
        }
        if !matches!(self.state, State::StartOfRecord | State::Skipping) {
            self.end_cell();
            self.end_record(each);
        }
        self.state = State::StartOfRecord;
    }

    /// Reads text up to its end, or up to a fault; then the text that is to be read again comes back.
    fn read_until_fault(&mut self, text: &str, each: &mut dyn FnMut(Record<'_>)) -> Option<String> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if std::mem::take(&mut self.was_cr) && byte == b'\n' {
                if self.state == State::InQuotes {
                    self.keep("\n");
                }
                at += 1;
                continue;
            }
            match self.state {
                State::Skipping => {
                    at += run(&bytes[at..], |byte| matches!(byte, b'\n' | b'\r'));
                    if at < bytes.len() {
                        self.break_line(bytes[at]);
                        self.state = State::StartOfRecord;
                        at += 1;
                    }
                    continue;
                }
                State::InQuotes => {
                    let length = run(&bytes[at..], |byte| matches!(byte, b'"' | b'\n' | b'\r'));
                    at += self.keep_some(&text[at..], length);
                    match bytes.get(at) {
                        Some(b'"') => {
                            self.raw.push('"');
                            self.state = State::BehindQuote;
                            at += 1;
                        }
                        Some(&byte) if matches!(byte, b'\n' | b'\r') => {
                            self.break_line(byte);
                            self.keep(&text[at..=at]);
                            at += 1;
                        }
                        _ => {}
                    }
                }
                State::InCell => {
                    let delimiter = self.delimiter;
                    let length = run(&bytes[at..], |byte| {
                        byte == delimiter || matches!(byte, b'\n' | b'\r')
                    });
                    at += self.keep_some(&text[at..], length);
                    if self.raw.len() <= MAX_RECORD_LEN && at < bytes.len() {
                        self.end_by(bytes[at], each);
                        at += 1;
                    }
                }
                State::StartOfRecord if matches!(byte, b'\n' | b'\r') => {
                    self.break_line(byte);
                    at += 1;
                }
                State::StartOfRecord => {
                    self.begun_at = self.line;
                    self.state = State::StartOfCell;
                }
                State::StartOfCell if byte == b'"' => {
                    self.raw.push('"');
                    self.state = State::InQuotes;
                    at += 1;
                }
                State::BehindQuote if byte == b'"' => {
                    self.keep("\"");
                    self.state = State::InQuotes;
                    at += 1;
                }
                State::StartOfCell | State::BehindQuote => self.state = State::InCell,
            }
            if self.raw.len() > MAX_RECORD_LEN {
                if self.state == State::InQuotes && self.raw.contains(['\n', '\r']) {
                    let mut rest = self.give_up(RecordFault::UnclosedQuote, each);
                    rest.push_str(&text[at..]);
                    return Some(rest);
                }
                self.give_up(RecordFault::TooLong, each);
                self.state = State::Skipping;
            }
        }
        None
    }

    fn keep(&mut self, text: &str) {
        self.cells.push_str(text);
        self.raw.push_str(text);
    }

    /// Keeps the first `length` bytes, or as many as the limit leaves room for, so that the limit is met at the same place
    /// however the text is cut. Tells how many.
    fn keep_some(&mut self, text: &str, length: usize) -> usize {
        let room = (MAX_RECORD_LEN + 1).saturating_sub(self.raw.len());
        let length = text.ceil_char_boundary(length.min(room));
        self.keep(&text[..length]);
        length
    }

    fn break_line(&mut self, byte: u8) {
        self.line += 1;
        self.was_cr = byte == b'\r';
    }

    fn end_by(&mut self, byte: u8, each: &mut dyn FnMut(Record<'_>)) {
        self.end_cell();
        if byte == self.delimiter {
            self.raw.push(char::from(byte));
            self.state = State::StartOfCell;
        } else {
            self.break_line(byte);
            self.end_record(each);
        }
    }

    fn end_cell(&mut self) {
        self.ends.push(self.cells.len());
    }

    fn end_record(&mut self, each: &mut dyn FnMut(Record<'_>)) {
        each(Record {
            line: self.begun_at,
            cells: &self.cells,
            ends: &self.ends,
            raw: &self.raw,
            fault: None,
        });
        self.clear();
    }

    fn clear(&mut self) {
        self.state = State::StartOfRecord;
        self.cells.clear();
        self.ends.clear();
        self.raw.clear();
    }

    /// Shows the first line of what was begun as one that cannot be read; the rest comes back, to be read anew.
    fn give_up(&mut self, fault: RecordFault, each: &mut dyn FnMut(Record<'_>)) -> String {
        let raw = std::mem::take(&mut self.raw);
        let end = if fault == RecordFault::UnclosedQuote {
            raw.find(['\n', '\r']).unwrap_or(raw.len())
        } else {
            raw.len()
        };
        each(Record {
            line: self.begun_at,
            cells: "",
            ends: &[],
            raw: &raw[..end],
            fault: Some(fault),
        });
        self.line = self.begun_at;
        self.was_cr = false;
        self.clear();
        raw[end..].to_owned()
    }
}

/// How many bytes come before one that is looked for.
fn run(bytes: &[u8], is_sought: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|&byte| is_sought(byte))
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(delimiter: u8, pieces: &[&str]) -> Vec<(u64, Vec<String>)> {
        let mut records = Vec::new();
        let mut each = |record: Record<'_>| {
            let cells = match record.fault() {
                None => record.cells().map(str::to_owned).collect(),
                Some(fault) => vec![format!("{fault:?}")],
            };
            records.push((record.line(), cells));
        };
        let mut reader = RecordReader::new(delimiter);
        for piece in pieces {
            reader.read(piece, &mut each);
        }
        reader.finish(&mut each);
        records
    }

    fn lines(text: &str) -> Vec<(u64, String)> {
        read(b',', &[text])
            .into_iter()
            .map(|(line, cells)| (line, cells.join("|")))
            .collect()
    }

    #[test]
    fn cells_may_hold_delimiters_line_breaks_and_quotes() {
        assert_eq!(
            lines("a,\"b,\"\"c\"\"\"\n\"d\r\ne\",f\n\nx\"y,\"z\"w"),
            [
                (1, "a|b,\"c\"".to_owned()),
                (2, "d\r\ne|f".to_owned()),
                (5, "x\"y|zw".to_owned()),
            ]
        );
    }

    #[test]
    fn every_kind_of_line_break_counts_once() {
        for text in [
            "a\n\nb\n\"c\nd\"\ne\n",
            "a\r\n\r\nb\r\n\"c\r\nd\"\r\ne",
            "a\r\rb\r\"c\rd\"\re",
        ] {
            let numbers = lines(text)
                .iter()
                .map(|&(line, _)| line)
                .collect::<Vec<_>>();
            assert_eq!(numbers, [1, 3, 4, 6], "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_line_only() {
        assert_eq!(
            lines("a,b\n1,\"2\n3,4\n5,6\n"),
            [
                (1, "a|b".to_owned()),
                (2, "UnclosedQuote".to_owned()),
                (3, "3|4".to_owned()),
                (4, "5|6".to_owned()),
            ]
        );
        let long = format!("1,\"2\n{}", "3,4\n".repeat(MAX_RECORD_LEN / 2));
        let records = lines(&long);
        assert_eq!(records[0], (1, "UnclosedQuote".to_owned()));
        assert_eq!(records.len(), 1 + MAX_RECORD_LEN / 2);
    }

    #[test]
    fn a_line_without_end_is_refused_and_the_next_one_is_read() {
        let text = format!("{}\nb,c\n", "a".repeat(MAX_RECORD_LEN * 2));

        assert_eq!(
            lines(&text),
            [(1, "TooLong".to_owned()), (2, "b|c".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn well_formed_files_are_read_as_the_csv_crate_reads_them_however_they_are_cut(
            rows in prop::collection::vec(prop::collection::vec("[a-c\" ,;\n\räé]{0,5}", 2..4), 0..6),
            size in 1_usize..9,
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let expected = csv::ReaderBuilder::new()
                .flexible(true)
                .has_headers(false)
                .from_reader(text.as_bytes())
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                .collect::<Vec<_>>();
            let chars = text.chars().collect::<Vec<_>>();
            let pieces = chars.chunks(size).map(|piece| piece.iter().collect::<String>()).collect::<Vec<_>>();
            let pieces = pieces.iter().map(String::as_str).collect::<Vec<_>>();

            let found = read(b',', &pieces);

            prop_assert_eq!(found.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>(), expected);
            let mut line = 1;
            for ((number, _), row) in found.iter().zip(&rows) {
                prop_assert_eq!(*number, line);
                let breaks: usize = row.iter().map(|cell| cell.replace("\r\n", "\n").matches(['\n', '\r']).count()).sum();
                line += 1 + breaks as u64;
            }
        }

        #[test]
        fn whatever_comes_nothing_is_lost_twice_or_panics(text in "[a\",\n\r]{0,40}", cut in 0_usize..40) {
            let cut = cut.min(text.len());
            prop_assert_eq!(read(b',', &[&text[..cut], &text[cut..]]), read(b',', &[&text]));
        }
    }
}
