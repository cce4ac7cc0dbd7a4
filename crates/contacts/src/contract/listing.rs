//! `ContactRepository::list`

use kernel::ContactId;
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, attributes, deleted, listed};
use crate::{
    Classification, Contact, ContactFilter, ContactSort, ContactSource, Profile, SuppressionReason,
    TimeRange, ValidationStatus,
};

/// The cases of listings.
#[macro_export]
macro_rules! for_each_listing_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            contacts_are_listed_page_by_page_in_every_order,
            every_filter_lets_through_what_it_says,
            filters_work_together,
            deleted_contacts_are_listed_apart,
            attributes_are_found_in_any_case_letter_by_letter,
            ids_are_read_behind_one_and_up_to_another,
            other_tenants_contacts_are_not_listed,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_listing_case!([kernel::dispatch_contract_case] name subject);
}

/// Ten contacts with statuses in turn, in the order of their ids; addresses run the other way.
async fn ten<S: Subject>(tenant: &Tenant, subject: &S) -> Vec<Contact> {
    let contacts = (0..10)
        .map(|n| {
            let status = ValidationStatus::ALL[n % 5];
            let profile = Profile {
                attributes: attributes(&[("City", if n < 4 { "Köln" } else { "Berlin" })]),
                ..Profile::default()
            };
            tenant.register(&format!("{}@example.com", 9 - n), status, profile)
        })
        .collect::<Vec<_>>();
    tenant.add(subject, &contacts).await;
    contacts
}

/// The ids of the contacts at these places.
fn at(contacts: &[Contact], places: &[usize]) -> Vec<ContactId> {
    places.iter().map(|place| contacts[*place].id()).collect()
}

mod cases {
    use super::{
        Classification, Contact, ContactFilter, ContactSort, ContactSource, Duration, NOW, Profile,
        Subject, SuppressionReason, Tenant, TimeRange, ValidationStatus, at, attributes, deleted,
        listed, ten,
    };

    pub(super) async fn contacts_are_listed_page_by_page_in_every_order<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = ten(&tenant, subject).await;
        let forwards = contacts.iter().map(Contact::id).collect::<Vec<_>>();
        let backwards = forwards.iter().rev().copied().collect::<Vec<_>>();
        let everything = ContactFilter::default();

