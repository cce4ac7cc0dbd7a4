//! From bytes to text.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How a file's text is written in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8; bytes that are none are taken for Windows-1252, as files glued together have them.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, of which Latin-1 is a part.
    Windows1252,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: &'static [Self] = &[Self::Utf8, Self::Utf16Le, Self::Utf16Be, Self::Windows1252];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// The encoding that a file beginning with `sample` is probably in.
    #[must_use]
    pub fn detect(sample: &[u8]) -> Self {
        match sample {
            [0xEF, 0xBB, 0xBF, ..] => return Self::Utf8,
            [0xFF, 0xFE, ..] => return Self::Utf16Le,
            [0xFE, 0xFF, ..] => return Self::Utf16Be,
            _ => {}
        }
        let zeros = |first: usize| {
            let pairs = sample.len() / 2;
            let zeros = sample
                .iter()
                .skip(first)
                .step_by(2)
                .filter(|&&byte| byte == 0);
            pairs > 0 && zeros.count() * 10 > pairs * 4
        };
        // Both at once are padding rather than text.
        match (zeros(0), zeros(1)) {
            (false, true) => return Self::Utf16Le,
            (true, false) => return Self::Utf16Be,
            _ => {}
        }
        Self::of_single_bytes(sample)
    }

    /// UTF-8, unless more characters beyond ASCII are none in it than are: one row that was glued in from another file
    /// says nothing of the others.
    fn of_single_bytes(sample: &[u8]) -> Self {
        let (mut characters, mut others) = (0_usize, 0_usize);
        let mut end = &[][..];
        for chunk in sample.utf8_chunks() {
            characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            others += usize::from(!chunk.invalid().is_empty());
            end = chunk.invalid();
        }
        // The end of the sample may cut a character.
        let is_cut = std::str::from_utf8(end).is_err_and(|error| error.error_len().is_none());
        others -= usize::from(is_cut);
        if others == 0 || characters > others {
            Self::Utf8
        } else {
            Self::Windows1252
        }
    }

    /// Where the last line feed of these bytes ends, of which `before` stand before them in the file.
    #[must_use]
    pub fn last_line_end(self, bytes: &[u8], before: u64) -> Option<usize> {
        let units = |feed: [u8; 2]| {
            let first = usize::from(!before.is_multiple_of(2));
            let units = bytes.get(first..)?.chunks_exact(2);
            let count = units.len();
            let place = units.rev().position(|unit| unit == feed)?;
            Some(first + 2 * (count - place))
        };
        match self {
            Self::Utf8 | Self::Windows1252 => {
                Some(bytes.iter().rposition(|&byte| byte == b'\n')? + 1)
            }
            Self::Utf16Le => units([b'\n', 0]),
            Self::Utf16Be => units([0, b'\n']),
        }
    }
}

/// Decodes a file piece by piece; how it is cut makes no difference.
pub struct Decoder {
    state: State,
    at_start: bool,
}

enum State {
    Utf8 { rest: Vec<u8> },
    Other(Box<encoding_rs::Decoder>),
}

impl Decoder {
    /// A decoder at the beginning of a file.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        let other = |encoding: &'static encoding_rs::Encoding| {
            State::Other(Box::new(encoding.new_decoder_without_bom_handling()))
        };
        Self {
            state: match encoding {
                Encoding::Utf8 => State::Utf8 { rest: Vec::new() },
                Encoding::Utf16Le => other(UTF_16LE),
                Encoding::Utf16Be => other(UTF_16BE),
                Encoding::Windows1252 => other(WINDOWS_1252),
            },
            at_start: true,
        }
    }

    /// A decoder behind a line feed of a file.
    #[must_use]
    pub fn behind_line(encoding: Encoding) -> Self {
        Self {
            at_start: false,
            ..Self::new(encoding)
        }
    }

    /// Appends the text of the next bytes of the file to `text`; `is_last` says that no more will come.
    pub fn decode(&mut self, bytes: &[u8], is_last: bool, text: &mut String) {
        let begin = text.len();
        match &mut self.state {
            State::Utf8 { rest } if rest.is_empty() => decode_utf8(bytes, is_last, rest, text),
            State::Utf8 { rest } => {
                let mut all = std::mem::take(rest);
                all.extend_from_slice(bytes);
                decode_utf8(&all, is_last, rest, text);
            }
            State::Other(decoder) => {
                let room = decoder
                    .max_utf8_buffer_length(bytes.len())
                    .unwrap_or(bytes.len());
                text.reserve(room);
                let mut read = 0;
                loop {
                    let (result, more, _) = decoder.decode_to_string(&bytes[read..], text, is_last);
                    read += more;
                    match result {
                        encoding_rs::CoderResult::InputEmpty => break,
                        encoding_rs::CoderResult::OutputFull => text.reserve(bytes.len() + 16),
                    }
                }
            }
        }
        if self.at_start && text.len() > begin {
            self.at_start = false;
            if text[begin..].starts_with('\u{FEFF}') {
                text.replace_range(begin..begin + '\u{FEFF}'.len_utf8(), "");
            }
        }
    }
}

