//! The people whom campaigns reach: `contact_list_members`, `contacts` and `suppressions`

use async_trait::async_trait;
use campaigns::ports::Audience;
use campaigns::{
    AddressStatus, AudienceCounts, CampaignPlan, Candidate, ListPremise, LivingContact, Premises,
    RiskyAddresses, Standing, StopReason,
};
use kernel::{
    ContactId, ContactListId, EmailTemplateId, EmailTemplateVersionId, FormVersionId, StorageError,
};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::unit::PostgresUnit;

#[derive(FromQueryResult)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct AroundRow {
    template_id: Option<Uuid>,
    template_lives: Option<bool>,
    form_lives: Option<bool>,
    form_name: Option<String>,
    organization_is_deleted: bool,
    has_sender: bool,
    has_imprint: bool,
    has_privacy_url: bool,
    risky: Option<String>,
}

#[derive(FromQueryResult)]
struct ListRow {
    id: Uuid,
    lives: bool,
    is_validated: bool,
}

#[derive(FromQueryResult)]
struct PlacesRow {
    places: i64,
}

#[derive(FromQueryResult)]
struct StandingRow {
    validation_status: String,
    has_left: Option<bool>,
    people: i64,
}

#[derive(FromQueryResult)]
struct CandidateRow {
    contact_id: Uuid,
    validation_status: String,
    has_left: Option<bool>,
}

#[derive(FromQueryResult)]
struct LivingRow {
    contact_id: Uuid,
    email: String,
    validation_status: String,
    has_left: Option<bool>,
}

#[async_trait]
impl Audience for PostgresUnit {
    async fn premises(&self, plan: &CampaignPlan) -> Result<Premises, StorageError> {
        let around = "SELECT \
             (SELECT v.template_id FROM email_template_versions v \
              WHERE v.organization_id = $1 AND v.id = $2) AS template_id, \
             (SELECT t.deleted_at IS NULL FROM email_template_versions v \
              JOIN email_templates t ON t.organization_id = $1 AND t.id = v.template_id \
              WHERE v.organization_id = $1 AND v.id = $2) AS template_lives, \
             (SELECT f.deleted_at IS NULL FROM form_versions v \
              JOIN forms f ON f.organization_id = $1 AND f.id = v.form_id \
              WHERE v.organization_id = $1 AND v.id = $3) AS form_lives, \
             (SELECT f.name FROM form_versions v \
              JOIN forms f ON f.organization_id = $1 AND f.id = v.form_id \
              WHERE v.organization_id = $1 AND v.id = $3) AS form_name, \
             o.deleted_at IS NOT NULL AS organization_is_deleted, \
             o.settings ->> 'sender_address' IS NOT NULL AS has_sender, \
             o.settings ->> 'imprint' IS NOT NULL AS has_imprint, \
             o.settings ->> 'privacy_url' IS NOT NULL AS has_privacy_url, \
             o.settings #>> '{audience_policy,risky}' AS risky \
             FROM organizations o WHERE o.organization_id = $1";
        let values = [
            self.organization().into(),
            plan.email_template_version
                .map(EmailTemplateVersionId::as_uuid)
                .into(),
            plan.form_version.map(FormVersionId::as_uuid).into(),
        ];
        let around = self.one::<AroundRow>(around, values).await?;
        let lists = "SELECT l.id, l.deleted_at IS NULL AS lives, l.status = 'validated' AS is_validated \
                     FROM contact_lists l WHERE l.organization_id = $1 AND l.id = ANY ($2) ORDER BY l.id";
        let values = [self.organization().into(), uuids(&plan.lists).into()];
        let lists = self.all::<ListRow>(lists, values).await?;
        let lists = lists.into_iter().map(|row| ListPremise {
            list: ContactListId::from_uuid(row.id),
            lives: row.lives,
            is_validated: row.is_validated,
        });
        let mut premises = Premises {
            lists: lists.collect(),
            ..Premises::default()
        };
        if let Some(around) = around {
            premises.template = around.template_id.map(EmailTemplateId::from_uuid);
            premises.template_lives = around.template_lives;
            premises.form_lives = around.form_lives;
            premises.form_name = around.form_name.and_then(|name| name.parse().ok());
            premises.organization_is_deleted = around.organization_is_deleted;
            premises.has_sender = around.has_sender;
            premises.has_imprint = around.has_imprint;
            premises.has_privacy_url = around.has_privacy_url;
            if around.risky.as_deref() == Some(RiskyAddresses::Include.as_str()) {
                premises.risky_addresses = RiskyAddresses::Include;
            }
        }
        Ok(premises)
    }

