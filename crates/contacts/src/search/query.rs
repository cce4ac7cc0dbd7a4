//! What is asked for, and how well a contact fits it.

use super::typos::forgives;
use crate::profile::{has_beginning, has_word};

/// How well a contact fits a search, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It has every word.
    Words,
    /// It has, for every word, that or a longer one that begins with it.
    Prefixes,
    /// Some words are found only where a mistake is forgiven.
    Typos,
}

impl Fit {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Words, Self::Prefixes, Self::Typos];

    /// Its place among the others, as it stands in cursors.
    #[must_use]
    pub const fn place(self) -> &'static str {
        match self {
            Self::Words => "1",
            Self::Prefixes => "2",
            Self::Typos => "3",
        }
    }

    /// The fit that has this place.
    #[must_use]
    pub fn at(place: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fit| fit.place() == place)
    }
}

/// A word that is asked for. There may be several ways to put it (`müller` is `muller` and `mueller`), each of
/// one or more words, all of which a contact has to have.
#[derive(Clone, PartialEq, Eq)]
pub struct Term(Vec<Vec<String>>);

/// Words in a row, which may be put in several ways.
#[derive(Clone, PartialEq, Eq)]
pub struct Sequence(Vec<String>);

/// What is asked for, folded as contacts are. At least one word or sequence is wanted or unwanted.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactSearch {
    asked: String,
    terms: Vec<Term>,
    phrases: Vec<Sequence>,
    unwanted: Vec<Sequence>,
}

impl Term {
    pub(super) fn new(ways: impl IntoIterator<Item = Vec<String>>) -> Option<Self> {
        let is_whole =
            |words: &Vec<String>| !words.is_empty() && !words.iter().any(String::is_empty);
        distinct(ways.into_iter().filter(is_whole)).map(Self)
    }

    /// The ways to put it: one of them is enough, all words of which are needed.
    #[must_use]
    pub fn ways(&self) -> &[Vec<String>] {
        &self.0
    }

    fn fits(&self, has: impl Fn(&str) -> bool) -> bool {
        self.0
            .iter()
            .any(|words| words.iter().all(|word| has(word)))
    }
}

impl Sequence {
    pub(super) fn new(ways: impl IntoIterator<Item = Vec<String>>) -> Option<Self> {
        let ways = ways.into_iter().map(|words| words.join(" "));
        distinct(ways.filter(|words| !words.is_empty())).map(Self)
    }

    /// The ways to put it, each words with one space in between.
    #[must_use]
    pub fn ways(&self) -> &[String] {
        &self.0
    }

    fn is_in(&self, search_text: &str) -> bool {
        self.0.iter().any(|words| has_word(search_text, words))
    }
}

fn distinct<T: PartialEq>(ways: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let mut kept = Vec::new();
    for way in ways {
        if !kept.contains(&way) {
            kept.push(way);
        }
    }
    (!kept.is_empty()).then_some(kept)
}

impl ContactSearch {
    pub(super) const fn new(
        asked: String,
        terms: Vec<Term>,
        phrases: Vec<Sequence>,
        unwanted: Vec<Sequence>,
    ) -> Self {
        Self {
            asked,
            terms,
            phrases,
            unwanted,
        }
    }

    /// What was asked for, word for word; personal data.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.asked
    }

    /// The words that a contact has to have, in any order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The words in a row that it has to have.
    #[must_use]
    pub fn phrases(&self) -> &[Sequence] {
        &self.phrases
    }

    /// The words, or words in a row, that it must not have.
    #[must_use]
    pub fn unwanted(&self) -> &[Sequence] {
        &self.unwanted
    }

    /// How well a contact with this search text fits; the rule that every adapter applies. Phrases and what is
    /// unwanted are taken word for word.
    #[must_use]
    pub fn fit(&self, search_text: &str) -> Option<Fit> {
        let has_all = self.phrases.iter().all(|words| words.is_in(search_text));
        if !has_all || self.unwanted.iter().any(|words| words.is_in(search_text)) {
            return None;
        }
        let is_word = |asked: &str| has_word(search_text, asked);
        let is_prefix = |asked: &str| has_beginning(search_text, asked);
        let is_typo = |asked: &str| search_text.split(' ').any(|word| forgives(asked, word));
        let all = |has: &dyn Fn(&str) -> bool| self.terms.iter().all(|term| term.fits(has));
        if all(&is_word) {
            Some(Fit::Words)
        } else if all(&is_prefix) {
            Some(Fit::Prefixes)
        } else if all(&|asked| is_prefix(asked) || is_typo(asked)) {
            Some(Fit::Typos)
        } else {
            None
        }
    }
}

/// What people search for are names: it is not told.
impl std::fmt::Debug for ContactSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ContactSearch({} terms, {} phrases, {} unwanted)",
            self.terms.len(),
            self.phrases.len(),
            self.unwanted.len()
        )
    }
}
