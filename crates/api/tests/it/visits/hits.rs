//! What is written down of what readers and machines do.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::edge::EdgeSettings;
use async_trait::async_trait;
use campaigns::ports::{CampaignStore, CampaignUnit};
use campaigns::{EventType, HitRecorder, LinkClaim, LinkKind, LinkTarget, Visits};
use in_memory::MemoryDatabase;
use kernel::{CampaignId, ContactId, OrganizationId, StorageError, TenantScope};
use poem::http::Method;
use serde_json::json;
use testkit::{SequentialIds, a_unique_id, accounts_in_memory};
use time::{Date, Duration};

use super::{FORM, Site, html};
use crate::support::World;

#[tokio::test]
async fn of_a_test_mail_nothing_is_recorded() {
    let site = Site::open().await;
    let bare = site.page().split('?').next().unwrap().to_owned();
    let page = format!("{bare}?t={}", site.token(|it| it.contact = None));
    let leave = site.token(|it| {
        it.contact = None;
        it.kind = LinkKind::Unsubscribe;
    });
    let open = site.token(|it| {
        it.contact = None;
        it.kind = LinkKind::Open;
    });

    site.get(&page).await.is(200);
    site.post(&page, "email=a%40firm.de&marketing=on")
        .await
        .is(200);
    site.post(&page, "email=a%40firm.de&web-site=x")
        .await
        .is(200);
    site.post(&format!("/u/{leave}"), "").await.is(200);
    site.get(&format!("/t/o/{open}")).await.is(200);

    assert_eq!(site.event_types(), [EventType::Sent]);
    assert_eq!((site.consents(), site.leads().await), (vec![], vec![]));
}

