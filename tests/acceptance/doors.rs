//! An address is judged alike, wherever it comes in.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use server::SettingsSource;
use testkit::{Answer, NameServer};

use crate::stack::{Session, Stack, unique};

/// What a name server says of domains, and the status of an address there.
const TOLD: [(&str, Answer, &str); 10] = [
    ("mail-firm.de", Answer::Mail { ttl: 3_600 }, "valid"),
    ("long-firm.de", Answer::LongMail, "valid"),
    ("address-firm.de", Answer::AddressOnly, "valid"),
    ("v6-firm.de", Answer::AddressV6Only, "valid"),
    ("null-firm.de", Answer::NullMail, "nonexistent"),
    ("nothing-firm.de", Answer::Nothing, "nonexistent"),
    ("absent-firm.de", Answer::Absent, "nonexistent"),
    ("failing-firm.de", Answer::Failing, "pending"),
    ("silent-firm.de", Answer::Silent, "pending"),
    ("gmial.com", Answer::Mail { ttl: 3_600 }, "risky"),
];

/// Addresses whose status does not come from name servers, or not from them alone.
const OTHERS: [(&str, &str); 6] = [
    (" Ada@Mail-Firm.DE ", "valid"),
    ("info@mail-firm.de", "risky"),
    ("дана@mail-firm.de", "risky"),
    ("ada@refused-firm.de", "invalid"),
    ("ada@admitted.example.com", "valid"),
    ("no address", "invalid"),
];

/// Texts of many kinds, and whether they are addresses at all, whatever else speaks against them. A page takes no more than
/// twenty answers at once.
fn kinds() -> Vec<(String, bool)> {
    let long = |length| format!("{}@mail-firm.de", "g".repeat(length));
    let kinds = [
        ("\"Grace Hopper\"@mail-firm.de", true),
        ("\"grace@mail-firm.de", false),
        ("грейс@mail-firm.de", true),
        ("grace@bücher-firm.de", true),
        ("grace@xn--0.de", false),
        ("grace@mailhost", false),
        ("grace@[192.0.2.7]", false),
        ("grace(admiral)@mail-firm.de", false),
        ("grace@mail-firm.de.", false),
        ("  Grace.Hopper@mail-firm.de  ", true),
        ("Grace <grace@mail-firm.de>", false),
        ("grace..hopper@mail-firm.de", false),
        ("grace@refused-firm.de", true),
        ("grace@absent-firm.de", true),
    ];
    let kinds = kinds.map(|(text, is_address)| (text.to_owned(), is_address));
    let longest = [(long(64), true), (long(65), false)];
    kinds.into_iter().chain(longest).collect()
}

/// What a form says to those who answered.
const THANKS: &str = "We took it down.";

/// What every door tells of an address.
const VERDICT: [&str; 8] = [
    "status",
    "classification",
    "syntax_ok",
    "domain_exists",
    "mx_found",
    "risk_score",
    "reasons",
    "suggestion",
];

