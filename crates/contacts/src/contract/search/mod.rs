//! `ContactRepository::list`, with something to search for.

mod chance;
mod words;

use super::Subject;
use super::tenant::{Tenant, listed};
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
