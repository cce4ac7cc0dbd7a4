//! `ContactRepository::list`, with something to search for.

use kernel::{ContactId, PageLimit, PageRequest};

use super::Subject;
use super::tenant::{LATER, NOW, Tenant, all_ids, all_pages, attributes, deleted};
use crate::{
    Contact, ContactFilter, ContactSearch, ContactSort, ContactText, Profile, SuppressionReason,
    ValidationStatus,
};

/// The cases of searches.
#[macro_export]
macro_rules! for_each_search_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_contact_is_found_by_any_of_its_words_in_any_order,
            diacritics_make_no_difference_either_way,
            beginnings_of_words_are_enough_and_whole_words_come_first,
            one_mistake_in_a_long_word_is_forgiven,
            phrases_and_unwanted_words_are_taken_word_for_word,
            a_changed_contact_is_found_by_what_it_is_now,
            searches_work_together_with_every_filter_and_order,
            other_tenants_contacts_and_words_are_not_found,
            what_is_found_is_what_fits,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_search_case!([kernel::dispatch_contract_case] name subject);
}

/// A contact with these names and this company.
fn named(tenant: &Tenant, email: &str, first: &str, last: &str, company: &str) -> Contact {
    let profile = Profile {
        first_name: ContactText::lossy(first),
        last_name: ContactText::lossy(last),
        company: ContactText::lossy(company),
        ..Profile::default()
    };
    tenant.register(email, ValidationStatus::Valid, profile)
}

fn searching(q: &str) -> ContactFilter {
    ContactFilter {
        search: Some(q.parse::<ContactSearch>().unwrap()),
        ..ContactFilter::default()
    }
}

/// All contacts that the filter lets through, page by page.
async fn listed<S: Subject>(
    tenant: &Tenant,
    subject: &S,
    filter: &ContactFilter,
    sort: ContactSort,
) -> Vec<ContactId> {
    let unit = tenant.begin(subject).await;
    let contacts =
        all_pages(async |page: PageRequest| unit.contacts().list(filter, sort, &page).await);
    let ids = contacts.await.iter().map(Contact::id).collect::<Vec<_>>();
    let mut in_order = ids.clone();
    in_order.sort_unstable();
    assert_eq!(all_ids(unit.as_ref(), filter).await, in_order, "{filter:?}");
    ids
}

/// The places in `contacts` of those that are found, best first.
async fn found<S: Subject>(
    tenant: &Tenant,
    subject: &S,
    contacts: &[Contact],
    q: &str,
) -> Vec<usize> {
    let ids = listed(tenant, subject, &searching(q), ContactSort::Fit).await;
    let place = |id| contacts.iter().position(|contact| contact.id() == id);
    ids.into_iter().map(|id| place(id).unwrap()).collect()
}

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

mod cases {
    use super::{
        Contact, ContactFilter, ContactSearch, ContactSort, Dice, LATER, NOW, PageLimit,
        PageRequest, Subject, SuppressionReason, Tenant, ValidationStatus, by_chance, deleted,
        found, listed, named, searching, some_words,
    };

    pub(super) async fn a_contact_is_found_by_any_of_its_words_in_any_order<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let contacts = [
            named(
                &tenant,
                "ada.l+news@mail.example.com",
                "Ada",
                "Lovelace",
                "Analytical Engines",
            ),
            named(&tenant, "jean@example.org", "Jean-Luc", "O'Brien", ""),
        ];
        tenant.add(subject, &contacts).await;

