//! `EmailTemplateRepository`, and the unit that it is part of

use kernel::{EmailTemplateId, EmailTemplateVersionId, Version};

use super::Subject;
use super::tenant::{Tenant, all_pages, deleted, id, renamed};
use crate::CampaignError;

/// The cases of templates.
#[macro_export]
macro_rules! for_each_email_template_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_template_is_found_again_deleted_or_not,
            a_version_is_found_again_and_only_under_its_template,
            a_starter_is_copied_once_even_if_the_copy_is_deleted,
            a_stale_change_of_a_template_is_refused_and_the_unit_stays_usable,
            templates_are_listed_page_by_page,
            versions_are_listed_page_by_page,
            a_template_that_is_not_committed_is_invisible_and_leaves_no_trace,
            other_tenants_see_no_template_and_no_version,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_email_template_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        CampaignError, EmailTemplateId, EmailTemplateVersionId, Subject, Tenant, Version,
        all_pages, deleted, id, renamed,
    };

    pub(super) async fn a_template_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (template, _) = tenant.add(subject, "News").await;

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        let absent = id(EmailTemplateId::from_uuid);
        assert_eq!(templates.find(absent).await.unwrap(), None);
        assert_eq!(
            templates.find(template.id()).await.unwrap(),
            Some(template.clone())
        );
        let gone = deleted(&template);
        templates.update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.email_templates().find(template.id()).await.unwrap();
        assert_eq!(found, Some(gone));
    }

    pub(super) async fn a_version_is_found_again_and_only_under_its_template<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (mut template, first) = tenant.add(subject, "News").await;
        let (other, _) = tenant.add(subject, "Other").await;
        let second = tenant.a_version(&mut template);

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        templates.update(&template, Version::FIRST).await.unwrap();
        templates.insert_version(&second).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        for version in [first, second] {
            let found = templates.find_version(template.id(), version.id);
            assert_eq!(found.await.unwrap(), Some(version.clone()));
            let elsewhere = templates.find_version(other.id(), version.id);
            assert_eq!(elsewhere.await.unwrap(), None);
            let found = templates.find_published(version.id).await;
            assert_eq!(found.unwrap(), Some(version));
        }
        let absent = id(EmailTemplateVersionId::from_uuid);
        let found = templates.find_version(template.id(), absent).await;
        assert_eq!(found.unwrap(), None);
        let found = templates.find_published(absent).await;
        assert_eq!(found.unwrap(), None);
        assert_eq!(
            templates.find(template.id()).await.unwrap(),
            Some(template.clone())
        );
    }

    pub(super) async fn a_starter_is_copied_once_even_if_the_copy_is_deleted<S: Subject>(
        subject: &S,
    ) {
        // The organization has its own starters already.
        let key = format!("case-{}", id(EmailTemplateId::from_uuid));
        let tenant = Tenant::found(subject).await;
        let (first, _) = tenant.a_template("First", Some(&key));
        let (second, _) = tenant.a_template("Second", Some(&key));

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        assert!(templates.insert(&first).await.unwrap());
        assert!(!templates.insert(&second).await.unwrap());
        let gone = deleted(&first);
        templates.update(&gone, Version::FIRST).await.unwrap();
        assert!(!templates.insert(&second).await.unwrap());
        assert_eq!(templates.find(second.id()).await.unwrap(), None);
        unit.commit().await.unwrap();

        let other = Tenant::found(subject).await;
        let (theirs, _) = other.a_template("Theirs", Some(&key));
        let unit = other.begin(subject).await;
        assert!(unit.email_templates().insert(&theirs).await.unwrap());
    }

    pub(super) async fn a_stale_change_of_a_template_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (template, _) = tenant.add(subject, "News").await;
        let after = renamed(&template, "More news");

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        let refused = templates.update(&after, Version::from_number(9)).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        templates.update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn templates_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut gone = Vec::new();
        let mut living = Vec::new();
        for n in 0..8 {
            let (template, _) = tenant.add(subject, &format!("Template {n}")).await;
            if n % 3 == 1 {
                let after = deleted(&template);
                let unit = tenant.begin(subject).await;
                let templates = unit.email_templates();
                templates.update(&after, Version::FIRST).await.unwrap();
                unit.commit().await.unwrap();
                gone.push(after);
            } else {
                living.push(template);
            }
        }

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        for (is_deleted, expected) in [(false, living), (true, gone)] {
            let mut seen = all_pages(async |page| templates.list(is_deleted, &page).await).await;
            seen.retain(|template| template.state().template_key.is_none());
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn versions_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (mut template, first) = tenant.add(subject, "News").await;
        tenant.add(subject, "Other").await;
        let mut cards = vec![first.card()];
        for number in 1..6 {
            let version = tenant.a_version(&mut template);
            let unit = tenant.begin(subject).await;
            let templates = unit.email_templates();
            let before = Version::from_number(number);
            templates.update(&template, before).await.unwrap();
            templates.insert_version(&version).await.unwrap();
            unit.commit().await.unwrap();
            cards.push(version.card());
        }

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        let seen = all_pages(async |page| templates.list_versions(template.id(), &page).await);
        assert_eq!(seen.await, cards);
    }

    pub(super) async fn a_template_that_is_not_committed_is_invisible_and_leaves_no_trace<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (template, version) = tenant.a_template("News", None);

        let unit = tenant.begin(subject).await;
        unit.email_templates().insert(&template).await.unwrap();
        let templates = unit.email_templates();
        templates.insert_version(&version).await.unwrap();
        let second = tenant.begin(subject).await;
        let found = second.email_templates().find(template.id()).await.unwrap();
        assert_eq!(found, None);
        drop((unit, second));

        let unit = tenant.begin(subject).await;
        let templates = unit.email_templates();
        assert_eq!(templates.find(template.id()).await.unwrap(), None);
        let found = templates.find_version(template.id(), version.id).await;
        assert_eq!(found.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_template_and_no_version<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let (template, version) = tenant.add(subject, "News").await;

        let unit = other.begin(subject).await;
        let templates = unit.email_templates();
        assert_eq!(templates.find(template.id()).await.unwrap(), None);
        let found = templates.find_version(template.id(), version.id).await;
        assert_eq!(found.unwrap(), None);
        let found = templates.find_published(version.id).await;
        assert_eq!(found.unwrap(), None);
        let seen = all_pages(async |page| templates.list(false, &page).await).await;
        assert!(!seen.contains(&template));
        let seen = all_pages(async |page| templates.list_versions(template.id(), &page).await);
        assert_eq!(seen.await, []);
        let taken = renamed(&template, "Taken over");
        let refused = templates.update(&taken, Version::FIRST).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
    }
}
