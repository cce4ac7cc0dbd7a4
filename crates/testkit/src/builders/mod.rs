//! Entities for tests: `a_user().email("ada@example.com").build()` says what matters and no more.
//!
//! What a test does not name is made up: unique ids and names, the present month, version 1.

mod membership;
mod organization;
mod role;
mod unique;
mod user;

pub use membership::{MembershipBuilder, a_membership};
pub use organization::{OrganizationBuilder, an_organization};
pub use role::{RoleBuilder, a_role};
pub use unique::a_unique_id;
pub use user::{UserBuilder, a_user};
