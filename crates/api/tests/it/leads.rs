//! Leads, from their answers to being found by them.

use serde_json::{Value, json};
use tenancy::RoleTemplate;

use crate::installation::Installation;

fn path(organization: &str, rest: &str) -> String {
    format!("/v1/organizations/{organization}/leads{rest}")
}

async fn form(installation: &Installation, organization: &str, token: &str) -> String {
    let field = |key: &str, field_type: &str| json!({ "field_key": key, "field_label": "Asked", "field_type": field_type });
    let fields = [
        field("email", "email"),
        field("size", "number"),
        field("remarks", "textarea"),
    ];
    let form = json!({ "name": "Contact us", "fields": fields });
    let forms = format!("/v1/organizations/{organization}/forms");
    let form = installation.post(&forms, token, &form).await.is(201).json();
    form["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_lead_is_made_of_answers_and_found_by_them() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let mut ids = Vec::new();
    for size in [3, 12] {
        let answers = json!({ "email": format!("{size}@example.com"), "size": size });
        let body = json!({ "form_id": form, "answers": answers });
        let leads = path(&organization, "");
        let lead = installation
            .post(&leads, &owner.token, &body)
            .await
            .is(201)
            .json();
        assert_eq!(
            (&lead["status"], &lead["source"]),
            (&json!("new"), &json!("api"))
        );
        ids.push(lead["id"].clone());
    }

    let get = async |rest: &str| {
        installation
            .get(&path(&organization, rest), &owner.token)
            .await
    };
    let found = get("?field=size:gte:10").await.is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["id"], ids[1]);
    let sorted = get("?sort=-size&limit=1").await.is(200).json();
    assert_eq!(sorted["items"][0]["id"], ids[1]);
    let cursor = sorted["next_cursor"].as_str().unwrap();
    let next = get(&format!("?sort=-size&limit=1&cursor={cursor}")).await;
    assert_eq!(next.is(200).json()["items"][0]["id"], ids[0]);

    let refused = get("?field=remarks:eq:x&field=size:eq:many&sort=nothing").await;
    let refused = refused.is(422).json();
    let codes: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["parameter"].as_str().unwrap(),
                error["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            ("field", "not-indexed"),
            ("field", "wrong-type"),
            ("sort", "unknown-field")
        ]
    );
    get("?field=size").await.is(400);
}

#[tokio::test]
async fn a_second_lead_of_the_same_person_is_a_conflict_that_names_the_first() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let body = json!({ "form_id": form, "answers": { "email": "ada@example.com" } });
    let leads = path(&organization, "");
    let first = installation
        .post(&leads, &owner.token, &body)
        .await
        .is(201)
        .json();

    let again = json!({ "form_id": form, "answers": { "email": "ADA@example.com", "size": 4 } });
    let refused = installation
        .post(&leads, &owner.token, &again)
        .await
        .is(409)
        .json();
    assert_eq!(refused["code"], "lead-exists");
    assert!(refused.to_string().contains(first["id"].as_str().unwrap()));

    let id = first["id"].as_str().unwrap();
    let responses = path(&organization, &format!("/{id}/responses"));
    let response = installation
        .post(&responses, &owner.token, &again)
        .await
        .is(201)
        .json();
    assert_eq!(response["answers"]["size"], 4);
    let lead = installation
        .get(&path(&organization, &format!("/{id}")), &owner.token)
        .await;
    let lead: Value = lead.is(200).json();
    assert_eq!(
        (&lead["responses"], &lead["latest_response_id"]),
        (&json!(2), &response["id"])
    );
}

