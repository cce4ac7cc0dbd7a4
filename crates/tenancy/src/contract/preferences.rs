//! `PreferencesRepository`

use kernel::{Patch, Version};
use serde_json::json;

use super::Subject;
use super::tenant::{NOW, Tenant, a_user, add_user, platform_scope};
use crate::ports::TenancyUnit;
use crate::{Preferences, PreferencesChange, TenancyError};

/// The cases of preferences.
#[macro_export]
macro_rules! for_each_preferences_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            first_preferences_are_found_as_they_were_inserted,
            second_first_preferences_are_refused_and_the_unit_stays_usable,
            changed_preferences_are_found_again,
            a_stale_change_of_preferences_is_refused_and_the_unit_stays_usable,
            a_dropped_unit_leaves_no_preferences,
            inside_an_organization_there_are_no_preferences,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_preferences_case!([kernel::dispatch_contract_case] name subject);
}

async fn begin<S: Subject>(subject: &S) -> Box<dyn TenancyUnit> {
    subject.store().begin(&platform_scope()).await.unwrap()
}

/// First preferences of a user who is stored.
async fn some_preferences<S: Subject>(subject: &S) -> Preferences {
    let user = a_user();
    add_user(subject, &user).await;
    let mut preferences = Preferences::untouched(user.id(), NOW);
    let change = PreferencesChange {
        timezone: Patch::Set("Europe/Warsaw".parse().unwrap()),
        locale: Patch::Set("pl-PL".parse().unwrap()),
        preferences: Patch::Set(
            json!({"theme": "dark", "sizes": [1, 2.5, null], "Ł": {"b": {}, "a": "ó"}})
                .as_object()
                .unwrap()
                .clone(),
        ),
    };
    preferences.change(&change, NOW, Some(user.id())).unwrap();
    preferences
}

async fn insert<S: Subject>(subject: &S, preferences: &Preferences) {
    let unit = begin(subject).await;
    unit.preferences().insert(preferences).await.unwrap();
    unit.commit().await.unwrap();
}

mod cases {
    use super::{
        NOW, Preferences, Subject, TenancyError, Tenant, Version, begin, insert, some_preferences,
    };

    pub(super) async fn first_preferences_are_found_as_they_were_inserted<S: Subject>(subject: &S) {
        let preferences = some_preferences(subject).await;
        let user = preferences.state().user;
        let unit = begin(subject).await;
        assert_eq!(unit.preferences().find(user).await.unwrap(), None);
        drop(unit);
        insert(subject, &preferences).await;

        let unit = begin(subject).await;
        assert_eq!(
            unit.preferences().find(user).await.unwrap(),
            Some(preferences)
        );
    }

    pub(super) async fn second_first_preferences_are_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let preferences = some_preferences(subject).await;
        insert(subject, &preferences).await;

        let unit = begin(subject).await;
        let refused = unit.preferences().insert(&preferences).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        let others = some_preferences(subject).await;
        unit.preferences().insert(&others).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn changed_preferences_are_found_again<S: Subject>(subject: &S) {
        let mut preferences = some_preferences(subject).await;
        insert(subject, &preferences).await;
        let user = preferences.state().user;
        preferences.clear(NOW, Some(user));

        let unit = begin(subject).await;
        unit.preferences()
            .update(&preferences, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();

        let unit = begin(subject).await;
        assert_eq!(
            unit.preferences().find(user).await.unwrap(),
            Some(preferences)
        );
    }

    pub(super) async fn a_stale_change_of_preferences_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let preferences = some_preferences(subject).await;
        let absent = some_preferences(subject).await;
        insert(subject, &preferences).await;
        let mut changed = preferences.clone();
        changed.clear(NOW, None);

        let unit = begin(subject).await;
        for (preferences, expected) in [
            (&changed, Version::FIRST.next()),
            (&changed, Preferences::UNTOUCHED),
            (&absent, Version::FIRST),
        ] {
            let refused = unit.preferences().update(preferences, expected).await;
            assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        }
        unit.preferences()
            .update(&changed, Version::FIRST)
            .await
            .unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_dropped_unit_leaves_no_preferences<S: Subject>(subject: &S) {
        let preferences = some_preferences(subject).await;
        let user = preferences.state().user;
        let unit = begin(subject).await;
        unit.preferences().insert(&preferences).await.unwrap();

        let other = begin(subject).await;
        assert_eq!(other.preferences().find(user).await.unwrap(), None);
        drop(unit);

        let unit = begin(subject).await;
        assert_eq!(unit.preferences().find(user).await.unwrap(), None);
    }

    pub(super) async fn inside_an_organization_there_are_no_preferences<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let preferences = some_preferences(subject).await;
        insert(subject, &preferences).await;
        let user = preferences.state().user;

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.preferences().find(user).await.unwrap(), None);
        let mut changed = preferences.clone();
        changed.clear(NOW, None);
        let refused = unit.preferences().update(&changed, Version::FIRST).await;
        assert!(matches!(refused, Err(TenancyError::Stale)), "{refused:?}");
        let others = some_preferences(subject).await;
        assert!(unit.preferences().insert(&others).await.is_err());
        drop(unit);

        let unit = begin(subject).await;
        assert_eq!(
            unit.preferences().find(user).await.unwrap(),
            Some(preferences)
        );
    }
}
