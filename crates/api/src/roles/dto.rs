//! The shapes of roles on the wire.

use poem_openapi::Object;
use poem_openapi::types::{Example, MaybeUndefined};
use tenancy::{NewRole, Permission, PermissionSet, Role, RoleChange, RoleTemplate};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::input::{Fields, Input, list, text};
use crate::members::MemberRoleTemplate;
use crate::permission_key::PermissionKey;
use crate::schema::{DescriptionText, NameText};

/// One right.
#[derive(Clone, Debug, Object)]
pub(crate) struct PermissionAnswer {
    /// Its key, e.g. `member.invite`.
    key: PermissionKey,
    /// Its category, e.g. `member`.
    category: String,
    /// What it allows.
    description: String,
}

/// All rights there are, by category.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct PermissionsAnswer {
    /// The rights.
    items: Vec<PermissionAnswer>,
}

/// What a role is made from.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateRoleRequest {
    /// Its name, unique among the living roles.
    name: NameText,
    /// What it is for.
    #[oai(nullable)]
    description: Option<DescriptionText>,
    /// The keys of the rights of whoever has it.
    permissions: Vec<PermissionKey>,
}

/// What changes about a role; what is not mentioned stays.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateRoleRequest {
    /// Its name.
    name: MaybeUndefined<NameText>,
    /// What it is for.
    description: MaybeUndefined<DescriptionText>,
    /// The keys of all its rights from now on.
    permissions: MaybeUndefined<Vec<PermissionKey>>,
}

/// A role: a named set of rights, of which every member has one.
#[derive(Clone, Debug, Object)]
#[oai(example)]
pub(crate) struct RoleAnswer {
    /// Its id.
    id: Uuid,
    /// The template that it was copied from; null for a role of the organization's own.
    template_key: Option<MemberRoleTemplate>,
    /// Its name.
    name: NameText,
    /// What it is for.
    description: DescriptionText,
    /// The keys of the rights of whoever has it.
    permissions: Vec<PermissionKey>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
}

/// Reads what a role is made from.
pub(crate) fn new_role(fields: &mut Fields<'_>) -> Option<NewRole> {
    let name = fields.required("name", text);
    let description = fields.optional("description", text);
    let permissions = fields.required("permissions", permissions);
    let description = match description? {
        Some(description) => description,
        None => "".parse().ok()?,
    };
    Some(NewRole {
        name: name?,
        description,
        permissions: permissions?,
    })
}

/// Reads what changes about a role.
pub(crate) fn role_change(fields: &mut Fields<'_>) -> Option<RoleChange> {
    let name = fields.patch("name", text);
    let description = fields.patch("description", text);
    let permissions = fields.patch("permissions", permissions);
    Some(RoleChange {
        name: name?,
        description: description?,
        permissions: permissions?,
    })
}

fn permissions(input: Input<'_>) -> Option<PermissionSet> {
    let all = Permission::ALL.len();
    let keys = list(0..=all, text::<Permission>)(input)?;
    Some(keys.into_iter().collect())
}

impl PermissionsAnswer {
    /// The catalogue as it is in code.
    pub(crate) fn catalogue() -> Self {
        let items = Permission::ALL.iter().map(|permission| PermissionAnswer {
            key: PermissionKey(*permission),
            category: permission.category().to_owned(),
            description: permission.description().to_owned(),
        });
        Self {
            items: items.collect(),
        }
    }
}

impl From<&Role> for RoleAnswer {
    fn from(role: &Role) -> Self {
        let state = role.state();
        Self {
            id: state.id.as_uuid(),
            template_key: state.template.map(MemberRoleTemplate::from),
            name: NameText::new(&state.name),
            description: DescriptionText::new(&state.description),
            permissions: state.permissions.iter().map(PermissionKey).collect(),
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

impl Example for PermissionsAnswer {
    fn example() -> Self {
        let mut answer = Self::catalogue();
        answer.items.truncate(2);
        answer
    }
}

fn example_keys() -> Vec<PermissionKey> {
    [Permission::OrganizationView, Permission::MemberView]
        .map(PermissionKey)
        .to_vec()
}

impl Example for CreateRoleRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Closer"),
            description: Some(DescriptionText::new("Calls leads back.")),
            permissions: example_keys(),
        }
    }
}

impl Example for UpdateRoleRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Undefined,
            description: MaybeUndefined::Undefined,
            permissions: MaybeUndefined::Value(example_keys()),
        }
    }
}

impl Example for RoleAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0004),
            template_key: Some(MemberRoleTemplate::Viewer),
            name: NameText::new(RoleTemplate::Viewer.key()),
            description: DescriptionText::new(RoleTemplate::Viewer.description()),
            permissions: RoleTemplate::Viewer
                .permissions()
                .iter()
                .map(PermissionKey)
                .collect(),
            created_at: at,
            updated_at: at,
        }
    }
}
