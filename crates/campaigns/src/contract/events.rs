//! `EventLog` and `ConsentLog`, and the unit that they are part of

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use kernel::{CampaignId, ContactId, FormVersionId, LeadId};
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::Subject;
use super::tenant::{LATER, NOW, Tenant, id};
use crate::{
    ActorVerdict, Click, ClickWindow, ConsentRecord, ConsentSource, ConsentSubject, ConsentType,
    Event, EventClient, EventOrigin, EventType,
};

/// The cases of events and consents.
#[macro_export]
macro_rules! for_each_event_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_event_is_recorded_once_however_often_it_is_told,
            events_of_a_unit_that_is_dropped_are_not_recorded,
            the_events_of_tenants_are_told_apart,
            links_are_found_by_who_followed_them_and_when,
            there_is_room_for_events_of_earlier_months_once_somebody_asked_for_it,
            the_latest_record_of_each_consent_counts,
            consents_of_a_unit_that_is_dropped_and_of_other_tenants_are_not_seen,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_event_case!([kernel::dispatch_contract_case] name subject);
}

/// An event of each type, full and bare.
fn events() -> Vec<Event> {
    let campaign = id(CampaignId::from_uuid);
    let mut events = Vec::new();
    for (index, event_type) in EventType::ALL.into_iter().enumerate() {
        let unique = id(std::convert::identity);
        let contact = (index % 2 == 0).then(|| id(ContactId::from_uuid));
        let bare = Event::seen(event_type, campaign, contact, NOW, unique);
        events.push(bare.clone());
        let mut full = Event::seen(event_type, campaign, contact, LATER, unique);
        full.data = Some(json!({ "target": "https://example.com/\"ä\"", "n": 1.5 }));
        full.client = client(IpAddr::V6(Ipv6Addr::LOCALHOST));
        full.origin = EventOrigin::Simulation;
        full.actor = ActorVerdict::Machine;
        full.actor_reason = Some("prefetch".to_owned());
        events.push(full);
    }
    events
}

fn client(ip: IpAddr) -> EventClient {
    EventClient {
        user_agent: Some("Mail \"Program\" 1.0 (ä)".to_owned()),
        ip: Some(ip),
        session: Some(id(std::convert::identity)),
    }
}

fn consent(subject: ConsentSubject, consent_type: ConsentType) -> ConsentRecord {
    ConsentRecord {
        id: id(std::convert::identity::<Uuid>),
        at: NOW,
        subject,
        consent_type,
        granted: true,
        text: "I agree.\n\"Ja\"".to_owned(),
        text_version: Some(id(FormVersionId::from_uuid)),
        source: ConsentSource::Form,
        campaign: Some(id(CampaignId::from_uuid)),
        client: EventClient {
            session: None,
            ..client(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)))
        },
    }
}

mod cases {
    use time::macros::date;

    use super::{
        CampaignId, Click, ClickWindow, ConsentRecord, ConsentSource, ConsentSubject, ConsentType,
        ContactId, Duration, Event, EventClient, EventType, LATER, LeadId, NOW, Subject, Tenant,
        consent, events, id, json,
    };

    pub(super) async fn an_event_is_recorded_once_however_often_it_is_told<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let events = events();
        let mut ids: Vec<_> = events.iter().map(crate::Event::id).collect();
        ids.sort_unstable();

        let unit = tenant.begin(subject).await;
        let mut told = unit.events().record(&events[1..], NOW).await.unwrap();
        told.extend(unit.events().record(&events, NOW).await.unwrap());
        assert_eq!(unit.events().record(&[], NOW).await.unwrap(), []);
        unit.commit().await.unwrap();
        told.sort_unstable();
        assert_eq!(told, ids);

