//! What users prefer.

use async_trait::async_trait;
use kernel::{StorageError, UserId, Version};
use tenancy::ports::PreferencesRepository;
use tenancy::{Preferences, TenancyError};

use crate::unit::MemoryUnit;

impl MemoryUnit {
    fn preferences_version(&self, user: UserId) -> Option<Version> {
        self.read(|platform| {
            platform
                .preferences
                .get(&user)
                .map(|preferences| preferences.state().stamps.version)
        })
    }

    fn write_preferences(&self, preferences: &Preferences) {
        let user = preferences.state().user;
        self.write(|platform| platform.preferences.insert(user, preferences.clone()));
    }
}

#[async_trait]
impl PreferencesRepository for MemoryUnit {
    async fn find(&self, user: UserId) -> Result<Option<Preferences>, StorageError> {
        Ok(self.read(|platform| platform.preferences.get(&user).cloned()))
    }

    async fn insert(&self, preferences: &Preferences) -> Result<(), TenancyError> {
        self.require_platform()?;
        if self.preferences_version(preferences.state().user).is_some() {
            return Err(TenancyError::Stale);
        }
        self.write_preferences(preferences);
        Ok(())
    }

    async fn update(
        &self,
        preferences: &Preferences,
        expected: Version,
    ) -> Result<(), TenancyError> {
        if self.preferences_version(preferences.state().user) != Some(expected) {
            return Err(TenancyError::Stale);
        }
        self.write_preferences(preferences);
        Ok(())
    }
}
