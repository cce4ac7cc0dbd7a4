//! How the recipients of campaigns stand, and whom not to write to again.

use async_trait::async_trait;
use campaigns::ports::{Assignments, Stops};
use campaigns::{
    Assignment, BounceKind, CampaignCounts, Deed, Engagement, Exclusion, Recipient,
    RecipientFilter, RecipientStatus, Settled, Stop, StopReason,
};
use contacts::{Suppression, SuppressionReason, SuppressionSource, SuppressionState};
use kernel::{CampaignId, ContactId, Page, PageRequest, StorageError, SuppressionId, Timestamp};

use crate::state::TenantState;
use crate::unit::MemoryUnit;

/// How the recipients of a campaign stand, counted.
pub(super) fn counted(tenant: &TenantState, campaign: CampaignId) -> CampaignCounts {
    let mut counts = CampaignCounts::default();
    for (_, recipient) in tenant
        .recipients
        .iter()
        .filter(|((of, _), _)| *of == campaign)
    {
        counts.assigned += 1;
        match recipient.status {
            RecipientStatus::Pending => {}
            RecipientStatus::Skipped => counts.skipped += 1,
            RecipientStatus::Failed => counts.failed += 1,
            RecipientStatus::Bounced => {
                counts.sent += 1;
                counts.bounced += 1;
            }
            RecipientStatus::Sent | RecipientStatus::Delivered | RecipientStatus::Unsubscribed => {
                counts.sent += 1;
            }
        }
    }
    counts
}

#[async_trait]
impl Assignments for MemoryUnit {
    async fn assign(
        &self,
        campaign: CampaignId,
        assignments: &[Assignment],
        at: Timestamp,
    ) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let mut added = 0;
            for assignment in assignments {
                let key = (campaign, assignment.contact);
                if tenant.recipients.contains_key(&key) {
                    continue;
                }
                let exclusion = assignment.decision.err();
                let recipient = Recipient {
                    contact: assignment.contact,
                    status: match exclusion {
                        Some(_) => RecipientStatus::Skipped,
                        None => RecipientStatus::Pending,
                    },
                    reason: exclusion.map(|it| it.as_str().to_owned()),
                    validation: assignment.validation,
                    scheduled_send_time: assignment.decision.ok(),
                    sent_at: None,
                    opens: Engagement::default(),
                    clicks: Engagement::default(),
                    views: Engagement::default(),
                    submits: Engagement::default(),
                    assigned_at: at,
                };
                tenant.recipients.insert(key, recipient);
                added += 1;
            }
            added
        }))
    }

    async fn claim_due(
        &self,
        campaign: CampaignId,
        until: Timestamp,
        limit: u16,
    ) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.read(|tenant| {
            let mut due: Vec<_> = pending(tenant, campaign)
                .filter(|(at, _)| *at <= until)
                .collect();
            due.sort_unstable();
            due.truncate(usize::from(limit));
            due.into_iter().map(|(_, contact)| contact).collect()
        }))
    }

    async fn next_due(&self, campaign: CampaignId) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.read(|tenant| pending(tenant, campaign).map(|(at, _)| at).min()))
    }

    async fn settle(
        &self,
        campaign: CampaignId,
        settled: &[Settled],
        at: Timestamp,
    ) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let mut changed = 0;
            for settled in settled {
                let recipient = tenant.recipients.get_mut(&(campaign, settled.contact));
                let pending = recipient.filter(|it| it.status == RecipientStatus::Pending);
                if let Some(recipient) = pending {
                    recipient.status = settled.status();
                    recipient.reason = settled.reason().map(str::to_owned);
                    recipient.validation = settled.validation.unwrap_or(recipient.validation);
                    match recipient.status {
                        RecipientStatus::Skipped => recipient.scheduled_send_time = None,
                        RecipientStatus::Failed => {}
                        _ => recipient.sent_at = Some(at),
                    }
                    changed += 1;
                }
            }
            changed
        }))
    }

    async fn give_up(&self, campaign: CampaignId, _at: Timestamp) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let mut changed = 0;
            for ((of, _), recipient) in &mut tenant.recipients {
                if *of == campaign && recipient.status == RecipientStatus::Pending {
                    recipient.status = RecipientStatus::Skipped;
                    recipient.reason = Some(Exclusion::Ended.as_str().to_owned());
                    recipient.scheduled_send_time = None;
                    changed += 1;
                }
            }
            changed
        }))
    }

    async fn engage(
        &self,
        campaign: CampaignId,
        contact: ContactId,
        deed: Deed,
        at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.write(|tenant| {
            let Some(recipient) = tenant.recipients.get_mut(&(campaign, contact)) else {
                return false;
            };
            let engagement = match deed {
                Deed::Open => &mut recipient.opens,
                Deed::Click => &mut recipient.clicks,
                Deed::View => &mut recipient.views,
                Deed::Submit => &mut recipient.submits,
            };
            engagement.count_at(at);
            true
        }))
    }

    async fn leave(
        &self,
        campaign: CampaignId,
        contact: ContactId,
        _at: Timestamp,
    ) -> Result<bool, StorageError> {
        Ok(self.write(|tenant| {
            let recipient = tenant.recipients.get_mut(&(campaign, contact));
            let reached = recipient.filter(|it| {
                matches!(
                    it.status,
                    RecipientStatus::Sent | RecipientStatus::Delivered
                )
            });
            reached.is_some_and(|recipient| {
                recipient.status = RecipientStatus::Unsubscribed;
                true
            })
        }))
    }

    async fn count_soft_bounces(
        &self,
        contacts: &[ContactId],
        since: Timestamp,
    ) -> Result<Vec<(ContactId, u64)>, StorageError> {
        Ok(self.read(|tenant| {
            let mut counts = Vec::new();
            for contact in contacts {
                let bounces = tenant.recipients.iter().filter(|((_, of), recipient)| {
                    of == contact
                        && recipient.status == RecipientStatus::Bounced
                        && recipient.reason.as_deref() == Some(BounceKind::Soft.as_str())
                        && recipient.sent_at >= Some(since)
                });
                let count = bounces.count() as u64;
                if count > 0 {
                    counts.push((*contact, count));
                }
            }
            counts.sort_unstable();
            counts
        }))
    }

    async fn list(
        &self,
        campaign: CampaignId,
        filter: &RecipientFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient>, StorageError> {
        Ok(self.read(|tenant| {
            let all = tenant.recipients.iter();
            let wanted = all.filter(|((of, _), recipient)| {
                *of == campaign
                    && filter
                        .status
                        .is_none_or(|status| recipient.status == status)
                    && (filter.reason.is_none() || recipient.reason == filter.reason)
            });
            let wanted = wanted.map(|(_, recipient)| recipient.clone());
            self.page(wanted, page, |recipient| recipient.contact.as_uuid())
        }))
    }
}

