//! Organizations for tests.

use kernel::{OrganizationId, Timestamp, UserId};
use tenancy::{NewOrganization, Organization, OrganizationSettings};

use super::unique::{a_unique_id, now};

/// Makes an organization.
#[derive(Clone, Debug)]
pub struct OrganizationBuilder {
    id: OrganizationId,
    new: NewOrganization,
    owner: UserId,
    at: Timestamp,
}

/// An organization with a slug of its own, whose owner is nobody in particular.
#[must_use]
pub fn an_organization() -> OrganizationBuilder {
    let id = a_unique_id();
    OrganizationBuilder {
        id: OrganizationId::from_uuid(id),
        new: NewOrganization {
            name: "Example & Daughters".parse().expect("a name"),
            slug: format!("org-{}", id.simple()).parse().expect("a slug"),
            domain: None,
            settings: OrganizationSettings::default(),
        },
        owner: UserId::from_uuid(a_unique_id()),
        at: now(),
    }
}

impl OrganizationBuilder {
    /// The organization's id.
    #[must_use]
    pub const fn id(mut self, id: OrganizationId) -> Self {
        self.id = id;
        self
    }

    /// Its name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.new.name = name.parse().expect("a name");
        self
    }

    /// Its short name in URLs.
    #[must_use]
    pub fn slug(mut self, slug: &str) -> Self {
        self.new.slug = slug.parse().expect("a slug");
        self
    }

    /// Its domain.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        self.new.domain = Some(domain.parse().expect("a domain"));
        self
    }

    /// Who answers for it.
    #[must_use]
    pub const fn owner(mut self, owner: UserId) -> Self {
        self.owner = owner;
        self
    }

    /// When it was made.
    #[must_use]
    pub const fn made_at(mut self, at: Timestamp) -> Self {
        self.at = at;
        self
    }

    /// What it takes to make it through the use case.
    #[must_use]
    pub fn to_new(&self) -> NewOrganization {
        self.new.clone()
    }

    /// The organization.
    #[must_use]
    pub fn build(self) -> Organization {
        Organization::found(self.id, self.new, self.at, self.owner)
    }
}
