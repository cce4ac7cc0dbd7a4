//! Every operation that takes an `Idempotency-Key` takes effect once.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::Connection as _;
use tenancy::RoleTemplate;

use crate::matrix::case::{Attempt, Bearing, Case};
use crate::matrix::document::Operation;
use crate::matrix::entry::{Entry, Rule};
use crate::matrix::world::{World, assert_unchanged, token};
use crate::stack::{Answer, Change, Rows, unique};

/// How often a client asks once more that is told to come again.
const AGAIN: usize = 60;

/// How often a request is sent at once.
fn at_once(entry: &Entry) -> usize {
    match entry.operation {
        // More would be refused as guesses of a password.
        "login" => 10,
        _ => 20,
    }
}

fn repeatable(world: &World) -> Vec<(&'static Entry, &Operation)> {
    let all = world.entries();
    all.filter(|(_, operation)| operation.takes("Idempotency-Key"))
        .collect()
}

fn bearing<'a>(entry: &Entry, case: &'a Case) -> Bearing<'a> {
    match entry.rule {
        Rule::Anyone => Bearing::Nothing,
        _ => token(&case.caller),
    }
}

/// What a client is answered in the end who comes again as long as it is told to, because another request with its key is
/// under way or the server has too much in hand. Who is told that it asked too often does not.
async fn patiently(attempt: &Attempt<'_>, world: &World, bearing: Bearing<'_>) -> Answer {
    let mut answer = attempt.by(&world.stack, bearing).await;
    for _ in 0..AGAIN {
        if answer.status == 429 || answer.header("retry-after").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        answer = attempt.by(&world.stack, bearing).await;
    }
    answer
}

/// All of an answer that a repetition has to repeat.
fn substance(answer: &Answer) -> (u16, String, String, Vec<u8>) {
    let header = |name| answer.header(name).to_owned();
    let (etag, location) = (header("etag"), header("location"));
    (answer.status, etag, location, answer.body.clone())
}

/// Fails if `answer` is not what the repetition of a request is answered that was answered `first`.
#[track_caller]
fn assert_repeats(entry: &Entry, first: &Answer, answer: &Answer) {
    if answer.code() == "idempotency-secret-not-repeatable" {
        assert_eq!(answer.status, 409, "{}", entry.operation);
        let body = first.json();
        let made = body.get("id").or(body.get("session_id"));
        assert_eq!(Some(&answer.json()["id"]), made, "{}", entry.operation);
        let secrets = ["token", "access_token", "refresh_token"];
        let shown = secrets.iter().filter_map(|name| body[*name].as_str());
        let shown = shown.collect::<Vec<_>>();
        assert!(!shown.is_empty(), "{}: no secret", entry.operation);
        for secret in shown {
            let repeated = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(!repeated.contains(secret), "{}", entry.operation);
        }
        return;
    }
    assert_eq!(substance(answer), substance(first), "{}", entry.operation);
    let replayed = answer.header("idempotency-replayed");
    assert_eq!(replayed, "true", "{}", entry.operation);
}

/// How many rows came, went and changed, by table.
fn tally(changes: &[Change]) -> BTreeMap<String, [usize; 3]> {
    let mut tally = BTreeMap::<_, [usize; 3]>::new();
    for change in changes {
        if change.is_in_the_background() {
            continue;
        }
        let kind = match (&change.old, &change.new) {
            (None, _) => 0,
            (_, None) => 1,
            _ => 2,
        };
        tally.entry(change.table.clone()).or_default()[kind] += 1;
    }
    tally
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_operation_parallel_requests_with_one_key_take_effect_once_and_are_answered_alike()
{
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in repeatable(&world) {
        let name = entry.operation;
        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let single = Attempt::holding(entry, operation, &case);
        // What a job does has no part in what the call did.
        world.stack.put_jobs_off().await;
        let before = Rows::read(&mut admin).await;
        let answer = single.by(&world.stack, bearing(entry, &case)).await;
        assert_eq!(answer.status, entry.answer, "{name}: {answer:?}");
        let effect = tally(&Rows::read(&mut admin).await.since(&before));
        assert!(!effect.is_empty(), "{name} changes something");
        world.stack.let_jobs_begin().await;

        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let mut attempt = Attempt::holding(entry, operation, &case);
        attempt.key = Some(unique().to_string());
        world.stack.put_jobs_off().await;
        let before = Rows::read(&mut admin).await;
        let calls = (0..at_once(entry)).map(|_| patiently(&attempt, &world, bearing(entry, &case)));
        let answers = join_all(calls).await;

        let fresh = |answer: &&Answer| {
            answer.status == entry.answer && answer.header("idempotency-replayed").is_empty()
        };
        let fresh = answers.iter().filter(fresh).collect::<Vec<_>>();
        let [first] = fresh[..] else {
            panic!("{name}: {} requests took effect: {answers:#?}", fresh.len());
        };
        for answer in &answers {
            if !std::ptr::eq(answer, first) {
                assert_repeats(entry, first, answer);
            }
        }
        let after = Rows::read(&mut admin).await;
        assert_eq!(tally(&after.since(&before)), effect, "{name}");
        world.stack.let_jobs_begin().await;
    }
}

/// A request that was carried out under a key.
struct Carried<'a> {
    entry: &'a Entry,
    case: Case,
    attempt: Attempt<'a>,
    first: Answer,
}

