//! The list of problems that is published is the one that is answered.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use analytics::runs::ScheduleError;
use analytics::schedule::PeriodicJob;
use api::problem::{ApiError, Refusal, all_codes, title};
use campaigns::{CampaignAction, CampaignError, CampaignStatus, IllegalTransition, LeadStatus};
use compliance::ComplianceError;
use contacts::{ContactError, SourceBroken};
use kernel::{
    ContactId, ContactImportId, ContactListId, FieldErrors, IdempotencyError, LeadId, LeadViewId,
    StorageError, TeamId,
};
use tenancy::{Permission, TenancyError};
use uuid::Uuid;

const PAGE: &str = "../../docs/problems.md";
const HEAD: &str = "| code | status | title | what it means, and what to do |\n|---|---|---|---|\n";

/// One of each error that an operation can end with; a new code needs a line here.
fn examples() -> Vec<ApiError> {
    use TenancyError as T;
    let right = Permission::ALL[0];
    let tenancy = [
        T::Unauthenticated,
        T::LoginRefused,
        T::RefreshRefused,
        T::NotAMember,
        T::PermissionMissing(right),
        T::SessionRequired,
        T::PlatformAdminRequired,
        T::RightNotHeld(right),
        T::NotFound("team"),
        T::Stale,
        T::Invalid(FieldErrors::default()),
        T::EmailTaken,
        T::SlugTaken,
        T::DomainTaken,
        T::RoleNameTaken,
        T::RoleInUse,
        T::OwnerRoleIsFixed,
        T::TemplateRoleStays,
        T::LastOwner,
        T::LastPlatformAdmin,
        T::OwnerRequired,
        T::OwnerNeedsOwnerRole,
        T::AlreadyMember,
        T::AlreadyInvited,
        T::InvitationNotOpen,
        T::InvitationForAnother,
        T::TeamNameTaken(TeamId::from_uuid(Uuid::nil())),
        T::AlreadyInTeam,
        T::ApiKeyOfAnother,
        T::ApiKeyEnded,
        T::JobEnded,
        T::NotDeleted,
        T::Limited { retry_after: 1 },
    ];
    let contacts = [
        ContactError::NotFound("contact"),
        ContactError::Stale,
        ContactError::Invalid(FieldErrors::default()),
        ContactError::EmailTaken(ContactId::from_uuid(Uuid::nil())),
        ContactError::ListNameTaken(ContactListId::from_uuid(Uuid::nil())),
        ContactError::NotDeleted,
        ContactError::ErasedStays,
        ContactError::FileRepeated(ContactImportId::from_uuid(Uuid::nil())),
        ContactError::FileBroken(SourceBroken),
        ContactError::MappingNeeded,
        ContactError::NotStartable,
        ContactError::NotUndoable,
        ContactError::Csv(std::io::Error::other("")),
    ];
    let campaigns = [
        CampaignError::SlugTaken,
        CampaignError::Begun,
        CampaignError::UnderWay,
        CampaignError::Simulated,
        CampaignError::SimulationUnderWay,
        CampaignError::WrongStatus(CampaignStatus::Draft, CampaignAction::Pause),
        CampaignError::NotReady(FieldErrors::default()),
        CampaignError::NotFound("form"),
        CampaignError::Stale,
        CampaignError::Invalid(FieldErrors::default()),
        CampaignError::NotDeleted,
        CampaignError::LeadExists(LeadId::from_uuid(Uuid::nil())),
        CampaignError::ViewNameTaken(Some(LeadViewId::from_uuid(Uuid::nil()))),
        CampaignError::IllegalTransition(IllegalTransition {
            from: LeadStatus::New,
            to: LeadStatus::Converted,
        }),
    ];
    let storage = [
        StorageError::Unavailable(None),
        StorageError::Contended(None),
        StorageError::Corrupt(String::new()),
    ];
    let repeated = [IdempotencyError::Reused, IdempotencyError::InProgress];

    Refusal::ALL
        .iter()
        .map(|refusal| ApiError::from(*refusal))
        .chain(tenancy.into_iter().map(ApiError::from))
        .chain(contacts.map(ApiError::from))
        .chain(campaigns.map(ApiError::from))
        .chain([ApiError::from(ScheduleError::Running(PeriodicJob::Expiry))])
        .chain([ApiError::from(ComplianceError::EntryNotFound)])
        .chain(storage.into_iter().map(ApiError::from))
        .chain(repeated.into_iter().map(ApiError::from))
        .collect()
}

/// The status of each code.
fn statuses() -> BTreeMap<&'static str, String> {
    let mut statuses = BTreeMap::new();
    for example in examples() {
        let status = match example.code() {
            // The HTTP library chooses which.
            "refused" => "4xx".to_owned(),
            _ => example.http_status().as_str().to_owned(),
        };
        let before = statuses.insert(example.code(), status.clone());
        assert!(
            before.is_none_or(|before| before == status),
            "`{}` has one status",
            example.code()
        );
    }
    statuses
}

/// The table of codes as the page should have it, with the meanings that the page `text` gives.
fn table(text: &str) -> String {
    let meanings: BTreeMap<_, _> = text
        .lines()
        .filter_map(|line| {
            let (code, rest) = line.strip_prefix("| `")?.split_once("` |")?;
            let meaning = rest.trim_end_matches(" |").rsplit(" | ").next()?;
            Some((code, meaning))
        })
        .collect();
    let statuses = statuses();
    let mut table = HEAD.to_owned();
    for code in all_codes() {
        let status = statuses
            .get(code)
            .unwrap_or_else(|| panic!("`{code}` has an example in this test"));
        let meaning = meanings.get(code).copied().unwrap_or("…");
        writeln!(
            table,
            "| `{code}` | {status} | {} | {meaning} |",
            title(code)
        )
        .unwrap();
    }
    table
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "UPDATE_PROBLEMS asks for the page to be written anew"
)]
fn the_published_list_has_every_code_with_its_status_title_and_meaning() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).expect("the page can be read");
    let start = page
        .find("| code |")
        .expect("the page has a table of codes");
    let end = start + page[start..].find("\n\n").expect("the table ends") + 1;
    let expected = table(&page[start..end]);

    if std::env::var_os("UPDATE_PROBLEMS").is_some() {
        let written = format!("{}{expected}{}", &page[..start], &page[end..]);
        fs::write(&path, written).expect("the page can be written");
        return;
    }
    assert_eq!(
        &page[start..end],
        expected,
        "run this test with UPDATE_PROBLEMS=1, and say what new codes mean"
    );
    assert!(!expected.contains("| … |"), "every code has a meaning");
}

#[test]
fn a_code_without_a_meaning_is_left_open_and_an_unknown_one_is_dropped() {
    let table =
        table("| `stale` | 400 | Old | Read it again. |\n| `gone` | 409 | Gone | Nothing. |\n");

    assert!(table.contains("| `stale` | 412 | Changed since it was read | Read it again. |\n"));
    assert!(table.contains("| `slug-taken` | 409 | The slug is taken | … |\n"));
    assert!(!table.contains("gone"));
}
