//! Roles for tests.

use kernel::{OrganizationId, RoleId, Stamps, Timestamp};
use tenancy::{Permission, Role, RoleState, RoleTemplate};

use super::unique::{a_unique_id, now};

/// Makes a role.
#[derive(Clone, Debug)]
pub struct RoleBuilder(RoleState);

/// A custom role of `organization` with a name of its own and no rights.
#[must_use]
pub fn a_role(organization: OrganizationId) -> RoleBuilder {
    let id = a_unique_id();
    RoleBuilder(RoleState {
        id: RoleId::from_uuid(id),
        organization,
        template: None,
        name: format!("Role {}", id.simple()).parse().expect("a name"),
        description: "".parse().expect("a description"),
        permissions: Vec::new().into_iter().collect(),
        stamps: Stamps::new(now(), None),
    })
}

impl RoleBuilder {
    /// The role's id.
    #[must_use]
    pub const fn id(mut self, id: RoleId) -> Self {
        self.0.id = id;
        self
    }

    /// Its name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.0.name = name.parse().expect("a name");
        self
    }

    /// Its rights.
    #[must_use]
    pub fn with(mut self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        self.0.permissions = permissions.into_iter().collect();
        self
    }

    /// Name and rights of a template.
    #[must_use]
    pub fn from_template(mut self, template: RoleTemplate) -> Self {
        self.0.template = Some(template);
        self.0.name = template.key().parse().expect("a name");
        self.0.permissions = template.permissions();
        self
    }

    /// When it was made.
    #[must_use]
    pub const fn made_at(mut self, at: Timestamp) -> Self {
        self.0.stamps = Stamps::new(at, None);
        self
    }

    /// The role.
    #[must_use]
    pub fn build(self) -> Role {
        Role::restore(self.0)
    }
}