impl Carried<'_> {
    async fn again(&self, world: &World) -> Answer {
        let bearing = bearing(self.entry, &self.case);
        self.attempt.by(&world.stack, bearing).await
    }

    /// Another request under the same key: about other things where it has no body, with other content where
    /// the matrix has some, and the same content in other words otherwise.
    async fn another(&self, world: &World) -> Option<Answer> {
        let mut attempt = self.attempt.clone();
        let bearing = bearing(self.entry, &self.case);
        let Some(body) = &attempt.body else {
            // The organization in the address belongs to the key.
            attempt.ids.first()?;
            let other = world.spending_case(self.entry, RoleTemplate::Owner).await;
            assert_eq!(other.organization, self.case.organization);
            attempt.ids = other.ids;
            return Some(attempt.by(&world.stack, bearing).await);
        };
        let content = self.entry.body.expect("an entry with a body")(&self.case);
        let content = if content == *body {
            format!("{body} ")
        } else {
            content.to_string()
        };
        let call = attempt.call(&world.stack, bearing).body(content);
        Some(call.send().await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_operation_a_key_counts_for_one_request_while_it_runs_and_after_a_restart() {
    let mut world = World::begin().await;
    let operations = crate::matrix::document::operations();
    let mut admin = world.stack.admin().await;
    let mut carried = Vec::new();
    for (entry, _) in repeatable(&world) {
        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let mut attempt = Attempt::holding(entry, &operations[entry.operation], &case);
        attempt.key = Some(unique().to_string());
        // What a job does later is nothing that a refused request did.
        world.stack.put_jobs_off().await;
        let first = attempt.by(&world.stack, bearing(entry, &case)).await;
        world.stack.let_jobs_begin().await;
        assert_eq!(first.status, entry.answer, "{}", entry.operation);
        carried.push(Carried {
            entry,
            case,
            attempt,
            first,
        });
    }
    assert!(carried.len() > 10);

    for one in &carried {
        let before = Rows::read(&mut admin).await;
        let Some(refused) = one.another(&world).await else {
            continue;
        };
        let name = one.entry.operation;
        assert_eq!(refused.status, 422, "{name}: {refused:?}");
        assert_eq!(refused.code(), "idempotency-key-reused", "{name}");
        if one.attempt.body.is_some() {
            assert_unchanged(&mut admin, &before, one.entry).await;
        }
    }

    // As it is while the transaction of the first request is open: its key is locked.
    let mut running = admin.begin().await.unwrap();
    let locked = sqlx::query("SELECT key FROM idempotency_keys FOR UPDATE")
        .fetch_all(&mut *running)
        .await
        .unwrap();
    assert!(locked.len() >= carried.len());
    for some in carried.chunks(6) {
        let answers = join_all(some.iter().map(|one| one.again(&world))).await;
        for (one, answer) in some.iter().zip(answers) {
            let name = one.entry.operation;
            assert_eq!(answer.status, 409, "{name}: {answer:?}");
            assert_eq!(answer.code(), "idempotency-key-in-progress", "{name}");
            assert_eq!(answer.header("retry-after"), "1", "{name}");
        }
    }
    running.rollback().await.unwrap();

    world = Box::pin(world.restart()).await;
    for one in &carried {
        let before = Rows::read(&mut admin).await;
        assert_repeats(one.entry, &one.first, &one.again(&world).await);
        assert_unchanged(&mut admin, &before, one.entry).await;
    }
}
