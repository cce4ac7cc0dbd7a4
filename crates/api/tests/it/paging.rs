//! Listings in pages.

use api::edge::EdgeSettings;
use serde_json::{Value, json};

use crate::demo::{DemoApi, Teams, organization};
use crate::support::{Keys, World};

const TEAMS: &str = "/v1/organizations/acme/teams";

async fn filled(names: &[&str]) -> (World, Teams) {
    let api = DemoApi::default();
    let teams = api.teams.clone();
    let world = World::new(api);
    for name in names {
        let body = json!({"name": name});
        world
            .post(TEAMS)
            .token("member")
            .json(&body)
            .send()
            .await
            .is(201);
    }
    (world, teams)
}

async fn page(world: &World, query: &str) -> Value {
    let path = format!("{TEAMS}?{query}");
    world.get(&path).token("member").send().await.is(200).json()
}

fn names(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn the_pages_of_a_listing_hold_every_item_once() {
    let (world, _) = filled(&["e", "b", "d", "a", "c"]).await;

    let first = page(&world, "limit=2").await;
    let second = page(&world, &format!("limit=2&cursor={}", cursor(&first))).await;
    let third = page(&world, &format!("cursor={}&limit=3", cursor(&second))).await;

    assert_eq!(names(&first), ["a", "b"]);
    assert_eq!(names(&second), ["c", "d"]);
    assert_eq!(names(&third), ["e"]);
    assert_eq!(third["next_cursor"], Value::Null);
}

fn cursor(page: &Value) -> &str {
    page["next_cursor"].as_str().unwrap()
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_listing_only() {
    let (world, _) = filled(&["na", "nb", "nc"]).await;
    let first = page(&world, "limit=1&name=n").await;
    let good = cursor(&first);
    let refused = |path: String| {
        let world = &world;
        async move {
            let told = world.get(&path).token("member").send().await;
            told.is_problem(400, "invalid-cursor");
        }
    };

    let next = page(&world, &format!("name=n&cursor={good}")).await;
    assert_eq!(names(&next), ["nb", "nc"]);
    refused(format!("{TEAMS}?cursor={good}")).await;
    refused(format!("{TEAMS}?name=na&cursor={good}")).await;
    let other = format!("/v1/organizations/{}/teams", organization());
    refused(format!("{other}?name=n&cursor={good}")).await;
    refused(format!("{TEAMS}?name=n&cursor=")).await;
    refused(format!("{TEAMS}?name=n&cursor=AAAA")).await;
    for index in 0..good.len() {
        let mut altered = good.to_owned();
        let replacement = if &good[index..=index] == "A" {
            "B"
        } else {
            "A"
        };
        altered.replace_range(index..=index, replacement);
        refused(format!("{TEAMS}?name=n&cursor={altered}")).await;
    }
}

#[tokio::test]
async fn a_cursor_does_not_show_the_sort_key() {
    use base64::Engine as _;

    let (world, _) = filled(&["ada-lovelace", "b"]).await;
    let first = page(&world, "limit=1").await;

    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(cursor(&first))
        .unwrap();
    assert!(!bytes.windows(3).any(|window| window == b"ada"));
}

#[tokio::test]
async fn a_cursor_outlives_a_change_of_keys() {
    let (world, teams) = filled(&["a", "b"]).await;
    let first = page(&world, "limit=1").await;

    let rotated = World::with(DemoApi { teams }, EdgeSettings::default(), Keys(2));
    let second = page(&rotated, &format!("cursor={}", cursor(&first))).await;

    assert_eq!(names(&second), ["b"]);
}
