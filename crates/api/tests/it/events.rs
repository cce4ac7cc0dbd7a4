//! Events that other programs tell of.

use campaigns::{Event, EventOrigin, EventType};
use kernel::{Clock as _, ContactId, Timestamp};
use poem::http::Method;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::campaigns::{Office, Post};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A campaign whose mails went out to three people an hour ago.
struct Mailed {
    office: Office,
    campaign: String,
    people: Vec<ContactId>,
}

impl Mailed {
    async fn open() -> Self {
        let office = Office::open().await;
        let emails = ["ada@firm.de", "bob@firm.de", "eve@firm.de"].map(str::to_owned);
        let people = office.invite(&emails).await;
        let campaign = office.campaign(&json!({})).await;
        office.act(&campaign, "launch").await.is(200);
        office.work(Post::default()).await;
        office.installation.clock.advance(Duration::HOUR);
        Self {
            office,
            campaign,
            people,
        }
    }

    fn now(&self) -> Timestamp {
        self.office.installation.clock.now()
    }

    /// An event of the first recipient.
    fn event(&self, event_type: &str, at: Timestamp) -> Value {
        json!({
            "event_type": event_type,
            "campaign_id": self.campaign,
            "contact_id": self.people[0],
            "timestamp": at.format(&Rfc3339).unwrap(),
            "user_agent": BROWSER,
        })
    }

    async fn tell(&self, events: &[Value]) -> Value {
        let body = json!({ "events": events });
        self.office.post("/events", &body).await.is(200).json()
    }

    fn recorded(&self) -> Vec<Event> {
        let organization = self.office.organization.parse().unwrap();
        let events = self.office.installation.database.events(organization);
        let told = events.into_iter();
        told.filter(|it| it.origin == EventOrigin::Api).collect()
    }

    async fn recipient(&self, contact: ContactId) -> Value {
        let path = format!("/campaigns/{}/recipients", self.campaign);
        let recipients = self.office.read(&path).await.is(200).json();
        let recipients = recipients["items"].as_array().unwrap().clone();
        let mut recipients = recipients.into_iter();
        let found = recipients.find(|it| it["contact_id"] == json!(contact));
        found.unwrap()
    }

    async fn suppressions(&self) -> Vec<(Value, Value)> {
        let told = self.office.read("/suppressions").await.is(200).json();
        let told = told["items"].as_array().unwrap().iter();
        told.map(|it| (it["reason"].clone(), it["source"].clone()))
            .collect()
    }
}

fn id_at(at: Timestamp, unique: u64) -> Uuid {
    let seconds = u64::try_from(at.unix_timestamp()).unwrap();
    let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds, at.nanosecond());
    let mut bytes = *Uuid::new_v7(time).as_bytes();
    bytes[8..].copy_from_slice(&unique.to_be_bytes());
    bytes[8] = 0x80;
    Uuid::from_bytes(bytes)
}