fn verdict(told: &Value) -> Value {
    VERDICT
        .iter()
        .map(|field| ((*field).to_owned(), told[field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

struct World {
    stack: Stack,
    owner: Session,
    /// The address of the organization.
    here: String,
}

impl World {
    /// A server that asks this name server, and an organization with rules of its own.
    async fn asking(server: &NameServer) -> Self {
        // Of its own, since programs of other tests, which ask nobody, would do its jobs as well.
        let stack = Stack::fresh().await;
        let settings = SettingsSource {
            database_url: Some(stack.database().login_url()),
            dns_resolver: Some(server.address()),
            ..SettingsSource::default()
        };
        let stack = stack.restart_with(settings).await.expect("it starts");
        let owner = stack.sign_up_and_log_in().await;
        let organization = stack.create_organization(&owner).await;
        let id = organization["id"].as_str().expect("an id");
        let here = format!("/v1/organizations/{id}");
        let world = Self { stack, owner, here };
        let lists = json!({ "admit": ["example.com"], "refuse": ["refused-firm.de"] });
        world
            .ask(Method::PATCH, "/validation-rules/domain", &lists)
            .await;
        let strict = json!({ "risky_from": 30 });
        world
            .ask(Method::PATCH, "/validation-rules/classification", &strict)
            .await;
        world
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let address = format!("{}{path}", self.here);
        let call = self.stack.call(method.clone(), &address).by(&self.owner);
        let call = if body.is_null() {
            call
        } else {
            call.json(body)
        };
        let answer = call.send().await;
        assert!(answer.status < 300, "{method} {path}: {answer:?}");
        if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, &Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, &body).await
    }

    /// Imports a file with these addresses into a list of its own; tells its contacts by what was imported, in the order
    /// of the file.
    async fn import(&self, addresses: &[&String]) -> Vec<Value> {
        let named = json!({ "name": "From a file" });
        let list = self.post("/contact-lists", named).await;
        let list = list["id"].as_str().expect("an id");
        let rows = addresses.iter().map(|text| format!("\"{text}\",x\n"));
        let file = format!("Email,Note\n{}", rows.collect::<String>());
        let path = format!("{}/contact-lists/{list}/imports", self.here);
        let call = self.stack.call(Method::POST, &path).by(&self.owner).once();
        let sent = call.plain(file).send().await.expect(202).json();
        let end = self.end_of(&sent["job_id"]).await;
        assert_eq!(end["status"], "completed", "{end}");
        let import = format!("/imports/{}", sent["id"].as_str().expect("an id"));
        let counts = &self.get(&import).await["counts"];
        assert_eq!(counts["created"], addresses.len(), "{counts}");

        let members = format!("/contacts?list_id={list}&limit=100");
        let contacts = self.get(&members).await["items"].clone();
        let contacts = contacts.as_array().expect("items");
        let of_address = |text: &&String| {
            let text = text.trim();
            let mut found = contacts.iter().filter(|contact| contact["email"] == text);
            let contact = found.next().unwrap_or_else(|| panic!("nobody at {text}"));
            contact.clone()
        };
        addresses.iter().map(of_address).collect()
    }

    async fn contact(&self, email: &str) -> Value {
        self.post("/contacts", json!({ "email": email })).await
    }

    async fn delete(&self, contact: &Value) {
        self.ask(Method::DELETE, &path_of(contact), &Value::Null)
            .await;
    }

    /// The landing page of a campaign that has begun, which asks what this version of a form does.
    async fn landing_page(&self, form_version: &Value) -> String {
        let list = json!({ "name": "Readers" });
        let list = self.post("/contact-lists", list).await;
        let slug = format!("doors-{}", unique().simple());
        let campaign = json!({
            "name": "Spring",
            "list_ids": [list["id"]],
            "form_version_id": form_version,
            "landing_page_slug": slug,
        });
        let campaign = self.post("/campaigns", campaign).await;
        let begun =
            "UPDATE campaigns SET status = 'active', started_at = now() WHERE id = $1::uuid";
        let begun = sqlx::query(begun).bind(campaign["id"].as_str());
        let begun = begun.execute(&mut self.stack.admin().await).await;
        assert_eq!(begun.expect("the campaign begins").rows_affected(), 1);
        format!("/p/{slug}")
    }

    /// Whether answers are taken over the API; where they are not, the address is what is wrong with them.
    async fn takes(&self, path: &str, answers: &Value) -> bool {
        let path = format!("{}{path}", self.here);
        let call = self.stack.call(Method::POST, &path).by(&self.owner);
        let answer = call.json(answers).send().await;
        if answer.status == 201 {
            return true;
        }
        let errors = &answer.expect(422).json()["errors"];
        assert_eq!(errors[0]["pointer"], "#/answers/email", "{errors}");
        assert_eq!(errors[0]["code"], "invalid-email", "{errors}");
        false
    }

    /// Whether the address is taken that somebody types into a landing page; where it is not, that stands beside the field.
    async fn takes_typed(&self, page: &str, email: &str) -> bool {
        let call = self.stack.call(Method::POST, page);
        let told = call.typed(&[("email", email)]).text().await;
        let is_taken = told.contains(THANKS);
        let fault = "id=\"e-email\">Please enter an email address";
        assert_ne!(is_taken, told.contains(fault), "{told}");
        is_taken
    }

    /// How many responses there are by the address in them.
    async fn answered(&self) -> BTreeMap<String, i64> {
        let organization = self.here.rsplit('/').next().expect("an id");
        let counted = sqlx::query_as::<_, (String, i64)>(
            "SELECT response_data ->> 'email', count(*) FROM form_responses \
             WHERE organization_id = $1::uuid GROUP BY 1",
        );
        let counted = counted.bind(organization);
        let counted = counted.fetch_all(&mut self.stack.admin().await).await;
        let counted = counted.expect("the responses are read");
        counted.into_iter().collect()
    }

    /// The job's end.
    async fn end_of(&self, job: &Value) -> Value {
        let path = format!("/jobs/{}", job.as_str().expect("an id"));
        for _ in 0..600 {
            let job = self.get(&path).await;
            if !matches!(job["status"].as_str(), Some("pending" | "running")) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the job does not end");
    }
}

fn path_of(contact: &Value) -> String {
    format!("/contacts/{}", contact["id"].as_str().expect("an id"))
}

/// Fails unless the addresses are judged as expected in a file; tells by which rules. Nobody is left of them.
async fn by_file(world: &World, addresses: &[&String], expected: &[Value]) -> Vec<Value> {
    let made = world.import(addresses).await;
    let mut rules = Vec::new();
    for ((address, expected), made) in addresses.iter().zip(expected).zip(&made) {
        assert_eq!(verdict(&made["validation"]), *expected, "file: {address}");
        let log = world.get(&format!("{}/validations", path_of(made))).await;
        let [entry] = log["items"].as_array().expect("items").as_slice() else {
            panic!("{address} was not judged once: {log}");
        };
        for field in ["status", "risk_score", "reasons"] {
            assert_eq!(entry[field], expected[field], "file: {address}: {field}");
        }
        rules.push(entry["rules"].clone());
        world.delete(made).await;
    }
    rules
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_address_gets_the_same_verdict_through_every_door_whatever_name_servers_say() {
    let server = NameServer::start().await;
    for (domain, answer, _) in TOLD {
        server.tell(domain, answer);
    }
    let world = Box::pin(World::asking(&server)).await;
    let addresses = TOLD
        .map(|(domain, _, status)| (format!("ada.king@{domain}"), status))
        .into_iter()
        .chain(OTHERS.map(|(address, status)| (address.to_owned(), status)))
        .collect::<Vec<_>>();

    let texts = addresses.iter().map(|(text, _)| text).collect::<Vec<_>>();
    let checked = world
        .post("/email-checks", json!({ "addresses": texts }))
        .await;
    server.catch_up().await;
    let times = TOLD.map(|(domain, ..)| server.times_asked(domain));
    let expected = checked["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(verdict)
        .collect::<Vec<_>>();
    for ((address, status), verdict) in addresses.iter().zip(&expected) {
        assert_eq!(verdict["status"], *status, "{address}: {verdict}");
    }
    assert!(server.was_asked_over_tcp("long-firm.de"));

    for ((address, _), expected) in addresses.iter().zip(&expected) {
        let made = world.contact(address).await;
        assert_eq!(verdict(&made["validation"]), *expected, "made: {address}");
        world.delete(&made).await;

        let other = world.contact("somebody.else@mail-firm.de").await;
        let email = json!({ "email": address });
        let changed = world.ask(Method::PATCH, &path_of(&other), &email).await;
        let told = verdict(&changed["validation"]);
        assert_eq!(told, *expected, "changed: {address}");
        world.delete(&changed).await;
    }

    let of_file = by_file(&world, &texts, &expected).await;
    let items = texts.iter().map(|text| json!({ "email": text }));
    let items = items.collect::<Vec<_>>();
    let saved = world
        .post("/contacts/bulk-save", json!({ "items": items }))
        .await;
    let saved = saved["items"].as_array().expect("items");
    for (((address, _), expected), saved) in addresses.iter().zip(&expected).zip(saved) {
        assert_eq!(saved["outcome"], "created", "{address}");
        let path = path_of(saved);
        let read = world.get(&path).await;
        assert_eq!(verdict(&read["validation"]), *expected, "saved: {address}");
        let again = world.post(&format!("{path}/validation"), Value::Null).await;
        assert_eq!(verdict(&again), *expected, "validated: {address}");
    }

    let list = world
        .post("/contact-lists", json!({ "name": "Leads" }))
        .await;
    let list = format!("/contact-lists/{}", list["id"].as_str().expect("an id"));
    let ids = saved.iter().map(|saved| &saved["id"]).collect::<Vec<_>>();
    let members = json!({ "contact_ids": ids });
    world
        .post(&format!("{list}/members/bulk-add"), members)
        .await;
    let started = world.post(&format!("{list}/validation"), Value::Null).await;
    let end = world.end_of(&started["job_id"]).await;
    assert_eq!(end["status"], "completed", "{end}");
    assert_eq!(end["result"]["judged"], addresses.len(), "{end}");
    let expected = expected.iter().zip(&of_file);
    for (((address, _), (expected, of_file)), saved) in addresses.iter().zip(expected).zip(saved) {
        let path = path_of(saved);
        let read = world.get(&path).await;
        assert_eq!(verdict(&read["validation"]), *expected, "job: {address}");

        let log = world.get(&format!("{path}/validations")).await;
        let log = log["items"].as_array().expect("items");
        assert_eq!(log.len(), 3, "made, judged again alone, and with the list");
        for entry in log {
            for field in ["status", "risk_score", "reasons"] {
                assert_eq!(entry[field], expected[field], "{address}: {field}");
            }
            assert_eq!(entry["rules"], *of_file, "{address}");
            assert_eq!(entry["rules"][1]["rule_version"], 2, "{address}");
        }
    }
    let read = world.get(&list).await;
    assert_eq!(read["status"], "validated");
    for status in ["valid", "invalid", "risky", "nonexistent", "pending"] {
        let of_status = addresses.iter().filter(|(_, wanted)| *wanted == status);
        assert_eq!(read["counts"][status], of_status.count(), "{read}");
    }
    let summary = world.get(&format!("{list}/validation-summary")).await;
    let counts = summary["counts"].as_array().expect("counts");
    for rule in ["syntax", "domain", "classification"] {
        let of_rule = counts.iter().filter(|count| count["rule_type"] == rule);
        let contacts = of_rule.filter_map(|count| count["contacts"].as_u64());
        let contacts = contacts.sum::<u64>();
        assert_eq!(contacts, addresses.len() as u64, "{rule}: {summary}");
    }

    // What was heard once is known at every other door; so is that nothing was heard.
    server.catch_up().await;
    for ((domain, ..), times) in TOLD.iter().zip(times) {
        assert_eq!(server.times_asked(domain), times, "{domain}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_takes_for_an_address_what_is_one_at_every_door_and_keeps_it_as_it_was_given() {
    let server = NameServer::start().await;
    server.tell("mail-firm.de", Answer::Mail { ttl: 3_600 });
    let world = Box::pin(World::asking(&server)).await;
    let kinds = kinds();
    let texts = kinds.iter().map(|(text, _)| text).collect::<Vec<_>>();
    let checked = json!({ "addresses": texts });
    let checked = world.post("/email-checks", checked).await;
    let checks = checked["checks"].as_array().expect("checks");
    let known = world.contact("\"grace hopper\"@MAIL-firm.de").await;
    let other = world.contact("ada@mail-firm.de").await;
    let lead = json!({ "contact_id": other["id"] });
    let lead = world.post("/leads", lead).await;
    let responses = lead["id"].as_str().expect("an id");
    let responses = format!("/leads/{responses}/responses");
    let field = json!({ "field_key": "email", "field_label": "Address", "field_type": "email" });
    let form = json!({ "name": "Call me", "thank_you_message": THANKS, "fields": [field] });
    let form = world.post("/forms", form).await;
    let page = Box::pin(world.landing_page(&form["current_version_id"])).await;

    assert_eq!(checks.len(), kinds.len());
    for ((text, is_address), check) in kinds.iter().zip(checks) {
        assert_eq!(check["syntax_ok"], *is_address, "{text}: {check}");
        let answers = json!({ "form_id": form["id"], "answers": { "email": text } });
        for door in ["/leads", responses.as_str()] {
            let is_taken = world.takes(door, &answers).await;
            assert_eq!(is_taken, *is_address, "{door}: {text}");
        }
        let is_taken = world.takes_typed(&page, text).await;
        assert_eq!(is_taken, *is_address, "page: {text}");
    }

    // Once at each of the three doors.
    let taken = kinds.iter().filter(|(_, is_address)| *is_address);
    let taken = taken.map(|(text, _)| (text.trim().to_owned(), 3_i64));
    let expected = taken.collect::<BTreeMap<_, _>>();
    assert_eq!(world.answered().await, expected);
    let leads = world.get("/leads?limit=100").await;
    let leads = leads["items"].as_array().expect("items");
    let theirs = leads
        .iter()
        .filter(|lead| lead["contact_id"] == known["id"]);
    assert_eq!(theirs.count(), 2, "with and without a campaign: {leads:?}");
}
