//! How leads are changed, and what leaves no trace.

use kernel::{FormResponseId, LeadStatusChangeId, Patch, StorageError, Version};

use crate::contract::Subject;
use crate::contract::tenant::{LATER, Tenant, all_pages, deleted_lead, id, lead_values};
use crate::{CampaignError, LeadChange, LeadOwner, LeadStatus};

pub(super) async fn a_stale_change_of_a_lead_is_refused_and_the_unit_stays_usable<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let lead = tenant.add_lead(subject, None).await;
    let after = deleted_lead(&lead);

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    let refused = leads.update(&after, Version::from_number(9), None).await;
    assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
    leads.update(&after, Version::FIRST, None).await.unwrap();
    unit.commit().await.unwrap();
}

pub(super) async fn leads_are_changed_together_with_their_steps<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let mut changed = Vec::new();
    let by = Some(tenant.user());
    for status in [
        Patch::Set(LeadStatus::Qualified),
        Patch::Keep,
        Patch::Set(LeadStatus::Disqualified),
    ] {
        let mut lead = tenant.add_lead(subject, None).await;
        let change = LeadChange {
            status,
            reason: Some("Because.\nTruly.".parse().unwrap()),
            owner: Some(LeadOwner::Person(tenant.user())).into(),
            notes: Patch::Set("Łódź \"x\"".parse().unwrap()),
        };
        let step = id(LeadStatusChangeId::from_uuid);
        let step = lead.change(&change, step, LATER, by).unwrap();
        changed.push((lead, step));
    }
    let mut answered = tenant.add_lead(subject, None).await;
    let long_before = LATER - time::Duration::days(100);
    answered.answer(
        (id(FormResponseId::from_uuid), long_before),
        None,
        LATER,
        by,
    );
    changed.push((answered, None));
    let last = tenant.add_lead(subject, None).await;
    changed.push((deleted_lead(&last), None));

    let unit = tenant.begin(subject).await;
    unit.leads().update_many(&changed).await.unwrap();
    unit.leads().update_many(&[]).await.unwrap();
    unit.commit().await.unwrap();

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    for (lead, step) in changed {
        let seen = all_pages(async |page| leads.list_status_changes(lead.id(), &page).await);
        assert_eq!(seen.await.into_iter().nth(1), step);
        assert_eq!(leads.find(lead.id()).await.unwrap(), Some(lead));
    }
}

pub(super) async fn leads_are_changed_together_or_none_of_them_is<S: Subject>(subject: &S) {
    let tenant = Tenant::found(subject).await;
    let one = tenant.add_lead(subject, None).await;
    let other = tenant.add_lead(subject, None).await;
    let (absent, _) = tenant.a_lead(None);
    let gone = deleted_lead(&one);
    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    leads.update(&gone, Version::FIRST, None).await.unwrap();
    unit.commit().await.unwrap();

    for passed_by in [gone.clone(), deleted_lead(&absent)] {
        let unit = tenant.begin(subject).await;
        let changed = [(deleted_lead(&other), None), (passed_by, None)];
        let refused = unit.leads().update_many(&changed).await;
        assert!(
            matches!(refused, Err(StorageError::Contended(_))),
            "{refused:?}"
        );
    }

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    assert_eq!(leads.find(one.id()).await.unwrap(), Some(gone));
    assert_eq!(leads.find(other.id()).await.unwrap(), Some(other));
}

pub(super) async fn a_lead_that_is_not_committed_is_invisible_and_leaves_no_trace<S: Subject>(
    subject: &S,
) {
    let tenant = Tenant::found(subject).await;
    let (_, version) = tenant.add_form(subject, "Contact us").await;
    let (lead, step) = tenant.a_lead(None);

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    leads.insert(&lead, &step).await.unwrap();
    let response = tenant.a_response(&lead, &version);
    let values = lead_values();
    leads.insert_response(&response, &values).await.unwrap();
    let second = tenant.begin(subject).await;
    let found = second.leads().find(lead.id()).await.unwrap();
    assert_eq!(found, None);
    drop((unit, second));

    let unit = tenant.begin(subject).await;
    let leads = unit.leads();
    assert_eq!(leads.find(lead.id()).await.unwrap(), None);
    assert_eq!(leads.values_of(lead.id()).await.unwrap(), []);
    let seen = all_pages(async |page| leads.list_responses(lead.id(), &page).await);
    assert_eq!(seen.await, []);
}
