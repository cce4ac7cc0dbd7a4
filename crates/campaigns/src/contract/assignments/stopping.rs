//! Mails that came back, and people who get no more.

use kernel::{CampaignId, ContactId, SuppressionId};
use time::Duration;

use super::{became, mailed};
use crate::contract::tenant::{LATER, NOW, Tenant, id};
use crate::contract::{Person, Subject};
use crate::{
    AddressStatus, BounceKind, Bounced, Delivery, RecipientFilter, RecipientStatus, Standing, Stop,
    StopReason, StopSource,
};

pub(super) async fn mails_that_went_out_come_back_once_and_are_counted<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let decided = [mailed(NOW), mailed(NOW), mailed(NOW)];
    let campaign = tenant.assigned(subject, &decided).await;
    let [hard, soft, pending] = decided.map(|it| it.contact);
    let settled = [
        became(hard, Delivery::Accepted),
        became(soft, Delivery::Accepted),
    ];
    tenant.settled(subject, &campaign, &settled, NOW).await;
    let came_back = |contact, kind| Bounced {
        campaign: campaign.id(),
        contact,
        kind,
    };
    let told = [
        came_back(soft, BounceKind::Soft),
        came_back(hard, BounceKind::Soft),
        came_back(hard, BounceKind::Hard),
        came_back(pending, BounceKind::Hard),
        came_back(id(ContactId::from_uuid), BounceKind::Hard),
    ];

    let stranger = Tenant::found(subject).await;
    let unit = stranger.begin(subject).await;
    assert_eq!(unit.assignments().bounce(&told, LATER).await.unwrap(), []);
    drop(unit);
    let unit = tenant.begin(subject).await;
    unit.assignments().bounce(&told, LATER).await.unwrap();
    drop(unit);
    let unit = tenant.begin(subject).await;
    let mut seen = unit.assignments().bounce(&told, LATER).await.unwrap();
    assert_eq!(unit.assignments().bounce(&told, LATER).await.unwrap(), []);
    unit.commit().await.unwrap();

    seen.sort_unstable();
    let mut expected = [(campaign.id(), hard), (campaign.id(), soft)];
    expected.sort_unstable();
    assert_eq!(seen, expected);
    let all = RecipientFilter::default();
    let listed = tenant.listed(subject, &campaign, &all).await;
    for (contact, status, reason) in [
        (hard, RecipientStatus::Bounced, Some("hard")),
        (soft, RecipientStatus::Bounced, Some("soft")),
        (pending, RecipientStatus::Pending, None),
    ] {
        let found = listed.iter().find(|it| it.contact == contact).unwrap();
        assert_eq!((found.status, found.reason.as_deref()), (status, reason));
    }
    let counts = tenant.counted(subject, &campaign).await;
    assert_eq!((counts.sent, counts.bounced), (2, 2));
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
    let stranger_to_all = id(ContactId::from_uuid);
    let leaving =
        [sent, bounced, pending, sent, stranger_to_all].map(|contact| (campaign.id(), contact));
    let left = unit.assignments().leave(&leaving, LATER).await;
    assert_eq!(left.unwrap(), []);
    drop(unit);
    let unit = tenant.begin(subject).await;
    let assignments = unit.assignments();
    let left = assignments.leave(&leaving, LATER).await.unwrap();
    assert_eq!(left, [(campaign.id(), sent)]);
    assert_eq!(assignments.leave(&leaving, LATER).await.unwrap(), []);
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
        source: match reason {
            StopReason::Unsubscribed => StopSource::Link(campaign),
            StopReason::Suppressed => StopSource::Campaign(campaign),
        },
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
