//! The people whom campaigns reach.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use campaigns::ports::Audience;
use campaigns::{
    AddressStatus, AudienceCounts, CampaignPlan, Candidate, ListPremise, LivingContact, Premises,
    RiskyAddresses, Standing, StopReason,
};
use contacts::{Contact, ListStatus, SuppressionReason};
use kernel::{ContactId, ContactListId, StorageError};
use tenancy::Organization;

use crate::state::TenantState;
use crate::unit::MemoryUnit;

#[async_trait]
impl Audience for MemoryUnit {
    async fn premises(&self, plan: &CampaignPlan) -> Result<Premises, StorageError> {
        Ok(self.read(|tenant| {
            let organization = tenant.organization.as_ref().map(Organization::state);
            let settings = organization.map(|it| &it.settings);
            let list = |id: &ContactListId| {
                let state = tenant.contact_lists.get(id)?.state();
                Some(ListPremise {
                    list: *id,
                    lives: !state.stamps.is_deleted(),
                    is_validated: state.status == ListStatus::Validated,
                })
            };
            let template = plan.email_template_version.and_then(|id| {
                let version = tenant.email_template_versions.get(&id)?;
                tenant.email_templates.get(&version.template)
            });
            let form = plan.form_version.and_then(|id| {
                let version = tenant.form_versions.get(&id)?;
                tenant.forms.get(&version.form)
            });
            let risky = settings.map(|it| it.audience_policy.risky);
            Premises {
                lists: plan.lists.iter().filter_map(list).collect(),
                template: template.map(|it| it.state().id),
                template_lives: template.map(|it| !it.state().stamps.is_deleted()),
                form_lives: form.map(|it| !it.state().stamps.is_deleted()),
                form_name: form.map(|it| it.state().name.clone()),
                organization_is_deleted: organization.is_some_and(|it| it.stamps.is_deleted()),
                has_sender: settings.is_some_and(|it| it.sender_address.is_some()),
                has_imprint: settings.is_some_and(|it| it.imprint.is_some()),
                has_privacy_url: settings.is_some_and(|it| it.privacy_url.is_some()),
                risky_addresses: match risky {
                    Some(tenancy::RiskyAddresses::Include) => RiskyAddresses::Include,
                    Some(tenancy::RiskyAddresses::Exclude) | None => RiskyAddresses::Exclude,
                },
            }
        }))
    }

    async fn count(&self, lists: &[ContactListId]) -> Result<AudienceCounts, StorageError> {
        Ok(self.read(|tenant| {
            let places = places(tenant, lists);
            let mut counts = BTreeMap::<Standing, u64>::new();
            for contact in places.values().map(|(contact, _)| contact) {
                *counts.entry(standing(tenant, contact)).or_default() += 1;
            }
            AudienceCounts {
                memberships: places.values().map(|(_, places)| places).sum(),
                people: counts.into_iter().collect(),
            }
        }))
    }

    async fn candidates(
        &self,
        lists: &[ContactListId],
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Candidate>, StorageError> {
        Ok(self.read(|tenant| {
            places(tenant, lists)
                .into_iter()
                .filter(|(id, _)| Some(*id) > after)
                .take(usize::from(limit))
                .map(|(id, (contact, _))| Candidate {
                    contact: id,
                    standing: standing(tenant, contact),
                })
                .collect()
        }))
    }

    async fn standings(&self, contacts: &[ContactId]) -> Result<Vec<LivingContact>, StorageError> {
        Ok(self.read(|tenant| {
            let found = contacts.iter().filter_map(|id| tenant.contacts.get(id));
            let living = found.filter(|contact| !contact.state().stamps.is_deleted());
            living
                .map(|contact| LivingContact {
                    contact: contact.id(),
                    address: contact.state().email.to_string(),
                    standing: standing(tenant, contact),
                })
                .collect()
        }))
    }
}

/// The living members of these lists, and on how many of them each is.
fn places<'a>(
    tenant: &'a TenantState,
    lists: &[ContactListId],
) -> BTreeMap<ContactId, (&'a Contact, u64)> {
    let lists = lists.iter().collect::<BTreeSet<_>>();
    let mut places = BTreeMap::new();
    for (list, id) in &tenant.list_members {
        let contact = tenant.contacts.get(id);
        let living = contact.filter(|contact| !contact.state().stamps.is_deleted());
        if let (true, Some(contact)) = (lists.contains(list), living) {
            places.entry(*id).or_insert((contact, 0)).1 += 1;
        }
    }
    places
}

fn standing(tenant: &TenantState, contact: &Contact) -> Standing {
    use contacts::ValidationStatus as Status;
    let state = contact.state();
    let mut stop = None;
    for suppression in tenant.suppressions.values() {
        if suppression.state().address == state.email_hash {
            let has_left = suppression.state().reason == SuppressionReason::Unsubscribed
                || stop == Some(StopReason::Unsubscribed);
            stop = Some(if has_left {
                StopReason::Unsubscribed
            } else {
                StopReason::Suppressed
            });
        }
    }
    let status = match state.validation.status {
        Status::Pending => AddressStatus::Pending,
        Status::Valid => AddressStatus::Valid,
        Status::Invalid => AddressStatus::Invalid,
        Status::Risky => AddressStatus::Risky,
        Status::Nonexistent => AddressStatus::Nonexistent,
    };
    Standing { status, stop }
}
