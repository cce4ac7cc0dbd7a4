//! Searching for contacts.

use std::time::Instant;

use crate::cli::Failure;
use crate::client::encoded;
use crate::commands::bench::file::Sample;
use crate::commands::bench::people::Person;
use crate::commands::bench::searches::Searches;
use crate::commands::bench::tenant::Tenant;

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
