//! Teams and who is in them.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createTeam", &[P::TeamCreate])
        .with(named)
        .answers(201),
    Entry::needs("listTeams", &[P::TeamView]),
    Entry::needs("readTeam", &[P::TeamView]).on(&[Thing::Team]),
    Entry::needs("updateTeam", &[P::TeamUpdate])
        .on(&[Thing::Team])
        .with(named),
    Entry::needs("deleteTeam", &[P::TeamDelete])
        .on(&[Thing::Team])
        .answers(204),
    Entry::needs("restoreTeam", &[P::TeamDelete]).on(&[Thing::DeletedTeam]),
    Entry::needs("addTeamMember", &[P::TeamUpdate])
        .on(&[Thing::Team])
        .using(&[Thing::Membership])
        .with(|case| json!({ "membership_id": case.used[0] }))
        .answers(201),
    Entry::needs("addTeamMembers", &[P::TeamUpdate])
        .on(&[Thing::Team])
        .using(&[Thing::Membership])
        .with(|case| json!({ "membership_ids": case.used })),
    Entry::needs("listTeamMembers", &[P::TeamView]).on(&[Thing::Team]),
    Entry::needs("readTeamMember", &[P::TeamView]).on(&[Thing::Team, Thing::TeamMember]),
    Entry::needs("removeTeamMember", &[P::TeamUpdate])
        .on(&[Thing::Team, Thing::TeamMember])
        .answers(204),
    Entry::needs("removeTeamMembers", &[P::TeamUpdate])
        .on(&[Thing::Team])
        .using(&[Thing::TeamMember])
        .with(|case| json!({ "ids": case.used })),
];

fn named(_: &Case) -> Value {
    json!({ "name": format!("Team {}", unique()) })
}
