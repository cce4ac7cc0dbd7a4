//! Listings that are read while rows come and go: the pages together hold every row that was there
//! throughout, none twice, and nothing that never was there.

mod coming;
mod going;
mod listing;
mod reading;

use super::Subject;

/// The cases of listings that change while they are read.
#[macro_export]
macro_rules! for_each_paging_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            api_keys_come_and_go_between_pages,
            invitations_come_and_go_between_pages,
            member_cards_come_and_go_between_pages,
            memberships_come_and_go_between_pages,
            roles_come_and_go_between_pages,
            sessions_come_and_go_between_pages,
            team_members_come_and_go_between_pages,
            teams_come_and_go_between_pages,
            deleted_teams_come_and_go_between_pages,
            users_come_and_go_between_pages,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_paging_case!([kernel::dispatch_contract_case] name subject);
}

/// Which listing is read.
#[derive(Clone, Copy)]
enum Kind {
    ApiKeys,
    Invitations,
    MemberCards,
    Memberships,
    Roles,
    Sessions,
    TeamMembers,
    Teams,
    DeletedTeams,
    Users,
}

mod cases {
    use super::reading::read_while_it_changes;
    use super::{Kind, Subject};

    pub(super) async fn api_keys_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::ApiKeys, 12).await;
    }

    pub(super) async fn invitations_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Invitations, 12).await;
    }

    pub(super) async fn member_cards_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::MemberCards, 8).await;
    }

    pub(super) async fn memberships_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Memberships, 8).await;
    }

    pub(super) async fn roles_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Roles, 12).await;
    }

    pub(super) async fn sessions_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Sessions, 12).await;
    }

    pub(super) async fn team_members_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::TeamMembers, 8).await;
    }

    pub(super) async fn teams_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Teams, 12).await;
    }

    pub(super) async fn deleted_teams_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::DeletedTeams, 12).await;
    }

    pub(super) async fn users_come_and_go_between_pages<S: Subject>(subject: &S) {
        read_while_it_changes(subject, Kind::Users, 8).await;
    }
}
