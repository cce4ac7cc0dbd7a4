//! What is decided of people, and how it is counted.

use super::{became, mailed, skipped};
use crate::contract::Subject;
use crate::contract::tenant::{LATER, NOW, Tenant};
use crate::{Assignment, CampaignCounts, Delivery, Exclusion, RecipientFilter};

pub(super) async fn of_everybody_it_is_decided_once<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let decided = [mailed(NOW), skipped(Exclusion::Risky), mailed(LATER)];
    let campaign = tenant.assigned(subject, &decided).await;

    let mut again = decided.map(|it| Assignment {
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
