//! Tenancy's storage.

mod api_keys;
mod directory;
mod invitations;
mod member_cards;
mod memberships;
mod organizations;
mod permissions;
mod platform_roles;
mod preferences;
mod roles;
mod sessions;
mod starter_kit;
mod store;
mod team_members;
mod teams;
mod users;

pub use permissions::{SyncedPermissions, sync_permissions};
