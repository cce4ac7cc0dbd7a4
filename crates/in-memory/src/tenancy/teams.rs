//! The teams of the unit's organization.

use async_trait::async_trait;
use kernel::{Page, PageRequest, StorageError, TeamId, Version};
use tenancy::ports::TeamRepository;
use tenancy::{Team, TenancyError};

use crate::unit::MemoryUnit;

impl MemoryUnit {
    /// Refuses a living team whose name another living one has.
    fn check_team_name(&self, team: &Team) -> Result<(), TenancyError> {
        let name = team.state().name.case_folded();
        let other = self.read(|tenant| {
            tenant
                .teams
                .values()
                .filter(|other| other.id() != team.id() && !other.state().stamps.is_deleted())
                .find(|other| other.state().name.case_folded() == name)
                .map(Team::id)
        });
        match other {
            Some(other) if !team.state().stamps.is_deleted() => {
                Err(TenancyError::TeamNameTaken(other))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl TeamRepository for MemoryUnit {
    async fn insert(&self, team: &Team) -> Result<(), TenancyError> {
        self.check_team_name(team)?;
        self.write(|tenant| tenant.teams.insert(team.id(), team.clone()));
        Ok(())
    }

    async fn find(&self, id: TeamId) -> Result<Option<Team>, StorageError> {
        Ok(self.read(|tenant| tenant.teams.get(&id).cloned()))
    }

    async fn list(&self, deleted: bool, page: &PageRequest) -> Result<Page<Team>, StorageError> {
        Ok(self.read(|tenant| {
            let wanted = tenant
                .teams
                .values()
                .filter(|team| team.state().stamps.is_deleted() == deleted)
                .cloned();
            self.page(wanted, page, |team| team.id().as_uuid())
        }))
    }

    async fn update(&self, team: &Team, expected: Version) -> Result<(), TenancyError> {
        let present = self.read(|tenant| {
            tenant
                .teams
                .get(&team.id())
                .map(|team| team.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(TenancyError::Stale);
        }
        self.check_team_name(team)?;
        self.write(|tenant| tenant.teams.insert(team.id(), team.clone()));
        Ok(())
    }
}
