//! `TeamMemberRepository`

use kernel::{PageLimit, PageRequest, TeamId, TeamMemberId, Version};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, id};
use crate::{Membership, Placement, RoleTemplate, TeamMember, TeamMemberCard, User};

/// The cases of places in teams.
#[macro_export]
macro_rules! for_each_team_member_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_place_is_found_again_with_who_has_it,
            of_each_place_it_is_told_in_order_what_became_of_it,
            somebody_can_be_in_many_teams,
            somebody_who_left_a_team_can_come_back,
            who_left_the_organization_has_no_place_in_lists_but_is_still_taken_out,
            a_place_that_was_given_up_cannot_be_given_up_again,
            the_places_of_a_team_are_listed_page_by_page,
            a_dropped_unit_leaves_no_place,
            other_tenants_see_no_place_and_cannot_place_their_people,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_team_member_case!([kernel::dispatch_contract_case] name subject);
}

/// A place that is not stored yet.
fn a_place(tenant: &Tenant, team: TeamId, membership: &Membership) -> TeamMember {
    TeamMember::join(
        id(TeamMemberId::from_uuid),
        tenant.organization.id(),
        team,
        membership.state().id,
        NOW,
        Some(tenant.owner.id()),
    )
}

/// Puts somebody into a team.
async fn place<S: Subject>(
    subject: &S,
    tenant: &Tenant,
    team: TeamId,
    membership: &Membership,
) -> TeamMember {
    let place = a_place(tenant, team, membership);
    let unit = tenant.begin(subject).await;
    let placements = unit
        .team_members()
        .insert(std::slice::from_ref(&place))
        .await
        .unwrap();
    assert_eq!(placements, [Placement::Added(place.id())]);
    unit.commit().await.unwrap();
    place
}

