//! Campaigns that cannot be simulated, and what cannot be done with those that are.

use campaigns::{CampaignAction, CampaignChange, CampaignError, Campaigns, CountedCampaign};
use kernel::{Expected, FieldError, Patch};
use serde_json::json;
use std::sync::Arc;

use crate::stage::{Manner, a_form, eager, in_memory, once};

fn told(errors: &[FieldError]) -> Vec<(&str, &str)> {
    let told = errors.iter();
    told.map(|it| (it.pointer.as_str(), it.code)).collect()
}

#[tokio::test]
async fn a_campaign_that_lacks_something_is_refused_with_what_it_lacks() {
    let stage = in_memory(3).await;
    let campaigns = Campaigns::new(
        Arc::new(stage.store.clone()),
        Arc::new(stage.clock.clone()),
        Arc::new(testkit::SequentialIds::default()),
    );
    let change = CampaignChange {
        landing_page: Patch::Set(None),
        lists: Patch::Set(Vec::new()),
        ..CampaignChange::default()
    };
    let changed = campaigns.update(&stage.scope, stage.campaign, &Expected::Any, Ok(change));
    changed.await.unwrap();

    let refused = stage.simulate(&json!({}), None).await;

    let Err(CampaignError::NotReady(errors)) = refused else {
        panic!("{refused:?}");
    };
    let expected = [
        ("#/list_ids", "list-required"),
        ("#/landing_page_slug", "slug-required"),
    ];
    assert_eq!(told(errors.as_slice()), expected);
}

#[tokio::test]
async fn a_form_that_nobody_can_answer_is_refused_unless_nobody_answers() {
    let stage = in_memory(3).await;
    let campaign = stage.plan(a_form(Some("[A-Z]{3}[0-9]{7}"))).await;

    let refused = stage.simulate_campaign(campaign, &json!({}), None).await;
    let Err(CampaignError::NotReady(errors)) = refused else {
        panic!("{refused:?}");
    };
    let expected = [("#/form_version_id", "unanswerable")];
    assert_eq!(told(errors.as_slice()), expected);

    let silent = json!({ "form_submit_rate": 0 });
    let simulation = stage.simulate_campaign(campaign, &silent, None).await;
    assert_eq!(simulation.unwrap().state().campaign, campaign);
}

#[tokio::test]
async fn what_is_wrong_with_the_configuration_is_told() {
    let stage = in_memory(3).await;

    let refused = stage.simulate(&json!({ "open_rate": 2 }), Some(0.1)).await;

    let Err(CampaignError::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    let told = told(errors.as_slice());
    assert!(
        told.contains(&("#/config/open_rate", "out-of-range")),
        "{told:?}"
    );
    assert!(told.contains(&("#/pace", "out-of-range")), "{told:?}");
}

#[tokio::test]
async fn what_would_have_begun_too_long_ago_is_refused() {
    let stage = in_memory(3).await;
    let slow = json!({ "delays": { "open": { "longest_seconds": 5_000_000, "parts": [
        { "weight": 1, "shape": 1, "scale_seconds": 100_000 },
    ] }, "unsubscribe": { "longest_seconds": 5_000_000, "parts": [
        { "weight": 1, "shape": 1, "scale_seconds": 100_000 },
    ] } } });

    let refused = stage.simulate(&slow, None).await;

    let Err(CampaignError::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(told(errors.as_slice()), [("#/start_at", "out-of-range")]);
}

#[tokio::test]
async fn a_campaign_is_simulated_once_and_goes_its_own_way() {
    let stage = in_memory(3).await;
    stage.simulate(&eager(), None).await.unwrap();
    let (scope, id) = (&stage.scope, stage.campaign);

    let again = stage.simulate(&eager(), None).await;
    assert!(
        matches!(again, Err(CampaignError::WrongStatus(..))),
        "{again:?}"
    );
    let courses = &stage.courses;
    let once = || once::<CountedCampaign>();
    for refused in [
        courses.act(scope, id, CampaignAction::Pause, &once()).await,
        courses
            .act(scope, id, CampaignAction::Resume, &once())
            .await,
        courses
            .act(scope, id, CampaignAction::Complete, &once())
            .await,
    ] {
        assert!(
            matches!(refused, Err(CampaignError::Simulated)),
            "{refused:?}"
        );
    }
    stage.work(Manner::USUAL).await;
    let again = stage.simulate(&eager(), None).await;
    assert!(
        matches!(again, Err(CampaignError::WrongStatus(..))),
        "{again:?}"
    );
}
