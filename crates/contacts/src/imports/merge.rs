//! What a row does to a contact that was there before, and how that is taken back.

use kernel::Changes;
use serde_json::{Map, Value};

use super::OnDuplicate;
use crate::{Attributes, InvalidAttributes, Profile};

/// The profile after a row said what it says. Empty cells say nothing.
pub(super) fn merged(
    present: &Profile,
    said: &Profile,
    how: OnDuplicate,
) -> Result<Profile, InvalidAttributes> {
    if how == OnDuplicate::Skip {
        return Ok(present.clone());
    }
    let overwrites = how == OnDuplicate::Update;
    let mut attributes = present.attributes.as_map().clone();
    for (name, value) in said.attributes.as_map() {
        if overwrites || !attributes.contains_key(name) {
            attributes.insert(name.clone(), value.clone());
        }
    }
    Ok(Profile {
        first_name: chosen(
            present.first_name.as_ref(),
            said.first_name.as_ref(),
            overwrites,
        ),
        last_name: chosen(
            present.last_name.as_ref(),
            said.last_name.as_ref(),
            overwrites,
        ),
        display_name: chosen(
            present.display_name.as_ref(),
            said.display_name.as_ref(),
            overwrites,
        ),
        phone: chosen(present.phone.as_ref(), said.phone.as_ref(), overwrites),
        company: chosen(present.company.as_ref(), said.company.as_ref(), overwrites),
        job_title: chosen(
            present.job_title.as_ref(),
            said.job_title.as_ref(),
            overwrites,
        ),
        locale: chosen(present.locale.as_ref(), said.locale.as_ref(), overwrites),
        timezone: chosen(
            present.timezone.as_ref(),
            said.timezone.as_ref(),
            overwrites,
        ),
        attributes: Attributes::new(attributes)?,
    })
}

fn chosen<T: Clone>(present: Option<&T>, said: Option<&T>, overwrites: bool) -> Option<T> {
    let (first, second) = if overwrites {
        (said, present)
    } else {
        (present, said)
    };
    first.or(second).cloned()
}

/// A profile from which changes were taken back.
pub(super) struct Reverted {
    pub(super) profile: Profile,
    /// The fields that were changed since, and are left.
    pub(super) left: Vec<String>,
}

/// Takes back those of these changes whose new value is still there. Where the old value is there again, nothing is
/// left to take back.
pub(super) fn reverted(present: &Profile, changes: &Changes) -> Reverted {
    let mut profile = present.clone();
    let mut left = Vec::new();
    for (name, change) in changes.iter() {
        let ok = match name {
            "first_name" => put(&mut profile.first_name, &change.old, &change.new),
            "last_name" => put(&mut profile.last_name, &change.old, &change.new),
            "display_name" => put(&mut profile.display_name, &change.old, &change.new),
            "phone" => put(&mut profile.phone, &change.old, &change.new),
            "company" => put(&mut profile.company, &change.old, &change.new),
            "job_title" => put(&mut profile.job_title, &change.old, &change.new),
            "locale" => put(&mut profile.locale, &change.old, &change.new),
            "timezone" => put(&mut profile.timezone, &change.old, &change.new),
            "attributes" => {
                revert_attributes(&mut profile, &change.old, &change.new, &mut left);
                true
            }
            _ => false,
        };
        if !ok {
            left.push(name.to_owned());
        }
    }
    Reverted { profile, left }
}

/// Puts the old value back where the new one is still there; `false` where somebody put in another one.
fn put<T: ToString + std::str::FromStr>(field: &mut Option<T>, old: &Value, new: &Value) -> bool {
    let present = field.as_ref().map(T::to_string);
    if present.as_deref() == old.as_str() {
        return true;
    }
    if present.as_deref() != new.as_str() {
        return false;
    }
    *field = old.as_str().and_then(|old| old.parse().ok());
    true
}

fn revert_attributes(profile: &mut Profile, old: &Value, new: &Value, left: &mut Vec<String>) {
    let empty = Map::new();
    let (old, new) = (
        old.as_object().unwrap_or(&empty),
        new.as_object().unwrap_or(&empty),
    );
    let mut attributes = profile.attributes.as_map().clone();
    for (name, value) in new {
        let before = old.get(name);
        let was_changed = before != Some(value);
        if !was_changed || attributes.get(name) == before {
            continue;
        }
        if attributes.get(name) != Some(value) {
            left.push(format!("attributes.{name}"));
        } else if let Some(before) = before {
            attributes.insert(name.clone(), before.clone());
        } else {
            attributes.remove(name);
        }
    }
    match Attributes::new(attributes) {
        Ok(attributes) => profile.attributes = attributes,
        Err(_) => left.push("attributes".to_owned()),
    }
}
