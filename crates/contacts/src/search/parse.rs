//! The language of searches: words, "words in a row", and -words that must not be there.

use std::str::FromStr;

use kernel::FieldFault;

use super::query::{ContactSearch, Sequence, Term};
use crate::fold::{fold, fold_whole};

/// Why a search was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContactSearch {
    /// Neither letters nor digits.
    #[error("the search has no word")]
    Empty,
    /// More characters than allowed.
    #[error("the search has more than {} characters", ContactSearch::MAX_LEN)]
    TooLong,
    /// More words and phrases than allowed.
    #[error(
        "the search has more than {} words and phrases",
        ContactSearch::MAX_PARTS
    )]
    TooManyWords,
}

impl ContactSearch {
    /// The longest search, in characters.
    pub const MAX_LEN: usize = 200;
    /// The most words and phrases of a search.
    pub const MAX_PARTS: usize = 16;
}

/// Words are separated by white space; quotation marks hold words together that follow each other; a minus in
/// front says that a word or phrase must not be there. Case and diacritics make no difference.
impl FromStr for ContactSearch {
    type Err = InvalidContactSearch;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.chars().count() > Self::MAX_LEN {
            return Err(InvalidContactSearch::TooLong);
        }
        let (mut terms, mut phrases, mut unwanted) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts(text) {
            match part {
                Part {
                    is_unwanted: true,
                    text,
                    ..
                } => unwanted.extend(sequence(text)),
                Part {
                    is_phrase: true,
                    text,
                    ..
                } => phrases.extend(sequence(text)),
                Part { text, .. } => terms.extend(term(text)),
            }
        }
        match terms.len() + phrases.len() + unwanted.len() {
            0 => Err(InvalidContactSearch::Empty),
            parts if parts > Self::MAX_PARTS => Err(InvalidContactSearch::TooManyWords),
            _ => Ok(Self::new(text.to_owned(), terms, phrases, unwanted)),
        }
    }
}

impl From<InvalidContactSearch> for FieldFault {
    fn from(error: InvalidContactSearch) -> Self {
        let code = match error {
            InvalidContactSearch::Empty => "required",
            InvalidContactSearch::TooLong => "too-long",
            InvalidContactSearch::TooManyWords => "too-many",
        };
        Self::new(code, error.to_string())
    }
}

/// A piece of a search.
struct Part<'t> {
    is_unwanted: bool,
    is_phrase: bool,
    text: &'t str,
}

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '„');
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let is_unwanted = rest.starts_with('-');
        if is_unwanted {
            rest = &rest[1..];
        }
        let is_phrase = rest.starts_with(is_quote);
        let part = if is_phrase {
            rest = rest.trim_start_matches(is_quote);
            let (part, behind) = rest.split_once(is_quote).unwrap_or((rest, ""));
            rest = behind;
            part
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || is_quote(c));
            let (part, behind) = rest.split_at(end.unwrap_or(rest.len()));
            rest = behind;
            part
        };
        Some(Part {
            is_unwanted,
            is_phrase,
            text: part,
        })
    })
}

/// A text without white space as the address, or part of one, that it may be; `None` where it is a word like others.
fn address(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let has_signs = text.contains(|c: char| !c.is_alphanumeric());
    (has_signs && !text.contains(char::is_whitespace)).then(|| fold_whole(text))
}

fn term(text: &str) -> Option<Term> {
    let mut ways = Vec::new();
    if let Some(whole) = address(text) {
        // The words of an address may be mistyped, or in the wrong order.
        if let Some((local, domain)) = whole.rsplit_once('@') {
            let mut words = fold(local).plain;
            words.push(domain.to_owned());
            ways.push(words);
        }
        ways.insert(0, vec![whole]);
    }
    if !text.contains('@') {
        let folded = fold(text);
        ways.extend([folded.plain, folded.long]);
    }
    Term::new(ways)
}

fn sequence(text: &str) -> Option<Sequence> {
    let folded = fold(text);
    let whole = address(text).map(|whole| vec![whole]);
    Sequence::new([folded.plain, folded.long].into_iter().chain(whole))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Fit;

    fn ways(q: &str) -> Vec<Vec<Vec<String>>> {
        let search = q.parse::<ContactSearch>().unwrap();
        search
            .terms()
            .iter()
            .map(|term| term.ways().to_vec())
            .collect()
    }

    #[test]
    fn a_word_is_put_in_all_ways_that_it_may_be_stored() {
        assert_eq!(ways("Müller"), [[["muller"], ["mueller"]]]);
        assert_eq!(ways("ada"), [[["ada"]]]);
        assert_eq!(
            ways("a.b@example.com,"),
            [[
                vec!["a.b@example.com".to_owned()],
                ["a", "b", "example.com"].map(str::to_owned).to_vec()
            ]]
        );
        assert_eq!(ways("jean-luc")[0].len(), 2);
    }

    #[test]
    fn a_search_without_words_or_with_too_many_is_refused() {
        let refused = |q: &str| q.parse::<ContactSearch>().unwrap_err();
        for q in ["", "  ", "&", "-", "\"\"", "- \"", "\u{345}"] {
            assert_eq!(refused(q), InvalidContactSearch::Empty, "{q:?}");
        }
        assert_eq!(
            refused(&"a ".repeat(17)),
            InvalidContactSearch::TooManyWords
        );
        assert_eq!(refused(&"a".repeat(201)), InvalidContactSearch::TooLong);
    }

    #[test]
    fn quotation_marks_and_minus_signs_are_understood_wherever_they_stand() {
        let search = "a-b -c\"d e\" -\"f g\"h “i” - j"
            .parse::<ContactSearch>()
            .unwrap();

        assert_eq!(search.terms().len(), 3);
        assert_eq!(search.phrases().len(), 2);
        assert_eq!(search.unwanted().len(), 2);
        assert_eq!(search.unwanted()[1].ways(), ["f g"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_search_or_refused_and_finds_itself(q in "\\PC{0,60}|[a-zöß \"@.-]{0,40}") {
            if let Ok(search) = q.parse::<ContactSearch>() {
                for words in search.terms().iter().flat_map(Term::ways) {
                    prop_assert!(words.iter().all(|word| !word.is_empty() && !word.contains(' ')));
                }
                if search.unwanted().is_empty() && search.phrases().is_empty() {
                    let text = search.terms().iter().map(|term| term.ways()[0].join(" "));
                    let text = format!(" {} ", text.collect::<Vec<_>>().join(" "));
                    prop_assert_eq!(search.fit(&text), Some(Fit::Words));
                }
            }
        }
    }
}
