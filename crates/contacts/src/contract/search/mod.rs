//! `ContactRepository::list`, with something to search for.

mod chance;
mod words;

use kernel::{ContactId, PageRequest};

use super::Subject;
use super::tenant::{Tenant, all_ids, all_pages};
use crate::{
    Contact, ContactFilter, ContactSearch, ContactSort, ContactText, Profile, ValidationStatus,
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

/// The cases of all files, for the list.
mod cases {
    pub(super) use super::{chance::*, words::*};
}