fn decode_utf8(mut bytes: &[u8], is_last: bool, rest: &mut Vec<u8>, text: &mut String) {
    loop {
        match std::str::from_utf8(bytes) {
            Ok(valid) => {
                text.push_str(valid);
                return;
            }
            Err(error) => {
                let (valid, after) = bytes.split_at(error.valid_up_to());
                text.push_str(&String::from_utf8_lossy(valid));
                let wrong = match error.error_len() {
                    None if !is_last => {
                        rest.extend_from_slice(after);
                        return;
                    }
                    None => after.len(),
                    Some(wrong) => wrong,
                };
                let (wrong, after) = after.split_at(wrong);
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(wrong).0);
                bytes = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(encoding: Encoding, pieces: &[&[u8]]) -> String {
        let mut decoder = Decoder::new(encoding);
        let mut text = String::new();
        for piece in pieces {
            decoder.decode(piece, false, &mut text);
        }
        decoder.decode(&[], true, &mut text);
        text
    }

    #[test]
    fn encodings_are_told_apart_and_marks_of_byte_order_are_taken_off() {
        let utf16 = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        };
        for (bytes, encoding) in [
            (b"name;Zo\xC3\xAB\n".to_vec(), Encoding::Utf8),
            (b"\xEF\xBB\xBFname;Zo\xC3\xAB\n".to_vec(), Encoding::Utf8),
            (b"name;Zo\xEB\n".to_vec(), Encoding::Windows1252),
            (utf16("name;Zoë\n"), Encoding::Utf16Le),
            (utf16("\u{FEFF}name;Zoë\n"), Encoding::Utf16Le),
            (
                "name;Zoë\n"
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect(),
                Encoding::Utf16Be,
            ),
        ] {
            assert_eq!(Encoding::detect(&bytes), encoding);
            assert_eq!(decoded(encoding, &[&bytes]), "name;Zoë\n");
        }
        assert_eq!(Encoding::detect(b"name;Zo\xC3"), Encoding::Utf8);
        assert_eq!(
            decoded(Encoding::Utf8, &[b"Zo\xEB and Zo\xC3", b"\xAB"]),
            "Zoë and Zoë"
        );
    }

    #[test]
    fn a_row_that_was_glued_in_from_another_file_makes_nothing_of_the_other_rows_wherever_it_stands()
     {
        let row = "Zoë;Müller\n".as_bytes();
        for before in [0, 1, 99, 100] {
            let glued = [
                row.repeat(before),
                b"Zo\xEB;M\xFCller\n".to_vec(),
                row.repeat(100),
            ]
            .concat();
            assert_eq!(Encoding::detect(&glued), Encoding::Utf8, "{before}");
            let text = decoded(Encoding::Utf8, &[&glued]);
            assert!(text.lines().all(|line| line == "Zoë;Müller"));
        }
        let single = b"Zo\xEB;M\xFCller\n".repeat(3);
        for before in [0, 3] {
            let pasted = [
                single.repeat(before),
                b"Zo\xC3\xAB\n".to_vec(),
                single.clone(),
            ]
            .concat();
            assert_eq!(Encoding::detect(&pasted), Encoding::Windows1252);
        }
    }

    #[test]
    fn line_feeds_are_found_in_every_encoding() {
        let end = |encoding: Encoding, bytes: &[u8], before| encoding.last_line_end(bytes, before);

        assert_eq!(end(Encoding::Utf8, b"a\nb\nc", 7), Some(4));
        assert_eq!(end(Encoding::Windows1252, b"abc", 0), None);
        assert_eq!(end(Encoding::Utf16Le, b"a\0\n\0b\0", 4), Some(4));
        assert_eq!(end(Encoding::Utf16Le, b"\0\n\0b\0", 5), Some(3));
        assert_eq!(end(Encoding::Utf16Be, b"\0a\0\n\0", 4), Some(4));
        assert_eq!(end(Encoding::Utf16Be, b"\x0a\0", 4), None);
        assert_eq!(end(Encoding::Utf16Le, b"", 3), None);
    }

    proptest! {
        #[test]
        fn how_a_file_is_cut_makes_no_difference(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xC3), Just(0xA4), Just(b'a')], 0..60),
            cut in 0_usize..60,
            which in 0_usize..4,
        ) {
            let encoding = Encoding::ALL[which];
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(decoded(encoding, &[head, tail]), decoded(encoding, &[&bytes]));
            let single = bytes.chunks(1).collect::<Vec<_>>();
            prop_assert_eq!(decoded(encoding, &single), decoded(encoding, &[&bytes]));
        }
    }
}
