//! Invitations.

use serde_json::{Value, json};
use tenancy::Permission as P;

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Rule, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createInvitation", &[P::MemberInvite])
        .using(&[Thing::CustomRole])
        .with(somebody)
        .answers(201),
    Entry::needs("createInvitations", &[P::MemberInvite])
        .using(&[Thing::CustomRole])
        .with(|case| json!({ "invitations": [somebody(case)] })),
    Entry::needs("listInvitations", &[P::MemberInvite]),
    Entry::needs("readInvitation", &[P::MemberInvite]).on(&[Thing::Invitation]),
    Entry::needs("resendInvitation", &[P::MemberInvite]).on(&[Thing::Invitation]),
    Entry::needs("revokeInvitation", &[P::MemberInvite])
        .on(&[Thing::Invitation])
        .answers(204),
    Entry::needs("revokeInvitations", &[P::MemberInvite])
        .using(&[Thing::Invitation])
        .with(|case| json!({ "ids": case.used })),
    Entry::new("previewInvitation", Rule::Anyone)
        .using(&[Thing::InvitationToken])
        .with(|case| json!({ "token": case.used[0] })),
    Entry::new("acceptInvitation", Rule::Session)
        .using(&[Thing::InvitationToken])
        .with(|case| json!({ "token": case.used[0] }))
        .answers(201),
];

fn somebody(case: &Case) -> Value {
    json!({ "email": format!("{}@example.com", unique().simple()), "role_id": case.used[0] })
}
