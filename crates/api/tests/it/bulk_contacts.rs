//! One deed on all contacts that fit a filter, as it is asked for.

use contacts::ports::ContactStore as _;
use contacts::{ContactFilter, ContactSource, TimeRange};
use kernel::{Actor, JobId, OrganizationId, Origin, RequestId, TenantScope};
use serde_json::{Value, json};
use testkit::a_unique_id;
use time::macros::datetime;

use crate::installation::Installation;
use crate::support::pairs;

#[tokio::test]
async fn all_contacts_are_meant_only_where_that_is_said() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let path = format!("/v1/organizations/{organization}/contacts/delete-matching");
    let some = json!({ "status": ["risky"] });

    for (body, fault) in [
        (json!({}), Some("empty-filter")),
        (json!({ "filter": null }), Some("empty-filter")),
        (json!({ "filter": {} }), Some("empty-filter")),
        (json!({ "filter": {}, "all": false }), Some("empty-filter")),
        (json!({ "filter": { "status": [] } }), Some("empty-filter")),
        (
            json!({ "filter": some, "all": true }),
            Some("contradictory"),
        ),
        (json!({ "filter": some }), None),
        (json!({ "filter": some, "all": false }), None),
        (json!({ "all": true }), None),
        (json!({ "filter": {}, "all": true }), None),
    ] {
        let told = installation.post(&path, &owner.token, &body).await;
        match fault {
            Some(code) => {
                told.is(422);
                assert_eq!(told.faults(), pairs(&[("#/filter", code)]), "{body}");
            }
            None => {
                told.is(202);
            }
        }
    }
}

#[tokio::test]
async fn every_part_of_a_filter_is_read_and_all_faults_are_told_at_once() {
    let installation = Installation::new();
    let (organization, owner) = installation.founded().await;
    let path = format!("/v1/organizations/{organization}/contacts/update-matching");
    let wrong = json!({
        "filter": {
            "q": "-", "list_id": "x", "status": ["odd"], "classification": "role", "source": "elsewhere",
            "suppressed": "yes", "created_since": "2026-03-02T00:00:00Z", "created_until": "2026-03-01T00:00:00Z",
            "validated_since": "yesterday", "attribute": ["city"],
        },
        "changes": { "locale": "?" },
    });
    let told = installation.post(&path, &owner.token, &wrong).await;
    told.is(422);
    let expected = [
        ("#/filter/q", "required"),
        ("#/filter/list_id", "invalid-id"),
        ("#/filter/status/0", "unknown-value"),
        ("#/filter/classification", "wrong-type"),
        ("#/filter/source", "unknown-value"),
        ("#/filter/suppressed", "wrong-type"),
        ("#/filter/created_until", "invalid-range"),
        ("#/filter/validated_since", "invalid-instant"),
        ("#/filter/attribute/0", "invalid-attribute"),
    ];
    let faults = told.faults();
    for fault in pairs(&expected) {
        assert!(faults.contains(&fault), "{fault:?} in {faults:?}");
    }
    assert_eq!(faults.len(), expected.len() + 1, "{faults:?}");

    let list = a_unique_id();
    let right = json!({
        "filter": {
            "q": "ada", "list_id": list, "status": ["risky", "invalid"], "classification": ["role"], "source": "api",
            "suppressed": false, "created_since": "2026-03-01T00:00:00Z", "created_until": "2026-03-02T00:00:00Z",
            "validated_until": "2026-03-03T00:00:00Z", "attribute": ["city:Köln: Süd"],
        },
        "changes": { "company": null, "attributes": { "city": "Berlin" } },
    });
    let told = installation.post(&path, &owner.token, &right).await;
    told.is(202);
    let answer = told.json();
    assert_eq!(answer["kind"], "update");
    let job = answer["job_id"].as_str().unwrap();
    assert_eq!(
        told.header("location"),
        format!("/v1/organizations/{organization}/jobs/{job}")
    );
    let (filter, changes) = asked(&installation, &organization, job).await;
    let range = |since, until| TimeRange::new(since, until).unwrap();
    assert_eq!(
        filter,
        ContactFilter {
            deleted: false,
            list: list.to_string().parse().ok(),
            statuses: ["risky", "invalid"]
                .map(|word| word.parse().unwrap())
                .into(),
            classifications: vec!["role".parse().unwrap()],
            source: Some(ContactSource::Api),
            suppressed: Some(false),
            created: range(
                Some(datetime!(2026-03-01 00:00 UTC)),
                Some(datetime!(2026-03-02 00:00 UTC))
            ),
            validated: range(None, Some(datetime!(2026-03-03 00:00 UTC))),
            attributes: vec![("city".to_owned(), "Köln: Süd".to_owned())],
            search: "ada".parse().ok(),
        }
    );
    let expected = json!({ "company": null, "attributes": { "city": "Berlin" } });
    assert_eq!(changes, expected);
}

/// What is kept of the wish.
async fn asked(
    installation: &Installation,
    organization: &str,
    job: &str,
) -> (ContactFilter, Value) {
    let organization = organization.parse::<OrganizationId>().unwrap();
    let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
    let scope = TenantScope::for_principal(organization, Actor::Operator, origin);
    let unit = installation.database.begin(&scope).await.unwrap();
    let id = job.parse::<JobId>().unwrap();
    let operation = unit.bulk_operations().find(id).await.unwrap().unwrap();
    let state = operation.state();
    let changes = state.changes.as_ref().unwrap().to_json();
    (state.filter.clone().unwrap(), changes)
}
