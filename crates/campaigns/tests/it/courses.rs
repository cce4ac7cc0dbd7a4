//! What is asked of the course of a campaign.

use std::sync::Arc;

use campaigns::{
    CampaignAction, CampaignCourses, CampaignPlan, CampaignStatus, Campaigns, NewCampaign,
};
use kernel::{Classify as _, Description};
use testkit::{FixedClock, SequentialIds};
use time::Duration;

use crate::world::{World, fresh, once};

#[tokio::test]
async fn a_campaign_is_not_scheduled_where_nobody_says_for_when() {
    let world = World::new();
    let store = Arc::new(world.database.clone());
    let clock = Arc::new(FixedClock::default());
    let ids = Arc::new(SequentialIds::default());
    let campaigns = Campaigns::new(store.clone(), clock.clone(), ids.clone());
    let courses = CampaignCourses::new(store, clock, ids);
    let new = NewCampaign {
        name: "Spring".parse().unwrap(),
        description: Description::empty(),
        landing_page: None,
        landing_title: None,
        landing_text: Description::empty(),
        plan: CampaignPlan::default(),
    };
    let made = campaigns.create(&world.scope, Ok(new), &once()).await;
    let draft = fresh(made.unwrap());
    let id = draft.campaign.id();

    let schedule = CampaignAction::Schedule;
    let unsaid = courses.act(&world.scope, id, schedule, &once()).await;
    let unsaid = unsaid.unwrap_err();
    let later = Ok(FixedClock::START + Duration::HOUR);
    let said = courses.schedule(&world.scope, id, later, &once()).await;
    let said = said.unwrap_err();

    let told: Vec<_> = unsaid
        .fields()
        .iter()
        .map(|it| (it.pointer.as_str(), it.code))
        .collect();
    assert_eq!(unsaid.code(), "invalid");
    assert_eq!(told, [("#/scheduled_at", "required")]);
    // Whoever says it learns what else is lacking.
    assert_eq!(said.code(), "campaign-not-ready");
    let kept = campaigns.read(&world.scope, id).await.unwrap();
    assert_eq!(kept, draft);
    assert_eq!(kept.campaign.state().status, CampaignStatus::Draft);
}