#[tokio::test]
async fn a_lead_that_answers_the_address_of_a_contact_who_has_one_stays_nobodys() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let leads = path(&organization, "");
    let made = async |path: &str, body: &Value| {
        let told = installation.post(path, &owner.token, body).await;
        told.is(201).json()
    };
    let nobody = json!({ "form_id": form, "answers": { "size": 3 } });
    let nobody = made(&leads, &nobody).await;
    let contacts = format!("/v1/organizations/{organization}/contacts");
    let contact = made(&contacts, &json!({ "email": "ada@firm.de" })).await;
    let theirs = made(&leads, &json!({ "contact_id": contact["id"] })).await;

    let answers = json!({ "form_id": form, "answers": { "email": "ada@firm.de" } });
    let of_nobody = format!("/{}", nobody["id"].as_str().unwrap());
    let responses = path(&organization, &format!("{of_nobody}/responses"));
    made(&responses, &answers).await;

    let one = path(&organization, &of_nobody);
    let nobody: Value = installation.get(&one, &owner.token).await.is(200).json();
    assert_eq!(
        (&nobody["responses"], &nobody["contact_id"]),
        (&json!(2), &Value::Null)
    );
    let again = installation.post(&leads, &owner.token, &answers).await;
    let refused = again.is(409).json().to_string();
    assert!(refused.contains(theirs["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_step_that_the_pipeline_does_not_have_is_a_conflict_that_tells_the_legal_ones() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let body = json!({ "form_id": form, "answers": { "email": "ada@example.com" } });
    let lead = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await
        .is(201)
        .json();
    let body = json!({ "ids": [lead["id"]], "status": "converted" });
    let bulk = path(&organization, "/bulk-status");
    let outcome = installation
        .post(&bulk, &owner.token, &body)
        .await
        .is(200)
        .json();
    assert_eq!(outcome["items"][0]["outcome"], "refused");

    let body =
        json!({ "ids": [lead["id"]], "status": "qualified", "status_reason": "Has a budget." });
    let outcome = installation
        .post(&bulk, &owner.token, &body)
        .await
        .is(200)
        .json();
    assert_eq!(outcome["items"][0]["outcome"], "changed");
    let id = lead["id"].as_str().unwrap();
    let steps = path(&organization, &format!("/{id}/status-changes"));
    let steps = installation.get(&steps, &owner.token).await.is(200).json();
    assert_eq!(steps["items"][1]["reason"], "Has a budget.");
}

#[tokio::test]
async fn leads_are_assigned_and_deleted_together_and_told_of_one_by_one() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let mut ids = Vec::new();
    for name in ["ada", "eve"] {
        let answers = json!({ "email": format!("{name}@example.com") });
        let body = json!({ "form_id": form, "answers": answers });
        let made = installation
            .post(&path(&organization, ""), &owner.token, &body)
            .await;
        ids.push(made.is(201).json()["id"].clone());
    }
    let teams = format!("/v1/organizations/{organization}/teams");
    let team = json!({ "name": "North" });
    let team = installation.post(&teams, &owner.token, &team).await;
    let team = team.is(201).json()["id"].clone();
    let outcomes = async |rest: &str, body: Value| {
        let told = installation
            .post(&path(&organization, rest), &owner.token, &body)
            .await;
        let told = told.is(200).json();
        let items = told["items"].as_array().unwrap().iter();
        let items = items.map(|item| (item["id"].clone(), item["outcome"].clone()));
        items.collect::<Vec<_>>()
    };
    let nobody = json!("019b6c3c-6a00-7000-8000-000000000041");

    let assigned = json!({ "ids": [ids[1], nobody, ids[0]], "assigned_team_id": team });
    let assigned = outcomes("/bulk-assign", assigned).await;
    let again = json!({ "ids": [ids[0]], "assigned_team_id": team });
    let again = outcomes("/bulk-assign", again).await;
    let deleted = outcomes("/bulk-delete", json!({ "ids": [ids[0]] })).await;
    let left = outcomes("/bulk-assign", json!({ "ids": ids })).await;

    let (changed, absent) = (json!("changed"), json!("not_found"));
    assert_eq!(
        assigned,
        [
            (ids[1].clone(), changed.clone()),
            (nobody, absent.clone()),
            (ids[0].clone(), changed.clone())
        ]
    );
    assert_eq!(again, [(ids[0].clone(), json!("unchanged"))]);
    assert_eq!(deleted, [(ids[0].clone(), changed.clone())]);
    assert_eq!(left, [(ids[0].clone(), absent), (ids[1].clone(), changed)]);
    let both = json!({ "ids": ids, "assigned_team_id": team, "assigned_user_id": owner.user });
    let bulk = path(&organization, "/bulk-assign");
    let refused = installation.post(&bulk, &owner.token, &both).await;
    assert_eq!(
        refused.is(422).json()["errors"][0]["pointer"],
        "#/assigned_team_id"
    );
}

#[tokio::test]
async fn whoever_clears_one_kind_of_owner_leaves_the_lead_to_the_other() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let teams = format!("/v1/organizations/{organization}/teams");
    let team = json!({ "name": "North" });
    let team = installation.post(&teams, &owner.token, &team).await;
    let team = team.is(201).json()["id"].clone();
    let body = json!({ "form_id": form, "answers": { "email": "ada@example.com" } });
    let lead = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await;
    let here = path(
        &organization,
        &format!("/{}", lead.is(201).json()["id"].as_str().unwrap()),
    );
    let (user, null) = (json!(owner.user), Value::Null);

    for (change, of_user, of_team) in [
        (json!({ "assigned_user_id": user }), &user, &null),
        (json!({ "assigned_team_id": null }), &user, &null),
        (json!({ "assigned_team_id": team }), &null, &team),
        (json!({ "assigned_user_id": null }), &null, &team),
        (
            json!({ "assigned_user_id": null, "assigned_team_id": null }),
            &null,
            &null,
        ),
        (
            json!({ "assigned_user_id": user, "assigned_team_id": null }),
            &user,
            &null,
        ),
        (json!({ "assigned_user_id": null }), &null, &null),
    ] {
        let told = installation.patch(&here, &owner.token, &change).await;
        let told = told.is(200).json();
        assert_eq!(
            (&told["assigned_user_id"], &told["assigned_team_id"]),
            (of_user, of_team),
            "{change}"
        );
    }
}

