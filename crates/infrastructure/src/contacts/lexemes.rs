//! What a search demands of a contact's words, as lexemes of the index.

use std::collections::BTreeMap;

use contacts::fold;
use kernel::OrganizationId;

use super::test::{Test, is_plain, joined};

/// A word which so many times as many contacts have as another one, which is wanted as well, is not asked of the index: to
/// look at all contacts that have the other one takes less time than to read a list that long.
const FAR: u32 = 30;

/// Of so many different words it is counted how many of the first contacts have each.
const COUNTED: usize = 24;

/// A `tsquery` that all contacts of an organization which pass a test match.
pub(super) struct Lexemes {
    pub(super) text: String,
    /// Whether all that match it pass the test.
    pub(super) are_all: bool,
}

/// How many of the contacts that were read first have a word, or one that begins like that.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(BTreeMap<Test, u32>);

impl Counts {
    pub(super) fn of(leaves: Vec<Test>, counts: Vec<i64>) -> Self {
        let counts = counts
            .into_iter()
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Self(leaves.into_iter().zip(counts).collect())
    }

    /// How many passed a test at most; `None` where that is not known.
    fn estimate(&self, test: &Test) -> Option<u32> {
        match test {
            Test::Word(_) | Test::Prefix(_) => self.0.get(test).copied(),
            Test::Row(words) => words
                .split(' ')
                .filter_map(|word| self.0.get(&Test::Word(word.to_owned())).copied())
                .min(),
            Test::All(tests) => tests.iter().filter_map(|test| self.estimate(test)).min(),
            Test::Any(tests) => tests
                .iter()
                .map(|test| self.estimate(test))
                .try_fold(0, |sum: u32, count| Some(sum.saturating_add(count?))),
            Test::Not(_) => None,
        }
    }
}

impl Test {
    /// What the index is asked; `None` where it would be read from end to end.
    pub(super) fn lexemes(&self, organization: OrganizationId, counts: &Counts) -> Option<Lexemes> {
        let mut writer = Writer {
            mark: Mark::of(organization),
            counts,
            are_all: true,
        };
        let text = writer.write(self, true)?;
        self.is_positive().then_some(Lexemes {
            text,
            are_all: writer.are_all,
        })
    }

    /// The words and beginnings that are worth counting: where some contact has to have several, and there are not too
    /// many of them.
    pub(super) fn leaves(&self) -> Vec<Self> {
        let mut leaves = Vec::new();
        self.collect(&mut leaves);
        leaves.sort_unstable();
        leaves.dedup();
        if (2..=COUNTED).contains(&leaves.len()) {
            leaves
        } else {
            Vec::new()
        }
    }

    fn collect(&self, leaves: &mut Vec<Self>) {
        match self {
            Self::Word(_) | Self::Prefix(_) => leaves.push(self.clone()),
            Self::Row(words) => {
                leaves.extend(words.split(' ').map(|word| Self::Word(word.to_owned())));
            }
            Self::All(tests) | Self::Any(tests) => {
                for test in tests {
                    test.collect(leaves);
                }
            }
            Self::Not(_) => {}
        }
    }

    /// Whether every contact passes it.
    fn is_nothing(&self) -> bool {
        matches!(self, Self::All(tests) if tests.iter().all(Self::is_nothing))
    }

    /// Whether it asks for something that is there.
    fn is_positive(&self) -> bool {
        match self {
            Self::Word(_) | Self::Prefix(_) | Self::Row(_) => true,
            Self::All(tests) => tests.iter().any(Self::is_positive),
            Self::Any(tests) => tests.iter().all(Self::is_positive),
            Self::Not(_) => false,
        }
    }
}

/// Writes a test as lexemes.
struct Writer<'c> {
    mark: Mark,
    counts: &'c Counts,
    are_all: bool,
}

