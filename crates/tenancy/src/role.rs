//! Roles: named sets of rights, of which every member has one.

use std::fmt;
use std::str::FromStr;

use kernel::{
    Changes, Description, Name, OrganizationId, Patch, RoleId, Stamps, StorageError, Timestamp,
    UserId,
};

use serde_json::json;

use crate::{Permission, PermissionSet, TenancyError};

/// The roles that every organization starts with; they are copied into it when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleTemplate {
    /// May do everything; the last one can be neither removed nor demoted.
    Owner,
    /// May do everything but delete the organization.
    Admin,
    /// Runs the daily work and its people.
    Manager,
    /// Works on campaigns and leads.
    Consultant,
    /// Sees, and works with what is assigned.
    Member,
    /// Sees only.
    Viewer,
}

impl RoleTemplate {
    /// Every template, from the most rights to the fewest.
    pub const ALL: &'static [Self] = &[
        Self::Owner,
        Self::Admin,
        Self::Manager,
        Self::Consultant,
        Self::Member,
        Self::Viewer,
    ];

    /// The template's key; also the name of the role that is copied from it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Consultant => "consultant",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// What the role is for, in a sentence.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Owner => "Has every right, including to delete the organization.",
            Self::Admin => "Has every right but to delete the organization.",
            Self::Manager => "Runs the daily work: people, teams and campaigns.",
            Self::Consultant => "Works on campaigns and leads.",
            Self::Member => "Works with what is assigned.",
            Self::Viewer => "Sees, and changes nothing.",
        }
    }

    /// The rights that the role starts with.
    #[must_use]
    pub fn permissions(self) -> PermissionSet {
        use Permission as P;

        let view = [
            P::OrganizationView,
            P::MemberView,
            P::TeamView,
            P::ContactView,
            P::ContactListView,
            P::SuppressionView,
            P::JobView,
            P::EmailTemplateView,
            P::CampaignView,
            P::EmailTemplatePreview,
            P::FormView,
            P::LeadView,
            P::MetricView,
        ];
        let work = [
            P::RoleView,
            P::ApiKeyCreate,
            P::ContactCreate,
            P::ContactUpdate,
            P::ContactListCreate,
            P::ContactListUpdate,
            P::SuppressionCreate,
            P::ContactValidate,
            P::ValidationRuleView,
            P::EmailTemplateCreate,
            P::CampaignCreate,
            P::CampaignUpdate,
            P::EmailTemplateUpdate,
            P::FormCreate,
            P::FormUpdate,
            P::LeadCreate,
            P::LeadUpdate,
        ];
        let manage = [
            P::MemberInvite,
            P::TeamCreate,
            P::TeamUpdate,
            P::TeamDelete,
            P::ApiKeyView,
            P::ContactDelete,
            P::ContactImport,
            P::ContactExport,
            P::ContactListDelete,
            P::SuppressionDelete,
            P::JobCancel,
            P::AuditView,
            P::ValidationRuleUpdate,
            P::EmailTemplateDelete,
            P::CampaignDelete,
            P::CampaignLaunch,
            P::FormDelete,
            P::LeadDelete,
            P::LeadExport,
            P::EventCreate,
            P::MetricExport,
        ];
        match self {
            Self::Owner => PermissionSet::all(),
            Self::Admin => PermissionSet::all()
                .iter()
                .filter(|p| *p != P::OrganizationDelete)
                .collect(),
            Self::Manager => view.into_iter().chain(work).chain(manage).collect(),
            Self::Consultant => view.into_iter().chain(work).collect(),
            Self::Member => view.into_iter().chain([P::RoleView]).collect(),
            Self::Viewer => view.into_iter().collect(),
        }
    }
}

impl FromStr for RoleTemplate {
    type Err = StorageError;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|template| template.key() == key)
            .ok_or_else(|| StorageError::Corrupt("unknown role template".to_owned()))
    }
}

impl fmt::Display for RoleTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// What a custom role is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// The role's name.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// The rights of whoever has it.
    pub permissions: PermissionSet,
}

