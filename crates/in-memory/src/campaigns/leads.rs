//! The leads of the unit's organization.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use async_trait::async_trait;
use campaigns::ports::{LeadRepository, People};
use campaigns::{
    Addressee, CampaignError, FieldKey, FormResponse, Lead, LeadFilter, LeadSort, LeadStage,
    LeadState, LeadStatus, LeadValue, Letterhead, Person, SortPlace, StatusChange, TypedValue,
    ValueKind,
};
use kernel::{
    CampaignId, ContactId, Cursor, FormResponseId, LeadId, Page, PageRequest, StorageError, TeamId,
    UserId, Version,
};

use crate::state::TenantState;
use crate::unit::MemoryUnit;

#[async_trait]
impl LeadRepository for MemoryUnit {
    async fn insert(&self, lead: &Lead, step: &StatusChange) -> Result<(), CampaignError> {
        let people = lead.state().person.as_slice();
        if let Some(other) = self.read(|tenant| living(tenant, lead.state().campaign, people)) {
            return Err(CampaignError::LeadExists(other.id()));
        }
        self.write(|tenant| {
            tenant.leads.insert(lead.id(), lead.clone());
            tenant.lead_steps.insert((lead.id(), step.id), step.clone());
        });
        Ok(())
    }

    async fn find(&self, id: LeadId) -> Result<Option<Lead>, StorageError> {
        Ok(self.read(|tenant| tenant.leads.get(&id).cloned()))
    }

    async fn find_for_change(&self, ids: &[LeadId]) -> Result<Vec<Lead>, StorageError> {
        Ok(self.read(|tenant| {
            let leads = tenant.leads.values();
            leads.filter(|it| ids.contains(&it.id())).cloned().collect()
        }))
    }

    async fn find_person(
        &self,
        campaign: Option<CampaignId>,
        contact: Option<ContactId>,
        people: &[Person],
    ) -> Result<Option<Lead>, StorageError> {
        Ok(self.read(|tenant| {
            let theirs = contact.and_then(|contact| {
                let is_theirs = |lead: &LeadState| lead.contact == Some(contact);
                living_of(tenant, campaign, is_theirs)
            });
            theirs.or_else(|| living(tenant, campaign, people))
        }))
    }

    async fn update(
        &self,
        lead: &Lead,
        expected: Version,
        step: Option<&StatusChange>,
    ) -> Result<(), CampaignError> {
        let present = self.read(|tenant| {
            let lead = tenant.leads.get(&lead.id());
            lead.map(|lead| lead.state().stamps.version)
        });
        if present != Some(expected) {
            return Err(CampaignError::Stale);
        }
        if self.read(|tenant| is_second(tenant, lead)) {
            return Err(StorageError::Contended(None).into());
        }
        self.write(|tenant| {
            tenant.leads.insert(lead.id(), lead.clone());
            if let Some(step) = step {
                tenant.lead_steps.insert((lead.id(), step.id), step.clone());
            }
        });
        Ok(())
    }

