//! Writing several leads at once, and the steps of leads.

use campaigns::{Lead, LeadOwner, LeadState, LeadStatus, StatusChange};
use kernel::{ContactId, FormResponseId, LeadId, StorageError, TeamId, UserId};
use sqlx::postgres::PgArguments;

use crate::binds::{Binder, column};
use crate::unit::PostgresUnit;

const UPDATE: &str = include_str!("update_leads.sql");
const INSERT_STEPS: &str = include_str!("insert_steps.sql");

impl PostgresUnit {
    /// Writes leads with their steps where they are stored in the version before.
    pub(super) async fn write_leads(
        &self,
        changed: &[(Lead, Option<StatusChange>)],
    ) -> Result<(), StorageError> {
        if changed.is_empty() {
            return Ok(());
        }
        let leads: Vec<_> = changed.iter().map(|(lead, _)| lead.state()).collect();
        let mut values = PgArguments::default();
        let mut bind = Binder(&mut values);
        bind.add(self.organization())?;
        lead_columns(&leads, &mut bind)?;
        let written = self.all_bound_contended(UPDATE, values).await?;
        if written.len() != changed.len() {
            return Err(StorageError::Contended(None));
        }
        let steps = changed.iter();
        let steps = steps.filter_map(|(lead, step)| Some((lead.id(), step.as_ref()?)));
        self.insert_steps(&steps.collect::<Vec<_>>()).await
    }

    /// Adds steps, each of the lead that it stands beside.
    pub(super) async fn insert_steps(
        &self,
        steps: &[(LeadId, &StatusChange)],
    ) -> Result<(), StorageError> {
        if steps.is_empty() {
            return Ok(());
        }
        let mut values = PgArguments::default();
        let mut bind = Binder(&mut values);
        bind.add(self.organization())?;
        step_columns(steps, &mut bind)?;
        self.all_bound(INSERT_STEPS, values).await.map(drop)
    }
}

/// Binds what the statement takes of the leads, a column at a time.
fn lead_columns(leads: &[&LeadState], bind: &mut Binder<'_>) -> Result<(), StorageError> {
    bind.add(column(leads, |it| it.id.as_uuid()))?;
    bind.add(column(leads, |it| it.contact.map(ContactId::as_uuid)))?;
    bind.add(column(leads, |it| it.status.as_str()))?;
    let person = |lead: &&LeadState| lead.owner.and_then(LeadOwner::person);
    bind.add(column(leads, |it| person(it).map(UserId::as_uuid)))?;
    let team = |lead: &&LeadState| lead.owner.and_then(LeadOwner::team);
    bind.add(column(leads, |it| team(it).map(TeamId::as_uuid)))?;
    let latest = column(leads, |it| it.latest_response.map(FormResponseId::as_uuid));
    bind.add(latest)?;
    bind.add(column(leads, |it| it.responses))?;
    bind.add(column(leads, |it| it.notes.as_str()))?;
    bind.add(column(leads, |it| it.stamps.updated_at))?;
    bind.add(column(leads, |it| {
        it.stamps.updated_by.map(UserId::as_uuid)
    }))?;
    bind.add(column(leads, |it| it.stamps.version.number()))?;
    bind.add(column(leads, |it| it.stamps.deleted_at))?;
    bind.add(column(leads, |it| it.came_at))
}

/// Binds what the statement takes of the steps and of the leads beside them, a column at a time.
fn step_columns(
    steps: &[(LeadId, &StatusChange)],
    bind: &mut Binder<'_>,
) -> Result<(), StorageError> {
    bind.add(column(steps, |(_, step)| step.id.as_uuid()))?;
    bind.add(column(steps, |(lead, _)| lead.as_uuid()))?;
    bind.add(column(steps, |(_, step)| step.from.map(LeadStatus::as_str)))?;
    bind.add(column(steps, |(_, step)| step.to.as_str()))?;
    bind.add(column(steps, |(_, step)| step.reason.as_str()))?;
    bind.add(column(steps, |(_, step)| step.at))?;
    bind.add(column(steps, |(_, step)| step.by.map(UserId::as_uuid)))
}
