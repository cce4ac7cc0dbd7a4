//! `Audience`

use kernel::{ContactId, EmailTemplateVersionId, FormVersionId, Version};

use super::tenant::{Tenant, deleted, deleted_form, id};
use super::{Person, Subject};
use crate::{
    AddressStatus, CampaignPlan, Candidate, ListPremise, Premises, RiskyAddresses, Standing,
    StopReason,
};

/// The cases of audiences.
#[macro_export]
macro_rules! for_each_audience_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            what_stands_around_a_plan_is_told,
            of_an_empty_plan_nothing_is_there,
            a_deleted_organization_is_known_as_one,
            an_audience_is_counted_person_by_person,
            candidates_come_in_batches_each_person_once,
            of_people_who_live_it_is_told_how_they_stand,
            mails_go_to_the_addresses_of_people_who_live,
            whoever_is_there_is_known_deleted_or_not,
            the_people_and_contents_of_other_tenants_are_nobodys_audience,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_audience_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        AddressStatus, CampaignPlan, Candidate, ContactId, EmailTemplateVersionId, FormVersionId,
        ListPremise, Person, Premises, RiskyAddresses, Standing, StopReason, Subject, Tenant,
        Version, deleted, deleted_form, id,
    };

    pub(super) async fn what_stands_around_a_plan_is_told<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (template, template_version) = tenant.add(subject, "Template").await;
        let (form, form_version) = tenant.add_form(subject, "Form").await;
        let mut lists = Vec::new();
        for is_validated in [true, false] {
            let list = subject.add_list(tenant.id(), is_validated, &[]).await;
            lists.push(ListPremise {
                list,
                lives: true,
                is_validated,
            });
        }
        lists.sort_unstable_by_key(|it| it.list);
        let plan = CampaignPlan {
            lists: lists.iter().map(|it| it.list).collect(),
            email_template_version: Some(template_version.id),
            form_version: Some(form_version.id),
            ..CampaignPlan::default()
        };

        let unit = tenant.begin(subject).await;
        let told = unit.audience().premises(&plan).await.unwrap();
        assert_eq!(told.lists, lists);
        assert_eq!(told.template, Some(template.state().id));
        assert_eq!(told.template_lives, Some(true));
        assert_eq!(told.form_lives, Some(true));
        assert_eq!(told.form_name.as_ref(), Some(&form.state().name));
        assert!(!told.has_sender && !told.has_imprint && !told.has_privacy_url);
        assert_eq!(told.risky_addresses, RiskyAddresses::Exclude);
        let templates = unit.email_templates();
        let gone = deleted(&template);
        templates.update(&gone, Version::FIRST).await.unwrap();
        let gone = deleted_form(&form);
        unit.forms().update(&gone, Version::FIRST).await.unwrap();
        let told = unit.audience().premises(&plan).await.unwrap();
        assert_eq!(told.template_lives, Some(false));
        assert_eq!(told.form_lives, Some(false));
    }

    pub(super) async fn of_an_empty_plan_nothing_is_there<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;

        let unit = tenant.begin(subject).await;
        let audience = unit.audience();
        let told = audience.premises(&CampaignPlan::default()).await.unwrap();
        assert_eq!(told, Premises::default());
        let counts = audience.count(&[]).await.unwrap();
        assert_eq!((counts.memberships, counts.people), (0, Vec::new()));
        let candidates = audience.candidates(&[], None, 10).await.unwrap();
        assert_eq!(candidates, []);
        let plan = CampaignPlan {
            email_template_version: Some(id(EmailTemplateVersionId::from_uuid)),
            form_version: Some(id(FormVersionId::from_uuid)),
            ..CampaignPlan::default()
        };
        let told = audience.premises(&plan).await.unwrap();
        assert_eq!((told.template_lives, told.form_lives), (None, None));
    }

    pub(super) async fn a_deleted_organization_is_known_as_one<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        subject.delete_organization(other.id()).await;

        for (tenant, is_deleted) in [(tenant, false), (other, true)] {
            let unit = tenant.begin(subject).await;
            let told = unit.audience().premises(&CampaignPlan::default()).await;
            assert_eq!(told.unwrap().organization_is_deleted, is_deleted);
            let letterhead = unit.people().find_letterhead().await.unwrap();
            assert_eq!(letterhead.is_some_and(|it| it.is_deleted), is_deleted);
        }
    }

    /// One person of each standing, and two more valid ones.
    fn people() -> Vec<Person> {
        let stops = [
            None,
            Some(StopReason::Unsubscribed),
            Some(StopReason::Suppressed),
        ];
        let mut people = Vec::new();
        for status in AddressStatus::ALL {
            for stop in stops {
                let standing = Standing { status, stop };
                people.push(Person { standing });
            }
        }
        let standing = Standing {
            status: AddressStatus::Valid,
            stop: None,
        };
        people.extend([Person { standing }; 2]);
        people
    }

    pub(super) async fn an_audience_is_counted_person_by_person<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let people = people();
        let contacts = subject.add_people(tenant.id(), &people).await;
        let all = subject.add_list(tenant.id(), true, &contacts).await;
        let some = subject.add_list(tenant.id(), true, &contacts[..4]).await;
        subject.add_list(tenant.id(), true, &contacts[..9]).await;
        subject.delete_contact(tenant.id(), contacts[16]).await;

        let unit = tenant.begin(subject).await;
        let told = unit.audience().count(&[all, some]).await.unwrap();

        assert_eq!(told.memberships, 16 + 4);
        let mut seen = told.people;
        seen.sort_unstable();
        let mut expected: Vec<_> = people[..15].iter().map(|it| (it.standing, 1)).collect();
        expected.sort_unstable();
        for (standing, count) in &mut expected {
            *count += u64::from(*standing == people[15].standing);
        }
        assert_eq!(seen, expected);
    }

    pub(super) async fn candidates_come_in_batches_each_person_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let people = people();
        let contacts = subject.add_people(tenant.id(), &people).await;
        let odd: Vec<_> = contacts.iter().copied().step_by(2).collect();
        let lists = [
            subject.add_list(tenant.id(), true, &contacts[..12]).await,
            subject.add_list(tenant.id(), true, &odd).await,
        ];
        subject.add_list(tenant.id(), true, &contacts).await;
        subject.delete_contact(tenant.id(), contacts[16]).await;
        let mut expected = Vec::new();
        for (index, (contact, person)) in contacts.iter().zip(&people).enumerate() {
            if (index < 12 || index % 2 == 0) && index != 16 {
                expected.push(Candidate {
                    contact: *contact,
                    standing: person.standing,
                });
            }
        }
        expected.sort_unstable_by_key(|it| it.contact);

        let unit = tenant.begin(subject).await;
        let mut seen = Vec::<Candidate>::new();
        loop {
            let after = seen.last().map(|it| it.contact);
            let batch = unit.audience().candidates(&lists, after, 3).await.unwrap();
            assert!(batch.len() <= 3);
            if batch.is_empty() {
                break;
            }
            seen.extend(batch);
        }
        assert_eq!(seen, expected);
    }

    pub(super) async fn whoever_is_there_is_known_deleted_or_not<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let contacts = subject.add_people(tenant.id(), &people()[..2]).await;
        let foreign = subject.add_people(other.id(), &people()[..1]).await;
        subject.delete_contact(tenant.id(), contacts[1]).await;
        let asked = [
            contacts[1],
            foreign[0],
            contacts[0],
            id(ContactId::from_uuid),
        ];

        let unit = tenant.begin(subject).await;
        let mut known = unit.people().known_contacts(&asked).await.unwrap();

        known.sort_unstable();
        let mut expected = contacts;
        expected.sort_unstable();
        assert_eq!(known, expected);
    }

    pub(super) async fn of_people_who_live_it_is_told_how_they_stand<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let people = people();
        let contacts = subject.add_people(tenant.id(), &people).await;
        subject.delete_contact(tenant.id(), contacts[16]).await;
        let mut asked = contacts.clone();
        asked.push(id(ContactId::from_uuid));

        let unit = tenant.begin(subject).await;
        let told = unit.audience().standings(&asked).await.unwrap();
        let nobody = unit.audience().standings(&[]).await.unwrap();

        let mut told: Vec<_> = told.iter().map(|it| (it.contact, it.standing)).collect();
        told.sort_unstable();
        let living = contacts.iter().zip(&people).take(16);
        let mut expected: Vec<_> = living.map(|(id, it)| (*id, it.standing)).collect();
        expected.sort_unstable();
        assert_eq!(told, expected);
        assert_eq!(nobody, []);
    }

    pub(super) async fn mails_go_to_the_addresses_of_people_who_live<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = subject.add_people(tenant.id(), &people()[..4]).await;
        subject.delete_contact(tenant.id(), contacts[3]).await;
        let mut asked = contacts.clone();
        asked.push(id(ContactId::from_uuid));

        let unit = tenant.begin(subject).await;
        let told = unit.audience().standings(&asked).await.unwrap();

        let told = told.into_iter().map(|it| (it.contact, it.address));
        let mut told: Vec<_> = told.collect();
        let mut expected = Vec::new();
        for contact in &contacts[..3] {
            let addressee = unit.people().find_addressee(*contact).await.unwrap();
            expected.push((*contact, addressee.unwrap().email));
        }
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected);
    }

    pub(super) async fn the_people_and_contents_of_other_tenants_are_nobodys_audience<
        S: Subject,
    >(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let (_, template) = tenant.add(subject, "Template").await;
        let (_, form) = tenant.add_form(subject, "Form").await;
        let contacts = subject.add_people(tenant.id(), &people()).await;
        let list = subject.add_list(tenant.id(), true, &contacts).await;
        let plan = CampaignPlan {
            lists: vec![list],
            email_template_version: Some(template.id),
            form_version: Some(form.id),
            ..CampaignPlan::default()
        };

        let unit = other.begin(subject).await;
        let audience = unit.audience();
        let told = audience.premises(&plan).await.unwrap();
        assert_eq!(told, Premises::default());
        let counts = audience.count(&[list]).await.unwrap();
        assert_eq!((counts.memberships, counts.people), (0, Vec::new()));
        let candidates = audience.candidates(&[list], None, 10).await.unwrap();
        assert_eq!(candidates, []);
        assert_eq!(audience.standings(&contacts).await.unwrap(), []);
    }
}
