//! Tenancy's storage.

mod directory;
mod memberships;
mod organizations;
mod roles;
mod store;
