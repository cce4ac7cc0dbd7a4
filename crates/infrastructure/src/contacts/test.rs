//! What a search demands of a contact's words, as a condition on its search text.

use std::collections::BTreeMap;

use contacts::{ContactSearch, Fit, Sequence};

use crate::binds::Binds;

/// A condition on the words of a contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    /// It has this word.
    Word(String),
    /// It has a word that begins like this.
    Prefix(String),
    /// It has these words in a row.
    Row(String),
    /// All of these.
    All(Vec<Test>),
    /// One of these.
    Any(Vec<Test>),
    /// Not this.
    Not(Box<Test>),
}

impl Test {
    /// That which every contact passes.
    pub(super) const fn nothing() -> Self {
        Self::All(Vec::new())
    }

    /// That a contact fits the search, however well.
    pub(super) fn any(search: &ContactSearch, guesses: &BTreeMap<String, Vec<String>>) -> Self {
        let mut tests = demands(search);
        tests.push(terms(search, Fit::Typos, guesses));
        Self::All(tests)
    }

    /// That a contact fits the search so well, and not better.
    pub(super) fn exactly(
        search: &ContactSearch,
        fit: Fit,
        guesses: &BTreeMap<String, Vec<String>>,
    ) -> Self {
        let better = match fit {
            Fit::Words => None,
            Fit::Prefixes => Some(Fit::Words),
            Fit::Typos => Some(Fit::Prefixes),
        };
        let mut tests = demands(search);
        tests.push(terms(search, fit, guesses));
        let not = better.map(|better| Self::Not(Box::new(terms(search, better, guesses))));
        tests.extend(not);
        Self::All(tests)
    }

    /// The test as a condition on the column `search_text` of the table `c`, in which words stand with one space around
    /// each. An address is one of them; its local part and its domain count as words, and stand as such where they are
    /// nothing but letters and digits.
    pub(super) fn sql(&self, binds: &mut Binds) -> String {
        let has = |binds: &mut Binds, text: String| {
            format!("strpos(c.search_text, {}) > 0", binds.bind(text))
        };
        match self {
            Self::Word(words) | Self::Row(words) if is_plain(words) => {
                has(binds, format!(" {words} "))
            }
            Self::Word(words) | Self::Row(words) => {
                let places = [
                    format!(" {words} "),
                    format!(" {words}@"),
                    format!("@{words} "),
                ];
                joined(places.into_iter().map(|text| has(binds, text)), " OR ")
            }
            Self::Prefix(beginning) => {
                let places = [format!(" {beginning}"), format!("@{beginning}")];
                joined(places.into_iter().map(|text| has(binds, text)), " OR ")
            }
            Self::All(tests) if tests.is_empty() => "true".to_owned(),
            Self::Any(tests) if tests.is_empty() => "false".to_owned(),
            Self::All(tests) => joined(tests.iter().map(|test| test.sql(binds)), " AND "),
            Self::Any(tests) => joined(tests.iter().map(|test| test.sql(binds)), " OR "),
            Self::Not(test) => format!("NOT {}", test.sql(binds)),
        }
    }
}

/// What is demanded whatever the fit: phrases, and that nothing unwanted is there.
fn demands(search: &ContactSearch) -> Vec<Test> {
    let row = |words: &Sequence| Test::Any(words.ways().iter().cloned().map(Test::Row).collect());
    let phrases = search.phrases().iter().map(row);
    let unwanted = search.unwanted().iter().map(row);
    phrases
        .chain(unwanted.map(|row| Test::Not(Box::new(row))))
        .collect()
}

fn terms(search: &ContactSearch, fit: Fit, guesses: &BTreeMap<String, Vec<String>>) -> Test {
    let word = |asked: &String| match fit {
        Fit::Words => Test::Word(asked.clone()),
        Fit::Prefixes => Test::Prefix(asked.clone()),
        Fit::Typos => {
            let meant = guesses.get(asked).into_iter().flatten();
            let mut ways = vec![Test::Prefix(asked.clone())];
            ways.extend(meant.cloned().map(Test::Word));
            Test::Any(ways)
        }
    };
    let terms = search.terms().iter().map(|term| {
        let ways = term.ways().iter();
        Test::Any(
            ways.map(|words| Test::All(words.iter().map(word).collect()))
                .collect(),
        )
    });
    Test::All(terms.collect())
}

/// Whether a word has letters and digits alone.
pub(super) fn is_plain(word: &str) -> bool {
    word.chars().all(char::is_alphanumeric)
}

pub(super) fn joined(parts: impl Iterator<Item = String>, by: &str) -> String {
    format!("({})", parts.collect::<Vec<_>>().join(by))
}