/// A change of a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleChange {
    /// Another name.
    pub name: Patch<Name>,
    /// Another description.
    pub description: Patch<Description>,
    /// Other rights, all of them.
    pub permissions: Patch<PermissionSet>,
}

/// All that a role is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleState {
    /// The role's id.
    pub id: RoleId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The template it was copied from; `None` for a custom role.
    pub template: Option<RoleTemplate>,
    /// The role's name, unique in its organization among the living without regard to case.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// The rights of whoever has it.
    pub permissions: PermissionSet,
    /// Its history.
    pub stamps: Stamps,
}

/// A role of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role(RoleState);

impl Role {
    /// A role copied from a template for a new organization.
    pub fn from_template(
        id: RoleId,
        organization: OrganizationId,
        template: RoleTemplate,
        at: Timestamp,
        by: UserId,
    ) -> Result<Self, StorageError> {
        let corrupt = |_| StorageError::Corrupt("role template".to_owned());
        Ok(Self(RoleState {
            id,
            organization,
            template: Some(template),
            name: template.key().parse().map_err(corrupt)?,
            description: template.description().parse().map_err(corrupt)?,
            permissions: template.permissions(),
            stamps: Stamps::new(at, Some(by)),
        }))
    }

    /// A custom role.
    #[must_use]
    pub const fn custom(
        id: RoleId,
        organization: OrganizationId,
        name: Name,
        description: Description,
        permissions: PermissionSet,
        stamps: Stamps,
    ) -> Self {
        Self(RoleState {
            id,
            organization,
            template: None,
            name,
            description,
            permissions,
            stamps,
        })
    }

    /// A role as it was stored.
    #[must_use]
    pub const fn restore(state: RoleState) -> Self {
        Self(state)
    }

    /// All that it is.
    #[must_use]
    pub const fn state(&self) -> &RoleState {
        &self.0
    }

    /// Whether it is the owner role, whose rights are fixed.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.0.template == Some(RoleTemplate::Owner)
    }

    /// Changes name, description and rights. The owner role stays as it is.
    pub fn change(
        &mut self,
        name: Name,
        description: Description,
        permissions: PermissionSet,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<(), TenancyError> {
        if self.is_owner() {
            return Err(TenancyError::OwnerRoleIsFixed);
        }
        self.0.name = name;
        self.0.description = description;
        self.0.permissions = permissions;
        self.0.stamps.touch(at, by);
        Ok(())
    }

    /// How `self` differs from what it was before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "template_key",
                json!(old.and_then(|r| r.template).map(RoleTemplate::key)),
                json!(new.template.map(RoleTemplate::key)),
            )
            .field(
                "name",
                json!(old.map(|r| r.name.as_str())),
                json!(new.name.as_str()),
            )
            .field(
                "description",
                json!(old.map(|r| r.description.as_str())),
                json!(new.description.as_str()),
            )
            .field(
                "permissions",
                json!(old.map(|r| r.permissions.keys())),
                json!(new.permissions.keys()),
            )
    }

    /// Deletes a custom role; the copies of templates stay.
    pub fn delete(&mut self, at: Timestamp, by: Option<UserId>) -> Result<(), TenancyError> {
        if self.0.template.is_some() {
            return Err(TenancyError::TemplateRoleStays);
        }
        self.0.stamps.delete(at, by);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_may_do_everything_and_every_role_has_no_more_than_the_one_before_it() {
        assert_eq!(RoleTemplate::Owner.permissions(), PermissionSet::all());
        for pair in RoleTemplate::ALL.windows(2) {
            assert_eq!(
                pair[1]
                    .permissions()
                    .first_missing_in(&pair[0].permissions()),
                None
            );
            assert_ne!(pair[0].permissions(), pair[1].permissions());
        }
    }

    #[test]
    fn everybody_sees_the_organization() {
        for template in RoleTemplate::ALL {
            assert!(
                template
                    .permissions()
                    .contains(Permission::OrganizationView)
            );
        }
    }
}