#[tokio::test]
async fn a_reason_without_a_status_is_told_and_not_dropped() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let body = json!({ "form_id": form, "answers": { "email": "ada@example.com" } });
    let lead = installation
        .post(&path(&organization, ""), &owner.token, &body)
        .await;
    let here = path(
        &organization,
        &format!("/{}", lead.is(201).json()["id"].as_str().unwrap()),
    );

    let alone = json!({ "status_reason": "Has a budget.", "notes": "Called us." });
    let refused = installation.patch(&here, &owner.token, &alone).await;
    let both = json!({ "status": "qualified", "status_reason": "Has a budget." });
    installation.patch(&here, &owner.token, &both).await.is(200);

    let fault = &refused.is(422).json()["errors"][0];
    assert_eq!(
        (&fault["pointer"], &fault["code"]),
        (&json!("#/status_reason"), &json!("not-applicable"))
    );
}

#[tokio::test]
async fn days_at_the_ends_of_the_calendar_can_be_asked_for() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let field = json!({ "field_key": "born", "field_label": "Born", "field_type": "date" });
    let form = json!({ "name": "Birthday", "fields": [field] });
    let forms = format!("/v1/organizations/{organization}/forms");
    installation.post(&forms, &owner.token, &form).await.is(201);

    for asked in [
        "lt:0001-01-01",
        "gt:9999-12-31",
        "lte:0001-01-01",
        "gte:9999-12-31",
    ] {
        let found = path(&organization, &format!("?field=born:{asked}"));
        let found = installation.get(&found, &owner.token).await.is(200).json();
        assert_eq!(found["items"], json!([]), "{asked}");
    }
}