        for (q, places) in [
            ("ada lovelace", &[0][..]),
            ("LOVELACE  ada", &[0]),
            ("engines", &[0]),
            ("ada.l+news@mail.example.com", &[0]),
            ("news", &[0]),
            ("ada.l+news", &[0]),
            ("mail.example.com", &[0]),
            ("@mail.example.com", &[0]),
            ("ada engines mail.example.com", &[0]),
            ("luc jean", &[1]),
            ("jean-luc", &[1]),
            ("O’Brien", &[1]),
            ("obrien", &[1]),
            ("ada obrien", &[]),
            ("example", &[1]),
            ("example.com", &[]),
        ] {
            assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
        }
    }

    pub(super) async fn diacritics_make_no_difference_either_way<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = [
            named(&tenant, "1@example.com", "Jürgen", "Großmann", ""),
            named(&tenant, "2@example.com", "Juergen", "Grossmann", ""),
            named(&tenant, "3@example.com", "Jurgen", "Łucja", ""),
            named(&tenant, "4@example.com", "Søren", "Ærø", ""),
        ];
        tenant.add(subject, &contacts).await;

        for (q, places) in [
            ("jürgen", &[0, 1, 2][..]),
            ("jurgen", &[0, 2, 1]),
            ("juergen", &[0, 1, 2]),
            ("GROSSMANN", &[0, 1]),
            ("großmann", &[0, 1]),
            ("lucja", &[2]),
            ("soren aero", &[3]),
            ("sören", &[3]),
            ("\"jürgen großmann\"", &[0, 1]),
        ] {
            assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
        }
    }

    pub(super) async fn beginnings_of_words_are_enough_and_whole_words_come_first<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let contacts = [
            named(&tenant, "1@example.com", "Anders", "Smithson", ""),
            named(&tenant, "2@example.com", "Ann", "Smith", ""),
            named(&tenant, "3@example.com", "Andrea", "Smith", ""),
            named(&tenant, "smith.and@example.com", "", "", ""),
        ];
        tenant.add(subject, &contacts).await;

        for (q, places) in [
            ("smith", &[1, 2, 3, 0][..]),
            ("smith an", &[0, 1, 2, 3]),
            ("an smi", &[0, 1, 2, 3]),
            ("and smith", &[3, 0, 2]),
            ("smith.and@ex", &[0, 2, 3]),
            ("example.c", &[0, 1, 2, 3]),
            ("mith", &[1, 2, 3]),
        ] {
            assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
        }
    }

    pub(super) async fn one_mistake_in_a_long_word_is_forgiven<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = [
            named(&tenant, "1@example.com", "Ada", "Lovelace", ""),
            named(&tenant, "2@example.com", "Anna", "Loveless", "Route66"),
            named(&tenant, "3@example.com", "Loevlace", "", ""),
        ];
        tenant.add(subject, &contacts).await;

        for (q, places) in [
            ("lovleace", &[0][..]),
            ("lovelac", &[0]),
            ("lovelaceandall", &[]),
            ("ovelace", &[0]),
            ("lovelacee", &[0]),
            ("lovelace1", &[0]),
            ("lovelave", &[0]),
            ("lvoelace", &[0]),
            ("loveelss", &[1]),
            ("loveles", &[1]),
            ("lovless anna", &[1]),
            ("anan", &[]),
            ("route67", &[]),
            ("lovelcea", &[]),
            ("loevlace", &[2, 0]),
            ("-lovleace anna", &[1]),
        ] {
            assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
        }
    }

    pub(super) async fn phrases_and_unwanted_words_are_taken_word_for_word<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let contacts = [
            named(
                &tenant,
                "1@example.com",
                "Ada",
                "King Noel",
                "O'Neil & Sons",
            ),
            named(&tenant, "2@example.com", "Noel", "King", "Sons of O'Neil"),
            named(&tenant, "3@example.org", "Noelle", "King's 100%_\\", ""),
        ];
        tenant.add(subject, &contacts).await;

        for (q, places) in [
            ("\"king noel\"", &[0][..]),
            ("\"noel king\"", &[1]),
            ("\"noel kin\"", &[]),
            ("\"oneil sons\" ada", &[0]),
            ("king -noel", &[2]),
            ("king -\"noel king\"", &[0, 2]),
            ("-example.org", &[0, 1]),
            ("-noel -noelle", &[]),
            ("\"100\" noelle", &[2]),
            ("\"king noel", &[0]),
            ("-kin", &[0, 1, 2]),
        ] {
            assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
        }
    }

    pub(super) async fn a_changed_contact_is_found_by_what_it_is_now<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = [
            named(&tenant, "1@example.com", "Ada", "Lovelace", ""),
            named(&tenant, "2@example.com", "Grace", "Hopper", ""),
        ];
        tenant.add(subject, &contacts).await;
        let mut renamed = contacts[0].clone();
        let profile = named(&tenant, "1@example.com", "Ada", "Countess", "");
        renamed.replace_profile(profile.state().profile.clone(), LATER, None);
        let unit = tenant.begin(subject).await;
        let before = contacts[0].state().stamps.version;
        unit.contacts().update(&renamed, before).await.unwrap();
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        unit.contacts()
            .update_many(&[deleted(&contacts[1])])
            .await
            .unwrap();
        unit.commit().await.unwrap();

        for (q, places) in [
            ("lovelace", &[][..]),
            ("countess", &[0]),
            ("conutess", &[0]),
            ("hopper", &[]),
        ] {
            assert_eq!(found(&tenant, subject, &contacts, q).await, places, "{q}");
        }
        let dead = ContactFilter {
            deleted: true,
            ..searching("hoper")
        };
        let ids = listed(&tenant, subject, &dead, ContactSort::Fit).await;
        assert_eq!(ids, [contacts[1].id()]);
    }

    pub(super) async fn searches_work_together_with_every_filter_and_order<S: Subject>(
        subject: &S,
    ) {
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

    pub(super) async fn other_tenants_contacts_and_words_are_not_found<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let mine = [named(&tenant, "1@example.com", "Ada", "Lovelace", "")];
        let theirs = [named(&other, "1@example.com", "Ada", "Loveless", "")];
        tenant.add(subject, &mine).await;
        other.add(subject, &theirs).await;

        for (q, places) in [
            ("ada", &[0][..]),
            ("loveles", &[]),
            ("lovelac", &[0]),
            ("lovlace", &[0]),
        ] {
            assert_eq!(found(&tenant, subject, &mine, q).await, places, "{q}");
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
}