    async fn update_many(
        &self,
        changed: &[(Lead, Option<StatusChange>)],
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            for (lead, step) in changed {
                let present = tenant.leads.get(&lead.id());
                let next = present.map(|lead| lead.state().stamps.version.next());
                if next != Some(lead.state().stamps.version) || is_second(tenant, lead) {
                    return Err(StorageError::Contended(None));
                }
                tenant.leads.insert(lead.id(), lead.clone());
                if let Some(step) = step {
                    tenant.lead_steps.insert((lead.id(), step.id), step.clone());
                }
            }
            Ok(())
        })
    }

    async fn insert_response(
        &self,
        response: &FormResponse,
        values: &[LeadValue],
    ) -> Result<(), StorageError> {
        self.write(|tenant| {
            tenant.form_responses.insert(response.id, response.clone());
            tenant.lead_values.insert(response.lead, values.to_vec());
        });
        Ok(())
    }

    async fn values_of(&self, lead: LeadId) -> Result<Vec<LeadValue>, StorageError> {
        let mut values =
            self.read(|tenant| tenant.lead_values.get(&lead).cloned().unwrap_or_default());
        values.sort_by(|a, b| (&a.key, a.position).cmp(&(&b.key, b.position)));
        Ok(values)
    }

    async fn list_responses(
        &self,
        lead: LeadId,
        page: &PageRequest,
    ) -> Result<Page<FormResponse>, StorageError> {
        Ok(self.read(|tenant| {
            let responses = tenant.form_responses.values();
            let own = responses.filter(|it| it.lead == lead).cloned();
            self.page(own, page, |it| it.id.as_uuid())
        }))
    }

    async fn find_responses(
        &self,
        ids: &[FormResponseId],
    ) -> Result<Vec<FormResponse>, StorageError> {
        Ok(self.read(|tenant| {
            let responses = tenant.form_responses.values();
            responses
                .filter(|it| ids.contains(&it.id))
                .cloned()
                .collect()
        }))
    }

    async fn stages(&self, campaign: Option<CampaignId>) -> Result<Vec<LeadStage>, StorageError> {
        Ok(self.read(|tenant| {
            let living: Vec<_> = tenant
                .leads
                .values()
                .map(Lead::state)
                .filter(|it| !it.stamps.is_deleted())
                .filter(|it| campaign.is_none() || it.campaign == campaign)
                .collect();
            let has_been = |lead: &LeadState, status: LeadStatus| {
                let mut steps = tenant.lead_steps.iter();
                steps.any(|((of, _), step)| *of == lead.id && step.to == status)
            };
            let stage = |status: &LeadStatus| {
                let now = living.iter().filter(|it| it.status == *status).count();
                let reached = living.iter().filter(|it| has_been(it, *status)).count();
                LeadStage {
                    status: *status,
                    now: now.try_into().unwrap_or(u64::MAX),
                    reached: reached.try_into().unwrap_or(u64::MAX),
                }
            };
            LeadStatus::ALL.iter().map(stage).collect()
        }))
    }

    async fn list_status_changes(
        &self,
        lead: LeadId,
        page: &PageRequest,
    ) -> Result<Page<StatusChange>, StorageError> {
        Ok(self.read(|tenant| {
            let steps = tenant.lead_steps.iter();
            let own = steps.filter(|((of, _), _)| *of == lead);
            let own = own.map(|(_, step)| step.clone());
            self.page(own, page, |it| it.id.as_uuid())
        }))
    }

    async fn list(
        &self,
        filter: &LeadFilter,
        sort: &LeadSort,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StorageError> {
        let mut placed: Vec<(Lead, Place)> = self.read(|tenant| {
            let values = |lead: &Lead| {
                let values = tenant.lead_values.get(&lead.id());
                values.map_or(&[][..], Vec::as_slice)
            };
            let leads = tenant.leads.values();
            let wanted = leads.filter(|lead| filter.accepts(lead, values(lead)));
            let placed = wanted.filter_map(|lead| {
                let place = Place::of(lead, values(lead), sort)?;
                Some((lead.clone(), place))
            });
            placed.collect()
        });
        let is_backwards = matches!(
            sort,
            LeadSort::CreatedDescending
                | LeadSort::Field {
                    descending: true,
                    ..
                }
        );
        let in_order = |a: &Place, b: &Place| {
            if is_backwards {
                b.compare(a)
            } else {
                a.compare(b)
            }
        };
        placed.sort_by(|(_, a), (_, b)| in_order(a, b));
        if let Some(after) = &page.after {
            let after = Place::at(after);
            placed.retain(|(_, place)| in_order(place, &after) == Ordering::Greater);
        }
        self.unsettle(&mut placed, page);
        let page = Page::from_overfull(placed, page.limit, |(_, place)| place.cursor());
        Ok(page.map(|(lead, _)| lead))
    }
}

/// Where a lead stands in an order.
struct Place {
    value: Option<SortPlace>,
    id: uuid::Uuid,
}

impl Place {
    fn of(lead: &Lead, values: &[LeadValue], sort: &LeadSort) -> Option<Self> {
        let value = match sort {
            LeadSort::Field { key, kind, .. } => Some(first(values, key, *kind)?),
            _ => None,
        };
        let id = lead.id().as_uuid();
        Some(Self { value, id })
    }

