//! Use cases: finding leads and counting them.

use kernel::{
    AuditAction, AuditDraft, CampaignId, Changes, FieldErrors, Page, PageRequest, TenantScope,
};

use super::{LeadExport, Leads};
use crate::ports::CampaignUnit;
use crate::{
    AskedCondition, CampaignError, FieldKey, FieldProfile, Lead, LeadFilter, LeadQuery, LeadSort,
    LeadStage,
};

impl Leads {
    /// The leads that are asked for, in the order that is asked for. What is asked of fields that no form has or that
    /// are not indexed is an error of the parameter `field` or `sort`. Pages by the values of a field go on as they began,
    /// whatever forms ask by now.
    pub async fn list(
        &self,
        scope: &TenantScope,
        query: LeadQuery,
        page: &PageRequest,
    ) -> Result<Page<Lead>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let (filter, sort) = resolve(unit.as_ref(), query).await?;
        let sort = match &page.after {
            Some(after) => sort.behind(after).ok_or(CampaignError::InvalidCursor)?,
            None => sort,
        };
        let leads = unit.leads().list(&filter, &sort, page).await?;
        unit.commit().await?;
        Ok(leads)
    }

    /// Begins a download of the leads that are asked for, and writes into the audit log who takes them away.
    pub async fn export(
        &self,
        scope: &TenantScope,
        query: LeadQuery,
    ) -> Result<LeadExport, CampaignError> {
        let at = self.bench.now();
        let unit = self.bench.begin(scope).await?;
        let (filter, sort) = resolve(unit.as_ref(), query).await?;
        let draft = AuditDraft {
            entity_type: "lead",
            entity: None,
            action: AuditAction::Export,
            changes: Changes::none(),
            reason: Some(filter.describe()),
            batch: None,
        };
        self.bench
            .note(unit.as_ref(), scope, at, vec![draft])
            .await?;
        unit.commit().await?;
        Ok(LeadExport::new(
            self.bench.store(),
            scope.clone(),
            filter,
            sort,
        ))
    }

    /// How many living leads, of a campaign or of all, each stage of the pipeline has, in its order.
    pub async fn funnel(
        &self,
        scope: &TenantScope,
        campaign: Option<CampaignId>,
    ) -> Result<Vec<LeadStage>, CampaignError> {
        let unit = self.bench.begin(scope).await?;
        let stages = unit.leads().stages(campaign).await?;
        unit.commit().await?;
        Ok(stages)
    }
}

/// What a query asks for, now that it is known which types the fields have.
async fn resolve(
    unit: &dyn CampaignUnit,
    query: LeadQuery,
) -> Result<(LeadFilter, LeadSort), CampaignError> {
    let keys: Vec<FieldKey> = query
        .conditions
        .iter()
        .map(AskedCondition::key)
        .chain(query.sort_field.iter().map(|(key, _)| key))
        .cloned()
        .collect();
    if keys.is_empty() {
        return Ok((query.filter, query.sort));
    }
    let profiles = unit.forms().field_profiles(&keys).await?;
    let nowhere = FieldProfile::default();
    let kinds = |key: &FieldKey| profiles.get(key).unwrap_or(&nowhere).kinds();
    let mut errors = FieldErrors::default();
    let mut filter = query.filter;
    for asked in &query.conditions {
        match kinds(asked.key()).and_then(|kinds| asked.resolve(&kinds)) {
            Ok(condition) => filter.conditions.push(condition),
            Err(fault) => errors.push("field", fault),
        }
    }
    let mut sort = query.sort;
    if let Some((key, descending)) = query.sort_field {
        match kinds(&key) {
            // The newest version of a form says of which kind its values are.
            Ok(kinds) => {
                sort = LeadSort::Field {
                    key,
                    kind: kinds[0],
                    descending,
                };
            }
            Err(fault) => errors.push("sort", fault),
        }
    }
    if errors.is_empty() {
        Ok((filter, sort))
    } else {
        Err(errors.into())
    }
}