impl Writer<'_> {
    /// The lexemes, where the test is more than that: of more contacts, or, inside of a negation (`wide` is
    /// false), of fewer.
    fn write(&mut self, test: &Test, wide: bool) -> Option<String> {
        match test {
            Test::Word(word) => self.write_word(word, Extent::Whole, wide),
            Test::Prefix(beginning) => self.write_word(beginning, Extent::Beginning, wide),
            Test::Row(words) if wide || !words.contains(' ') => {
                let mut parts = Vec::new();
                for word in words.split(' ') {
                    parts.extend(self.write_word(word, Extent::Whole, wide));
                }
                self.are_all &= !words.contains(' ');
                (!parts.is_empty()).then(|| joined(parts.into_iter(), " & "))
            }
            Test::Row(_) => {
                self.are_all = false;
                None
            }
            Test::All(tests) if wide => {
                let rarest = self.counts.estimate(test);
                let mut parts = Vec::new();
                for part in tests {
                    let is_frequent = rarest
                        .zip(self.counts.estimate(part))
                        .is_some_and(|(rarest, count)| count > FAR * rarest.max(1));
                    if !is_frequent {
                        parts.extend(self.write(part, wide));
                    }
                }
                let demands = tests.iter().filter(|test| !test.is_nothing());
                self.are_all &= parts.len() == demands.count();
                (!parts.is_empty()).then(|| joined(parts.into_iter(), " & "))
            }
            Test::All(tests) | Test::Any(tests) if tests.is_empty() => None,
            Test::All(tests) => self.write_each(tests, wide, " & "),
            Test::Any(tests) => self.write_each(tests, wide, " | "),
            Test::Not(test) => Some(format!("!{}", self.write(test, !wide)?)),
        }
    }

    /// The index has words as they stand, but of an address the domain alone, beside the words of the local part. What may
    /// be an address, or part of one, is looked for by those, and compared afterwards.
    fn write_word(&mut self, word: &str, extent: Extent, wide: bool) -> Option<String> {
        let entry = self.mark.before(word, extent);
        if is_plain(word) {
            return Some(entry);
        }
        self.are_all = false;
        if !wide {
            return (!word.contains('@')).then_some(entry);
        }
        let (local, domain) = word
            .rsplit_once('@')
            .map_or((None, word), |(local, domain)| (Some(local), domain));
        let mut parts = local.map_or_else(Vec::new, |local| self.words_of(local, Extent::Whole));
        if !domain.is_empty() {
            let as_it_stands = self.mark.before(domain, extent);
            let words = self.words_of(domain, extent);
            parts.push(if is_plain(domain) || words.is_empty() {
                as_it_stands
            } else {
                let words = joined(words.into_iter(), " & ");
                joined([as_it_stands, words].into_iter(), " | ")
            });
        }
        (!parts.is_empty()).then(|| joined(parts.into_iter(), " & "))
    }

    /// The words of what may be a local part, the last of which goes on where that does.
    fn words_of(&self, local: &str, extent: Extent) -> Vec<String> {
        let words = fold(local).plain;
        let last = words.len().saturating_sub(1);
        let words = words.iter().enumerate();
        words
            .map(|(index, word)| {
                let extent = if index == last { extent } else { Extent::Whole };
                self.mark.before(word, extent)
            })
            .collect()
    }

    fn write_each(&mut self, tests: &[Test], wide: bool, by: &str) -> Option<String> {
        let parts = tests.iter().map(|test| self.write(test, wide));
        let parts = parts.collect::<Option<Vec<_>>>()?;
        Some(joined(parts.into_iter(), by))
    }
}

/// How much of a word is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Beginning,
}

/// What all lexemes of an organization begin with.
#[derive(Clone, Copy)]
struct Mark(u16);

impl Mark {
    /// The last digits of its id.
    fn of(organization: OrganizationId) -> Self {
        let [.., first, second] = organization.as_uuid().into_bytes();
        Self(u16::from_be_bytes([first, second]))
    }

