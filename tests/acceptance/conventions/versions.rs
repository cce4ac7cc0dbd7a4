//! Every single resource has a version, and every change of one can be made to depend on it.

use reqwest::Method;
use tenancy::RoleTemplate;

use crate::matrix::case::Attempt;
use crate::matrix::document::Operation;
use crate::matrix::entry::Entry;
use crate::matrix::world::{World, assert_refused, assert_unchanged, token};
use crate::stack::Rows;

/// What is read whole and is no single resource: lists too short for pages, sums, differences, and files.
const WHOLE: [&str; 25] = [
    "compareCampaigns",
    "compareEmailTemplateVersions",
    "exportAuditEntries",
    "exportCampaignMetrics",
    "exportMetrics",
    "followJob",
    "exportRejections",
    "exportContacts",
    "exportLeads",
    "listListsOfContact",
    "listMyPlatformRoles",
    "listPermissions",
    "listUserPlatformRoles",
    "previewCampaignAudience",
    "previewCampaignMailForContact",
    "previewEmailTemplateVersionForContact",
    "readCampaignDailyMetrics",
    "readCampaignFunnel",
    "readCampaignMetrics",
    "readCampaignSegments",
    "readCampaignSources",
    "readContactListValidationSummary",
    "readLeadFunnel",
    "readMetricsOverview",
    "readValidationRules",
];

/// The operation that reads what this one changes.
fn reader<'a>(world: &'a World, operation: &Operation) -> &'a Operation {
    let template = match operation.template.as_str() {
        // The password is a part of the account.
        "/v1/me/password" => "/v1/me",
        other => other,
    };
    let reader = world.reader_of(template);
    reader.unwrap_or_else(|| panic!("nothing reads what is at {template}"))
}

#[tokio::test]
async fn every_change_of_a_single_resource_is_made_to_the_expected_version_only() {
    let world = World::begin().await;
    let mut admin = world.stack.admin().await;

    for (entry, operation) in world.entries() {
        let is_change = [Method::PATCH, Method::PUT, Method::DELETE].contains(&operation.method);
        if !is_change {
            continue;
        }
        let name = entry.operation;
        if !operation.takes("If-Match") {
            let read = world.reader_of(&operation.template);
            let has_version = read.is_some_and(|read| read.takes("If-None-Match"));
            assert!(!has_version, "{name} takes no If-Match");
            continue;
        }

        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let mut attempt = Attempt::holding(entry, operation, &case);
        let read = attempt.reading(reader(&world, operation));
        let present = read.by(&world.stack, token(&case.caller)).await.expect(200);
        let tag = present.header("etag").to_owned();
        let before = Rows::read(&mut admin).await;
        for stale in ["\"1000000\"", "\"x\"", &format!("W/{tag}")] {
            attempt.if_match = Some(stale.to_owned());
            let answer = attempt.by(&world.stack, token(&case.caller)).await;
            assert_refused(&attempt, "its caller", &answer, 412, "stale");
        }
        assert_unchanged(&mut admin, &before, entry).await;

        attempt.if_match = Some(tag.clone());
        let answer = attempt.by(&world.stack, token(&case.caller)).await;
        assert_eq!(answer.status, entry.answer, "{name}: {answer:?}");
        if operation.method == Method::PATCH {
            assert_ne!(answer.header("etag"), tag, "{name}");
            let after = read.by(&world.stack, token(&case.caller)).await.expect(200);
            assert_eq!(after.header("etag"), answer.header("etag"), "{name}");
            attempt.body = attempt.entry.body.map(|body| body(&case));
            let again = attempt.by(&world.stack, token(&case.caller)).await;
            assert_refused(&attempt, "its caller", &again, 412, "stale");
        }

        // Without a condition the last write wins.
        let case = world.spending_case(entry, RoleTemplate::Owner).await;
        let attempt = Attempt::holding(entry, operation, &case);
        let answer = attempt.by(&world.stack, token(&case.caller)).await;
        assert_eq!(answer.status, entry.answer, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn every_single_resource_has_a_version_and_is_not_sent_again_to_those_who_have_it() {
    let world = World::begin().await;
    let mut tried = 0;

    for (entry, operation) in world.entries() {
        if operation.method != Method::GET
            || operation.is_listing
            || WHOLE.contains(&entry.operation)
        {
            continue;
        }
        not_sent_again(&world, entry, operation).await;
        tried += 1;
    }

    assert!(tried >= 12, "{tried}");
}

async fn not_sent_again(world: &World, entry: &Entry, operation: &Operation) {
    let name = entry.operation;
    let case = world.case(entry).await;
    let mut attempt = Attempt::holding(entry, operation, &case);
    let whole = attempt.by(&world.stack, token(&case.caller)).await;
    assert_eq!(whole.status, 200, "{name}");
    let tag = whole.header("etag");
    assert!(tag.starts_with('"') && tag.len() > 2, "{name}: {tag:?}");

    let table = [
        (tag.to_owned(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"x\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"1000000\"".to_owned(), 200),
        (tag.trim_matches('"').to_owned(), 400),
    ];
    for (known, status) in table {
        attempt.if_none_match = Some(known.clone());
        let answer = attempt.by(&world.stack, token(&case.caller)).await;
        assert_eq!(answer.status, status, "{name}: {known}");
        if status == 304 {
            assert_eq!(answer.header("etag"), tag, "{name}: {known}");
            assert!(answer.body.is_empty(), "{name}: {known}");
        } else if status == 200 {
            assert_eq!(answer.body, whole.body, "{name}: {known}");
        }
    }
}
