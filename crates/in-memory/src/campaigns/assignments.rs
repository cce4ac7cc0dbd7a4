//! How the recipients of campaigns stand, and whom not to write to again.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use campaigns::ports::{Assignments, Stops};
use campaigns::{
    Assignment, BounceKind, Bounced, CampaignCounts, Deed, Engaged, Engagement, Exclusion,
    PlannedMail, Played, Recipient, RecipientFilter, RecipientStatus, Settled, Stop, StopReason,
    StopSource, Trace,
};
use contacts::{Suppression, SuppressionReason, SuppressionSource, SuppressionState};
use kernel::{
    CampaignId, ContactId, Page, PageRequest, SimulationId, StorageError, SuppressionId, Timestamp,
};

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

    async fn give_up(
        &self,
        campaign: CampaignId,
        limit: u16,
        _at: Timestamp,
    ) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let left_over = tenant
                .recipients
                .iter_mut()
                .filter(|((of, _), it)| *of == campaign && it.status == RecipientStatus::Pending)
                .take(usize::from(limit));
            let mut changed = 0;
            for (_, recipient) in left_over {
                recipient.status = RecipientStatus::Skipped;
                recipient.reason = Some(Exclusion::Ended.as_str().to_owned());
                recipient.scheduled_send_time = None;
                changed += 1;
            }
            changed
        }))
    }

    async fn find_traces(
        &self,
        recipients: &[(CampaignId, ContactId)],
    ) -> Result<Vec<Trace>, StorageError> {
        let recipients: BTreeSet<_> = recipients.iter().copied().collect();
        Ok(self.read(|tenant| {
            let traces = recipients.into_iter().filter_map(|key| {
                let recipient = tenant.recipients.get(&key)?;
                let deeds = [
                    recipient.opens,
                    recipient.clicks,
                    recipient.views,
                    recipient.submits,
                ];
                Some(Trace {
                    campaign: key.0,
                    contact: key.1,
                    sent_at: recipient.sent_at,
                    first_opened_at: recipient.opens.first,
                    last_at: deeds.iter().filter_map(|deed| deed.last).max(),
                })
            });
            traces.collect()
        }))
    }

    async fn engage(&self, deeds: &[Engaged], _at: Timestamp) -> Result<u64, StorageError> {
        Ok(self.write(|tenant| {
            let mut reached = BTreeSet::new();
            for deed in deeds {
                let key = (deed.campaign, deed.contact);
                let Some(recipient) = tenant.recipients.get_mut(&key) else {
                    continue;
                };
                let engagement = match deed.deed {
                    Deed::Open => &mut recipient.opens,
                    Deed::Click => &mut recipient.clicks,
                    Deed::View => &mut recipient.views,
                    Deed::Submit => &mut recipient.submits,
                };
                engagement.count_at(deed.at);
                reached.insert(key);
            }
            reached.len() as u64
        }))
    }

    async fn bounce(
        &self,
        bounced: &[Bounced],
        _at: Timestamp,
    ) -> Result<Vec<(CampaignId, ContactId)>, StorageError> {
        // Of a mail that came back in both ways it is told that it will never arrive.
        let mut kinds = BTreeMap::new();
        for told in bounced {
            let kind = kinds
                .entry((told.campaign, told.contact))
                .or_insert(told.kind);
            if told.kind == BounceKind::Hard {
                *kind = BounceKind::Hard;
            }
        }
        Ok(self.write(|tenant| {
            let mut changed = Vec::new();
            for (key, kind) in kinds {
                let recipient = tenant.recipients.get_mut(&key);
                if let Some(recipient) = recipient.filter(|it| arrived(it)) {
                    recipient.status = RecipientStatus::Bounced;
                    recipient.reason = Some(kind.as_str().to_owned());
                    changed.push(key);
                }
            }
            changed
        }))
    }

    async fn leave(
        &self,
        recipients: &[(CampaignId, ContactId)],
        _at: Timestamp,
    ) -> Result<Vec<(CampaignId, ContactId)>, StorageError> {
        Ok(self.write(|tenant| {
            let mut left = Vec::new();
            for key in recipients {
                let recipient = tenant.recipients.get_mut(key);
                if let Some(recipient) = recipient.filter(|it| arrived(it)) {
                    recipient.status = RecipientStatus::Unsubscribed;
                    left.push(*key);
                }
            }
            left
        }))
    }

    async fn planned(
        &self,
        campaign: CampaignId,
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<PlannedMail>, StorageError> {
        Ok(self.read(|tenant| {
            let all = tenant.recipients.iter();
            let behind = all.filter(|((of, contact), _)| *of == campaign && Some(*contact) > after);
            let planned = behind.filter_map(|((_, contact), recipient)| {
                Some(PlannedMail {
                    contact: *contact,
                    status: recipient.status,
                    validation: recipient.validation,
                    send_time: recipient.scheduled_send_time?,
                })
            });
            planned.take(usize::from(limit)).collect()
        }))
    }

    async fn play(
        &self,
        campaign: CampaignId,
        played: &[Played],
        _at: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            for played in played {
                let Some(recipient) = tenant.recipients.get_mut(&(campaign, played.contact)) else {
                    continue;
                };
                if let Some(status) = played.status() {
                    recipient.status = status;
                    recipient.reason = played.bounced.map(|kind| kind.as_str().to_owned());
                }
                recipient.sent_at = recipient.sent_at.or(played.sent_at);
                recipient.opens.add(played.opens);
                recipient.clicks.add(played.clicks);
                recipient.views.add(played.views);
                recipient.submits.add(played.submits);
            }
        });
        Ok(())
    }

    async fn count_soft_bounces(
        &self,
        contacts: &[ContactId],
        since: Timestamp,
    ) -> Result<Vec<(ContactId, u64)>, StorageError> {
        Ok(self.read(|tenant| {
            let mut counts = Vec::new();
            let simulations = tenant.simulations.values();
            let simulated: BTreeSet<_> = simulations.map(|it| it.state().campaign).collect();
            for contact in contacts {
                let bounces = tenant
                    .recipients
                    .iter()
                    .filter(|((campaign, of), recipient)| {
                        of == contact
                            && !simulated.contains(campaign)
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

/// Whether the mail went out and did not come back, as far as is known.
const fn arrived(recipient: &Recipient) -> bool {
    matches!(
        recipient.status,
        RecipientStatus::Sent | RecipientStatus::Delivered
    )
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
                let reason = match stop.reason {
                    StopReason::Unsubscribed => SuppressionReason::Unsubscribed,
                    StopReason::Suppressed => SuppressionReason::Bounced,
                };
                let source = match stop.source {
                    StopSource::Link(_) => SuppressionSource::Link,
                    StopSource::Campaign(_) => SuppressionSource::Campaign,
                    StopSource::Simulation(_) => SuppressionSource::Simulation,
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
                        source_id: Some(stop.source.id()),
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

    async fn lift(
        &self,
        simulation: SimulationId,
    ) -> Result<Vec<(SuppressionId, StopReason)>, StorageError> {
        Ok(self.write(|tenant| {
            let came_from_it = |it: &Suppression| {
                let state = it.state();
                state.source == SuppressionSource::Simulation
                    && state.source_id == Some(simulation.as_uuid())
            };
            let all = tenant.suppressions.values();
            let lifted: Vec<_> = all.filter(|it| came_from_it(it)).cloned().collect();
            for suppression in &lifted {
                tenant.suppressions.remove(&suppression.id());
            }
            let lifted = lifted.iter().map(|suppression| {
                let reason = match suppression.state().reason {
                    SuppressionReason::Unsubscribed => StopReason::Unsubscribed,
                    _ => StopReason::Suppressed,
                };
                (suppression.id(), reason)
            });
            lifted.collect()
        }))
    }
}
