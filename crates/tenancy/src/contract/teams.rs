//! `TeamRepository`

use kernel::{Page, PageLimit, PageRequest, Patch, TeamId, Version};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, id};
use crate::{NewTeam, Team, TeamChange, TenancyError};

/// The cases of teams.
#[macro_export]
macro_rules! for_each_team_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_team_is_found_again_deleted_or_not,
            a_second_team_with_the_name_in_another_case_is_refused_by_naming_the_first,
            a_deleted_teams_name_is_free,
            a_renamed_team_cannot_take_the_name_of_a_living_one,
            a_restored_team_cannot_take_the_name_of_a_living_one,
            a_stale_change_of_a_team_is_refused_and_the_unit_stays_usable,
            teams_are_listed_page_by_page_living_and_deleted_apart,
            a_dropped_unit_leaves_no_team,
            other_tenants_see_no_team_and_can_use_its_name,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_team_case!([kernel::dispatch_contract_case] name subject);
}

impl Tenant {
    /// A team that is not stored yet.
    pub(crate) fn a_team(&self, name: &str) -> Team {
        let new = NewTeam {
            name: name.parse().unwrap(),
            description: "What it is for.\nIn two lines.".parse().unwrap(),
        };
        Team::form(
            id(TeamId::from_uuid),
            self.organization.id(),
            new,
            NOW,
            Some(self.owner.id()),
        )
    }

    /// Adds a team.
    pub(crate) async fn add_team<S: Subject>(&self, subject: &S, name: &str) -> Team {
        let team = self.a_team(name);
        let unit = self.begin(subject).await;
        unit.teams().insert(&team).await.unwrap();
        unit.commit().await.unwrap();
        team
    }
}

/// The team after one change of its name.
fn renamed(team: &Team, name: &str) -> Team {
    let mut team = team.clone();
    let change = TeamChange {
        name: Patch::Set(name.parse().unwrap()),
        ..TeamChange::default()
    };
    team.change(&change, NOW + Duration::HOUR, None);
    team
}

/// The team after its deletion.
fn deleted(team: &Team) -> Team {
    let mut team = team.clone();
    team.delete(NOW + Duration::HOUR, None);
    team
}

/// Whether the outcome is that `other` has the name.
fn is_taken_by(other: &Team, outcome: &Result<(), TenancyError>) -> bool {
    matches!(outcome, Err(TenancyError::TeamNameTaken(id)) if *id == other.id())
}

mod cases {
    use super::{
        Duration, NOW, Page, PageLimit, PageRequest, Patch, Subject, TeamChange, TenancyError,
        Tenant, Version, deleted, is_taken_by, renamed,
    };

    pub(super) async fn a_team_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await;
        let gone = deleted(&team);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.teams().find(team.id()).await.unwrap(), Some(team));
        assert_eq!(
            unit.teams().find(tenant.a_team("x").id()).await.unwrap(),
            None
        );
        unit.teams().update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.teams().find(gone.id()).await.unwrap();
        assert_eq!(found, Some(gone));
    }

    pub(super) async fn a_second_team_with_the_name_in_another_case_is_refused_by_naming_the_first<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let first = tenant.add_team(subject, "Łódź").await;

        let unit = tenant.begin(subject).await;
        let refused = unit.teams().insert(&tenant.a_team("łÓDŹ")).await;
        assert!(is_taken_by(&first, &refused), "{refused:?}");
        let other = tenant.a_team("Lodz");
        unit.teams().insert(&other).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert!(unit.teams().find(other.id()).await.unwrap().is_some());
    }

    pub(super) async fn a_deleted_teams_name_is_free<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await;

        let unit = tenant.begin(subject).await;
        unit.teams()
            .update(&deleted(&team), Version::FIRST)
            .await
            .unwrap();
        unit.teams().insert(&tenant.a_team("north")).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_renamed_team_cannot_take_the_name_of_a_living_one<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let north = tenant.add_team(subject, "North").await;
        let south = tenant.add_team(subject, "South").await;

        let unit = tenant.begin(subject).await;
        let refused = unit
            .teams()
            .update(&renamed(&south, "NORTH"), Version::FIRST)
            .await;
        assert!(is_taken_by(&north, &refused), "{refused:?}");
        // A name of one's own in another case is no conflict.
        let after = renamed(&south, "SOUTH");
        unit.teams().update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.teams().find(south.id()).await.unwrap(), Some(after));
    }

    pub(super) async fn a_restored_team_cannot_take_the_name_of_a_living_one<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let old = tenant.add_team(subject, "North").await;
        let gone = deleted(&old);
        let mut back = gone.clone();
        back.undelete(NOW + Duration::DAY, None);

        let unit = tenant.begin(subject).await;
        unit.teams().update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
        let new = tenant.add_team(subject, "north").await;

        let unit = tenant.begin(subject).await;
        let version = gone.state().stamps.version;
        let refused = unit.teams().update(&back, version).await;
        assert!(is_taken_by(&new, &refused), "{refused:?}");
        unit.teams()
            .update(&deleted(&new), Version::FIRST)
            .await
            .unwrap();
        unit.teams().update(&back, version).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.teams().find(old.id()).await.unwrap(), Some(back));
    }

    pub(super) async fn a_stale_change_of_a_team_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.add_team(subject, "North").await;
        let mut after = team.clone();
        let change = TeamChange {
            description: Patch::Set("".parse().unwrap()),
            ..TeamChange::default()
        };
        after.change(&change, NOW, Some(tenant.owner.id()));

        let unit = tenant.begin(subject).await;
        let refused = unit.teams().update(&after, Version::from_number(9)).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.teams().update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn teams_are_listed_page_by_page_living_and_deleted_apart<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut living = Vec::new();
        let mut gone = Vec::new();
        for n in 0..8 {
            let team = tenant.add_team(subject, &format!("Team {n}")).await;
            if n % 3 == 1 {
                let unit = tenant.begin(subject).await;
                let after = deleted(&team);
                unit.teams().update(&after, Version::FIRST).await.unwrap();
                unit.commit().await.unwrap();
                gone.push(after);
            } else {
                living.push(team);
            }
        }

        let unit = tenant.begin(subject).await;
        for (is_deleted, expected) in [(false, living), (true, gone)] {
            let mut page = PageRequest {
                limit: PageLimit::new(2).unwrap(),
                after: None,
            };
            let mut seen = Vec::new();
            loop {
                let part = unit.teams().list(is_deleted, &page).await.unwrap();
                seen.extend(part.items);
                let Some(next) = part.next else { break };
                page.after = Some(next);
            }
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn a_dropped_unit_leaves_no_team<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let team = tenant.a_team("North");

        let unit = tenant.begin(subject).await;
        unit.teams().insert(&team).await.unwrap();
        drop(unit);

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.teams().find(team.id()).await.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_team_and_can_use_its_name<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let team = tenant.add_team(subject, "North").await;

        let unit = other.begin(subject).await;
        assert_eq!(unit.teams().find(team.id()).await.unwrap(), None);
        let listed = unit
            .teams()
            .list(false, &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(
            listed,
            Page {
                items: vec![],
                next: None
            }
        );
        let refused = unit
            .teams()
            .update(&renamed(&team, "Taken over"), Version::FIRST)
            .await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        unit.teams().insert(&other.a_team("North")).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.teams().find(team.id()).await.unwrap(), Some(team));
    }
}
