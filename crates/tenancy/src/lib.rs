//! Tenancy: accounts, organizations, and who may do what in them.
//!
//! Vocabulary:
//!
//! - a **user** is a person with an account on the installation;
//! - an **organization** is a tenant, a **membership** ties a user to one with exactly one **role**;
//! - a **role** is a named set of **permissions**; six are copied from templates into every organization;
//! - a **session** is one login and all the refreshes of its tokens that follow from it;
//! - a **principal** ([`Principal`]) proved who they are, a [`Member`] may in addition act inside one organization.
//!
//! Always true: rights come from the role alone, and an API key only takes some away; nobody can grant
//! a right that they do not hold; an organization has at least one owner; a refused organization and one
//! that does not exist look alike.
//!
//! - [`Authentication`] makes principals out of bearer tokens;
//! - [`Access`] makes members out of principals, and so [`kernel::TenantScope`]s: nothing else does;
//! - [`Organizations`] and its siblings are the use cases;
//! - [`ports`] is what they need of their storage.

#[cfg(feature = "contract")]
pub mod contract;
pub mod ports;

mod access;
mod account_deletion;
mod account_ports;
mod accounts;
mod api_key;
mod api_key_authentication;
mod api_key_token;
mod api_keys;
mod authentication;
mod error;
mod instant;
mod invitation;
mod invitation_acceptance;
mod invitation_delivery;
mod invitation_mail;
mod invitation_token;
mod invitations;
mod jobs;
mod leaving;
mod member_card;
mod members;
mod membership;
mod network;
mod operators;
mod organization;
mod organizations;
mod password;
mod permission;
mod platform_role;
mod platform_users;
mod preferences;
mod refusal;
mod role;
mod roles;
mod session;
mod session_token;
mod sessions;
mod standing;
mod team;
mod team_member;
mod team_members;
mod teams;
mod throttle;
mod tokens;
mod user;
mod workbench;

pub use access::{Access, KeyLimits, Member, PlatformAdmin, Principal};
pub use account_deletion::AccountDeletion;
pub use account_ports::AccountPorts;
pub use accounts::{AccountChange, Accounts, PasswordChange, SignUp};
pub use api_key::{ApiKey, ApiKeyChange, ApiKeyState, IssuedApiKey, NewApiKey, Revocation};
pub use api_key_authentication::{ApiKeyAuthentication, ApiKeyUse};
pub use api_key_token::ApiKeyToken;
pub use api_keys::ApiKeys;
pub use authentication::Authentication;
pub use error::TenancyError;
pub use invitation::{
    Invitation, InvitationPreview, InvitationRecord, InvitationStatus, NewInvitation,
    UnknownInvitationStatus,
};
pub use invitation_acceptance::InvitationAcceptance;
pub use invitation_delivery::InvitationDelivery;
pub use invitations::{Invitations, Outcomes};
pub use jobs::{JobView, Jobs};
pub use member_card::{MemberCard, MemberChange, MemberOutcome, MembersChange};
pub use members::Members;
pub use membership::{Authorization, InvitationState, Membership, MembershipState};
pub use operators::Operators;
pub use organization::{
    AudiencePolicy, NewOrganization, Organization, OrganizationChange, OrganizationSettings,
    OrganizationState, RetentionOverrides, RiskyAddresses, SettingsChange, SubscriptionLevel,
    UnknownSubscriptionLevel,
};
pub use organizations::Organizations;
pub use password::{InvalidPassword, NewPassword, PasswordCheck, PasswordHash, PasswordHasher};
pub use permission::{Permission, PermissionSet, UnknownPermission};
pub use platform_role::{PlatformRole, PlatformRoleGrant};
pub use platform_users::{MadeAdmin, NewAdmin, PlatformUsers};
pub use preferences::{Preferences, PreferencesChange, PreferencesState};
pub use role::{NewRole, Role, RoleChange, RoleState, RoleTemplate};
pub use roles::Roles;
pub use session::{Bearing, PreviousAccess, RefreshVerdict, Session, SessionState};
pub use sessions::{Login, Opened, Sessions};
pub use team::{NewTeam, Team, TeamChange, TeamState};
pub use team_member::{Departure, Placement, TeamMember, TeamMemberCard, TeamMemberState};
pub use team_members::TeamMembers;
pub use teams::Teams;
pub use tokens::{BearerKind, TokenHash, TokenPair};
pub use user::{UnknownUserStatus, User, UserState, UserStatus};