        for (sort, expected) in [
            (ContactSort::Created, &forwards),
            (ContactSort::CreatedDescending, &backwards),
            (ContactSort::Email, &backwards),
            (ContactSort::EmailDescending, &forwards),
        ] {
            let found = listed(&tenant, subject, &everything, sort).await;
            assert_eq!(&found, expected, "{sort:?}");
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table of filters")]
    pub(super) async fn every_filter_lets_through_what_it_says<S: Subject>(subject: &S) {
        use ValidationStatus::{Invalid, Pending, Risky};
        let tenant = Tenant::found(subject).await;
        let contacts = ten(&tenant, subject).await;
        let all = (0..10).collect::<Vec<_>>();
        let members = [&contacts[8], &contacts[1], &contacts[4], &contacts[6]];
        let list = tenant.add_list(subject, "A list", &members).await;
        let bounced = SuppressionReason::Bounced;
        tenant
            .suppress(subject, &[tenant.a_suppression("7@example.com", bounced)])
            .await;
        let filter = ContactFilter::default;
        let range = |since, until| TimeRange::new(since, until).unwrap();
        let hour = Duration::HOUR;

        for (filter, places) in [
            (filter(), all.as_slice()),
            (
                ContactFilter {
                    list: Some(list.id()),
                    ..filter()
                },
                &[1, 4, 6, 8],
            ),
            (
                ContactFilter {
                    statuses: vec![Risky],
                    ..filter()
                },
                &[3, 8],
            ),
            (
                ContactFilter {
                    statuses: vec![Risky, Pending, Risky],
                    ..filter()
                },
                &[0, 3, 5, 8],
            ),
            (
                ContactFilter {
                    statuses: vec![Invalid],
                    ..filter()
                },
                &[2, 7],
            ),
            (
                ContactFilter {
                    classifications: vec![Classification::Role],
                    ..filter()
                },
                &[],
            ),
            (
                ContactFilter {
                    classifications: vec![Classification::Role, Classification::Business],
                    ..filter()
                },
                &all,
            ),
            (
                ContactFilter {
                    source: Some(ContactSource::Api),
                    ..filter()
                },
                &all,
            ),
            (
                ContactFilter {
                    source: Some(ContactSource::Form),
                    ..filter()
                },
                &[],
            ),
            (
                ContactFilter {
                    suppressed: Some(true),
                    ..filter()
                },
                &[2],
            ),
            (
                ContactFilter {
                    suppressed: Some(false),
                    ..filter()
                },
                &[0, 1, 3, 4, 5, 6, 7, 8, 9],
            ),
            (
                ContactFilter {
                    created: range(Some(NOW), None),
                    ..filter()
                },
                &all,
            ),
            (
                ContactFilter {
                    created: range(None, Some(NOW)),
                    ..filter()
                },
                &[],
            ),
            (
                ContactFilter {
                    validated: range(Some(NOW - hour), Some(NOW + hour)),
                    ..filter()
                },
                &all,
            ),
            (
                ContactFilter {
                    validated: range(Some(NOW + hour), None),
                    ..filter()
                },
                &[],
            ),
            (
                ContactFilter {
                    attributes: vec![("CITY".to_owned(), "köln".to_owned())],
                    ..filter()
                },
                &[0, 1, 2, 3],
            ),
            (
                ContactFilter {
                    attributes: vec![("city".to_owned(), "Köl".to_owned())],
                    ..filter()
                },
                &[],
            ),
        ] {
            for sort in [ContactSort::Created, ContactSort::EmailDescending] {
                let found = listed(&tenant, subject, &filter, sort).await;
                assert_eq!(found, at(&contacts, places), "{filter:?}");
            }
        }
    }

    pub(super) async fn filters_work_together<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = ten(&tenant, subject).await;
        let members = [&contacts[8], &contacts[3], &contacts[0], &contacts[5]];
        let list = tenant.add_list(subject, "A list", &members).await;
        let filter = ContactFilter {
            list: Some(list.id()),
            statuses: vec![ValidationStatus::Risky, ValidationStatus::Pending],
            attributes: vec![("City".to_owned(), "Berlin".to_owned())],
            suppressed: Some(false),
            ..ContactFilter::default()
        };

        for (sort, places) in [
            (ContactSort::Created, [5, 8]),
            (ContactSort::CreatedDescending, [8, 5]),
            (ContactSort::Email, [8, 5]),
            (ContactSort::EmailDescending, [5, 8]),
        ] {
            let found = listed(&tenant, subject, &filter, sort).await;
            assert_eq!(found, at(&contacts, &places), "{sort:?}");
        }
    }

    pub(super) async fn attributes_are_found_in_any_case_letter_by_letter<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let profile = Profile {
            attributes: attributes(&[("ΟΔΟΣ", "İZMİR")]),
            ..Profile::default()
        };
        let contact = tenant.register("1@example.com", ValidationStatus::Valid, profile);
        tenant.add(subject, std::slice::from_ref(&contact)).await;

