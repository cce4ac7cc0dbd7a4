//! Who belongs to an organization, and in which role.

mod leaving;
mod many;
mod roles;

use kernel::{
    AuditAction, Expected, MembershipId, PageRequest, Patch, RoleId, TeamMemberId, UserId,
};
use tenancy::ports::MemberFilter;
use tenancy::{
    Member, MemberCard, MemberChange, Members, NewTeam, Organization, Permission, RoleTemplate,
    TeamMembers, Teams, TenancyError,
};

use crate::world::{Person, World, fresh, never_repeated};

struct Scene {
    world: World,
    organization: Organization,
    owner: Person,
    member: Member,
}

async fn an_organization() -> Scene {
    let world = World::new();
    let (organization, owner) = world.found().await;
    let member = world
        .member(&organization, &owner, Permission::MemberUpdate)
        .await;
    Scene {
        world,
        organization,
        owner,
        member,
    }
}

impl Scene {
    fn members(&self) -> Members {
        self.world.service(Members::new)
    }

    async fn join(&self, template: RoleTemplate) -> Person {
        self.world.join(&self.organization, template).await
    }

    async fn acting(&self, person: &Person) -> Member {
        self.world
            .member(&self.organization, person, Permission::OrganizationView)
            .await
    }

    async fn role(&self, template: RoleTemplate) -> RoleId {
        self.world.role(&self.organization, template).await
    }

    async fn change(
        &self,
        by: &Member,
        person: &Person,
        template: RoleTemplate,
    ) -> Result<MemberCard, TenancyError> {
        let role = Patch::Set(self.role(template).await);
        self.members()
            .update(by, id(person), &Expected::Any, Ok(MemberChange { role }))
            .await
    }

    async fn remove(&self, by: &Member, person: &Person) -> Result<(), TenancyError> {
        self.members().remove(by, id(person), &Expected::Any).await
    }

    /// The ids of the members.
    async fn present(&self) -> Vec<MembershipId> {
        let page = self
            .members()
            .list(
                &self.member,
                &MemberFilter::default(),
                &PageRequest::first(),
            )
            .await
            .unwrap();
        let ids = page.items.iter().map(|card| card.membership.state().id);
        ids.collect()
    }

    /// Puts somebody into a team of their own.
    async fn place(&self, person: &Person, name: &str) -> TeamMemberId {
        let new = NewTeam {
            name: name.parse().unwrap(),
            description: "".parse().unwrap(),
        };
        let team = self
            .world
            .service(Teams::new)
            .create(&self.member, Ok(new), &never_repeated())
            .await;
        let card = self
            .world
            .service(TeamMembers::new)
            .add(
                &self.member,
                fresh(team.unwrap()).id(),
                Ok(id(person)),
                &never_repeated(),
            )
            .await;
        fresh(card.unwrap()).member.id()
    }

    /// The ended places of the audit log, with their batches.
    fn ended_places(&self) -> Vec<(TeamMemberId, Option<uuid::Uuid>)> {
        let entries = self.world.entries(self.organization.id(), "team_member");
        entries
            .into_iter()
            .filter(|entry| entry.action == AuditAction::Delete)
            .map(|entry| (TeamMemberId::from_uuid(entry.entity.unwrap()), entry.batch))
            .collect()
    }

    async fn organizations_of(&self, user: UserId) -> usize {
        let unit = self
            .world
            .unit(&self.organization, &self.owner.principal)
            .await;
        let found = unit.directory().list_organizations_of(user).await;
        found.unwrap().len()
    }
}

fn id(person: &Person) -> MembershipId {
    person.membership.state().id
}
