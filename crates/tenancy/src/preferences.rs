//! What a user prefers, wherever they work.

use kernel::{
    Changes, FieldErrors, FieldFault, Locale, Patch, Stamps, TimeZoneName, Timestamp, UserId,
    Version,
};
use serde_json::{Map, Value, json};

/// All that a user's preferences are.
#[derive(Clone, Debug, PartialEq)]
pub struct PreferencesState {
    /// Whose they are.
    pub user: UserId,
    /// In which zone instants are shown.
    pub timezone: TimeZoneName,
    /// In which language.
    pub locale: Locale,
    /// What clients remember for the user, by keys of their own.
    pub preferences: Map<String, Value>,
    /// Their history.
    pub stamps: Stamps,
}

/// A change of preferences.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PreferencesChange {
    /// Another zone.
    pub timezone: Patch<TimeZoneName>,
    /// Another language.
    pub locale: Patch<Locale>,
    /// What clients remember, merged into what is there; null removes a key (RFC 7396).
    pub preferences: Patch<Map<String, Value>>,
}

/// A user's preferences; those of a user who never changed any have the version
/// [`Preferences::UNTOUCHED`], and are not stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Preferences(PreferencesState);

impl Preferences {
    /// The version of preferences that were never changed.
    pub const UNTOUCHED: Version = Version::from_number(0);
    /// The most bytes that clients can have remembered, written as JSON.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// What a user prefers who never said anything.
    #[must_use]
    pub fn untouched(user: UserId, at: Timestamp) -> Self {
        let mut stamps = Stamps::new(at, Some(user));
        stamps.version = Self::UNTOUCHED;
        Self(PreferencesState {
            user,
            timezone: TimeZoneName::utc(),
            locale: Locale::english(),
            preferences: Map::new(),
            stamps,
        })
    }

    /// Preferences as they were stored.
    #[must_use]
    pub const fn restore(state: PreferencesState) -> Self {
        Self(state)
    }

    /// All that they are.
    #[must_use]
    pub const fn state(&self) -> &PreferencesState {
        &self.0
    }

    /// Applies a change; refuses one after which there would be too much to remember.
    pub fn change(
        &mut self,
        change: &PreferencesChange,
        at: Timestamp,
        by: Option<UserId>,
    ) -> Result<(), FieldErrors> {
        let state = &mut self.0;
        let mut preferences = state.preferences.clone();
        if let Patch::Set(patch) = &change.preferences {
            merge(&mut preferences, patch);
        }
        if json!(preferences).to_string().len() > Self::MAX_BYTES {
            let detail = format!(
                "written as JSON, this has at most {} bytes",
                Self::MAX_BYTES
            );
            return Err(FieldErrors::one(
                "#/preferences",
                FieldFault::new("too-long", detail),
            ));
        }
        state.preferences = preferences;
        state.timezone = change.timezone.apply(&state.timezone);
        state.locale = change.locale.apply(&state.locale);
        state.stamps.touch(at, by);
        Ok(())
    }

    /// Puts everything back to what it is for a user who never said anything.
    pub fn clear(&mut self, at: Timestamp, by: Option<UserId>) {
        let fresh = Self::untouched(self.0.user, at).0;
        self.0.timezone = fresh.timezone;
        self.0.locale = fresh.locale;
        self.0.preferences = fresh.preferences;
        self.0.stamps.touch(at, by);
    }

    /// How `self` differs from what was stored before, field by field, as the audit log tells it.
    #[must_use]
    pub fn changes_since(&self, before: Option<&Self>) -> Changes {
        let old = before.map(Self::state);
        let new = &self.0;
        Changes::none()
            .field(
                "timezone",
                json!(old.map(|p| p.timezone.as_str())),
                json!(new.timezone.as_str()),
            )
            .field(
                "locale",
                json!(old.map(|p| p.locale.as_str())),
                json!(new.locale.as_str()),
            )
            .field(
                "preferences",
                json!(old.map(|p| &p.preferences)),
                json!(new.preferences),
            )
    }
}

/// JSON merge patch (RFC 7396) of an object.
fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => {
                target.remove(key);
            }
            Value::Object(patch) => {
                let inner = target.entry(key.as_str()).or_insert_with(|| json!({}));
                if !inner.is_object() {
                    *inner = json!({});
                }
                if let Value::Object(inner) = inner {
                    merge(inner, patch);
                }
            }
            other => {
                target.insert(key.clone(), other.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn patch(preferences: Value) -> PreferencesChange {
        let Value::Object(map) = preferences else {
            panic!("an object")
        };
        PreferencesChange {
            preferences: Patch::Set(map),
            ..PreferencesChange::default()
        }
    }

    #[test]
    fn what_clients_remember_is_merged_and_null_forgets() {
        let user = UserId::from_uuid(Uuid::from_u128(1));
        let at = Timestamp::UNIX_EPOCH;
        let mut preferences = Preferences::untouched(user, at);

        for step in [
            json!({"theme": "dark", "table": {"rows": 20, "dense": true}}),
            json!({"table": {"rows": 50, "dense": null}, "start": {"page": null}}),
        ] {
            preferences.change(&patch(step), at, Some(user)).unwrap();
        }

        assert_eq!(
            json!(preferences.state().preferences),
            json!({"theme": "dark", "table": {"rows": 50}, "start": {}})
        );
        assert_eq!(preferences.state().stamps.version.number(), 2);
    }

    #[test]
    fn more_than_can_be_remembered_is_refused_and_changes_nothing() {
        let user = UserId::from_uuid(Uuid::from_u128(1));
        let at = Timestamp::UNIX_EPOCH;
        let mut preferences = Preferences::untouched(user, at);
        let before = preferences.clone();

        let refused = preferences.change(
            &patch(json!({"x": "y".repeat(Preferences::MAX_BYTES)})),
            at,
            Some(user),
        );

        assert_eq!(refused.unwrap_err().as_slice()[0].code, "too-long");
        assert_eq!(preferences, before);
    }
}
