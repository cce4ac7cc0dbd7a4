//! Listings over the wire: cursors hold while rows come and go.
//!
//! That the storage's pages are right for every listing is part of its contract; here listings of each form are
//! read as clients read them.

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

/// A listing whose rows come and go.
#[derive(Clone, Copy, Debug)]
enum Listing {
    Teams,
    Contacts,
    /// Contacts, the newest first.
    ContactsNewestFirst,
    /// Contacts, by what they were given as an address.
    ContactsByAddress,
    /// The same, backwards.
    ContactsByAddressBackwards,
    /// Contacts that fit a search, the best first.
    ContactsByFit,
    /// Those contacts that are on a list.
    Members,
    Lists,
    /// Imports into a list.
    Imports,
    /// The jobs of such imports, the newest first.
    Jobs,
    Suppressions,
}

impl Listing {
    /// Whether its rows can be removed.
    const fn has_rows_that_go(self) -> bool {
        !matches!(self, Self::Imports | Self::Jobs)
    }
}

/// What contacts are searched for.
const SOUGHT: &str = "lovelace";

/// Last names that fit it: as a whole word, as the beginning of one, and where a mistake is forgiven.
const NAMES: [&str; 3] = ["Lovelace", "Lovelaces", "Lovleace"];

#[test]
fn pages_of_teams_hold_every_team_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Teams);
}

#[test]
fn pages_of_contacts_hold_every_contact_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Contacts);
}

#[test]
fn pages_of_contacts_newest_first_hold_every_contact_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::ContactsNewestFirst);
}

#[test]
fn pages_of_contacts_by_address_hold_every_contact_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::ContactsByAddress);
}

#[test]
fn pages_of_contacts_by_address_backwards_hold_every_contact_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::ContactsByAddressBackwards);
}

#[test]
fn pages_of_contacts_that_fit_a_search_hold_every_contact_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::ContactsByFit);
}

#[test]
fn pages_of_members_of_a_list_hold_every_member_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Members);
}

#[test]
fn pages_of_contact_lists_hold_every_list_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Lists);
}

#[test]
fn pages_of_imports_hold_every_import_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Imports);
}

#[test]
fn pages_of_jobs_hold_every_job_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Jobs);
}

#[test]
fn pages_of_suppressions_hold_every_suppression_that_stays_and_none_twice() {
    hold_every_row_that_stays_and_none_twice(Listing::Suppressions);
}

#[track_caller]
#[expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]
fn hold_every_row_that_stays_and_none_twice(listing: Listing) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ground = runtime.block_on(Ground::shared());
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };

    proptest!(config, |(script in scripts())| {
        runtime.block_on(read(&ground, listing, &script))?;
    });
}

/// The rows of a listing in an organization of its own.
struct Rows<'a> {
    ground: &'a Ground,
    listing: Listing,
    organization: String,
    /// The list that members come to and go from, and files are sent into.
    list: String,
    made: usize,
}

impl<'a> Rows<'a> {
    async fn new(ground: &'a Ground, listing: Listing) -> Self {
        let organization = ground.stack.create_organization(&ground.owner).await;
        let organization = format!("/v1/organizations/{}", text(&organization["id"]));
        let mut rows = Self {
            ground,
            listing,
            organization,
            list: String::new(),
            made: 0,
        };
        if let Listing::Members | Listing::Imports | Listing::Jobs = listing {
            let list = rows
                .post("contact-lists", &json!({ "name": "People" }))
                .await;
            rows.list = text(&list["id"]);
        }
        rows
    }

    fn path(&self, limit: usize) -> String {
        let rest = match self.listing {
            Listing::Teams => "teams?".to_owned(),
            Listing::Contacts => "contacts?".to_owned(),
            Listing::ContactsNewestFirst => "contacts?sort=-created_at&".to_owned(),
            Listing::ContactsByAddress => "contacts?sort=email&".to_owned(),
            Listing::ContactsByAddressBackwards => "contacts?sort=-email&".to_owned(),
            Listing::ContactsByFit => format!("contacts?q={SOUGHT}&"),
            Listing::Members => format!("contacts?list_id={}&", self.list),
            Listing::Lists => "contact-lists?".to_owned(),
            Listing::Imports => format!("contact-lists/{}/imports?", self.list),
            Listing::Jobs => "jobs?kind=import_contacts&".to_owned(),
            Listing::Suppressions => "suppressions?".to_owned(),
        };
        format!("{}/{rest}limit={limit}", self.organization)
    }

