//! Texts as they are searched: in lower case, without diacritics, in words.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The most characters of a word that are searched.
const MAX_WORD: usize = 100;

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

/// A letter in lower case, folded.
fn push_letter(c: char, style: Style, out: &mut String) {
    if c.is_ascii() {
        out.push(c);
        return;
    }
    let long = style == Style::Long;
    let folded = match c {
        'ß' => "ss",
        'þ' => "th",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŋ' => "n",
        'ı' => "i",
        'æ' => "ae",
        'ä' if long => "ae",
        'œ' => "oe",
        'ö' | 'ø' if long => "oe",
        'ü' if long => "ue",
        'å' if long => "aa",
        'ø' => "o",
        _ => {
            out.extend(
                std::iter::once(c)
                    .nfkd()
                    .filter(|part| !is_combining_mark(*part)),
            );
            return;
        }
    };
    out.push_str(folded);
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
