//! What recipients do with their mails.

use kernel::ContactId;
use time::Duration;

use super::{became, mailed};
use crate::contract::Subject;
use crate::contract::tenant::{LATER, NOW, Tenant, id};
use crate::{Deed, Delivery, Engaged, Engagement, RecipientFilter, Trace};

pub(super) async fn what_recipients_do_is_counted_with_its_first_and_last_time<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let decided = [mailed(NOW), mailed(NOW)];
    let campaign = tenant.assigned(subject, &decided).await;
    let elsewhere = tenant.assigned(subject, &decided).await;
    let [who, other] = decided.map(|it| it.contact);

    for (index, deed) in Deed::ALL.into_iter().enumerate() {
        let engaged = |contact, at| Engaged {
            campaign: campaign.id(),
            contact,
            deed,
            at,
        };
        let mut deeds = vec![engaged(who, LATER), engaged(id(ContactId::from_uuid), NOW)];
        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        if index % 2 == 1 {
            deeds.push(engaged(who, NOW));
        }
        assert_eq!(assignments.engage(&deeds, LATER).await.unwrap(), 1);
        assert_eq!(assignments.engage(&deeds[1..2], LATER).await.unwrap(), 0);
        unit.commit().await.unwrap();
    }
    let unit = tenant.begin(subject).await;
    let deeds = Deed::ALL.map(|deed| Engaged {
        campaign: campaign.id(),
        contact: other,
        deed,
        at: NOW,
    });
    assert_eq!(unit.assignments().engage(&deeds, NOW).await.unwrap(), 1);
    drop(unit);

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
    let deed = Engaged {
        campaign: campaign.id(),
        contact: who,
        deed: Deed::Open,
        at: NOW,
    };
    assert_eq!(unit.assignments().engage(&[deed], NOW).await.unwrap(), 0);
}

pub(super) async fn what_is_known_of_recipients_is_when_they_got_the_mail_and_did_something<
    S: Subject,
>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let decided = [mailed(NOW), mailed(NOW)];
    let campaign = tenant.assigned(subject, &decided).await;
    let [who, pending] = decided.map(|it| it.contact);
    let settled = [became(who, Delivery::Accepted)];
    tenant.settled(subject, &campaign, &settled, NOW).await;
    let deeds = [
        (Deed::Open, NOW + Duration::MICROSECOND),
        (Deed::Click, LATER),
        (Deed::Open, NOW),
    ]
    .map(|(deed, at)| Engaged {
        campaign: campaign.id(),
        contact: who,
        deed,
        at,
    });
    let wanted = [
        (campaign.id(), who),
        (campaign.id(), pending),
        (campaign.id(), id(ContactId::from_uuid)),
        (campaign.id(), who),
    ];

    let unit = tenant.begin(subject).await;
    unit.assignments().engage(&deeds, LATER).await.unwrap();
    let mut seen = unit.assignments().find_traces(&wanted).await.unwrap();
    unit.commit().await.unwrap();

    seen.sort_by_key(|trace| trace.contact != who);
    let traces = [
        Trace {
            campaign: campaign.id(),
            contact: who,
            sent_at: Some(NOW),
            first_opened_at: Some(NOW),
            last_at: Some(LATER),
        },
        Trace {
            campaign: campaign.id(),
            contact: pending,
            sent_at: None,
            first_opened_at: None,
            last_at: None,
        },
    ];
    assert_eq!(seen, traces);
    let stranger = Tenant::found(subject).await;
    let unit = stranger.begin(subject).await;
    let seen = unit.assignments().find_traces(&wanted).await.unwrap();
    assert_eq!(seen, []);
}