        for (name, value, is_found) in [
            ("ΟΔΟΣ", "İZMİR", true),
            ("οδοσ", "izmir", true),
            ("οδος", "izmir", false),
            ("οδοσ", "ızmır", false),
        ] {
            let filter = ContactFilter {
                attributes: vec![(name.to_owned(), value.to_owned())],
                ..ContactFilter::default()
            };
            let found = listed(&tenant, subject, &filter, ContactSort::Created).await;
            assert_eq!(found == [contact.id()], is_found, "{name} {value}");
        }
    }

    pub(super) async fn deleted_contacts_are_listed_apart<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = ten(&tenant, subject).await;
        let list = tenant
            .add_list(subject, "A list", &[&contacts[1], &contacts[2]])
            .await;
        let unit = tenant.begin(subject).await;
        let gone = [1, 3].map(|place: usize| deleted(&contacts[place]));
        unit.contacts().update_many(&gone).await.unwrap();
        unit.commit().await.unwrap();

        let living = ContactFilter::default();
        let found = listed(&tenant, subject, &living, ContactSort::Created).await;
        assert_eq!(found, at(&contacts, &[0, 2, 4, 5, 6, 7, 8, 9]));
        let on_list = ContactFilter {
            list: Some(list.id()),
            ..living
        };
        let found = listed(&tenant, subject, &on_list, ContactSort::Created).await;
        assert_eq!(found, at(&contacts, &[2]));
        let dead = ContactFilter {
            deleted: true,
            ..ContactFilter::default()
        };
        let found = listed(&tenant, subject, &dead, ContactSort::Created).await;
        assert_eq!(found, at(&contacts, &[1, 3]));
        let dead_on_list = ContactFilter {
            deleted: true,
            ..on_list
        };
        let found = listed(&tenant, subject, &dead_on_list, ContactSort::Created).await;
        assert_eq!(found, at(&contacts, &[1]));
    }

    pub(super) async fn ids_are_read_behind_one_and_up_to_another<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = ten(&tenant, subject).await;
        let members = contacts.iter().collect::<Vec<_>>();
        let list = tenant.add_list(subject, "A list", &members).await;
        let everybody = ContactFilter::default();
        let on_list = ContactFilter {
            list: Some(list.id()),
            ..ContactFilter::default()
        };
        let with_attribute = ContactFilter {
            attributes: vec![("city".to_owned(), "berlin".to_owned())],
            ..ContactFilter::default()
        };
        let searched = ContactFilter {
            search: "example.com".parse().ok(),
            ..ContactFilter::default()
        };
        let searched_on_list = ContactFilter {
            list: Some(list.id()),
            ..searched.clone()
        };

        let unit = tenant.begin(subject).await;
        let at = |place: usize| contacts[place].id();
        for filter in [
            &everybody,
            &on_list,
            &with_attribute,
            &searched,
            &searched_on_list,
        ] {
            for (after, until, limit, places) in [
                (Some(4), 8, 9, [5, 6, 7, 8].as_slice()),
                (Some(4), 8, 2, &[5, 6]),
                (Some(4), 8, 1, &[5]),
                (Some(8), 8, 9, &[]),
                (Some(9), 9, 9, &[]),
                (Some(8), 9, 9, &[9]),
            ] {
                let ids = unit
                    .contacts()
                    .ids_behind(filter, after.map(at), at(until), limit)
                    .await
                    .unwrap();
                let wanted = places.iter().map(|place| at(*place)).collect::<Vec<_>>();
                assert_eq!(ids, wanted, "{filter:?} behind {after:?} until {until}");
            }
        }
        let none = unit.contacts().ids_behind(&on_list, None, at(0), 9).await;
        assert_eq!(none.unwrap(), [at(0)]);
    }

    pub(super) async fn other_tenants_contacts_are_not_listed<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let contacts = ten(&tenant, subject).await;
        let list = tenant.add_list(subject, "A list", &[&contacts[0]]).await;

        for filter in [
            ContactFilter::default(),
            ContactFilter {
                list: Some(list.id()),
                ..ContactFilter::default()
            },
            ContactFilter {
                attributes: vec![("City".to_owned(), "Berlin".to_owned())],
                ..ContactFilter::default()
            },
        ] {
            let found = listed(&other, subject, &filter, ContactSort::Email).await;
            assert_eq!(found, []);
        }
    }
}
