//! The entries of the audit log.

mod cases;

use super::Subject;

/// The cases of audit logs.
#[macro_export]
macro_rules! for_each_audit_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_entry_is_found_again_with_its_payload,
            an_absent_entry_is_not_found,
            entries_come_newest_first,
            every_part_of_a_filter_narrows_the_search,
            parts_of_a_filter_narrow_together,
            pages_are_total_and_stable,
            entries_are_counted_by_actor_kind_of_thing_and_action,
            counts_are_filtered,
            pages_of_counts_are_total,
            entries_are_read_in_bulk_with_their_payloads,
            what_concerns_a_user_is_found_once,
            pages_of_what_concerns_a_user_are_total,
            an_entry_of_another_organization_cannot_be_appended,
            other_tenants_see_nothing,
            the_platform_and_its_tenants_see_nothing_of_each_other,
            an_uncommitted_entry_is_not_seen_by_others,
            a_dropped_unit_leaves_no_trace,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_audit_case!([kernel::dispatch_contract_case] name subject);
}
