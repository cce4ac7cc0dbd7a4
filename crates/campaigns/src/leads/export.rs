//! Downloads of leads as CSV.

use std::collections::BTreeMap;
use std::sync::Arc;

use csv::{QuoteStyle, Writer, WriterBuilder};
use kernel::{
    CampaignId, ContactId, Cursor, FormResponseId, PageLimit, PageRequest, TeamId, TenantScope,
    UserId, guarded_cell,
};
use time::format_description::well_known::Rfc3339;

use crate::ports::CampaignStore;
use crate::{CampaignError, FormResponse, Lead, LeadFilter, LeadOwner, LeadSort};

const HEADER: [&str; 14] = [
    "id",
    "campaign_id",
    "contact_id",
    "status",
    "source",
    "assigned_user_id",
    "assigned_team_id",
    "responses",
    "latest_response_id",
    "answered_at",
    "notes",
    "created_at",
    "updated_at",
    "answers",
];

/// A download in progress: CSV (RFC 4180) in UTF-8 with a header line. What a lead answered last is its last cell, as
/// JSON.
///
/// Each chunk is read in a unit of work of its own, so that a slow reader holds no transaction, and no more than one of
/// them is in memory. Every cell is quoted, and one that begins like a formula is guarded (see [`kernel::guarded_cell`]).
pub struct LeadExport {
    store: Arc<dyn CampaignStore>,
    scope: TenantScope,
    filter: LeadFilter,
    sort: LeadSort,
    place: Place,
}

/// What comes next.
enum Place {
    Header,
    Behind(Option<Cursor>),
    End,
}

impl LeadExport {
    pub(crate) const fn new(
        store: Arc<dyn CampaignStore>,
        scope: TenantScope,
        filter: LeadFilter,
        sort: LeadSort,
    ) -> Self {
        Self {
            store,
            scope,
            filter,
            sort,
            place: Place::Header,
        }
    }

    /// The next piece of the file, whole lines of it; `None` at its end.
    pub async fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, CampaignError> {
        let mut after = match std::mem::replace(&mut self.place, Place::End) {
            Place::Header => {
                self.place = Place::Behind(None);
                return lines([HEADER.map(str::to_owned)]).map(Some);
            }
            Place::Behind(after) => after,
            Place::End => return Ok(None),
        };
        // Pages can be empty though there are more.
        loop {
            let page = PageRequest {
                limit: PageLimit::new(PageLimit::MAX).unwrap_or(PageLimit::DEFAULT),
                after: after.take(),
            };
            let unit = self.store.begin(&self.scope).await?;
            let found = unit.leads().list(&self.filter, &self.sort, &page).await?;
            let latest = found
                .items
                .iter()
                .filter_map(|it| it.state().latest_response);
            let latest: Vec<_> = latest.collect();
            let responses = unit.leads().find_responses(&latest).await?;
            unit.commit().await?;
            if found.items.is_empty() {
                let Some(next) = found.next else {
                    return Ok(None);
                };
                after = Some(next);
                continue;
            }
            if found.next.is_some() {
                self.place = Place::Behind(found.next);
            }
            let responses: BTreeMap<_, _> = responses.into_iter().map(|it| (it.id, it)).collect();
            let rows = found.items.iter().map(|lead| cells(lead, &responses));
            return lines(rows.collect::<Result<Vec<_>, _>>()?).map(Some);
        }
    }
}

fn lines(rows: impl IntoIterator<Item = [String; 14]>) -> Result<Vec<u8>, CampaignError> {
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(row.iter().map(|cell| guarded_cell(cell).into_owned()))
            .map_err(|error| CampaignError::Csv(error.into()))?;
    }
    writer
        .into_inner()
        .map_err(|error| CampaignError::Csv(error.into_error()))
}

fn cells(
    lead: &Lead,
    responses: &BTreeMap<FormResponseId, FormResponse>,
) -> Result<[String; 14], CampaignError> {
    let state = lead.state();
    let latest = state.latest_response.and_then(|id| responses.get(&id));
    let instant = |at: kernel::Timestamp| {
        at.format(&Rfc3339)
            .map_err(|error| CampaignError::Csv(std::io::Error::other(error)))
    };
    let answers = match latest {
        Some(response) => serde_json::to_string(&response.answers)
            .map_err(|error| CampaignError::Csv(error.into()))?,
        None => String::new(),
    };
    let person = state.owner.and_then(LeadOwner::person);
    let team = state.owner.and_then(LeadOwner::team);
    let written = |id: Option<String>| id.unwrap_or_default();
    Ok([
        state.id.to_string(),
        written(state.campaign.as_ref().map(CampaignId::to_string)),
        written(state.contact.as_ref().map(ContactId::to_string)),
        state.status.as_str().to_owned(),
        state.source.as_str().to_owned(),
        written(person.as_ref().map(UserId::to_string)),
        written(team.as_ref().map(TeamId::to_string)),
        state.responses.to_string(),
        written(
            state
                .latest_response
                .as_ref()
                .map(FormResponseId::to_string),
        ),
        latest.map_or_else(|| Ok(String::new()), |it| instant(it.submitted_at))?,
        state.notes.to_string(),
        instant(state.stamps.created_at)?,
        instant(state.stamps.updated_at)?,
        answers,
    ])
}
