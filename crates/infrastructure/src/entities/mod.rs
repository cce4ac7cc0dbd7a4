//! The rows of the tables, as sea-orm reads and writes them.

pub(crate) mod api_key;
pub(crate) mod contact_list;
pub(crate) mod invitation;
pub(crate) mod membership;
pub(crate) mod organization;
pub(crate) mod role;
pub(crate) mod role_permission;
pub(crate) mod team;
pub(crate) mod user;
pub(crate) mod user_preferences;
