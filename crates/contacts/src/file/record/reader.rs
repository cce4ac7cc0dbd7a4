//! From text to records: a state machine that is fed with pieces of a file.

use super::{MAX_RECORD_LEN, Record, RecordFault};

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
///
/// A quote that nobody meant to open takes in the lines below it, until that is found out: because the file or the room
/// for a record ends, or because behind the quote that seems to close it a cell goes on, as behind one that opens a cell
/// further down. Only the line of that quote is refused then, and the lines below it are read once more. There, what is not
/// closed on its own line is refused with that line alone, so that no line is read a third time, however many quotes are
/// amiss.
pub struct RecordReader {
    delimiter: u8,
    most: usize,
    state: State,
    line: u64,
    begun_at: u64,
    /// The line in which the quoted cell began that is being read.
    quoted_at: u64,
    was_cr: bool,
    /// Whether the text was read before, as if it stood in quotes.
    is_second_reading: bool,
    cells: String,
    ends: Vec<usize>,
    raw: String,
    #[cfg(test)]
    bytes_read: usize,
}

impl RecordReader {
    /// A reader at the beginning of a file whose cells end with `delimiter`, an ASCII character.
    #[must_use]
    pub fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            most: MAX_RECORD_LEN,
            state: State::StartOfRecord,
            line: 1,
            begun_at: 1,
            quoted_at: 1,
            was_cr: false,
            is_second_reading: false,
            cells: String::new(),
            ends: Vec::new(),
            raw: String::new(),
            #[cfg(test)]
            bytes_read: 0,
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
        let mut at = 0;
        while at < text.len() {
            let length = self.step(&text[at..], each);
            at += length;
            #[cfg(test)]
            {
                self.bytes_read += length;
            }
            if self.raw.len() > self.most {
                if self.spans_lines() {
                    self.read_again(each);
                } else {
                    self.refuse(RecordFault::TooLong, self.raw.len(), each);
                    self.state = State::Skipping;
                }
            }
        }
    }

    /// Says that no more text will come, and shows what is left.
    pub fn finish(&mut self, each: &mut dyn FnMut(Record<'_>)) {
        if self.state == State::InQuotes {
            self.read_again(each);
        }
        if self.state == State::InQuotes {
            self.refuse(RecordFault::UnclosedQuote, self.raw.len(), each);
        }
        if !matches!(self.state, State::StartOfRecord | State::Skipping) {
            self.end_cell();
            self.end_record(each);
        }
        self.state = State::StartOfRecord;
    }

    /// Reads text as far as the state stays the same, and tells how many bytes that were.
    fn step(&mut self, text: &str, each: &mut dyn FnMut(Record<'_>)) -> usize {
        let byte = text.as_bytes()[0];
        if std::mem::take(&mut self.was_cr) && byte == b'\n' {
            if self.state == State::InQuotes {
                self.keep("\n");
            }
            return 1;
        }
        match self.state {
            State::Skipping => self.skip(text),
            State::InQuotes => self.read_quoted(text, each),
            State::InCell => self.read_plain(text, each),
            State::StartOfRecord if is_break(byte) => {
                self.break_line(byte);
                1
            }
            State::StartOfRecord => {
                self.begun_at = self.line;
                self.state = State::StartOfCell;
                0
            }
            State::StartOfCell if byte == b'"' => {
                self.raw.push('"');
                self.quoted_at = self.line;
                self.state = State::InQuotes;
                1
            }
            State::BehindQuote if byte == b'"' => {
                self.keep("\"");
                self.state = State::InQuotes;
                1
            }
            // A cell that ends with its quote may have lines; one that goes on behind it has none.
            State::BehindQuote
                if self.quoted_at != self.line && byte != self.delimiter && !is_break(byte) =>
            {
                self.read_again(each);
                0
            }
            State::StartOfCell | State::BehindQuote => {
                self.state = State::InCell;
                0
            }
        }
    }

    fn skip(&mut self, text: &str) -> usize {
        let length = run(text, is_break);
        let Some(&byte) = text.as_bytes().get(length) else {
            return length;
        };
        self.break_line(byte);
        self.state = State::StartOfRecord;
        length + 1
    }

    fn read_quoted(&mut self, text: &str, each: &mut dyn FnMut(Record<'_>)) -> usize {
        let wanted = run(text, |byte| byte == b'"' || is_break(byte));
        let length = self.keep_some(text, wanted);
        match text.as_bytes().get(length) {
            _ if self.raw.len() > self.most => return length,
            None => return length,
            Some(b'"') => {
                self.raw.push('"');
                self.state = State::BehindQuote;
            }
            Some(&byte) if self.is_second_reading => {
                self.refuse(RecordFault::UnclosedQuote, self.raw.len(), each);
                self.break_line(byte);
            }
            Some(&byte) => {
                self.break_line(byte);
                self.keep(&text[length..=length]);
            }
        }
        length + 1
    }

    fn read_plain(&mut self, text: &str, each: &mut dyn FnMut(Record<'_>)) -> usize {
        let delimiter = self.delimiter;
        let wanted = run(text, |byte| byte == delimiter || is_break(byte));
        let length = self.keep_some(text, wanted);
        match text.as_bytes().get(length) {
            Some(&byte) if self.raw.len() <= self.most => {
                self.end_by(byte, each);
                length + 1
            }
            _ => length,
        }
    }

    fn keep(&mut self, text: &str) {
        self.cells.push_str(text);
        self.raw.push_str(text);
    }

    /// Keeps the first `length` bytes, or as many as the limit leaves room for, so that the limit is met at the same place
    /// however the text is cut. Tells how many.
    fn keep_some(&mut self, text: &str, length: usize) -> usize {
        let room = (self.most + 1).saturating_sub(self.raw.len());
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

    /// Whether the record that is being read has more than one line.
    fn spans_lines(&self) -> bool {
        self.line != self.begun_at
    }

    /// Refuses the first line of a record whose quotes are not to be believed, and reads its other lines anew.
    fn read_again(&mut self, each: &mut dyn FnMut(Record<'_>)) {
        let raw = self.raw.clone();
        let end = run(&raw, is_break);
        self.refuse(RecordFault::UnclosedQuote, end, each);
        self.line = self.begun_at;
        self.was_cr = false;
        self.is_second_reading = true;
        self.read(&raw[end..], each);
        self.is_second_reading = false;
    }

    /// Shows what was begun as a record that cannot be read, up to this byte of it.
    fn refuse(&mut self, fault: RecordFault, end: usize, each: &mut dyn FnMut(Record<'_>)) {
        each(Record {
            line: self.begun_at,
            cells: "",
            ends: &[],
            raw: &self.raw[..end],
            fault: Some(fault),
        });
        self.clear();
    }
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// How many bytes come before one that is looked for.
fn run(text: &str, is_sought: impl Fn(u8) -> bool) -> usize {
    let mut bytes = text.bytes();
    bytes.position(is_sought).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