fn outcomes(told: &Value) -> Vec<&str> {
    let items = told["items"].as_array().unwrap().iter();
    items.map(|it| it["outcome"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn of_each_event_of_a_batch_it_is_told_what_became_of_it() {
    let mailed = Mailed::open().await;
    let now = mailed.now();
    let good = mailed.event("OPEN", now);
    let changed = |field: &str, value: Value| {
        let mut event = good.clone();
        event[field] = value;
        event
    };
    let id = json!(id_at(now, 1));
    let stranger = json!(Uuid::from_u128(7));
    let long_ago = (now - Duration::days(800)).format(&Rfc3339).unwrap();
    let soon = (now + Duration::minutes(6)).format(&Rfc3339).unwrap();
    let refused = |field: &str, value: Value, fault: [&str; 2]| {
        (changed(field, value), "refused", json!(fault))
    };
    let much = json!({ "n": "x".repeat(5_000) });
    let cases = [
        (good.clone(), "recorded", Value::Null),
        (changed("id", id.clone()), "recorded", Value::Null),
        (changed("id", id), "duplicate", Value::Null),
        refused("id", stranger.clone(), ["id", "foreign-id"]),
        refused("timestamp", json!(long_ago), ["timestamp", "too-old"]),
        refused("timestamp", json!(soon), ["timestamp", "in-the-future"]),
        refused("timestamp", json!("noon"), ["timestamp", "invalid-instant"]),
        refused(
            "campaign_id",
            stranger.clone(),
            ["campaign_id", "unknown-value"],
        ),
        refused("contact_id", stranger, ["contact_id", "unknown-value"]),
        refused("contact_id", Value::Null, ["contact_id", "required"]),
        refused("event_type", json!("READ"), ["event_type", "unknown-value"]),
        refused(
            "event_type",
            json!("BOUNCE"),
            ["event_data/kind", "unknown-value"],
        ),
        refused(
            "ip_address",
            json!("here"),
            ["ip_address", "invalid-address"],
        ),
        refused("event_data", much, ["event_data", "too-long"]),
        refused(
            "event_data",
            json!(["target"]),
            ["event_data", "wrong-type"],
        ),
    ];
    let events: Vec<_> = cases.iter().map(|(event, ..)| event.clone()).collect();

    let told = mailed.tell(&events).await;

    for (index, (event, outcome, fault)) in cases.iter().enumerate() {
        let item = &told["items"][index];
        assert_eq!(item["outcome"], *outcome, "{event}: {item}");
        assert_eq!(item["id"].is_null(), *outcome == "refused");
        let mut expected = json!([]);
        if let Some(fault) = fault.as_array() {
            let pointer = format!("#/events/{index}/{}", fault[0].as_str().unwrap());
            expected = json!([[pointer, fault[1]]]);
        }
        let errors = item["errors"].as_array().unwrap().iter();
        let errors: Vec<_> = errors
            .map(|it| json!([it["pointer"], it["code"]]))
            .collect();
        assert_eq!(json!(errors), expected, "{event}");
    }
    assert_eq!(
        (&told["recorded"], &told["duplicate"], &told["refused"]),
        (&json!(2), &json!(1), &json!(12))
    );
    assert_eq!(mailed.recorded().len(), 2);
    assert_eq!(
        mailed.recipient(mailed.people[0]).await["opens"]["count"],
        2
    );
}

#[tokio::test]
async fn a_batch_that_is_none_is_refused_as_a_whole() {
    let mailed = Mailed::open().await;
    let event = mailed.event("OPEN", mailed.now());
    let most = vec![event.clone(); 1_001];

    for (body, code) in [
        (json!({}), "required"),
        (json!({ "events": [] }), "wrong-length"),
        (json!({ "events": most }), "wrong-length"),
        (json!({ "events": event }), "wrong-type"),
    ] {
        let told = mailed.office.post("/events", &body).await;
        assert_eq!(told.is(422).json()["errors"][0]["code"], code);
    }
    let odd = json!({ "events": [1, { "surprise": 1 }] });
    let told = mailed.office.post("/events", &odd).await.is(200).json();
    assert_eq!(outcomes(&told), ["refused", "refused"]);
    assert_eq!(mailed.recorded(), []);
}

#[tokio::test]
async fn what_others_tell_takes_effect_as_what_the_program_sees() {
    let mailed = Mailed::open().await;
    let now = mailed.now();
    let [ada, bob, eve] = <[ContactId; 3]>::try_from(&mailed.people[..]).unwrap();
    let of = |contact: ContactId, mut event: Value, data: Value| {
        event["contact_id"] = json!(contact);
        event["event_data"] = data;
        event
    };
    let mut robot = mailed.event("OPEN", now);
    robot["user_agent"] = json!("curl/8.0");
    let earlier = mailed.event("CLICK", now - Duration::minutes(30));
    let events = [
        of(ada, mailed.event("OPEN", now), Value::Null),
        of(ada, earlier, json!({ "target": "https://example.com/" })),
        robot,
        of(bob, mailed.event("BOUNCE", now), json!({ "kind": "hard" })),
        of(eve, mailed.event("UNSUBSCRIBE", now), Value::Null),
    ];

    let told = mailed.tell(&events).await;

    assert_eq!(outcomes(&told), ["recorded"; 5]);
    let reasons: Vec<_> = mailed
        .recorded()
        .into_iter()
        .map(|it| (it.event_type, it.actor_reason.unwrap()))
        .collect();
    for (event_type, reason) in [
        (EventType::Click, "reader"),
        (EventType::Open, "reader"),
        (EventType::Open, "tool-agent"),
        (EventType::Bounce, "delivery"),
        (EventType::Unsubscribe, "reader"),
    ] {
        assert!(
            reasons.contains(&(event_type, reason.to_owned())),
            "{reasons:?}"
        );
    }
    let first = mailed.recipient(ada).await;
    assert_eq!(
        (&first["opens"]["count"], &first["clicks"]["count"]),
        (&json!(1), &json!(1))
    );
    let second = mailed.recipient(bob).await;
    assert_eq!(
        (&second["status"], &second["reason"]),
        (&json!("bounced"), &json!("hard"))
    );
    assert_eq!(mailed.recipient(eve).await["status"], "unsubscribed");
    let mut suppressions = mailed.suppressions().await;
    suppressions.sort_by_key(|(reason, _)| reason.to_string());
    let expected = [
        (json!("bounced"), json!("campaign")),
        (json!("unsubscribed"), json!("link")),
    ];
    assert_eq!(suppressions, expected);
}

#[tokio::test]
async fn three_soft_bounces_of_one_person_stop_further_mails() {
    let mailed = Mailed::open().await;
    let mut campaigns = vec![mailed.campaign.clone()];
    for _ in 0..2 {
        let campaign = mailed.office.campaign(&json!({})).await;
        mailed.office.act(&campaign, "launch").await.is(200);
        mailed.office.work(Post::default()).await;
        campaigns.push(campaign);
    }
    mailed.office.installation.clock.advance(Duration::MINUTE);

    for (index, campaign) in campaigns.iter().enumerate() {
        assert_eq!(mailed.suppressions().await, [], "after {index}");
        let mut event = mailed.event("BOUNCE", mailed.now());
        event["campaign_id"] = json!(campaign);
        event["event_data"] = json!({ "kind": "soft" });
        let told = mailed.tell(&[event]).await;
        assert_eq!(outcomes(&told), ["recorded"]);
    }

    let expected = [(json!("bounced"), json!("campaign"))];
    assert_eq!(mailed.suppressions().await, expected);
}

#[tokio::test]
async fn an_event_with_an_id_is_recorded_once_however_exactly_its_time_is_told() {
    let mailed = Mailed::open().await;
    let whole = mailed.now().replace_millisecond(123).unwrap();
    let precise = whole + Duration::microseconds(456);
    let id = id_at(whole, 7);
    let told = |at| {
        let mut event = mailed.event("OPEN", at);
        event["id"] = json!(id);
        event
    };

    let first = mailed.tell(&[told(precise), told(whole)]).await;
    let second = mailed.tell(&[told(whole)]).await;

    assert_eq!(
        (outcomes(&first), outcomes(&second)),
        (vec!["recorded", "duplicate"], vec!["duplicate"])
    );
    let recorded = mailed.recorded();
    assert_eq!((recorded.len(), recorded[0].at()), (1, whole));
}

#[tokio::test]
async fn who_leaves_by_several_mails_is_suppressed_once_and_leaves_each() {
    let mailed = Mailed::open().await;
    let office = &mailed.office;
    let other = office.campaign(&json!({})).await;
    office.act(&other, "launch").await.is(200);
    office.work(Post::default()).await;
    office.installation.clock.advance(Duration::HOUR);
    let [ada, bob, eve] = <[ContactId; 3]>::try_from(&mailed.people[..]).unwrap();
    let now = mailed.now();
    let leaving = |contact: ContactId, campaign: &str| {
        let mut event = mailed.event("UNSUBSCRIBE", now);
        event["contact_id"] = json!(contact);
        event["campaign_id"] = json!(campaign);
        event
    };
    let events = [
        leaving(ada, &mailed.campaign),
        leaving(ada, &other),
        leaving(bob, &mailed.campaign),
        leaving(bob, &mailed.campaign),
    ];

    let told = mailed.tell(&events).await;

    assert_eq!(outcomes(&told), ["recorded"; 4]);
    let suppressed = (json!("unsubscribed"), json!("link"));
    assert_eq!(mailed.suppressions().await, vec![suppressed; 2]);
    for (contact, left) in [(ada, true), (bob, true), (eve, false)] {
        let status = &mailed.recipient(contact).await["status"];
        assert_eq!(*status == "unsubscribed", left, "{status}");
    }
    let organization = office.organization.parse().unwrap();
    let consents = office.installation.database.consents(organization);
    assert_eq!(consents.len(), 2);
}

#[tokio::test]
async fn a_batch_that_is_sent_again_is_recorded_once() {
    let mailed = Mailed::open().await;
    let mut event = mailed.event("OPEN", mailed.now());
    let without_id = json!({ "events": [event] });
    let path = mailed.office.path("/events");
    let token = mailed.office.token().await;

    let mut answers = Vec::new();
    for _ in 0..2 {
        let asking = mailed.office.installation.ask(Method::POST, &path);
        let asking = asking
            .token(&token)
            .header("content-type", "application/json")
            .header("idempotency-key", "a-batch-of-mine");
        answers.push(
            asking
                .body(without_id.to_string())
                .send()
                .await
                .is(200)
                .json(),
        );
    }
    event["id"] = json!(id_at(mailed.now(), 5));
    let first = mailed.tell(&[event.clone()]).await;
    let second = mailed.tell(&[event]).await;

    assert_eq!(answers[0], answers[1]);
    assert_eq!(
        (outcomes(&first), outcomes(&second)),
        (vec!["recorded"], vec!["duplicate"])
    );
    assert_eq!(mailed.recorded().len(), 2);
    assert_eq!(
        mailed.recipient(mailed.people[0]).await["opens"]["count"],
        2
    );
}
