//! Tenancy's storage.

mod directory;
mod memberships;
mod organizations;
mod permissions;
mod roles;
mod store;

pub use permissions::{SyncedPermissions, sync_permissions};