    /// A lexeme as it stands in a `tsquery`.
    fn before(self, word: &str, extent: Extent) -> String {
        let word = word.replace('\\', "\\\\").replace('\'', "''");
        let more = if extent == Extent::Beginning {
            ":*"
        } else {
            ""
        };
        format!("'{:04x}{word}'{more}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &str) -> Test {
        Test::Word(word.to_owned())
    }

    fn told(test: &Test, counts: &[(&str, i64)]) -> (String, bool) {
        let organization = "01a1fde0-dde5-75a6-9f3c-fde77a02f4a2";
        let (words, counts) = counts
            .iter()
            .map(|(text, count)| (word(text), *count))
            .unzip();
        let counts = Counts::of(words, counts);
        let lexemes = test.lexemes(organization.parse().unwrap(), &counts);
        let lexemes = lexemes.unwrap();
        (lexemes.text, lexemes.are_all)
    }

    #[test]
    fn lexemes_begin_with_the_end_of_the_id() {
        let asked = Test::All(vec![word("ohara"), Test::Prefix("an".to_owned())]);

        let expected = ("('f4a2ohara' & 'f4a2an':*)".to_owned(), true);
        assert_eq!(told(&asked, &[]), expected);
    }

    #[test]
    fn an_address_is_looked_for_by_its_words_and_its_domain() {
        let whole = told(&word("ada.o'hara@mail.example"), &[]);
        let local = "'f4a2ada' & 'f4a2ohara'";
        let domain = "('f4a2mail.example' | ('f4a2mail' & 'f4a2example'))";
        assert_eq!(whole, (format!("({local} & {domain})"), false));

        let begun = told(&Test::Prefix("ada.oh".to_owned()), &[]);
        let words = "('f4a2ada' & 'f4a2oh':*)";
        assert_eq!(begun, (format!("(('f4a2ada.oh':* | {words}))"), false));
    }

    #[test]
    fn what_looks_like_an_address_and_is_unwanted_is_compared_only() {
        let without = |test| Test::All(vec![word("ada"), Test::Not(Box::new(test))]);

        let whole = told(&without(word("a@example.org")), &[]);
        assert_eq!(whole, ("('f4a2ada')".to_owned(), false));
        let domain = told(&without(word("example.org")), &[]);
        assert_eq!(
            domain,
            ("('f4a2ada' & !'f4a2example.org')".to_owned(), false)
        );
    }

    #[test]
    fn what_is_far_more_frequent_than_the_rest_is_not_asked_for() {
        let asked = Test::All(vec![word("anna"), word("bergelsen")]);

        let both = ("('f4a2anna' & 'f4a2bergelsen')".to_owned(), true);
        assert_eq!(told(&asked, &[("anna", 100), ("bergelsen", 10)]), both);
        assert_eq!(told(&asked, &[("anna", 100)]), both);
        let rare = ("('f4a2bergelsen')".to_owned(), false);
        assert_eq!(told(&asked, &[("anna", 100), ("bergelsen", 0)]), rare);
    }

    #[test]
    fn what_may_be_one_thing_or_another_is_as_frequent_as_both() {
        let one_of = Test::Any(vec![word("ana"), word("anna")]);
        let asked = Test::All(vec![one_of, word("bergelsen")]);

        let (text, _) = told(&asked, &[("ana", 1), ("bergelsen", 1)]);
        assert!(text.contains("anna"), "{text}");
        let (text, _) = told(&asked, &[("ana", 1), ("anna", 90), ("bergelsen", 1)]);
        assert!(!text.contains("anna"), "{text}");
    }

    #[test]
    fn what_must_not_be_there_is_never_left_out() {
        let asked = Test::All(vec![word("ada"), Test::Not(Box::new(word("anna")))]);

        let (text, are_all) = told(&asked, &[("ada", 0), ("anna", 500)]);

        assert_eq!(
            (text.as_str(), are_all),
            ("('f4a2ada' & !'f4a2anna')", true)
        );
    }
}