#[tokio::test]
async fn opening_a_mail_and_following_its_links_is_written_down() {
    let site = Site::open().await;
    let pixel = site.link("/t/o/");
    let mail = site.mail["html_content"].as_str().unwrap();
    let clicks: Vec<_> = mail.match_indices("/t/c/").collect();
    assert_eq!(clicks.len(), 2, "{mail}");
    let terms = &mail[clicks[1].0..];
    let terms = terms[..terms.find('"').unwrap()].to_owned();

    let opened = site.get(&pixel).await;
    let followed = site.get(&terms).await;
    let head = site
        .office
        .installation
        .ask(Method::HEAD, &terms)
        .send()
        .await;

    assert_eq!(opened.is(200).header("content-type"), "image/gif");
    assert_eq!(opened.header("cache-control"), "no-store");
    assert_eq!(
        opened.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert!(opened.body.starts_with(b"GIF89a"));
    for told in [followed, head] {
        assert_eq!(told.is(302).header("location"), "https://example.com/terms");
        assert_eq!(told.header("cache-control"), "no-store");
    }
    let events = site.events();
    let told: Vec<_> = events[1..]
        .iter()
        .map(|it| (it.event_type, it.actor_reason.as_deref()))
        .collect();
    let expected = [
        (EventType::Open, Some("no-agent")),
        (EventType::Click, Some("no-agent")),
        (EventType::Click, Some("head-request")),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        events[2].data,
        Some(json!({ "target": "https://example.com/terms" }))
    );
    let recipient = site.recipient().await;
    assert_eq!(
        (&recipient["opens"]["count"], &recipient["clicks"]["count"]),
        (&json!(1), &json!(1))
    );
    for forged in ["/t/o/", "/t/c/"] {
        for token in ["", "AAAA", &site.token(|_| ())] {
            html(site.get(&format!("{forged}{token}")).await.is(403));
        }
    }
}

#[tokio::test]
async fn what_machines_do_is_written_down_and_counts_for_nobody() {
    let site = Site::open().await;
    let (pixel, page) = (site.link("/t/o/"), site.page());
    let clock = &site.office.installation.clock;
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let visits = [
        (&pixel, "Mozilla/5.0", "accept", "privacy-proxy"),
        (&pixel, browser, "purpose", "prefetch"),
        (&page, "Barracuda Sentinel (EE)", "accept", "scanner-agent"),
        (&pixel, browser, "accept", "reader"),
        (&page, browser, "accept", "reader"),
    ];

    for (path, agent, header, _) in visits {
        let asking = site.office.installation.ask(Method::GET, path);
        let asking = asking.header("user-agent", agent);
        asking.header(header, "prefetch").send().await.is(200);
        clock.advance(Duration::SECOND);
    }
    let body = "email=ada%40firm.de&size=12";
    let posting = site.office.installation.ask(Method::POST, &page);
    let posting = posting.header("content-type", FORM);
    let posting = posting.header("user-agent", "curl/8.0").body(body);
    posting.send().await.is(200);

    let reasons: Vec<_> = site.events()[1..]
        .iter()
        .map(|it| it.actor_reason.clone().unwrap())
        .collect();
    let expected = visits.map(|(.., reason)| reason);
    assert_eq!(reasons[..5], expected);
    assert_eq!(reasons[5], "tool-agent");
    let recipient = site.recipient().await;
    let counts = ["opens", "views", "submits"].map(|deed| recipient[deed]["count"].clone());
    assert_eq!(counts, [json!(1), json!(1), json!(0)]);
    assert_eq!(site.leads().await.len(), 1, "what was answered is kept");
}

#[tokio::test]
async fn whoever_follows_many_links_at_once_is_no_person() {
    let site = Site::open().await;
    let click = |n: u8| {
        let target = LinkTarget::parse(&format!("https://example.com/{n}")).unwrap();
        format!(
            "/t/c/{}",
            site.token(|it| it.kind = LinkKind::Click(target))
        )
    };
    let browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    for n in 0..6 {
        let asking = site.office.installation.ask(Method::GET, &click(n));
        asking.header("user-agent", browser).send().await.is(302);
        site.office.installation.clock.advance(Duration::SECOND);
    }

    let reasons: Vec<_> = site.events()[1..]
        .iter()
        .map(|it| it.actor_reason.clone().unwrap())
        .collect();
    let [reader, burst] = ["reader", "link-burst"];
    assert_eq!(reasons, [reader, reader, reader, burst, burst, burst]);
    assert_eq!(site.recipient().await["clicks"]["count"], 3);
}

/// A storage that nobody reaches.
struct Down;

#[async_trait]
impl CampaignStore for Down {
    async fn begin(&self, _: &TenantScope) -> Result<Box<dyn CampaignUnit>, StorageError> {
        Err(StorageError::Unavailable(None))
    }

    async fn make_room(&self, _: &BTreeSet<Date>) -> Result<(), StorageError> {
        Err(StorageError::Unavailable(None))
    }
}

#[tokio::test]
async fn readers_get_what_they_came_for_when_nothing_can_be_written_down() {
    let database = MemoryDatabase::new();
    let clock = testkit::FixedClock::default();
    let ports = accounts_in_memory(&database, clock, SequentialIds::default());
    let judge = Arc::new(testkit::EvidenceJudge);
    let (time, ids) = (ports.clock.clone(), ports.ids.clone());
    let hits = HitRecorder::new(Arc::new(Down), time, ids, judge.clone());
    let visits = Visits::new(
        Arc::new(Down),
        ports.clock.clone(),
        ports.ids.clone(),
        ports.keys.clone(),
        judge,
        Arc::new(hits),
        contacts::read_address,
    );
    let world = World::visited((), EdgeSettings::default(), &ports, visits);
    let token = |kind| {
        let claim = LinkClaim {
            organization: OrganizationId::from_uuid(a_unique_id()),
            campaign: CampaignId::from_uuid(a_unique_id()),
            contact: Some(ContactId::from_uuid(a_unique_id())),
            kind,
        };
        claim.token(&*ports.keys)
    };
    let target = LinkTarget::parse("https://example.com/").unwrap();

    let opened = world
        .get(&format!("/t/o/{}", token(LinkKind::Open)))
        .send()
        .await;
    let followed = format!("/t/c/{}", token(LinkKind::Click(target)));
    let followed = world.get(&followed).send().await;
    let landing = world.get("/p/offer").send().await;
    let leaving = format!("/u/{}", token(LinkKind::Unsubscribe));
    let leaving = world.post(&leaving).send().await;

    opened.is(200);
    assert_eq!(followed.is(302).header("location"), "https://example.com/");
    for told in [landing, leaving] {
        assert!(html(told.is(503)).contains("Please try again in a moment"));
        assert!(told.headers.contains_key("retry-after"));
    }
}
