//! The names of the database roles.

/// Owns every object and migrates; never serves.
pub const OWNER: &str = "canvass_owner";
/// Does the work of tenants, under row-level security.
pub const APP: &str = "canvass_app";
/// Claims jobs, keeps partitions and the platform's own tables; sees no personal data of tenants.
pub const PLATFORM: &str = "canvass_platform";
/// Owns the search functions, which the owner gives to it; nobody else is a member of it.
pub const SEARCH: &str = "canvass_search";
/// May null the personal columns of append-only tables and detach their partitions.
pub const RETENTION: &str = "canvass_retention";
/// Logs in. It is a member of the application, platform and retention roles, and inherits nothing.
pub const LOGIN: &str = "canvass_login";
