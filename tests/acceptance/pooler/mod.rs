//! A pooler in transaction mode between the program and its database.

mod pgbouncer;

use reqwest::Method;
use serde_json::json;
use server::{Pooler, SettingsSource};
use sqlx::{Connection as _, PgConnection, Row as _};

use self::pgbouncer::PgBouncer;
use crate::stack::{Session, Stack};

/// How many people work at the same time.
const PEOPLE: usize = 8;

/// How many teams each of them makes.
const TEAMS: usize = 12;

fn through(pooler: &PgBouncer, setting: Pooler) -> SettingsSource {
    SettingsSource {
        database_url: Some(pooler.url()),
        // More than the pooler has connections to the server, so that these change hands.
        pool_size: Some(12),
        pooler: Some(setting),
        ..SettingsSource::default()
    }
}

/// Makes teams, and reads after each what is the person's own; tells how many requests failed.
async fn work(stack: &Stack, person: &Session) -> usize {
    let mut failed = 0;
    let mut call = async |method, path: &str, body: Option<_>| {
        let mut call = stack.call(method, path).by(person);
        if let Some(body) = body {
            call = call.once().json(&body);
        }
        let answer = call.send().await;
        failed += usize::from(answer.status >= 400);
        answer
    };
    let slug = format!("pooled-{}", person.user.simple());
    let made = call(
        Method::POST,
        "/v1/organizations",
        Some(json!({"name": "Acme", "slug": slug})),
    )
    .await;
    if made.status >= 400 {
        return failed;
    }
    let here = format!("/v1/organizations/{slug}");
    for team in 1..=TEAMS {
        let name = json!({"name": format!("{slug} {team}")});
        call(Method::POST, &format!("{here}/teams"), Some(name)).await;

        let teams = call(Method::GET, &format!("{here}/teams?limit=100"), None).await;
        let own = call(Method::GET, "/v1/organizations", None).await;

        if teams.status < 400 && own.status < 400 {
            let (teams, own) = (teams.json(), own.json());
            let names = teams["items"].as_array().expect("a list").iter();
            assert!(
                names
                    .map(|team| team["name"].as_str().unwrap_or_default())
                    .all(|name| name.starts_with(&slug)),
                "another tenant's team: {teams}"
            );
            assert_eq!(own["items"].as_array().map(Vec::len), Some(1), "{own}");
            assert_eq!(own["items"][0]["slug"], slug.as_str());
        }
    }
    failed
}

/// Everybody works at once; tells how many requests failed.
async fn work_together(stack: &Stack, people: &[Session]) -> usize {
    let working = people.iter().map(|person| work(stack, person));
    futures_util::future::join_all(working).await.iter().sum()
}

async fn people(stack: &Stack) -> Vec<Session> {
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        people.push(stack.sign_up_and_log_in().await);
    }
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_works_through_a_pooler_in_transaction_mode_and_nothing_leaks_between_units() {
    let stack = Stack::fresh().await;
    let pooler = PgBouncer::before(stack.database());
    let people = people(&stack).await;
    let stack = stack
        .restart_with(through(&pooler, Pooler::Transaction))
        .await
        .expect("the server starts behind the pooler");

    let watching = async {
        let mut found = Vec::new();
        for _ in 0..100 {
            found.push(outside_a_unit(&pooler).await);
        }
        found
    };
    let (failed, found) = tokio::join!(work_together(&stack, &people), watching);

    assert_eq!(failed, 0);
    let login = ("canvass_login".to_owned(), String::new());
    assert!(found.iter().all(|found| *found == login), "{found:?}");
    let ready = stack.call(Method::GET, "/health/ready").send().await;
    ready.expect(200);
}

/// The role and the tenant of a server connection that is between two units.
async fn outside_a_unit(pooler: &PgBouncer) -> (String, String) {
    let options = pooler.url().parse().expect("a URL");
    let mut connection = PgConnection::connect_with(&options)
        .await
        .expect("the pooler answers");
    let row = sqlx::raw_sql(
        "SELECT current_user::text, coalesce(current_setting('app.organization_id', true), '')",
    );
    let row = row
        .fetch_one(&mut connection)
        .await
        .expect("it is answered");
    connection.close().await.expect("the connection closes");
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_a_pooler_in_transaction_mode_breaks_requests() {
    let stack = Stack::fresh().await;
    let pooler = PgBouncer::before(stack.database());
    let people = people(&stack).await;

    // Already what the server does at its start may fail, which shows the same.
    if let Ok(stack) = stack.restart_with(through(&pooler, Pooler::None)).await {
        assert!(work_together(&stack, &people).await > 0);
    }
}
