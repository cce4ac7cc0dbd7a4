//! `Assignments` and `Stops`

use kernel::{CampaignId, ContactId, SuppressionId, Timestamp};
use time::Duration;

use super::tenant::{LATER, NOW, Tenant, all_pages, id};
use super::{Person, Subject};
use crate::{
    AddressStatus, Assignment, BounceKind, Campaign, CampaignCounts, Deed, Delivery, Engagement,
    Exclusion, Recipient, RecipientFilter, RecipientStatus, Settled, Standing, Stop, StopReason,
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

mod cases {
    use super::{
        AddressStatus, BounceKind, CampaignCounts, CampaignId, ContactId, Deed, Delivery, Duration,
        Engagement, Exclusion, LATER, NOW, Person, RecipientFilter, RecipientStatus, Settled,
        Standing, Stop, StopReason, Subject, SuppressionId, Tenant, became, id, mailed, skipped,
    };

    pub(super) async fn of_everybody_it_is_decided_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let decided = [mailed(NOW), skipped(Exclusion::Risky), mailed(LATER)];
        let campaign = tenant.assigned(subject, &decided).await;

        let mut again = decided.map(|it| super::Assignment {
            decision: Err(Exclusion::Invalid),
            ..it
        });
        again[2] = mailed(LATER);
        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        let added = assignments.assign(campaign.id(), &again, LATER).await;
        assert_eq!(added.unwrap(), 1);
        let added = assignments.assign(campaign.id(), &again, LATER).await;
        assert_eq!(added.unwrap(), 0);
        unit.commit().await.unwrap();

        let expected = CampaignCounts {
            assigned: 4,
            skipped: 1,
            ..CampaignCounts::default()
        };
        assert_eq!(tenant.counted(subject, &campaign).await, expected);
        let all = RecipientFilter::default();
        let seen = tenant.listed(subject, &campaign, &all).await;
        assert_eq!(seen.len(), 4);
        for decided in decided {
            let found = seen.iter().find(|it| it.contact == decided.contact);
            let found = found.unwrap();
            assert_eq!(found.scheduled_send_time, decided.decision.ok());
            let reason = decided.decision.err().map(|it| it.as_str().to_owned());
            assert_eq!(found.reason, reason);
            assert_eq!(found.validation, decided.validation);
            assert_eq!((found.sent_at, found.assigned_at), (None, NOW));
        }
    }

    pub(super) async fn due_mails_are_claimed_the_earliest_first<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let second = |n| NOW + Duration::seconds(n);
        let decided = [
            mailed(second(2)),
            mailed(second(1)),
            skipped(Exclusion::Risky),
            mailed(second(3)),
            mailed(second(9)),
        ];
        let campaign = tenant.assigned(subject, &decided).await;
        let elsewhere = tenant.assigned(subject, &[mailed(NOW)]).await;

        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        let of = campaign.id();
        assert_eq!(assignments.next_due(of).await.unwrap(), Some(second(1)));
        let early = assignments.claim_due(of, NOW, 9).await.unwrap();
        assert_eq!(early, []);
        let due = assignments.claim_due(of, second(3), 2).await.unwrap();
        assert_eq!(due, [decided[1].contact, decided[0].contact]);
        let sent: Vec<_> = due
            .iter()
            .map(|it| became(*it, Delivery::Accepted))
            .collect();
        assignments.settle(of, &sent, NOW).await.unwrap();
        assert_eq!(assignments.next_due(of).await.unwrap(), Some(second(3)));
        let due = assignments.claim_due(of, second(3), 9).await.unwrap();
        assert_eq!(due, [decided[3].contact]);
        let absent = id(CampaignId::from_uuid);
        assert_eq!(assignments.next_due(absent).await.unwrap(), None);
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        let due = unit.assignments().claim_due(elsewhere.id(), NOW, 9).await;
        assert_eq!(due.unwrap().len(), 1);
    }

    pub(super) async fn what_became_of_mails_is_counted_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let decided = [0; 4].map(|_| mailed(NOW));
        let campaign = tenant.assigned(subject, &decided).await;
        let [a, b, c, d] = decided.map(|it| it.contact);
        let settled = [
            became(a, Delivery::Accepted),
            became(b, Delivery::Bounced(BounceKind::Hard)),
            became(c, Delivery::Failed("unrenderable")),
        ];

        let changed = tenant.settled(subject, &campaign, &settled, LATER).await;
        assert_eq!(changed, 3);
        let again = settled.map(|it| became(it.contact, Delivery::Accepted));
        let changed = tenant.settled(subject, &campaign, &again, LATER).await;
        assert_eq!(changed, 0);

        let expected = CampaignCounts {
            assigned: 4,
            skipped: 0,
            sent: 2,
            bounced: 1,
            failed: 1,
        };
        assert_eq!(tenant.counted(subject, &campaign).await, expected);
        let all = RecipientFilter::default();
        let seen = tenant.listed(subject, &campaign, &all).await;
        for (contact, status, reason, sent_at) in [
            (a, RecipientStatus::Sent, None, Some(LATER)),
            (b, RecipientStatus::Bounced, Some("hard"), Some(LATER)),
            (c, RecipientStatus::Failed, Some("unrenderable"), None),
            (d, RecipientStatus::Pending, None, None),
        ] {
            let found = seen.iter().find(|it| it.contact == contact).unwrap();
            assert_eq!((found.status, found.sent_at), (status, sent_at));
            assert_eq!(found.reason.as_deref(), reason);
        }
    }

    pub(super) async fn whoever_is_left_out_in_the_end_is_told_with_the_reason<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let decided = [0; 3].map(|_| mailed(NOW));
        let campaign = tenant.assigned(subject, &decided).await;
        let [a, b, c] = decided.map(|it| it.contact);
        let left_out = |contact, validation, exclusion| Settled {
            contact,
            validation,
            outcome: Err(exclusion),
        };
        let risky = Some(AddressStatus::Risky);
        let settled = [
            left_out(a, risky, Exclusion::Risky),
            left_out(b, None, Exclusion::Deleted),
            Settled {
                validation: risky,
                ..became(c, Delivery::Accepted)
            },
        ];

        let changed = tenant.settled(subject, &campaign, &settled, LATER).await;

        assert_eq!(changed, 3);
        let expected = CampaignCounts {
            assigned: 3,
            skipped: 2,
            sent: 1,
            ..CampaignCounts::default()
        };
        assert_eq!(tenant.counted(subject, &campaign).await, expected);
        let all = RecipientFilter::default();
        let seen = tenant.listed(subject, &campaign, &all).await;
        let skipped = RecipientStatus::Skipped;
        for (contact, status, reason, validation) in [
            (a, skipped, Some("risky"), AddressStatus::Risky),
            (b, skipped, Some("deleted"), AddressStatus::Valid),
            (c, RecipientStatus::Sent, None, AddressStatus::Risky),
        ] {
            let found = seen.iter().find(|it| it.contact == contact).unwrap();
            assert_eq!((found.status, found.validation), (status, validation));
            assert_eq!(found.reason.as_deref(), reason);
            let is_mailed = status == RecipientStatus::Sent;
            assert_eq!(found.sent_at, is_mailed.then_some(LATER));
            assert_eq!(found.scheduled_send_time, is_mailed.then_some(NOW));
        }
        let unit = tenant.begin(subject).await;
        let due = unit.assignments().claim_due(campaign.id(), LATER, 9).await;
        assert_eq!(due.unwrap(), []);
    }

    pub(super) async fn whoever_is_given_up_is_left_out<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let decided = [mailed(NOW), mailed(NOW), skipped(Exclusion::Risky)];
        let campaign = tenant.assigned(subject, &decided).await;
        let sent = [became(decided[0].contact, Delivery::Accepted)];
        tenant.settled(subject, &campaign, &sent, LATER).await;

        for expected in [1, 0] {
            let unit = tenant.begin(subject).await;
            let given_up = unit.assignments().give_up(campaign.id(), LATER).await;
            assert_eq!(given_up.unwrap(), expected);
            unit.commit().await.unwrap();
        }

        let expected = CampaignCounts {
            assigned: 3,
            skipped: 2,
            sent: 1,
            ..CampaignCounts::default()
        };
        assert_eq!(tenant.counted(subject, &campaign).await, expected);
        let filter = RecipientFilter {
            status: None,
            reason: Some(Exclusion::Ended.as_str().to_owned()),
        };
        let seen = tenant.listed(subject, &campaign, &filter).await;
        let [left] = &seen[..] else {
            panic!("{seen:?}");
        };
        assert_eq!(left.contact, decided[1].contact);
        assert_eq!(left.status, RecipientStatus::Skipped);
        assert_eq!(left.scheduled_send_time, None);
    }

    pub(super) async fn recipients_are_listed_page_by_page_by_status_and_reason<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut decided = Vec::new();
        for n in 0..9 {
            decided.push(match n % 3 {
                0 => mailed(NOW),
                1 => skipped(Exclusion::Risky),
                _ => skipped(Exclusion::Unsubscribed),
            });
        }
        let campaign = tenant.assigned(subject, &decided).await;
        tenant.assigned(subject, &[mailed(NOW)]).await;
        let mut contacts: Vec<_> = decided.iter().map(|it| it.contact).collect();
        contacts.sort_unstable();

        let seen = async |status, reason: Option<&str>| {
            let filter = RecipientFilter {
                status,
                reason: reason.map(str::to_owned),
            };
            let seen = tenant.listed(subject, &campaign, &filter).await;
            seen.into_iter().map(|it| it.contact).collect::<Vec<_>>()
        };
        let every_third = |first: usize| {
            let mut some: Vec<_> = decided.iter().skip(first).step_by(3).collect();
            some.sort_unstable_by_key(|it| it.contact);
            some.iter().map(|it| it.contact).collect::<Vec<_>>()
        };
        assert_eq!(seen(None, None).await, contacts);
        let pending = Some(RecipientStatus::Pending);
        assert_eq!(seen(pending, None).await, every_third(0));
        assert_eq!(seen(None, Some("risky")).await, every_third(1));
        let skipped = Some(RecipientStatus::Skipped);
        assert_eq!(seen(skipped, Some("unsubscribed")).await, every_third(2));
        assert_eq!(seen(pending, Some("risky")).await, []);
    }

    pub(super) async fn counts_stay_exact_over_many_batches<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let campaign = tenant.assigned(subject, &[mailed(NOW)]).await;

        for _ in 0..70 {
            let unit = tenant.begin(subject).await;
            let decided = [mailed(NOW), skipped(Exclusion::Invalid)];
            let assignments = unit.assignments();
            assignments
                .assign(campaign.id(), &decided, NOW)
                .await
                .unwrap();
            let sent = [became(decided[0].contact, Delivery::Accepted)];
            assignments.settle(campaign.id(), &sent, NOW).await.unwrap();
            unit.commit().await.unwrap();
        }

        let expected = CampaignCounts {
            assigned: 141,
            skipped: 70,
            sent: 70,
            ..CampaignCounts::default()
        };
        assert_eq!(tenant.counted(subject, &campaign).await, expected);
    }

    pub(super) async fn what_recipients_do_is_counted_with_its_first_and_last_time<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let decided = [mailed(NOW), mailed(NOW)];
        let campaign = tenant.assigned(subject, &decided).await;
        let elsewhere = tenant.assigned(subject, &decided).await;
        let [who, other] = decided.map(|it| it.contact);

        for (index, deed) in Deed::ALL.into_iter().enumerate() {
            let unit = tenant.begin(subject).await;
            let assignments = unit.assignments();
            for at in [LATER, NOW].into_iter().take(1 + index % 2) {
                let done = assignments.engage(campaign.id(), who, deed, at).await;
                assert!(done.unwrap());
            }
            let absent = id(ContactId::from_uuid);
            let done = assignments.engage(campaign.id(), absent, deed, NOW).await;
            assert!(!done.unwrap());
            unit.commit().await.unwrap();
        }

        let once = Engagement {
            count: 1,
            first: Some(LATER),
            last: Some(LATER),
        };
        let twice = Engagement {
            count: 2,
            first: Some(NOW),
            last: Some(LATER),
        };
        let never = Engagement::default();
        let all = RecipientFilter::default();
        for (campaign, contact, expected) in [
            (&campaign, who, [once, twice, once, twice]),
            (&campaign, other, [never; 4]),
            (&elsewhere, who, [never; 4]),
        ] {
            let seen = tenant.listed(subject, campaign, &all).await;
            let found = seen.iter().find(|it| it.contact == contact).unwrap();
            let told = [found.opens, found.clicks, found.views, found.submits];
            assert_eq!(told, expected);
        }
        let stranger = Tenant::found(subject).await;
        let unit = stranger.begin(subject).await;
        let assignments = unit.assignments();
        let done = assignments
            .engage(campaign.id(), who, Deed::Open, NOW)
            .await;
        assert!(!done.unwrap());
    }

    pub(super) async fn only_who_got_the_mail_leaves_and_does_so_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let decided = [mailed(NOW), mailed(NOW), mailed(NOW)];
        let campaign = tenant.assigned(subject, &decided).await;
        let [sent, bounced, pending] = decided.map(|it| it.contact);
        let settled = [
            became(sent, Delivery::Accepted),
            became(bounced, Delivery::Bounced(BounceKind::Soft)),
        ];
        tenant.settled(subject, &campaign, &settled, NOW).await;
        let counts = tenant.counted(subject, &campaign).await;

        let stranger = Tenant::found(subject).await;
        let unit = stranger.begin(subject).await;
        let left = unit.assignments().leave(campaign.id(), sent, LATER).await;
        assert!(!left.unwrap());
        drop(unit);
        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        for (contact, leaves) in [
            (sent, true),
            (sent, false),
            (bounced, false),
            (pending, false),
        ] {
            let left = assignments.leave(campaign.id(), contact, LATER).await;
            assert_eq!(left.unwrap(), leaves);
        }
        unit.commit().await.unwrap();

        let all = RecipientFilter::default();
        let seen = tenant.listed(subject, &campaign, &all).await;
        for (contact, status) in [
            (sent, RecipientStatus::Unsubscribed),
            (bounced, RecipientStatus::Bounced),
            (pending, RecipientStatus::Pending),
        ] {
            let found = seen.iter().find(|it| it.contact == contact).unwrap();
            assert_eq!(found.status, status);
        }
        assert_eq!(tenant.counted(subject, &campaign).await, counts);
    }

    pub(super) async fn soft_bounces_are_counted_over_all_campaigns<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let once = mailed(NOW);
        let often = mailed(NOW);
        let never = mailed(NOW);
        for (n, kind) in [BounceKind::Soft, BounceKind::Soft, BounceKind::Hard]
            .into_iter()
            .enumerate()
        {
            let campaign = tenant.assigned(subject, &[once, often, never]).await;
            let at = NOW + Duration::days(i64::try_from(n).unwrap());
            let mut settled = vec![
                became(often.contact, Delivery::Bounced(kind)),
                became(never.contact, Delivery::Accepted),
            ];
            if n == 0 {
                settled.push(became(once.contact, Delivery::Bounced(kind)));
            }
            tenant.settled(subject, &campaign, &settled, at).await;
        }

        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        let wanted = [once.contact, often.contact, never.contact];
        let counts = async |since| {
            let mut told = assignments
                .count_soft_bounces(&wanted, since)
                .await
                .unwrap();
            told.sort_unstable();
            told
        };
        let mut expected = vec![(once.contact, 1), (often.contact, 2)];
        expected.sort_unstable();
        assert_eq!(counts(NOW).await, expected);
        let later = counts(NOW + Duration::HOUR).await;
        assert_eq!(later, [(often.contact, 1)]);
    }

    pub(super) async fn whoever_is_stopped_is_suppressed_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let valid = Person {
            standing: Standing {
                status: AddressStatus::Valid,
                stop: None,
            },
        };
        let people = subject.add_people(tenant.id(), &[valid; 3]).await;
        let list = subject.add_list(tenant.id(), true, &people).await;
        let campaign = id(CampaignId::from_uuid);
        let stop = |contact, reason| Stop {
            id: id(SuppressionId::from_uuid),
            contact,
            reason,
            campaign,
        };
        let stops = [
            stop(people[0], StopReason::Suppressed),
            stop(people[1], StopReason::Unsubscribed),
            stop(id(ContactId::from_uuid), StopReason::Suppressed),
        ];

        let unit = tenant.begin(subject).await;
        let mut made = unit.stops().add(&stops, NOW).await.unwrap();
        made.sort_unstable();
        let mut expected = vec![stops[0].id, stops[1].id];
        expected.sort_unstable();
        assert_eq!(made, expected);
        let again = stops.map(|it| stop(it.contact, it.reason));
        assert_eq!(unit.stops().add(&again, NOW).await.unwrap(), []);
        let both = [stop(people[0], StopReason::Unsubscribed)];
        let made = unit.stops().add(&both, NOW).await.unwrap();
        assert_eq!(made, [both[0].id]);
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.audience().candidates(&[list], None, 9).await.unwrap();
        for (contact, stop) in [
            (people[0], Some(StopReason::Unsubscribed)),
            (people[1], Some(StopReason::Unsubscribed)),
            (people[2], None),
        ] {
            let candidate = found.iter().find(|it| it.contact == contact).unwrap();
            assert_eq!(candidate.standing.stop, stop);
        }
    }

    pub(super) async fn other_tenants_see_no_recipient_and_stop_nobody<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let valid = Person {
            standing: Standing {
                status: AddressStatus::Valid,
                stop: None,
            },
        };
        let people = subject.add_people(tenant.id(), &[valid]).await;
        let decided = super::Assignment {
            contact: people[0],
            ..mailed(NOW)
        };
        let campaign = tenant.assigned(subject, &[decided]).await;
        let bounced = [became(people[0], Delivery::Bounced(BounceKind::Soft))];

        let of = campaign.id();
        let unit = other.begin(subject).await;
        let assignments = unit.assignments();
        assert_eq!(assignments.next_due(of).await.unwrap(), None);
        assert_eq!(assignments.claim_due(of, LATER, 9).await.unwrap(), []);
        assert_eq!(assignments.settle(of, &bounced, NOW).await.unwrap(), 0);
        assert_eq!(assignments.give_up(of, NOW).await.unwrap(), 0);
        unit.commit().await.unwrap();
        let all = RecipientFilter::default();
        assert_eq!(other.listed(subject, &campaign, &all).await, []);
        let counts = other.counted(subject, &campaign).await;
        assert_eq!(counts, CampaignCounts::default());

        assert_eq!(tenant.settled(subject, &campaign, &bounced, NOW).await, 1);
        let unit = other.begin(subject).await;
        let told = unit.assignments().count_soft_bounces(&people, NOW).await;
        assert_eq!(told.unwrap(), []);
        let stop = Stop {
            id: id(SuppressionId::from_uuid),
            contact: people[0],
            reason: StopReason::Suppressed,
            campaign: of,
        };
        assert_eq!(unit.stops().add(&[stop], NOW).await.unwrap(), []);
    }

    pub(super) async fn recipients_of_a_unit_that_is_dropped_leave_no_trace<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let campaign = tenant.assigned(subject, &[]).await;

        let unit = tenant.begin(subject).await;
        let decided = [mailed(NOW)];
        let added = unit
            .assignments()
            .assign(campaign.id(), &decided, NOW)
            .await;
        assert_eq!(added.unwrap(), 1);
        drop(unit);

        let all = RecipientFilter::default();
        assert_eq!(tenant.listed(subject, &campaign, &all).await, []);
        let counts = tenant.counted(subject, &campaign).await;
        assert_eq!(counts, CampaignCounts::default());
    }
}
