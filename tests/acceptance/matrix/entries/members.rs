//! Members.

use serde_json::json;
use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Place, Rule, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("listMembers", &[P::MemberView]),
    Entry::needs("readMember", &[P::MemberView]).on(&[Thing::Membership]),
    Entry::needs("updateMember", &[P::MemberUpdate])
        .on(&[Thing::Membership])
        .using(&[Thing::MemberRole])
        .with(|case| json!({ "role_id": case.used[0] })),
    Entry::needs("removeMember", &[P::MemberRemove])
        .on(&[Thing::Membership])
        .answers(204),
    Entry::needs("updateMembers", &[P::MemberUpdate])
        .using(&[Thing::MemberRole, Thing::Membership])
        .with(|case| json!({ "role_id": case.used[0], "ids": [case.used[1]] })),
    Entry::needs("removeMembers", &[P::MemberRemove])
        .using(&[Thing::Membership])
        .with(|case| json!({ "ids": case.used })),
    Entry::new("leaveOrganization", Rule::Member)
        .by_session()
        .in_place(Place::Own)
        .answers(204),
];
