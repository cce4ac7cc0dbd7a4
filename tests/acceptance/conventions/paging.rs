//! Listings over the wire: cursors hold while rows come and go.
//!
//! That the storage's pages are right for every listing is part of its contract; here one listing of each
//! form is read as clients read it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Ground, text};

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Event {
    /// A row comes.
    Make,
    /// One of the rows goes.
    Delete(prop::sample::Index),
}

/// How a listing is read: how many rows there are at first, how long a page is, what happens between pages.
#[derive(Clone, Debug)]
struct Script {
    rows: usize,
    limit: usize,
    turns: Vec<Vec<Event>>,
}

fn scripts() -> impl Strategy<Value = Script> {
    let event = prop_oneof![
        Just(Event::Make),
        any::<prop::sample::Index>().prop_map(Event::Delete),
    ];
    let turns = prop::collection::vec(prop::collection::vec(event, 0..3), 0..5);
    (0_usize..9, 1_usize..4, turns).prop_map(|(rows, limit, turns)| Script { rows, limit, turns })
}

#[test]
fn pages_of_teams_hold_every_team_that_stays_and_none_twice() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ground = runtime.block_on(Ground::shared());
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };

    proptest!(config, |(script in scripts())| {
        runtime.block_on(read(&ground, &script))?;
    });
}

async fn read(ground: &Ground, script: &Script) -> Result<(), TestCaseError> {
    // An organization for each script, by the same owner on the same server.
    let organization = ground.stack.create_organization(&ground.owner).await;
    let teams = format!("/v1/organizations/{}/teams", text(&organization["id"]));
    let mut present = Vec::new();
    for n in 0..script.rows {
        present.push(make(ground, &teams, n).await);
    }
    let mut throughout = BTreeSet::from_iter(present.clone());
    let mut ever = throughout.clone();
    let mut turns = script.turns.iter();
    let mut made = script.rows;
    let mut seen = Vec::new();
    let mut path = format!("{teams}?limit={}", script.limit);
    loop {
        let page = ground.get(&path).await.expect(200).json();
        let items = page["items"].as_array().expect("items");
        prop_assert!(items.len() <= script.limit);
        seen.extend(items.iter().map(|team| text(&team["id"])));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{teams}?limit={}&cursor={cursor}", script.limit);

        for event in turns.next().into_iter().flatten() {
            match event {
                Event::Delete(which) if !present.is_empty() => {
                    let id = present.swap_remove(which.index(present.len()));
                    ground.delete(&format!("{teams}/{id}")).await;
                    throughout.remove(&id);
                }
                _ => {
                    let id = make(ground, &teams, made).await;
                    made += 1;
                    ever.insert(id.clone());
                    present.push(id);
                }
            }
        }
    }

    let distinct = BTreeSet::from_iter(seen.clone());
    prop_assert_eq!(distinct.len(), seen.len(), "none twice");
    prop_assert!(throughout.is_subset(&distinct), "every team that stayed");
    prop_assert!(distinct.is_subset(&ever), "nothing invented");
    Ok(())
}

async fn make(ground: &Ground, teams: &str, n: usize) -> String {
    let call = ground.stack.call(reqwest::Method::POST, teams);
    let body = json!({ "name": format!("Team {n}") });
    let made = call.by(&ground.owner).json(&body).send().await;
    text(&made.expect(201).json()["id"])
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_listing_and_filter_only() {
    let ground = Ground::shared().await;
    for n in 0..3 {
        ground.make_team(&format!("Team {n}")).await;
    }
    let teams = ground.path("teams");
    let page = ground.get(&format!("{teams}?limit=1")).await.json();
    let cursor = text(&page["next_cursor"]);
    let altered = cursor.replacen(
        &cursor[cursor.len() / 2..=cursor.len() / 2],
        if cursor[cursor.len() / 2..].starts_with('A') {
            "B"
        } else {
            "A"
        },
        1,
    );
    let stranger = Ground::on(crate::stack::Stack::shared().await).await;

    let table: [(String, u16); 6] = [
        (format!("{teams}?limit=1&cursor={cursor}"), 200),
        (format!("{teams}?limit=2&cursor={cursor}"), 200),
        (format!("{teams}?limit=1&deleted=true&cursor={cursor}"), 400),
        (format!("{}?cursor={cursor}", ground.path("api-keys")), 400),
        (format!("{teams}?cursor={altered}"), 400),
        (format!("{teams}?cursor=x"), 400),
    ];
    for (path, status) in table {
        let answer = ground.get(&path).await;
        assert_eq!(answer.status, status, "{path}");
        if status == 400 {
            assert_eq!(answer.code(), "invalid-cursor", "{path}");
        }
    }
    let path = format!("{}?cursor={cursor}", stranger.path("teams"));
    assert_eq!(stranger.get(&path).await.code(), "invalid-cursor");
    let rest = ground
        .get(&format!("{teams}?limit=9&cursor={cursor}"))
        .await;
    let names = |page: &Value| {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|t| text(&t["name"])).collect::<Vec<_>>()
    };
    assert_eq!(names(&page), ["Team 0"]);
    assert_eq!(names(&rest.json()), ["Team 1", "Team 2"]);
}
