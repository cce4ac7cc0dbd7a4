//! Which mails are due, and what became of them.

use std::collections::BTreeSet;

use kernel::CampaignId;
use time::Duration;

use super::{became, mailed, skipped};
use crate::contract::Subject;
use crate::contract::tenant::{LATER, NOW, Tenant, id};
use crate::{
    AddressStatus, BounceKind, CampaignCounts, Delivery, Exclusion, RecipientFilter,
    RecipientStatus, Settled,
};

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
    let decided = [
        mailed(NOW),
        mailed(NOW),
        mailed(LATER),
        mailed(LATER),
        skipped(Exclusion::Risky),
    ];
    let campaign = tenant.assigned(subject, &decided).await;
    let sent = [became(decided[0].contact, Delivery::Accepted)];
    tenant.settled(subject, &campaign, &sent, LATER).await;

    for expected in [2, 1, 0] {
        let unit = tenant.begin(subject).await;
        let given_up = unit.assignments().give_up(campaign.id(), 2, LATER).await;
        assert_eq!(given_up.unwrap(), expected);
        unit.commit().await.unwrap();
    }

    let expected = CampaignCounts {
        assigned: 5,
        skipped: 4,
        sent: 1,
        ..CampaignCounts::default()
    };
    assert_eq!(tenant.counted(subject, &campaign).await, expected);
    let filter = RecipientFilter {
        status: None,
        reason: Some(Exclusion::Ended.as_str().to_owned()),
    };
    let seen = tenant.listed(subject, &campaign, &filter).await;
    let contacts: BTreeSet<_> = seen.iter().map(|it| it.contact).collect();
    let expected: BTreeSet<_> = decided[1..4].iter().map(|it| it.contact).collect();
    assert_eq!(contacts, expected);
    for left in seen {
        assert_eq!(left.status, RecipientStatus::Skipped);
        assert_eq!(left.scheduled_send_time, None);
    }
}