    async fn count(&self, lists: &[ContactListId]) -> Result<AudienceCounts, StorageError> {
        let values = || [self.organization().into(), uuids(lists).into()];
        let places = "SELECT count(*) AS places FROM contact_list_members m \
                      WHERE m.organization_id = $1 AND m.list_id = ANY ($2) AND m.deleted_at IS NULL";
        let places = self.one::<PlacesRow>(places, values()).await?;
        let people = include_str!("count_audience.sql");
        let people = self.all::<StandingRow>(people, values()).await?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Ok(AudienceCounts {
            memberships: places.map_or(0, |row| count(row.places)),
            people: people
                .into_iter()
                .map(|row| {
                    let standing = standing(&row.validation_status, row.has_left)?;
                    Ok((standing, count(row.people)))
                })
                .collect::<Result<_, StorageError>>()?,
        })
    }

    async fn candidates(
        &self,
        lists: &[ContactListId],
        after: Option<ContactId>,
        limit: u16,
    ) -> Result<Vec<Candidate>, StorageError> {
        let statuses = AddressStatus::ALL.map(|status| status.as_str().to_owned());
        let values = [
            self.organization().into(),
            uuids(lists).into(),
            statuses.to_vec().into(),
            after.map_or(Uuid::nil(), ContactId::as_uuid).into(),
            i64::from(limit).into(),
        ];
        let sql = include_str!("candidates.sql");
        let rows = self.all::<CandidateRow>(sql, values).await?;
        rows.into_iter().map(Candidate::try_from).collect()
    }

    async fn standings(&self, contacts: &[ContactId]) -> Result<Vec<LivingContact>, StorageError> {
        let contacts: Vec<_> = contacts.iter().map(|it| it.as_uuid()).collect();
        let values = [self.organization().into(), contacts.into()];
        let sql = include_str!("standings.sql");
        let rows = self.all::<LivingRow>(sql, values).await?;
        rows.into_iter().map(LivingContact::try_from).collect()
    }
}

impl TryFrom<CandidateRow> for Candidate {
    type Error = StorageError;

    fn try_from(row: CandidateRow) -> Result<Self, StorageError> {
        Ok(Self {
            contact: ContactId::from_uuid(row.contact_id),
            standing: standing(&row.validation_status, row.has_left)?,
        })
    }
}

impl TryFrom<LivingRow> for LivingContact {
    type Error = StorageError;

    fn try_from(row: LivingRow) -> Result<Self, StorageError> {
        Ok(Self {
            contact: ContactId::from_uuid(row.contact_id),
            address: row.email,
            standing: standing(&row.validation_status, row.has_left)?,
        })
    }
}

fn uuids(lists: &[ContactListId]) -> Vec<Uuid> {
    lists.iter().map(|list| list.as_uuid()).collect()
}

/// How somebody stands of whom it is known whether they left, where their address is suppressed at all.
fn standing(status: &str, has_left: Option<bool>) -> Result<Standing, StorageError> {
    Ok(Standing {
        status: status.parse()?,
        stop: has_left.map(|has_left| {
            if has_left {
                StopReason::Unsubscribed
            } else {
                StopReason::Suppressed
            }
        }),
    })
}