    async fn post(&self, rest: &str, body: &Value) -> Value {
        let path = format!("{}/{rest}", self.organization);
        let call = self.ground.stack.call(reqwest::Method::POST, &path);
        let answer = call.by(&self.ground.owner).json(body).send().await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.status);
        answer.json()
    }

    /// Sends a file with one person into the list; nothing is made of it where it waits.
    async fn send(&self, email: &str, waits: bool) -> Value {
        let rest = format!("contact-lists/{}/imports?wait={waits}", self.list);
        let path = format!("{}/{rest}", self.organization);
        let call = self.ground.stack.call(reqwest::Method::POST, &path);
        let file = format!("Email\n{email}\n").into_bytes();
        let answer = call.by(&self.ground.owner).bytes(file).send().await;
        answer.expect(202).json()
    }

    /// Makes a row, and tells its id.
    async fn make(&mut self) -> String {
        let n = self.made;
        self.made += 1;
        // In an order of addresses that is not the one in which they come.
        let email = format!("{}-{n}@example.com", n * 7 % 10);
        match self.listing {
            Listing::Teams => {
                let body = json!({ "name": format!("Team {n}") });
                text(&self.post("teams", &body).await["id"])
            }
            Listing::Contacts
            | Listing::ContactsNewestFirst
            | Listing::ContactsByAddress
            | Listing::ContactsByAddressBackwards
            | Listing::ContactsByFit => {
                let body = json!({ "email": email, "last_name": NAMES[n % NAMES.len()] });
                text(&self.post("contacts", &body).await["id"])
            }
            Listing::Members => {
                let contact = self.post("contacts", &json!({ "email": email })).await;
                let contact = text(&contact["id"]);
                self.move_member("bulk-add", &contact).await;
                contact
            }
            Listing::Lists => {
                let body = json!({ "name": format!("List {n}") });
                text(&self.post("contact-lists", &body).await["id"])
            }
            Listing::Imports => text(&self.send(&email, true).await["id"]),
            Listing::Jobs => text(&self.send(&email, false).await["job_id"]),
            Listing::Suppressions => {
                let body = json!({ "emails": [email], "reason": "manual" });
                let made = self.post("suppressions", &body).await;
                text(&made["items"][0]["id"])
            }
        }
    }

    async fn move_member(&self, how: &str, contact: &str) {
        let rest = format!("contact-lists/{}/members/{how}", self.list);
        self.post(&rest, &json!({ "contact_ids": [contact] })).await;
    }

    async fn remove(&self, id: &str) {
        let kind = match self.listing {
            Listing::Teams => "teams",
            Listing::Contacts
            | Listing::ContactsNewestFirst
            | Listing::ContactsByAddress
            | Listing::ContactsByAddressBackwards
            | Listing::ContactsByFit => "contacts",
            Listing::Members => return self.move_member("bulk-remove", id).await,
            Listing::Lists => "contact-lists",
            Listing::Imports | Listing::Jobs => unreachable!("they stay"),
            Listing::Suppressions => "suppressions",
        };
        let path = format!("{}/{kind}/{id}", self.organization);
        self.ground.delete(&path).await;
    }
}

async fn read(ground: &Ground, listing: Listing, script: &Script) -> Result<(), TestCaseError> {
    let mut rows = Rows::new(ground, listing).await;
    let mut present = Vec::new();
    for _ in 0..script.rows {
        present.push(rows.make().await);
    }
    let mut throughout = BTreeSet::from_iter(present.clone());
    let mut ever = throughout.clone();
    let mut turns = script.turns.iter();
    let mut seen = Vec::new();
    let first = rows.path(script.limit);
    let mut path = first.clone();
    loop {
        let page = ground.get(&path).await.expect(200).json();
        let items = page["items"].as_array().expect("items");
        prop_assert!(items.len() <= script.limit);
        seen.extend(items.iter().map(|row| text(&row["id"])));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("{first}&cursor={cursor}");

        for event in turns.next().into_iter().flatten() {
            match event {
                Event::Delete(which) if !present.is_empty() && listing.has_rows_that_go() => {
                    let id = present.swap_remove(which.index(present.len()));
                    rows.remove(&id).await;
                    throughout.remove(&id);
                }
                _ => {
                    let id = rows.make().await;
                    ever.insert(id.clone());
                    present.push(id);
                }
            }
        }
    }

    let distinct = BTreeSet::from_iter(seen.clone());
    prop_assert_eq!(distinct.len(), seen.len(), "none twice");
    prop_assert!(throughout.is_subset(&distinct), "every row that stayed");
    prop_assert!(distinct.is_subset(&ever), "nothing invented");
    Ok(())
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