/// Ends a membership.
async fn end_membership<S: Subject>(subject: &S, tenant: &Tenant, membership: &Membership) {
    let mut ended = membership.clone();
    ended.end(NOW, None);
    let unit = tenant.begin(subject).await;
    unit.memberships()
        .update(&ended, Version::FIRST)
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

fn left(place: &TeamMember) -> TeamMember {
    let mut left = place.clone();
    left.leave(NOW + Duration::HOUR, None);
    left
}

fn card(place: &TeamMember, user: &User) -> TeamMemberCard {
    TeamMemberCard {
        member: place.clone(),
        user: user.id(),
        display_name: user.state().display_name.clone(),
        email: user.state().email.clone(),
    }
}

mod cases {
    use super::{
        Duration, NOW, PageLimit, PageRequest, Placement, RoleTemplate, Subject, TeamMemberId,
        Tenant, a_place, card, end_membership, id, left, place,
    };

    pub(super) async fn a_place_is_found_again_with_who_has_it<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let other = tenant.add_team(subject, "South").await.id();
        let (user, membership) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        let place = place(subject, &tenant, team, &membership).await;

        let unit = tenant.begin(subject).await;
        let places = unit.team_members();
        let shown = card(&place, &user);
        assert_eq!(
            places.find(team, place.id()).await.unwrap(),
            Some(shown.clone())
        );
        assert_eq!(places.find(other, place.id()).await.unwrap(), None);
        assert_eq!(
            places
                .find(team, id(TeamMemberId::from_uuid))
                .await
                .unwrap(),
            None
        );
        let listed = places.list(team, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, [shown]);
        let listed = places.list(other, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, []);
        assert_eq!(
            places.find_all(team, &[place.id()]).await.unwrap(),
            std::slice::from_ref(&place)
        );
        assert_eq!(places.find_all(other, &[place.id()]).await.unwrap(), []);
        assert_eq!(
            places
                .find_of_membership(membership.state().id)
                .await
                .unwrap(),
            [place]
        );
    }

    pub(super) async fn of_each_place_it_is_told_in_order_what_became_of_it<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let (_, present) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        let (_, new) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        let (user, gone) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        place(subject, &tenant, team, &present).await;
        end_membership(subject, &tenant, &gone).await;
        let nobody = tenant.membership_of(user.id(), RoleTemplate::Viewer);
        let wishes = [&gone, &new, &present, &new, &nobody, &tenant.membership]
            .map(|membership| a_place(&tenant, team, membership));

        let unit = tenant.begin(subject).await;
        let told = unit.team_members().insert(&wishes).await.unwrap();
        assert_eq!(
            told,
            [
                Placement::NoSuchMember,
                Placement::Added(wishes[1].id()),
                Placement::AlreadyIn,
                Placement::AlreadyIn,
                Placement::NoSuchMember,
                Placement::Added(wishes[5].id()),
            ]
        );
        assert_eq!(unit.team_members().insert(&[]).await.unwrap(), []);
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let ids = wishes.each_ref().map(crate::TeamMember::id);
        let found = unit.team_members().find_all(team, &ids).await.unwrap();
        assert_eq!(found, [wishes[1].clone(), wishes[5].clone()]);
    }

    pub(super) async fn somebody_can_be_in_many_teams<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut places = Vec::new();
        for name in ["North", "South", "West"] {
            let team = tenant.add_team(subject, name).await.id();
            places.push(place(subject, &tenant, team, &tenant.membership).await);
        }

        let unit = tenant.begin(subject).await;
        let found = unit
            .team_members()
            .find_of_membership(tenant.membership.state().id)
            .await
            .unwrap();
        assert_eq!(found, places);
    }

    pub(super) async fn somebody_who_left_a_team_can_come_back<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let first = place(subject, &tenant, team, &tenant.membership).await;

        let unit = tenant.begin(subject).await;
        let ended = unit.team_members().end(&[left(&first)]).await.unwrap();
        assert_eq!(ended, [first.id()]);
        unit.commit().await.unwrap();
        let second = place(subject, &tenant, team, &tenant.membership).await;

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.team_members().find(team, first.id()).await.unwrap(),
            None
        );
        let of_membership = unit
            .team_members()
            .find_of_membership(tenant.membership.state().id)
            .await
            .unwrap();
        assert_eq!(of_membership, [second]);
    }

    pub(super) async fn who_left_the_organization_has_no_place_in_lists_but_is_still_taken_out<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let (_, membership) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        let place = place(subject, &tenant, team, &membership).await;
        end_membership(subject, &tenant, &membership).await;

        let unit = tenant.begin(subject).await;
        let places = unit.team_members();
        assert_eq!(places.find(team, place.id()).await.unwrap(), None);
        assert_eq!(places.find_all(team, &[place.id()]).await.unwrap(), []);
        let listed = places.list(team, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, []);
        let found = places
            .find_of_membership(membership.state().id)
            .await
            .unwrap();
        assert_eq!(found, std::slice::from_ref(&place));
        assert_eq!(places.end(&[left(&place)]).await.unwrap(), [place.id()]);
    }

    pub(super) async fn a_place_that_was_given_up_cannot_be_given_up_again<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let (_, membership) = tenant.add_member(subject, RoleTemplate::Viewer).await;
        let first = place(subject, &tenant, team, &tenant.membership).await;
        let second = place(subject, &tenant, team, &membership).await;

        let unit = tenant.begin(subject).await;
        let places = unit.team_members();
        assert_eq!(places.end(&[left(&first)]).await.unwrap(), [first.id()]);
        let mut ended_by_owner = second.clone();
        ended_by_owner.leave(NOW + Duration::DAY, Some(tenant.owner.id()));
        assert_eq!(
            places.end(&[left(&first), ended_by_owner]).await.unwrap(),
            [second.id()]
        );
        assert_eq!(places.end(&[]).await.unwrap(), []);
    }

    pub(super) async fn the_places_of_a_team_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let mut all = Vec::new();
        for _ in 0..5 {
            let (user, membership) = tenant.add_member(subject, RoleTemplate::Member).await;
            let place = place(subject, &tenant, team, &membership).await;
            all.push(card(&place, &user));
        }

        let unit = tenant.begin(subject).await;
        let mut page = PageRequest {
            limit: PageLimit::new(2).unwrap(),
            after: None,
        };
        let mut seen = Vec::new();
        loop {
            let part = unit.team_members().list(team, &page).await.unwrap();
            seen.extend(part.items);
            let Some(next) = part.next else { break };
            page.after = Some(next);
        }
        assert_eq!(seen, all);
    }

    pub(super) async fn a_dropped_unit_leaves_no_place<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await.id();
        let place = a_place(&tenant, team, &tenant.membership);

        let unit = tenant.begin(subject).await;
        unit.team_members()
            .insert(std::slice::from_ref(&place))
            .await
            .unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(
            unit.team_members().find(team, place.id()).await.unwrap(),
            None
        );
    }

    pub(super) async fn other_tenants_see_no_place_and_cannot_place_their_people<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let team = tenant.add_team(subject, "North").await.id();
        let others_team = other.add_team(subject, "North").await.id();
        let place = place(subject, &tenant, team, &tenant.membership).await;

        let unit = other.begin(subject).await;
        let places = unit.team_members();
        assert_eq!(places.find(team, place.id()).await.unwrap(), None);
        assert_eq!(places.find_all(team, &[place.id()]).await.unwrap(), []);
        assert_eq!(
            places
                .find_of_membership(tenant.membership.state().id)
                .await
                .unwrap(),
            []
        );
        let listed = places.list(team, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, []);
        assert_eq!(places.end(&[left(&place)]).await.unwrap(), []);
        let foreign = a_place(&other, others_team, &tenant.membership);
        assert_eq!(
            places.insert(&[foreign]).await.unwrap(),
            [Placement::NoSuchMember]
        );
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert!(
            unit.team_members()
                .find(team, place.id())
                .await
                .unwrap()
                .is_some()
        );
    }
}
