//! Texts as they are searched: in lower case, without diacritics, in words.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The most characters of a word that are searched.
const MAX_WORD: usize = 100;

const DIAERESIS: char = '\u{308}';
const RING: char = '\u{30a}';

/// A text in words, and in words once more where letters with an umlaut are written with two letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The words, each letter without its diacritics: `muller`.
    pub plain: Vec<String>,
    /// The words, umlauts written out: `mueller`; the same as the plain ones where there are none.
    pub long: Vec<String>,
}

/// Folds a text. Words are runs of letters and digits; an apostrophe between letters is left out.
#[must_use]
pub fn fold(text: &str) -> Folded {
    let plain = words(text, Style::Plain);
    let long = if text.is_ascii() {
        plain.clone()
    } else {
        words(text, Style::Long)
    };
    Folded { plain, long }
}

/// A text without white space as one word, in lower case and without diacritics, its punctuation kept: addresses.
#[must_use]
pub fn fold_whole(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if !c.is_whitespace() && !c.is_control() {
            push_letter(c, Style::Plain, &mut whole);
        }
    }
    cut(&mut whole);
    whole
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Long,
}

fn words(text: &str, style: Style) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            cut(word);
            words.push(std::mem::take(word));
        }
    };
    for c in text.nfkc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || is_combining_mark(c) {
            push_letter(c, style, &mut word);
        } else if !is_apostrophe(c) {
            end(&mut word);
        }
    }
    end(&mut word);
    words
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´')
}

/// A letter in lower case, folded: taken apart first, so that a letter with two marks (`ǿ`, `ǘ`) is folded like the letter with one.
fn push_letter(c: char, style: Style, out: &mut String) {
    if c.is_ascii() {
        out.push(c);
        return;
    }
    let mut parts = std::iter::once(c).nfkd().peekable();
    while let Some(letter) = parts.next() {
        if is_combining_mark(letter) {
            continue;
        }
        let marked = (style == Style::Long)
            .then(|| parts.peek())
            .flatten()
            .copied();
        let folded = match (letter, marked) {
            ('a', Some(DIAERESIS)) | ('æ', _) => "ae",
            ('o', Some(DIAERESIS)) | ('œ', _) => "oe",
            ('u', Some(DIAERESIS)) => "ue",
            ('a', Some(RING)) => "aa",
            ('ø', _) if style == Style::Long => "oe",
            ('ø', _) => "o",
            ('ß', _) => "ss",
            ('þ', _) => "th",
            ('ł', _) => "l",
            ('đ' | 'ð', _) => "d",
            ('ħ', _) => "h",
            ('ŋ', _) => "n",
            ('ı', _) => "i",
            (plain, _) => {
                out.push(plain);
                continue;
            }
        };
        out.push_str(folded);
    }
}

fn cut(word: &mut String) {
    if word.len() > MAX_WORD
        && let Some((end, _)) = word.char_indices().nth(MAX_WORD)
    {
        word.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> String {
        fold(text).plain.join(" ")
    }

    #[test]
    fn diacritics_and_case_make_no_difference() {
        assert_eq!(plain("Łukasz ŻÓŁĆ"), "lukasz zolc");
        assert_eq!(plain("Straße GROẞ"), "strasse gross");
        assert_eq!(plain("Søren Ærø Đorđe"), "soren aero dorde");
        assert_eq!(plain("JOSE\u{301} İpek"), "jose ipek");
    }

    #[test]
    fn umlauts_are_folded_both_ways() {
        let folded = fold("Jürgen Müller-Ångström");

        assert_eq!(folded.plain, ["jurgen", "muller", "angstrom"]);
        assert_eq!(folded.long, ["juergen", "mueller", "aangstroem"]);
        assert_eq!(fold("Mu\u{308}ller"), fold("Müller"));
    }

    #[test]
    fn letters_with_two_marks_are_folded_like_those_with_one() {
        let folded = fold("Ǿrsted Strǘb Ǽgir ǻse");

        assert_eq!(folded.plain, ["orsted", "strub", "aegir", "ase"]);
        assert_eq!(folded.long, ["oersted", "strueb", "aegir", "aase"]);
    }

    #[test]
    fn every_single_letter_folds_to_what_folds_to_itself() {
        for c in '\u{0}'..='\u{1ffff}' {
            let folded = fold(&format!("x{c}x {c}"));
            let words = folded.plain.join(" ");
            assert_eq!(fold(&words).plain, folded.plain, "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn words_end_at_punctuation_but_not_at_apostrophes() {
        assert_eq!(plain("O'Brien, Jean-Luc (R&D)"), "obrien jean luc r d");
        assert_eq!(plain("Conan O’Neill 3rd"), "conan oneill 3rd");
        assert_eq!(fold("…"), Folded::default());
    }

    #[test]
    fn an_address_stays_one_word() {
        assert_eq!(
            fold_whole("Zoë.O'Neil+x@Example.COM"),
            "zoe.o'neil+x@example.com"
        );
    }

    proptest! {
        #[test]
        fn folding_is_idempotent_and_words_have_no_space(text in "\\PC{0,60}") {
            let folded = fold(&text);
            for words in [&folded.plain, &folded.long] {
                for word in words {
                    prop_assert!(!word.is_empty() && !word.contains(char::is_whitespace));
                    prop_assert!(word.chars().count() <= MAX_WORD);
                }
            }
            let again = fold(&folded.plain.join(" "));
            prop_assert_eq!(again.plain, folded.plain);
        }
    }
}
