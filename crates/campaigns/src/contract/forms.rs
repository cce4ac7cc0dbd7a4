//! `FormRepository`

use kernel::{FormId, FormVersionId, Version};

use super::Subject;
use super::tenant::{Tenant, all_pages, deleted_form, id, renamed_form};
use crate::CampaignError;

/// The cases of forms.
#[macro_export]
macro_rules! for_each_form_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_form_is_found_again_deleted_or_not,
            a_form_version_is_found_again_and_only_under_its_form,
            a_stale_change_of_a_form_is_refused_and_the_unit_stays_usable,
            forms_are_listed_page_by_page,
            form_versions_are_listed_page_by_page,
            a_form_that_is_not_committed_is_invisible_and_leaves_no_trace,
            other_tenants_see_no_form_and_no_version_of_one,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_form_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        CampaignError, FormId, FormVersionId, Subject, Tenant, Version, all_pages, deleted_form,
        id, renamed_form,
    };

    pub(super) async fn a_form_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (form, _) = tenant.add_form(subject, "News").await;

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        let absent = id(FormId::from_uuid);
        assert_eq!(forms.find(absent).await.unwrap(), None);
        assert_eq!(forms.find(form.id()).await.unwrap(), Some(form.clone()));
        let gone = deleted_form(&form);
        forms.update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.forms().find(form.id()).await.unwrap();
        assert_eq!(found, Some(gone));
    }

    pub(super) async fn a_form_version_is_found_again_and_only_under_its_form<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (mut form, first) = tenant.add_form(subject, "News").await;
        let (other, _) = tenant.add_form(subject, "Other").await;
        let second = tenant.a_form_version(&mut form);

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        forms.update(&form, Version::FIRST).await.unwrap();
        forms.insert_version(&second).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        for version in [first, second] {
            let found = forms.find_version(form.id(), version.id);
            assert_eq!(found.await.unwrap(), Some(version.clone()));
            let elsewhere = forms.find_version(other.id(), version.id);
            assert_eq!(elsewhere.await.unwrap(), None);
            let found = forms.find_published(version.id).await;
            assert_eq!(found.unwrap(), Some(version));
        }
        let absent = id(FormVersionId::from_uuid);
        let found = forms.find_version(form.id(), absent).await;
        assert_eq!(found.unwrap(), None);
        let found = forms.find_published(absent).await;
        assert_eq!(found.unwrap(), None);
        assert_eq!(forms.find(form.id()).await.unwrap(), Some(form.clone()));
    }

    pub(super) async fn a_stale_change_of_a_form_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (form, _) = tenant.add_form(subject, "News").await;
        let after = renamed_form(&form, "More news");

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        let refused = forms.update(&after, Version::from_number(9)).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        forms.update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn forms_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut gone = Vec::new();
        let mut living = Vec::new();
        for n in 0..8 {
            let (form, _) = tenant.add_form(subject, &format!("Form {n}")).await;
            if n % 3 == 1 {
                let after = deleted_form(&form);
                let unit = tenant.begin(subject).await;
                let forms = unit.forms();
                forms.update(&after, Version::FIRST).await.unwrap();
                unit.commit().await.unwrap();
                gone.push(after);
            } else {
                living.push(form);
            }
        }

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        for (is_deleted, expected) in [(false, living), (true, gone)] {
            let seen = all_pages(async |page| forms.list(is_deleted, &page).await).await;
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn form_versions_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (mut form, first) = tenant.add_form(subject, "News").await;
        tenant.add_form(subject, "Other").await;
        let mut cards = vec![first.card()];
        for number in 1..6 {
            let version = tenant.a_form_version(&mut form);
            let unit = tenant.begin(subject).await;
            let forms = unit.forms();
            let before = Version::from_number(number);
            forms.update(&form, before).await.unwrap();
            forms.insert_version(&version).await.unwrap();
            unit.commit().await.unwrap();
            cards.push(version.card());
        }

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        let seen = all_pages(async |page| forms.list_versions(form.id(), &page).await);
        assert_eq!(seen.await, cards);
    }

    pub(super) async fn a_form_that_is_not_committed_is_invisible_and_leaves_no_trace<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (form, version) = tenant.a_form("News");

        let unit = tenant.begin(subject).await;
        unit.forms().insert(&form).await.unwrap();
        let forms = unit.forms();
        forms.insert_version(&version).await.unwrap();
        let second = tenant.begin(subject).await;
        let found = second.forms().find(form.id()).await.unwrap();
        assert_eq!(found, None);
        drop((unit, second));

        let unit = tenant.begin(subject).await;
        let forms = unit.forms();
        assert_eq!(forms.find(form.id()).await.unwrap(), None);
        let found = forms.find_version(form.id(), version.id).await;
        assert_eq!(found.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_form_and_no_version_of_one<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let (form, version) = tenant.add_form(subject, "News").await;

        let unit = other.begin(subject).await;
        let forms = unit.forms();
        assert_eq!(forms.find(form.id()).await.unwrap(), None);
        let found = forms.find_version(form.id(), version.id).await;
        assert_eq!(found.unwrap(), None);
        let found = forms.find_published(version.id).await;
        assert_eq!(found.unwrap(), None);
        let seen = all_pages(async |page| forms.list(false, &page).await).await;
        assert!(!seen.contains(&form));
        let seen = all_pages(async |page| forms.list_versions(form.id(), &page).await);
        assert_eq!(seen.await, []);
        let taken = renamed_form(&form, "Taken over");
        let refused = forms.update(&taken, Version::FIRST).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
    }
}
