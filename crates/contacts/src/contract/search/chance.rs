//! Searches by chance among contacts by chance.

use kernel::{PageLimit, PageRequest};

use super::{named, searching};
use crate::contract::Subject;
use crate::contract::tenant::{NOW, Tenant, attributes, listed};
use crate::{
    Contact, ContactFilter, ContactSearch, ContactSort, SuppressionReason, ValidationStatus,
};

/// Numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const FIRST: [&str; 8] = [
    "Ada", "Jürgen", "Søren", "Jean-Luc", "Zoë", "Conan", "Łucja", "Ann",
];
const LAST: [&str; 12] = [
    "Lovelace",
    "Müller",
    "Mueller",
    "Muller",
    "O’Brien",
    "Ångström",
    "Anders",
    "Andersen",
    "Meier",
    "Meyer",
    "Smith",
    "Smithson",
];
const COMPANY: [&str; 6] = [
    "Groß & Söhne",
    "Example.com Ltd",
    "Smith Meier",
    "R&D",
    "Andersen",
    "",
];
const DOMAIN: [&str; 3] = ["example.com", "mail.example.org", "groß.example"];

/// A contact by chance.
fn by_chance(tenant: &Tenant, dice: &mut Dice, number: usize) -> Contact {
    let (first, last) = (dice.of(&FIRST), dice.of(&LAST));
    // Few have a word of their own, and those stand anywhere.
    let company = match dice.below(40) {
        0 => ["Rarity", "Rarities", "Rareties"][dice.below(3)],
        _ => dice.of(&COMPANY),
    };
    let local = first.to_lowercase();
    let email = format!("{local}.{number}@{}", dice.of(&DOMAIN));
    let mut contact = named(tenant, &email, first, last, company).state().clone();
    let city = dice.of(&["Oslo", "Rome", "Rome", "Rome", "Rome", "Rome"]);
    contact.profile.attributes = attributes(&[("City", city)]);
    contact.validation.status = ValidationStatus::ALL[dice.below(5)];
    Contact::restore(contact)
}

/// Something to search for by chance.
fn some_words(dice: &mut Dice) -> String {
    let mut parts = Vec::new();
    for _ in 0..=dice.below(2) {
        let source = match dice.below(5) {
            0 => dice.of(&FIRST),
            1 | 2 => dice.of(&LAST),
            3 => dice.of(&["Rarity", "Raritys", "Rarit", "example.com", "söhne", "r&d"]),
            _ => dice.of(&COMPANY),
        };
        let mut letters = source.chars().collect::<Vec<_>>();
        let place = dice.below(letters.len().max(1));
        match dice.below(8) {
            0 if letters.len() > 1 => letters.truncate(place + 1),
            1 if letters.len() > 1 => drop(letters.remove(place)),
            2 if place > 0 => letters.swap(place - 1, place),
            3 if !letters.is_empty() => letters[place] = 'x',
            _ => {}
        }
        let text = letters.into_iter().collect::<String>();
        parts.push(match dice.below(8) {
            0 => format!("\"{text}\""),
            1 => format!("-{text}"),
            _ => text,
        });
    }
    parts.join(" ")
}

pub(super) async fn searches_work_together_with_every_filter_and_order<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let mut dice = Dice(7);
    let contacts = (0..120)
        .map(|number| by_chance(&tenant, &mut dice, number))
        .collect::<Vec<_>>();
    tenant.add(subject, &contacts).await;
    let members = contacts.iter().step_by(2).collect::<Vec<_>>();
    let list = tenant.add_list(subject, "A list", &members).await;
    let suppressed = contacts.iter().step_by(3).map(|contact| {
        let email = &contact.state().email_normalized;
        tenant.a_suppression(email, SuppressionReason::Bounced)
    });
    tenant
        .suppress(subject, &suppressed.collect::<Vec<_>>())
        .await;
    let all = searching("an");
    let filters = [
        ContactFilter {
            list: Some(list.id()),
            ..all.clone()
        },
        ContactFilter {
            suppressed: Some(true),
            ..all.clone()
        },
        ContactFilter {
            suppressed: Some(false),
            list: Some(list.id()),
            ..all.clone()
        },
        ContactFilter {
            statuses: vec![ValidationStatus::Risky, ValidationStatus::Valid],
            ..all.clone()
        },
        ContactFilter {
            statuses: vec![ValidationStatus::Invalid],
            list: Some(list.id()),
            attributes: vec![("city".to_owned(), "rome".to_owned())],
            ..all.clone()
        },
        ContactFilter {
            attributes: vec![("CITY".to_owned(), "oslo".to_owned())],
            ..all.clone()
        },
        ContactFilter {
            created: crate::TimeRange::new(None, Some(NOW)).unwrap(),
            ..all.clone()
        },
        all,
    ];

    for filter in &filters {
        let mut wanted = contacts
            .iter()
            .enumerate()
            .filter(|(place, contact)| {
                filter.accepts(contact)
                    && (filter.list.is_none() || place % 2 == 0)
                    && filter
                        .suppressed
                        .is_none_or(|wanted| wanted == (place % 3 == 0))
            })
            .map(|(_, contact)| contact)
            .collect::<Vec<_>>();
        for sort in [
            ContactSort::Fit,
            ContactSort::Created,
            ContactSort::CreatedDescending,
            ContactSort::Email,
            ContactSort::EmailDescending,
        ] {
            match sort {
                ContactSort::Fit => wanted.sort_by_key(|c| (filter.fit(c), c.id())),
                ContactSort::Created => wanted.sort_by_key(|c| c.id()),
                ContactSort::Email => {
                    wanted.sort_by_key(|c| c.state().email_normalized.clone());
                }
                ContactSort::CreatedDescending | ContactSort::EmailDescending => {
                    wanted.reverse();
                }
            }
            let ids = wanted
                .iter()
                .map(|contact| contact.id())
                .collect::<Vec<_>>();
            let found = listed(&tenant, subject, filter, sort).await;
            assert_eq!(found, ids, "{sort:?} {filter:?}");
        }
    }
}

/// Enough contacts that storage does not read them all, and searches for what is frequent and rare.
pub(super) async fn what_is_found_is_what_fits<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let mut dice = Dice(2026);
    let contacts = (0..600)
        .map(|number| by_chance(&tenant, &mut dice, number))
        .collect::<Vec<_>>();
    tenant.add(subject, &contacts).await;
    let unit = tenant.begin(subject).await;

    let mut searched = 0;
    while searched < 120 {
        let Ok(search) = some_words(&mut dice).parse::<ContactSearch>() else {
            continue;
        };
        let filter = ContactFilter {
            search: Some(search.clone()),
            ..ContactFilter::default()
        };
        let mut page = PageRequest {
            limit: PageLimit::new(1 + (searched % 7) * 20).unwrap(),
            after: None,
        };
        searched += 1;
        let mut wanted = contacts
            .iter()
            .filter_map(|contact| Some((search.fit(&contact.search_text())?, contact.id())))
            .collect::<Vec<_>>();
        wanted.sort_unstable();
        // Not all pages of what is frequent.
        for _ in 0..4 {
            let part = unit
                .contacts()
                .list(&filter, ContactSort::Fit, &page)
                .await
                .unwrap();
            let found = part.items.iter().map(Contact::id).collect::<Vec<_>>();
            let rest = wanted.split_off(found.len().min(wanted.len()));
            assert!(wanted.iter().map(|(_, id)| id).eq(&found), "{search:?}");
            assert_eq!(part.next.is_some(), !rest.is_empty());
            wanted = rest;
            page.after = part.next;
            if page.after.is_none() {
                break;
            }
        }
    }
}