#[tokio::test]
async fn leads_are_made_found_and_counted_by_campaign() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let form = form(&installation, &organization, &owner.token).await;
    let campaigns = format!("/v1/organizations/{organization}/campaigns");
    let campaign = json!({ "name": "Spring" });
    let campaign = installation.post(&campaigns, &owner.token, &campaign).await;
    let campaign = campaign.is(201).json()["id"].clone();
    let leads = path(&organization, "");
    let answers = json!({ "email": "ada@example.com" });
    let without = json!({ "form_id": form, "answers": answers });
    installation
        .post(&leads, &owner.token, &without)
        .await
        .is(201);
    let body = json!({ "form_id": form, "answers": answers, "campaign_id": campaign });
    let lead = installation.post(&leads, &owner.token, &body).await;
    let lead = lead.is(201).json();
    assert_eq!(lead["campaign_id"], campaign);
    let again = installation.post(&leads, &owner.token, &body).await;
    assert_eq!(again.is(409).json()["code"], "lead-exists");

    let id = campaign.as_str().unwrap();
    let get = async |rest: &str| {
        let address = path(&organization, rest);
        installation.get(&address, &owner.token).await
    };
    let found = get(&format!("?campaign_id={id}")).await.is(200).json();
    assert_eq!(found["items"], json!([lead]));
    for (rest, many) in [(String::new(), 2), (format!("?campaign_id={id}"), 1)] {
        let funnel = get(&format!("/funnel{rest}")).await.is(200).json();
        assert_eq!(funnel["stages"][0]["now"], many);
    }
    let unknown = "019b6c3c-6a00-7000-8000-000000000041";
    let body = json!({ "form_id": form, "answers": answers, "campaign_id": unknown });
    let refused = installation.post(&leads, &owner.token, &body).await;
    assert_eq!(
        refused.is(422).json()["errors"][0]["pointer"],
        "#/campaign_id"
    );
}

#[tokio::test]
async fn a_search_is_saved_for_oneself_or_for_all_and_used_by_its_query() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let (colleague, _) = installation
        .hire(&organization, RoleTemplate::Manager)
        .await;
    let views = format!("/v1/organizations/{organization}/lead-views");
    let view = |name: &str, is_shared: bool| json!({ "name": name, "query": "?field=email:contains:%61da&sort=-created_at", "is_shared": is_shared });
    let own = installation
        .post(&views, &owner.token, &view("Mine", false))
        .await;
    let own = own.is(201).json();
    let shared = installation
        .post(&views, &owner.token, &view("Ours", true))
        .await;
    let shared = shared.is(201).json();
    assert_eq!(own["query"], "field=email:contains:ada&sort=-created_at");

    let seen = async |token: &str| {
        let seen = installation.get(&views, token).await.is(200).json();
        let items = seen["items"].as_array().unwrap().iter();
        items.map(|it| it["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&owner.token).await, ["Mine", "Ours"]);
    assert_eq!(seen(&colleague.token).await, ["Ours"]);
    let address = |view: &Value| format!("{views}/{}", view["id"].as_str().unwrap());
    let hidden = installation.get(&address(&own), &colleague.token).await;
    hidden.is(404);
    installation
        .get(&address(&shared), &colleague.token)
        .await
        .is(200);

    let taken = installation
        .post(&views, &owner.token, &view("MINE", true))
        .await;
    let taken = taken.is(409).json();
    assert_eq!(taken["code"], "lead-view-name-taken");
    let wrong = json!({ "name": "Wrong", "query": "limit=5" });
    let wrong = installation.post(&views, &owner.token, &wrong).await;
    assert_eq!(wrong.is(422).json()["errors"][0]["pointer"], "#/query");

    let form = form(&installation, &organization, &owner.token).await;
    for name in ["ada", "eve"] {
        let answers = json!({ "email": format!("{name}@example.com") });
        let body = json!({ "form_id": form, "answers": answers });
        let made = installation
            .post(&path(&organization, ""), &owner.token, &body)
            .await;
        made.is(201);
    }
    let query = own["query"].as_str().unwrap();
    let found = path(&organization, &format!("?{query}&status=new"));
    let found = installation.get(&found, &owner.token).await.is(200).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}
