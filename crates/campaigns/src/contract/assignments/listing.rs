//! How recipients are listed, and who sees none.

use kernel::SuppressionId;

use super::{became, mailed, skipped};
use crate::contract::tenant::{LATER, NOW, Tenant, id};
use crate::contract::{Person, Subject};
use crate::{
    AddressStatus, Assignment, BounceKind, CampaignCounts, Delivery, Exclusion, RecipientFilter,
    RecipientStatus, Standing, Stop, StopReason, StopSource,
};

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

pub(super) async fn other_tenants_see_no_recipient_and_stop_nobody<S: Subject>(subject: &S) {
    let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
    let valid = Person {
        standing: Standing {
            status: AddressStatus::Valid,
            stop: None,
        },
    };
    let people = subject.add_people(tenant.id(), &[valid]).await;
    let decided = Assignment {
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
    assert_eq!(assignments.give_up(of, 9, NOW).await.unwrap(), 0);
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
        source: StopSource::Campaign(of),
    };
    assert_eq!(unit.stops().add(&[stop], NOW).await.unwrap(), []);
}

pub(super) async fn recipients_of_a_unit_that_is_dropped_leave_no_trace<S: Subject>(subject: &S) {
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
