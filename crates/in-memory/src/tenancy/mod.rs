//! Tenancy's storage.

mod directory;
mod memberships;
mod organizations;
mod platform_roles;
mod preferences;
mod roles;
mod sessions;
mod store;
mod users;
