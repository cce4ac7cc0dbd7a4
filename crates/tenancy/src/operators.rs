//! Acting at the command line of the installation.

use std::sync::Arc;

use kernel::{Actor, Clock, IdGenerator, OrganizationId, Origin, RequestId, Slug, TenantScope};

use crate::TenancyError;
use crate::ports::TenancyStore;
use crate::workbench::Workbench;

/// What whoever stands at the command line of the installation may do: act in any organization that lives.
#[derive(Clone)]
pub struct Operators {
    bench: Workbench,
}

impl Operators {
    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn TenancyStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self {
            bench: Workbench::new(store, clock, ids),
        }
    }

    /// The scope in which an operator acts in the organization with this slug or id.
    pub async fn enter(&self, organization: &str) -> Result<TenantScope, TenancyError> {
        let absent = TenancyError::NotFound("organization");
        let Some(id) = self.resolve(organization).await? else {
            return Err(absent);
        };
        let scope = self.scope_of(id);
        let unit = self.bench.begin(&scope).await?;
        let found = unit.organizations().find().await?;
        unit.commit().await?;
        match found {
            Some(found) if !found.state().stamps.is_deleted() => Ok(scope),
            _ => Err(absent),
        }
    }

    async fn resolve(&self, organization: &str) -> Result<Option<OrganizationId>, TenancyError> {
        if let Ok(id) = organization.parse() {
            return Ok(Some(id));
        }
        let Ok(slug) = organization.parse::<Slug>() else {
            return Ok(None);
        };
        let origin = Origin::internal(self.bench.id(RequestId::from_uuid));
        let platform = TenantScope::platform(Actor::Operator, origin);
        let unit = self.bench.begin(&platform).await?;
        let found = unit.directory().find_organization_by_slug(&slug).await?;
        unit.commit().await?;
        Ok(found)
    }

    fn scope_of(&self, organization: OrganizationId) -> TenantScope {
        let origin = Origin::internal(self.bench.id(RequestId::from_uuid));
        TenantScope::for_principal(organization, Actor::Operator, origin)
    }
}
