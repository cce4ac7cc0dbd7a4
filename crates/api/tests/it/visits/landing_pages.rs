//! What a landing page shows, to whom, and from when on.

use api::edge::EdgeSettings;
use campaigns::{ActorVerdict, EventType, LinkKind};
use kernel::{CampaignId, OrganizationId};
use poem::http::Method;
use serde_json::{Value, json};
use testkit::a_unique_id;

use super::{Site, html};

#[tokio::test]
async fn a_link_of_a_mail_leads_to_the_page_that_knows_its_reader() {
    let site = Site::open().await;
    let page = site.page();
    let bare = page.split('?').next().unwrap().to_owned();

    let known = site
        .get(&format!("{page}&source=spring%20mail&size=9"))
        .await;
    let unknown = site.get(&bare).await;
    let head = site
        .office
        .installation
        .ask(Method::HEAD, &page)
        .send()
        .await;

    let known = html(known.is(200));
    assert!(
        known.contains("<h1>Our offer</h1>") && known.contains("Have a look."),
        "{known}"
    );
    assert!(
        known.contains("name=\"email\" value=\"ada@firm.de\""),
        "{known}"
    );
    assert!(
        known.contains("name=\"first_name\" value=\"Ada\""),
        "{known}"
    );
    assert!(
        known.contains("name=\"source\" value=\"spring mail\""),
        "{known}"
    );
    assert!(known.contains("name=\"size\" value=\"\""), "{known}");
    assert!(known.contains(&format!("action=\"{page}\"")), "{known}");
    assert!(known.len() < 30_000);
    let unknown = html(unknown.is(200));
    assert!(!unknown.contains("ada@firm.de") && unknown.contains(&format!("action=\"{bare}\"")));
    assert!(head.is(200).body.is_empty());
    let told: Vec<_> = site.events()[1..]
        .iter()
        .map(|it| (it.event_type, it.contact, it.actor))
        .collect();
    let view = EventType::FormView;
    let expected = [
        (view, Some(site.contact), ActorVerdict::Unknown),
        (view, None, ActorVerdict::Unknown),
        (view, Some(site.contact), ActorVerdict::Machine),
    ];
    assert_eq!(told, expected);
    assert_eq!(site.recipient().await["views"]["count"], 1);
    let state = site.office.state(&site.campaign).await;
    assert_eq!(
        state["landing_page_url"],
        format!("{}{bare}", EdgeSettings::default().public_url)
    );
}

#[tokio::test]
async fn a_mail_that_is_tried_out_leads_to_the_page_of_a_draft_and_takes_nobody_off() {
    let site = Site::open().await;
    let draft = json!({ "landing_page_slug": "a-draft" });
    let draft = site.office.campaign(&draft).await;
    let of_draft = |kind: LinkKind, contact| {
        site.token(|it| {
            it.campaign = draft.parse().unwrap();
            it.contact = contact;
            it.kind = kind;
        })
    };

    let tried = site
        .get(&format!("/p/a-draft?t={}", of_draft(LinkKind::Visit, None)))
        .await;
    let reader = of_draft(LinkKind::Visit, Some(site.contact));
    let read = site.get(&format!("/p/a-draft?t={reader}")).await;
    let leave = format!("/u/{}", of_draft(LinkKind::Unsubscribe, None));
    let asked = site.get(&leave).await;
    let left = site.post(&leave, "").await;

    assert!(html(tried.is(200)).contains("name=\"email\""));
    html(read.is(404));
    assert!(html(asked.is(200)).contains("<form method=\"post\""));
    let left = html(left.is(200));
    assert!(
        left.contains("This was a test mail") && !left.contains("You are unsubscribed"),
        "{left}"
    );
    assert_eq!(site.event_types(), [EventType::Sent]);
}

#[tokio::test]
async fn a_landing_page_is_not_there_before_its_campaign_begins() {
    let site = Site::open().await;
    let early = json!({ "landing_page_slug": "too-early" });
    let early = site.office.campaign(&early).await;
    let later = json!({ "scheduled_at": "2026-01-15T13:00:00Z" });
    let schedule = format!("/campaigns/{early}/schedule");
    site.office.post(&schedule, &later).await.is(200);

    html(site.get("/p/too-early").await.is(404));
    html(site.post("/p/too-early", "email=a%40firm.de").await.is(404));
    site.office.act(&early, "launch").await.is(200);
    html(site.get("/p/too-early").await.is(200));
}

#[tokio::test]
async fn the_token_of_a_link_is_no_answer() {
    let form = json!({ "name": "Contact us", "fields": [
        { "field_key": "email", "field_label": "Address", "field_type": "email" },
        { "field_key": "t", "field_label": "Source", "field_type": "hidden" },
    ] });
    let site = Site::asking(form).await;
    let page = site.page();
    let (_, token) = page.split_once("?t=").unwrap();

    let shown = html(site.get(&page).await.is(200));

    assert!(shown.contains("name=\"t\""), "{shown}");
    assert_eq!(
        shown.matches(token).count(),
        1,
        "in the address alone: {shown}"
    );
}

#[tokio::test]
async fn links_that_were_not_made_for_a_page_are_refused_and_pages_that_are_not_there_not_found() {
    let site = Site::open().await;
    let page = site.page();
    let (bare, token) = page.split_once("?t=").unwrap();
    let (elsewhere, _) = site.office.installation.founded().await;
    let elsewhere = elsewhere.parse().unwrap();
    let mut altered = token.to_owned();
    let last = if altered.pop() == Some('A') { 'B' } else { 'A' };
    altered.push(last);
    let campaign = CampaignId::from_uuid(a_unique_id());
    let stranger = OrganizationId::from_uuid(a_unique_id());

    for (what, token) in [
        ("nothing", String::new()),
        ("forged", "A".repeat(120)),
        ("altered", altered),
        (
            "of another organization",
            site.token(|it| it.organization = elsewhere),
        ),
        (
            "of another campaign",
            site.token(|it| it.campaign = campaign),
        ),
        (
            "of no organization",
            site.token(|it| it.organization = stranger),
        ),
        ("to leave", site.token(|it| it.kind = LinkKind::Unsubscribe)),
    ] {
        for told in [
            site.get(&format!("{bare}?t={token}")).await,
            site.post(&format!("{bare}?t={token}"), "email=a%40firm.de")
                .await,
        ] {
            let shown = html(told.is(403));
            assert!(shown.contains("This link does not work"), "{what}: {shown}");
        }
    }
    let draft = json!({ "landing_page_slug": "a-draft" });
    site.office.campaign(&draft).await;
    for nowhere in [
        "/p/a-draft",
        "/p/nowhere",
        "/p/",
        "/p/%ff%00",
        "/p/No%20Slug",
    ] {
        assert!(html(site.get(nowhere).await.is(404)).contains("There is nothing here"));
        html(site.post(nowhere, "").await.is(404));
    }
    let german = site.office.installation.ask(Method::GET, "/p/nowhere");
    let german = german
        .header("accept-language", "de-AT,en;q=0.5")
        .send()
        .await;
    assert!(html(&german).contains("Hier ist nichts"));
    let deleted = site
        .office
        .installation
        .ask(Method::DELETE, bare)
        .send()
        .await;
    deleted.is_problem(405, "method-not-allowed");
    assert_eq!(site.event_types(), [EventType::Sent]);
    assert_eq!(site.leads().await, Vec::<Value>::new());
}