        let unit = tenant.begin(subject).await;
        let again = unit.events().record(&events, LATER).await.unwrap();
        assert_eq!(again, []);
    }

    pub(super) async fn events_of_a_unit_that_is_dropped_are_not_recorded<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let events = events();

        let unit = tenant.begin(subject).await;
        unit.events().record(&events, NOW).await.unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        let told = unit.events().record(&events, NOW).await.unwrap();
        assert_eq!(told.len(), events.len());
    }

    pub(super) async fn the_events_of_tenants_are_told_apart<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let events = events();

        for tenant in [&tenant, &other] {
            let unit = tenant.begin(subject).await;
            let told = unit.events().record(&events, NOW).await.unwrap();
            assert_eq!(told.len(), events.len());
            unit.commit().await.unwrap();
        }
    }

    pub(super) async fn there_is_room_for_events_of_earlier_months_once_somebody_asked_for_it<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let days = [
            date!(2017 - 02 - 28),
            date!(2017 - 02 - 01),
            date!(2016 - 12 - 31),
        ];
        let campaign = id(CampaignId::from_uuid);
        let events = days.map(|day| {
            let (at, unique) = (day.midnight().assume_utc(), id(std::convert::identity));
            Event::seen(EventType::FormView, campaign, None, at, unique)
        });

        for _ in 0..2 {
            subject.store().make_room(&days.into()).await.unwrap();
        }

        let unit = tenant.begin(subject).await;
        let told = unit.events().record(&events, NOW).await.unwrap();
        assert_eq!(told.len(), 3);
    }

    pub(super) async fn links_are_found_by_who_followed_them_and_when<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (campaign, other) = (id(CampaignId::from_uuid), id(CampaignId::from_uuid));
        let (who, stranger) = (id(ContactId::from_uuid), id(ContactId::from_uuid));
        let click = |campaign, contact, at, target: Option<&str>| {
            let unique = id(std::convert::identity);
            let mut event = Event::seen(EventType::Click, campaign, Some(contact), at, unique);
            event.data = target.map(|target| json!({ "target": target }));
            event
        };
        let minute = Duration::MINUTE;
        let mut open = click(campaign, who, NOW, Some("no click"));
        open.event_type = EventType::Open;
        let events = [
            click(campaign, who, NOW, Some("first")),
            click(campaign, who, NOW + minute, None),
            click(campaign, who, NOW + minute * 2, Some("too late")),
            click(campaign, stranger, NOW, Some("a stranger's")),
            click(other, who, NOW, Some("elsewhere")),
            click(other, who, LATER, Some("second")),
            open,
        ];
        let window = |campaign, since, until| ClickWindow {
            campaign,
            since,
            until,
        };
        let windows = [
            window(campaign, NOW, NOW + minute),
            window(other, LATER - minute, LATER),
        ];

        let unit = tenant.begin(subject).await;
        unit.events().record(&events, LATER).await.unwrap();
        let mut seen = unit.events().clicks(&windows, &[who]).await.unwrap();
        unit.commit().await.unwrap();

        seen.sort_by_key(|click| click.at);
        let told = |campaign, at, target: Option<&str>| Click {
            campaign,
            contact: who,
            at,
            target: target.map(str::to_owned),
        };
        let expected = [
            told(campaign, NOW, Some("first")),
            told(campaign, NOW + minute, None),
            told(other, LATER, Some("second")),
        ];
        assert_eq!(seen, expected);
        let elsewhere = Tenant::found(subject).await;
        let unit = elsewhere.begin(subject).await;
        let seen = unit.events().clicks(&windows, &[who]).await.unwrap();
        assert_eq!(seen, []);
    }

    pub(super) async fn the_latest_record_of_each_consent_counts<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let person = id(ContactId::from_uuid);
        let given: Vec<_> = ConsentType::ALL
            .into_iter()
            .map(|consent_type| consent(ConsentSubject::Contact(person), consent_type))
            .collect();
        let taken_back = ConsentRecord {
            id: id(std::convert::identity),
            at: NOW + Duration::microseconds(1),
            subject: ConsentSubject::Both(person, id(LeadId::from_uuid)),
            granted: false,
            text: "Leave".to_owned(),
            text_version: None,
            source: ConsentSource::Link,
            campaign: None,
            client: EventClient::default(),
            ..given[2].clone()
        };

        let unit = tenant.begin(subject).await;
        let consents = unit.consents();
        assert_eq!(consents.current(&[person]).await.unwrap(), []);
        let taken = std::slice::from_ref(&taken_back);
        consents.append(taken).await.unwrap();
        consents.append(&[]).await.unwrap();
        consents.append(&given).await.unwrap();
        let other = id(ContactId::from_uuid);
        let elsewhere = [
            ConsentSubject::Contact(id(ContactId::from_uuid)),
            ConsentSubject::Lead(id(LeadId::from_uuid)),
            ConsentSubject::Contact(other),
        ]
        .map(|subject| consent(subject, ConsentType::Marketing));
        consents.append(&elsewhere).await.unwrap();
        unit.commit().await.unwrap();

        let mut expected = given;
        expected[2] = taken_back;
        let [.., others] = elsewhere;
        expected.push(others);
        let order = |record: &ConsentRecord| {
            let of = record.subject.contact();
            (of != Some(person), record.consent_type.as_str())
        };
        expected.sort_by_key(order);
        let unit = tenant.begin(subject).await;
        let mut seen = unit.consents().current(&[other, person]).await.unwrap();
        seen.sort_by_key(order);
        assert_eq!(seen, expected);
    }

    pub(super) async fn consents_of_a_unit_that_is_dropped_and_of_other_tenants_are_not_seen<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let person = id(ContactId::from_uuid);
        let records = [consent(
            ConsentSubject::Contact(person),
            ConsentType::Marketing,
        )];

        let unit = tenant.begin(subject).await;
        unit.consents().append(&records).await.unwrap();
        drop(unit);
        let unit = tenant.begin(subject).await;
        assert_eq!(unit.consents().current(&[person]).await.unwrap(), []);
        unit.consents().append(&records).await.unwrap();
        unit.commit().await.unwrap();
        let unit = other.begin(subject).await;
        assert_eq!(unit.consents().current(&[person]).await.unwrap(), []);
    }
}
