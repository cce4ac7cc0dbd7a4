//! The administration of the platform.

use serde_json::json;

use crate::matrix::entry::{Entry, Rule, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::new("listUsers", Rule::PlatformAdmin),
    Entry::new("readUser", Rule::PlatformAdmin).on(&[Thing::User]),
    Entry::new("updateUser", Rule::PlatformAdmin)
        .on(&[Thing::User])
        .with(|_| json!({ "status": "suspended" })),
    Entry::new("listUserPlatformRoles", Rule::PlatformAdmin).on(&[Thing::User]),
    Entry::new("grantPlatformRole", Rule::PlatformAdmin)
        .on(&[Thing::User, Thing::PlatformRole])
        .answers(204),
    Entry::new("revokePlatformRole", Rule::PlatformAdmin)
        .on(&[Thing::PlatformAdmin, Thing::PlatformRole])
        .answers(204),
    Entry::new("listScheduledRuns", Rule::PlatformAdmin),
    Entry::new("startScheduledRun", Rule::PlatformAdmin)
        .using(&[Thing::PeriodicJob])
        .with(|case| json!({ "name": case.used[0] }))
        .answers(202),
];
