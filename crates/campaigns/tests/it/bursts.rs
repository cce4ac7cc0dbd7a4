//! Links that are followed at once, and not all recorded together.

use std::sync::Arc;

use campaigns::{ActorVerdict, Event, EventType, HitRecorder, Sighting};
use in_memory::MemoryDatabase;
use kernel::{CampaignId, ContactId, OrganizationId};
use serde_json::json;
use testkit::{EvidenceJudge, FixedClock, SequentialIds, a_unique_id};
use time::Duration;

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

#[tokio::test]
async fn a_scanner_that_was_recognised_stays_one_when_its_next_link_is_recorded_by_itself() {
    let database = MemoryDatabase::new();
    let hits = HitRecorder::new(
        Arc::new(database.clone()),
        Arc::new(FixedClock::default()),
        Arc::new(SequentialIds::default()),
        Arc::new(EvidenceJudge),
    );
    let organization = OrganizationId::from_uuid(a_unique_id());
    let campaign = CampaignId::from_uuid(a_unique_id());
    let [visited, reader] = [(); 2].map(|()| ContactId::from_uuid(a_unique_id()));
    let click = |contact, second| {
        let at = FixedClock::START + Duration::seconds(second);
        let (click, unique) = (EventType::Click, a_unique_id());
        let mut event = Event::seen(click, campaign, Some(contact), at, unique);
        event.client.user_agent = Some(BROWSER.to_owned());
        event.data = Some(json!({ "target": format!("https://example.com/{second}") }));
        Sighting::plain(event)
    };

    for together in [
        (0..4).map(|second| click(visited, second)).collect(),
        vec![click(visited, 4), click(reader, 5)],
        vec![click(visited, 30)],
    ] {
        let recorded = hits.write_down(organization, together).await;
        recorded.unwrap();
    }

    let events = database.events(organization);
    let told: Vec<_> = events
        .iter()
        .map(|it| (it.actor, it.actor_reason.as_deref().unwrap()))
        .collect();
    let scanner = (ActorVerdict::Machine, "link-burst");
    let person = (ActorVerdict::Human, "reader");
    assert_eq!(told[..5], [scanner; 5]);
    assert_eq!(told[5..], [person; 2]);
}
