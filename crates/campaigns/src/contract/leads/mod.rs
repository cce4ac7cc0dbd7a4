//! `LeadRepository`

mod changing;
mod listing;
mod people;

use super::Subject;

/// The cases of leads.
#[macro_export]
macro_rules! for_each_lead_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_lead_is_found_again_deleted_or_not,
            a_person_has_one_living_lead_of_a_campaign,
            the_lead_of_a_contact_is_found_whoever_it_began_as,
            a_lead_does_not_come_back_beside_another_one_of_its_person,
            a_stale_change_of_a_lead_is_refused_and_the_unit_stays_usable,
            leads_are_changed_together_with_their_steps,
            leads_are_changed_together_or_none_of_them_is,
            the_steps_of_a_lead_are_listed_page_by_page,
            responses_are_listed_and_the_values_of_the_last_one_stay,
            leads_are_listed_by_status_source_and_owner_page_by_page,
            people_who_are_not_there_are_not_known,
            the_stages_of_the_pipeline_count_who_is_there_and_who_has_been,
            leads_of_a_campaign_are_found_and_counted_apart,
            a_lead_that_is_not_committed_is_invisible_and_leaves_no_trace,
            other_tenants_see_no_lead_and_nothing_of_one,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_lead_case!([kernel::dispatch_contract_case] name subject);
}

/// The cases of all files, for the list.
mod cases {
    pub(super) use super::{changing::*, listing::*, people::*};
}
