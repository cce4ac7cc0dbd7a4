//! `ImportTraceRepository`

mod addresses;
mod boundaries;
mod people;
mod rejections;

use kernel::{Changes, ContactId};

use super::Subject;
use super::tenant::Tenant;
use crate::ports::ImportTraceRepository;
use crate::{Contact, ContactImport, Rejection, RejectionCode, Touch, TouchOutcome};

/// The cases of what imports did.
#[macro_export]
macro_rules! for_each_import_trace_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            rejections_are_read_in_the_order_of_the_file,
            rejections_are_read_as_far_as_there_is_room_for_them,
            rejections_are_read_in_short,
            a_row_is_rejected_once,
            touches_are_read_back_in_the_order_of_contacts,
            contacts_that_the_import_met_are_told_from_others,
            living_contacts_that_the_import_made_are_found,
            contacts_on_lists_of_others_are_told,
            an_address_is_met_for_the_first_time_once,
            addresses_that_a_dry_run_would_stop_are_told_until_they_are_forgotten,
            what_a_file_was_found_to_be_is_forgotten,
            what_a_file_was_found_to_be_is_forgotten_in_slices,
            what_an_undo_left_is_listed_page_by_page,
            other_tenants_see_nothing_of_an_import,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_import_trace_case!([kernel::dispatch_contract_case] name subject);
}

/// Room for all rejections.
const ALL: u32 = u32::MAX;

fn rejection(line: u64) -> Rejection {
    Rejection {
        line,
        column: (line.is_multiple_of(2)).then(|| "E-Mail, \"work\"".to_owned()),
        code: RejectionCode::NoAddress,
        original: format!(",\"Nobody\n{line}\"\\"),
    }
}

fn touch(contact: ContactId) -> Touch {
    Touch {
        contact,
        outcome: TouchOutcome::Unchanged,
        changes: Changes::none(),
        joined: false,
    }
}

/// Contacts with addresses of these names, in the order of their ids.
fn contacts<const N: usize>(tenant: &Tenant, names: [&str; N]) -> [Contact; N] {
    names.map(|name| tenant.a_contact(&format!("{name}@example.com")))
}

/// A tenant with an import.
async fn ground<S: Subject>(subject: &S) -> (Tenant, ContactImport) {
    let tenant = Tenant::found(subject).await;
    let import = tenant.add_import(subject, "Leads").await;
    (tenant, import)
}

async fn forget(trace: &dyn ImportTraceRepository, import: &ContactImport) {
    trace.forget_rejections(import.id(), 9).await.unwrap();
    trace.forget_met(import.id(), 9).await.unwrap();
}

/// The cases of all files, for the list.
mod cases {
    pub(super) use super::{addresses::*, boundaries::*, people::*, rejections::*};
}
