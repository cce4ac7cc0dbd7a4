//! The shapes of the administration of accounts on the wire.

use poem_openapi::Object;
use poem_openapi::types::Example;
use tenancy::UserStatus;

use crate::accounts::Status;
use crate::input::{Fields, text};

/// What changes about an account.
#[derive(Object)]
#[oai(example)]
pub(crate) struct UpdateUserRequest {
    /// Whether it can be used. Every status but `active` ends all sessions of the user; `pending` cannot be set.
    status: Status,
}

/// Reads the status that an account gets.
pub(crate) fn user_status(fields: &mut Fields<'_>) -> Option<UserStatus> {
    fields.required("status", text)
}

impl Example for UpdateUserRequest {
    fn example() -> Self {
        Self {
            status: Status::Suspended,
        }
    }
}
