//! What a row does to a contact that was there before, and how that is taken back.

use kernel::{Changes, Timestamp};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::OnDuplicate;
use crate::{Attributes, Contact, InvalidAttributes, Profile};

/// When the contact was last changed, among the changes that can be taken back.
const EDITED_AT: &str = "edited_at";

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

/// What a row changed of a contact, as it is kept to be taken back.
pub(super) fn changes_of(before: &Contact, after: &Contact) -> Changes {
    let changes = after.changes_since(Some(before));
    if changes.is_empty() {
        return changes;
    }
    let instant = |contact: &Contact| -> Value {
        json!(
            contact
                .state()
                .edited_at
                .and_then(|at| at.format(&Rfc3339).ok())
        )
    };
    changes.field(EDITED_AT, instant(before), instant(after))
}

/// The fields that were changed, by their names.
pub(super) fn fields_of(changes: &Changes) -> impl Iterator<Item = &str> {
    changes.names().filter(|name| *name != EDITED_AT)
}

/// A contact from which changes were taken back.
pub(super) struct Reverted {
    pub(super) profile: Profile,
    /// When it counts as changed last.
    pub(super) edited: Edited,
    /// The fields that were changed since, and are left.
    pub(super) left: Vec<String>,
}

/// When a contact counts as changed last from which changes were taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edited {
    /// Now.
    Now,
    /// When it was before those changes, after which nobody changed it.
    AsBefore(Option<Timestamp>),
}

/// Takes back those of these changes whose new value is still there. Where the old value is there again, nothing is
/// left to take back.
pub(super) fn reverted(present: &Contact, changes: &Changes) -> Reverted {
    let mut profile = present.state().profile.clone();
    let mut left = Vec::new();
    let mut edited = Edited::Now;
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
            EDITED_AT => {
                if instant_of(&change.new) == present.state().edited_at {
                    edited = Edited::AsBefore(instant_of(&change.old));
                }
                true
            }
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
    if !left.is_empty() {
        edited = Edited::Now;
    }
    Reverted {
        profile,
        edited,
        left,
    }
}

fn instant_of(value: &Value) -> Option<Timestamp> {
    OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()
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
