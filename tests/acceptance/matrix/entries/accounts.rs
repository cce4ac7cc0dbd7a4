//! One's own account.

use serde_json::{Value, json};

use crate::matrix::case::Case;
use crate::matrix::entry::{Entry, Rule};
use crate::stack::{PASSWORD, unique};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::new("signUp", Rule::Anyone)
        .with(sign_up)
        .answers(201),
    Entry::new("readMe", Rule::Account),
    Entry::new("updateMe", Rule::Session).with(|_| json!({ "display_name": "Grace" })),
    Entry::new("deleteMe", Rule::Session).answers(204),
    Entry::new("changePassword", Rule::Session)
        .with(change_password)
        .answers(204),
    Entry::new("listMyPlatformRoles", Rule::Account),
    Entry::new("readPreferences", Rule::Session),
    Entry::new("updatePreferences", Rule::Session).with(|_| json!({ "locale": "de-AT" })),
];

fn sign_up(_: &Case) -> Value {
    let email = format!("{}@example.com", unique().simple());
    json!({ "email": email, "display_name": "Ada", "password": PASSWORD })
}

fn change_password(_: &Case) -> Value {
    json!({ "current_password": PASSWORD, "new_password": "shut barn doors at last" })
}
