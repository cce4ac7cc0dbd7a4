//! The roles themselves, which belong to the cluster.

use migration::role::{APP, LOGIN, OWNER, PLATFORM, RETENTION, SEARCH};

use crate::isolation::catalogue::Catalogue;

pub(super) fn have_no_power(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    for name in [OWNER, APP, PLATFORM, SEARCH, RETENTION, LOGIN] {
        let Some(role) = catalogue.role(name) else {
            faults.push(format!("`{name}` is missing"));
            continue;
        };
        for power in &role.powers {
            faults.push(format!("`{name}` has {power}"));
        }
        if role.inherits {
            faults.push(format!("`{name}` inherits"));
        }
        if role.login != (name == LOGIN) {
            faults.push(format!("whether `{name}` can log in is wrong"));
        }
        if role.settings > 0 {
            faults.push(format!("`{name}` changes settings"));
        }
        // The owner gives functions to the role that searches.
        let expected = if name == OWNER { &[SEARCH][..] } else { &[] };
        let roles: Vec<&str> = role.member_of.iter().map(|it| it.role.as_str()).collect();
        if name != LOGIN && roles != expected {
            faults.push(format!("`{name}` is a member of {roles:?}"));
        }
    }
    for member in &catalogue.owner_members {
        faults.push(format!("`{member}` is a member of the owner role"));
    }
    faults
}

pub(super) fn login_is_nothing_by_itself(catalogue: &Catalogue) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(login) = catalogue.role(LOGIN) {
        let roles: Vec<&str> = login.member_of.iter().map(|it| it.role.as_str()).collect();
        if roles != [APP, PLATFORM, RETENTION] {
            faults.push(format!("it is a member of {roles:?}"));
        }
        if login.member_of.iter().any(|membership| membership.admin) {
            faults.push("it may give its memberships away".to_owned());
        }
    }
    for relation in &catalogue.relations {
        for grant in relation.grants_to(LOGIN) {
            faults.push(format!("`{}` grants {} to it", relation.name, grant.text()));
        }
    }
    faults
}
