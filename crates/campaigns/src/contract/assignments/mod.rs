//! `Assignments` and `Stops`

mod deciding;
mod engaging;
mod listing;
mod sending;
mod stopping;

use kernel::{ContactId, Timestamp};

use super::Subject;
use super::tenant::{NOW, Tenant, all_pages, id};
use crate::{
    AddressStatus, Assignment, Campaign, CampaignCounts, Delivery, Exclusion, Recipient,
    RecipientFilter, Settled,
};

/// The cases of recipients.
#[macro_export]
macro_rules! for_each_assignment_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            of_everybody_it_is_decided_once,
            due_mails_are_claimed_the_earliest_first,
            what_became_of_mails_is_counted_once,
            whoever_is_left_out_in_the_end_is_told_with_the_reason,
            whoever_is_given_up_is_left_out,
            recipients_are_listed_page_by_page_by_status_and_reason,
            counts_stay_exact_over_many_batches,
            what_recipients_do_is_counted_with_its_first_and_last_time,
            what_is_known_of_recipients_is_when_they_got_the_mail_and_did_something,
            mails_that_went_out_come_back_once_and_are_counted,
            only_who_got_the_mail_leaves_and_does_so_once,
            soft_bounces_are_counted_over_all_campaigns,
            whoever_is_stopped_is_suppressed_once,
            other_tenants_see_no_recipient_and_stop_nobody,
            recipients_of_a_unit_that_is_dropped_leave_no_trace,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_assignment_case!([kernel::dispatch_contract_case] name subject);
}

fn mailed(at: Timestamp) -> Assignment {
    Assignment {
        contact: id(ContactId::from_uuid),
        validation: AddressStatus::Valid,
        decision: Ok(at),
    }
}

fn became(contact: ContactId, delivery: Delivery) -> Settled {
    Settled {
        contact,
        validation: Some(AddressStatus::Valid),
        outcome: Ok(delivery),
    }
}

fn skipped(exclusion: Exclusion) -> Assignment {
    Assignment {
        contact: id(ContactId::from_uuid),
        validation: AddressStatus::Risky,
        decision: Err(exclusion),
    }
}

impl Tenant {
    /// Adds a campaign of which this is decided.
    async fn assigned<S: Subject>(&self, subject: &S, assignments: &[Assignment]) -> Campaign {
        let campaign = self.add_campaign(subject, "Spring", None).await;
        let unit = self.begin(subject).await;
        let added = unit
            .assignments()
            .assign(campaign.id(), assignments, NOW)
            .await
            .unwrap();
        assert_eq!(added, assignments.len() as u64);
        unit.commit().await.unwrap();
        campaign
    }

    async fn settled<S: Subject>(
        &self,
        subject: &S,
        campaign: &Campaign,
        settled: &[Settled],
        at: Timestamp,
    ) -> u64 {
        let unit = self.begin(subject).await;
        let changed = unit
            .assignments()
            .settle(campaign.id(), settled, at)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        changed
    }

    async fn counted<S: Subject>(&self, subject: &S, campaign: &Campaign) -> CampaignCounts {
        let unit = self.begin(subject).await;
        unit.campaigns().counts(campaign.id()).await.unwrap()
    }

    async fn listed<S: Subject>(
        &self,
        subject: &S,
        campaign: &Campaign,
        filter: &RecipientFilter,
    ) -> Vec<Recipient> {
        let unit = self.begin(subject).await;
        let assignments = unit.assignments();
        all_pages(async |page| assignments.list(campaign.id(), filter, &page).await).await
    }
}

/// The cases of all files, for the list.
mod cases {
    pub(super) use super::{deciding::*, engaging::*, listing::*, sending::*, stopping::*};
}