fn pending(
    tenant: &TenantState,
    campaign: CampaignId,
) -> impl Iterator<Item = (Timestamp, ContactId)> {
    let all = tenant.recipients.iter();
    all.filter_map(move |((of, contact), recipient)| {
        let is_pending = *of == campaign && recipient.status == RecipientStatus::Pending;
        let at = recipient.scheduled_send_time.filter(|_| is_pending)?;
        Some((at, *contact))
    })
}

#[async_trait]
impl Stops for MemoryUnit {
    async fn add(&self, stops: &[Stop], at: Timestamp) -> Result<Vec<SuppressionId>, StorageError> {
        let organization = self.organization_id();
        Ok(self.write(|tenant| {
            let mut made = Vec::new();
            for stop in stops {
                let Some(contact) = tenant.contacts.get(&stop.contact) else {
                    continue;
                };
                let (reason, source) = match stop.reason {
                    StopReason::Unsubscribed => {
                        (SuppressionReason::Unsubscribed, SuppressionSource::Link)
                    }
                    StopReason::Suppressed => {
                        (SuppressionReason::Bounced, SuppressionSource::Campaign)
                    }
                };
                let address = contact.state().email_hash;
                let key = (address, reason, source);
                let is_there = tenant.suppressions.values().any(|it| {
                    let state = it.state();
                    (state.address, state.reason, state.source) == key
                });
                if !is_there {
                    let suppression = Suppression::new(SuppressionState {
                        id: stop.id,
                        organization,
                        address,
                        reason,
                        source,
                        source_id: Some(stop.campaign.as_uuid()),
                        created_at: at,
                        created_by: None,
                    });
                    tenant.suppressions.insert(stop.id, suppression);
                    made.push(stop.id);
                }
            }
            made
        }))
    }
}
