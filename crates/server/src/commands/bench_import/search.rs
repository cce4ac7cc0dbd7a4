//! Searching for contacts.

use std::time::Instant;

use super::file::Sample;
use super::people::Person;
use super::tenant::Tenant;
use crate::cli::Failure;
use crate::client::encoded;

/// Searches of one kind.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Searches {
    pub(in crate::commands) kind: &'static str,
    /// Milliseconds of each, sorted.
    times: Vec<f64>,
    /// Of how many searches something was found.
    pub(in crate::commands) found: usize,
}

impl Searches {
    /// Of those searches, each with its milliseconds and whether something was found.
    pub(in crate::commands) fn of(kind: &'static str, searches: &[(f64, bool)]) -> Self {
        let mut times = searches.iter().map(|(time, _)| *time).collect::<Vec<_>>();
        times.sort_by(f64::total_cmp);
        Self {
            kind,
            times,
            found: searches.iter().filter(|(_, found)| *found).count(),
        }
    }

    /// All of them as one kind.
    pub(in crate::commands) fn together(all: &[Self]) -> Self {
        let mut times = all
            .iter()
            .flat_map(|searches| searches.times.iter().copied())
            .collect::<Vec<_>>();
        times.sort_by(f64::total_cmp);
        Self {
            kind: "all of them",
            times,
            found: all.iter().map(|searches| searches.found).sum(),
        }
    }

    /// The milliseconds in which this part of them was answered.
    pub(in crate::commands) fn quantile(&self, part: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small whole number"
        )]
        let index = ((self.times.len() as f64 * part).ceil() as usize).saturating_sub(1);
        self.times.get(index).copied().unwrap_or_default()
    }

    pub(in crate::commands) const fn count(&self) -> usize {
        self.times.len()
    }
}

/// Who is looked for.
struct Aim<'a> {
    person: Person,
    without_address: Person,
    list: &'a str,
}

/// A kind of search, and the query for somebody whom it should find.
type Kind = (&'static str, fn(&Aim<'_>) -> String);

/// What finds nobody on purpose.
pub(in crate::commands) const NOBODY: &str = "a word that nobody has";

const KINDS: [Kind; 16] = [
    ("an address", |aim| asked(&aim.person.address())),
    ("last name", |aim| asked(&last(&aim.person))),
    ("first name", |aim| asked(aim.person.first_name)),
    ("first and last name", |aim| {
        asked(&format!("{} {}", aim.person.first_name, last(&aim.person)))
    }),
    ("beginnings of last and first name", |aim| {
        let (last, first) = (beginning(&last(&aim.person), 5), aim.person.first_name);
        asked(&format!("{last} {}", beginning(first, 3)))
    }),
    ("beginning of 4 letters", |aim| {
        asked(&beginning(&last(&aim.person), 4))
    }),
    ("beginning of 2 letters", |aim| {
        asked(&beginning(&last(&aim.person), 2))
    }),
    ("phrase", |aim| {
        asked(&format!(
            "\"{} {}\"",
            aim.person.first_name,
            last(&aim.person)
        ))
    }),
    ("last name with a mistake", |aim| {
        asked(&mistyped(&last(&aim.person)))
    }),
    ("company", |aim| {
        let company = aim.person.company;
        asked(&format!("{} {}", company.trade, company.word))
    }),
    ("last name without some first name", |aim| {
        let other = if aim.person.first_name == "Anna" {
            "Ben"
        } else {
            "Anna"
        };
        asked(&format!("{} -{other}", last(&aim.person)))
    }),
    ("last name of a valid address", |aim| {
        format!("{}&status=valid&status=risky", asked(&last(&aim.person)))
    }),
    ("first name of somebody without address", |aim| {
        format!("{}&status=invalid", asked(aim.without_address.first_name))
    }),
    ("last name on a list, by address", |aim| {
        format!(
            "{}&list_id={}&sort=email",
            asked(&last(&aim.person)),
            aim.list
        )
    }),
    ("attribute", |aim| {
        let city = format!("City:{}", aim.person.city());
        format!("attribute={}", encoded(&city))
    }),
    (NOBODY, |aim| {
        asked(&format!("zz{}", beginning(&last(&aim.person), 3)))
    }),
];

fn asked(text: &str) -> String {
    format!("q={}", encoded(text))
}

fn last(person: &Person) -> String {
    person.last_name.to_string()
}

fn beginning(word: &str, letters: usize) -> String {
    word.chars().take(letters).collect()
}

/// The word with two letters near its end in the wrong order.
fn mistyped(word: &str) -> String {
    let mut letters = word.chars().collect::<Vec<_>>();
    let end = letters.len();
    if end > 3 {
        letters.swap(end - 3, end - 2);
    }
    letters.into_iter().collect()
}

/// Searches in an organization for people of a file, each kind this often; the kinds take turns.
pub(in crate::commands) fn measure(
    tenant: &Tenant,
    sample: Sample,
    times: u16,
) -> Result<Vec<Searches>, Failure> {
    let mut all = KINDS.map(|_| Vec::new());
    for n in 0..times {
        for (kind, ((_, query), searches)) in (0..).zip(KINDS.iter().zip(&mut all)) {
            let number = u64::from(n) * KINDS.len() as u64 + kind;
            let query = query(&Aim {
                person: sample.somebody(number),
                without_address: sample.somebody_without_address(number),
                list: &tenant.list,
            });
            let begun = Instant::now();
            let page = tenant.get(&format!("/contacts?limit=50&{query}"))?;
            let time = begun.elapsed().as_secs_f64() * 1e3;
            let found = page["items"]
                .as_array()
                .is_some_and(|items| !items.is_empty());
            searches.push((time, found));
        }
    }
    let searches = KINDS.iter().zip(&all);
    Ok(searches
        .map(|((kind, _), searches)| Searches::of(kind, searches))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_searches_is_as_fast_as_its_slowest() {
        let searches = (1..=100)
            .map(|n| (f64::from(n), n > 10))
            .collect::<Vec<_>>();

        let searches = Searches::of("word", &searches);

        let quantiles = [0.5, 0.95, 1.0].map(|part| searches.quantile(part));
        let quantiles = quantiles.map(|time| format!("{time:.0}"));
        assert_eq!(quantiles, ["50", "95", "100"]);
        assert_eq!((searches.count(), searches.found), (100, 90));
    }
}
