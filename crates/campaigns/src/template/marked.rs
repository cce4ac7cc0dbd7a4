//! A source whose variables are replaced by words that HTML leaves alone, so that they can be found among its tokens.

use std::fmt::Write as _;
use std::ops::Range;

use super::placeholder::Slot;

/// The marked source.
pub(super) struct Marked<'a> {
    pub(super) text: String,
    /// Where the word of each variable stands.
    words: Vec<Range<usize>>,
    slots: &'a [Slot],
    prefix: String,
}

/// A text of a token taken apart: the texts around its variables, one more than there are of these.
pub(super) struct Split {
    pub(super) texts: Vec<String>,
    pub(super) slots: Vec<usize>,
}

impl<'a> Marked<'a> {
    pub(super) fn new(source: &str, slots: &'a [Slot]) -> Self {
        let lower = source.to_ascii_lowercase();
        let mut prefix = "variable0x".to_owned();
        while lower.contains(&prefix) {
            prefix.push('x');
        }
        let mut text = String::with_capacity(source.len() + slots.len() * 8);
        let mut words = Vec::with_capacity(slots.len());
        let mut from = 0;
        for (index, slot) in slots.iter().enumerate() {
            text.push_str(&source[from..slot.range.start]);
            let start = text.len();
            // Writing to a string cannot fail.
            let _ = write!(text, "{prefix}{index}e");
            words.push(start..text.len());
            from = slot.range.end;
        }
        text.push_str(&source[from..]);
        Self {
            text,
            words,
            slots,
            prefix,
        }
    }

    /// Where in the source it is what is here in the marked text; inside a word, where its variable begins.
    pub(super) fn source_offset(&self, at: usize) -> usize {
        let before = self.words.partition_point(|word| word.end <= at);
        let inside = self.words.get(before).filter(|word| word.start <= at);
        if inside.is_some() {
            return self.slots[before].range.start;
        }
        match before.checked_sub(1) {
            Some(last) => self.slots[last].range.end + (at - self.words[last].end),
            None => at,
        }
    }

    /// Where the word of a variable stands in the marked text.
    pub(super) fn word(&self, slot: usize) -> &Range<usize> {
        &self.words[slot]
    }

    /// Takes a text of a token apart.
    pub(super) fn split(&self, text: &str) -> Split {
        let mut split = Split {
            texts: Vec::new(),
            slots: Vec::new(),
        };
        let mut literal = String::new();
        let mut rest = text;
        while let Some(found) = rest.find(&self.prefix) {
            literal.push_str(&rest[..found]);
            let behind = &rest[found + self.prefix.len()..];
            let digits = behind
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(behind.len());
            let index = behind[..digits]
                .parse::<usize>()
                .ok()
                .filter(|index| *index < self.slots.len() && behind[digits..].starts_with('e'));
            if let Some(index) = index {
                split.texts.push(std::mem::take(&mut literal));
                split.slots.push(index);
                rest = &behind[digits + 1..];
            } else {
                literal.push_str(&self.prefix);
                rest = behind;
            }
        }
        literal.push_str(rest);
        split.texts.push(literal);
        split
    }
}

#[cfg(test)]
mod tests {
    use super::super::placeholder::scan;
    use super::*;

    #[test]
    fn words_are_found_again_and_places_are_those_of_the_source() {
        let source = "é{{ a }}b variable0x1e{{ b }}{{ c }}!";
        let (slots, _) = scan(source);
        let marked = Marked::new(source, &slots);

        let split = marked.split(&marked.text);

        assert_eq!(split.slots, [0, 1, 2]);
        assert_eq!(split.texts, ["é", "b variable0x1e", "", "!"]);
        for part in ["é", "b var", "!"] {
            let at = marked.text.find(part).unwrap();
            assert_eq!(marked.source_offset(at), source.find(part).unwrap());
        }
        let word = marked.word(1);
        assert_eq!(marked.source_offset(word.start + 1), slots[1].range.start);
        assert_eq!(marked.source_offset(word.end), slots[2].range.start);
    }
}