    fn at(cursor: &Cursor) -> Self {
        match (SortPlace::read(cursor), cursor) {
            (Some((value, id)), _) => Self {
                value: Some(value),
                id,
            },
            (None, Cursor::Id(id) | Cursor::Text(_, id) | Cursor::Time(_, id)) => Self {
                value: None,
                id: *id,
            },
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        (&self.value, self.id).cmp(&(&other.value, other.id))
    }

    fn cursor(&self) -> Cursor {
        match &self.value {
            Some(value) => value.cursor(self.id),
            None => Cursor::Id(self.id),
        }
    }
}

/// The first value of a field, where it is of this kind.
fn first(values: &[LeadValue], key: &FieldKey, kind: ValueKind) -> Option<SortPlace> {
    let mut own = values
        .iter()
        .filter(|it| it.key == *key && it.position == 0);
    let value = own.find(|it| it.value.kind() == kind)?;
    Some(match &value.value {
        TypedValue::Text(text) => SortPlace::Text(TypedValue::fold(text)),
        TypedValue::Number(number) => SortPlace::Number(number.millionths()),
        TypedValue::Date(date) => SortPlace::Date(*date),
        TypedValue::Flag(flag) => SortPlace::Flag(*flag),
    })
}

/// The living lead of the first of these people that has one.
fn living(tenant: &TenantState, campaign: Option<CampaignId>, people: &[Person]) -> Option<Lead> {
    people.iter().find_map(|person| {
        let is_theirs = |lead: &LeadState| lead.person.as_ref() == Some(person);
        living_of(tenant, campaign, is_theirs)
    })
}

/// The first living lead of the campaign, or without one, that is somebody's.
fn living_of(
    tenant: &TenantState,
    campaign: Option<CampaignId>,
    is_theirs: impl Fn(&LeadState) -> bool,
) -> Option<Lead> {
    let mut leads = tenant.leads.values();
    let found = leads.find(|lead| {
        let state = lead.state();
        !state.stamps.is_deleted() && state.campaign == campaign && is_theirs(state)
    });
    found.cloned()
}

/// Whether the lead lives, and its campaign has another living lead of its person.
fn is_second(tenant: &TenantState, lead: &Lead) -> bool {
    let state = lead.state();
    let other = living(tenant, state.campaign, state.person.as_slice());
    !state.stamps.is_deleted() && other.is_some_and(|other| other.id() != lead.id())
}

#[async_trait]
impl People for MemoryUnit {
    async fn is_contact(&self, id: ContactId) -> Result<bool, StorageError> {
        Ok(self.read(|tenant| {
            let contact = tenant.contacts.get(&id);
            contact.is_some_and(|it| !it.state().stamps.is_deleted())
        }))
    }

    async fn known_contacts(&self, ids: &[ContactId]) -> Result<Vec<ContactId>, StorageError> {
        Ok(self.read(|tenant| {
            let ids = ids.iter().copied().collect::<BTreeSet<_>>().into_iter();
            ids.filter(|id| tenant.contacts.contains_key(id)).collect()
        }))
    }

    async fn find_contact(&self, address: &str) -> Result<Option<ContactId>, StorageError> {
        let wanted = contacts::normalize(address);
        Ok(self.read(|tenant| {
            let mut contacts = tenant.contacts.values();
            let found = contacts.find(|it| {
                let state = it.state();
                !state.stamps.is_deleted() && state.email_normalized == wanted
            });
            found.map(contacts::Contact::id)
        }))
    }

    async fn find_addressee(&self, id: ContactId) -> Result<Option<Addressee>, StorageError> {
        let text = |text: &Option<contacts::ContactText>| text.as_ref().map(ToString::to_string);
        Ok(self.read(|tenant| {
            let contact = tenant.contacts.get(&id)?.state();
            let profile = &contact.profile;
            (!contact.stamps.is_deleted()).then(|| Addressee {
                email: contact.email.to_string(),
                first_name: text(&profile.first_name),
                last_name: text(&profile.last_name),
                display_name: text(&profile.display_name),
                phone: text(&profile.phone),
                company: text(&profile.company),
                job_title: text(&profile.job_title),
                locale: profile.locale.clone(),
                attributes: profile.attributes.as_map().clone(),
            })
        }))
    }

    async fn find_letterhead(&self) -> Result<Option<Letterhead>, StorageError> {
        Ok(self.read(|tenant| {
            let state = tenant.organization.as_ref()?.state();
            let settings = &state.settings;
            Some(Letterhead {
                name: state.name.to_string(),
                imprint: settings.imprint.as_ref().map(ToString::to_string),
                privacy_url: settings
                    .privacy_url
                    .as_ref()
                    .map(|url| url.as_str().to_owned()),
                locale: settings.locale.clone(),
                is_deleted: state.stamps.is_deleted(),
            })
        }))
    }

    async fn is_member(&self, user: UserId) -> Result<bool, StorageError> {
        Ok(self.read(|tenant| {
            let mut members = tenant.memberships.values();
            members.any(|it| it.state().user == user && !it.state().stamps.is_deleted())
        }))
    }

    async fn is_team(&self, team: TeamId) -> Result<bool, StorageError> {
        Ok(self.read(|tenant| {
            let team = tenant.teams.get(&team);
            team.is_some_and(|it| !it.state().stamps.is_deleted())
        }))
    }
}
