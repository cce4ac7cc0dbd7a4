//! What is asked for in the address.

use analytics::{FileFormat, Question, Segment, ViewName};
use kernel::{CampaignId, FieldFault};
use tenancy::{Member, Permission};
use time::Date;
use time::macros::format_description;
use uuid::Uuid;

use crate::Caller;
use crate::input::{OrganizationKey, Query, id, parameters, text, text_by};
use crate::problem::ApiError;
use crate::schema::{FileFormatText, MetricsViewText, ValidationStatusText};

/// The days of which something is asked, and of whom.
pub(super) struct Asked {
    from: Query<Option<Date>>,
    to: Query<Option<Date>>,
    segment: Query<Option<ValidationStatusText>>,
}

impl Asked {
    /// What these parameters say.
    pub(super) const fn new(
        from: Query<Option<Date>>,
        to: Query<Option<Date>>,
        segment: Query<Option<ValidationStatusText>>,
    ) -> Self {
        Self { from, to, segment }
    }

    /// Who asks, and the question, or everything that is wrong with it: who may not ask is told that before.
    pub(super) async fn by(
        self,
        caller: &Caller,
        organization: &OrganizationKey,
        permission: Permission,
    ) -> Result<(Member, Question), ApiError> {
        let member = caller.authorize(organization, permission).await?;
        Ok((member, self.read()?))
    }

    fn read(&self) -> Result<Question, ApiError> {
        parameters(|query| {
            let from = query.optional(&self.from, text_by(date));
            let to = query.optional(&self.to, text_by(date));
            let segment = query.optional(&self.segment, text::<Segment>);
            match Question::new(from?, to?, segment?) {
                Ok(question) => Some(question),
                Err(error) => query.refuse(&self.to, error),
            }
        })
    }
}

/// Which view is to be put into what kind of file.
pub(super) struct Wanted {
    pub(super) view: Query<Option<MetricsViewText>>,
    pub(super) format: Query<Option<FileFormatText>>,
}

impl Wanted {
    /// The view and the kind of file, or everything that is wrong with the parameters.
    pub(super) fn read(&self, default: ViewName) -> Result<(ViewName, FileFormat), ApiError> {
        parameters(|query| {
            let view = query.optional(&self.view, text::<ViewName>);
            let format = query.optional(&self.format, text::<FileFormat>);
            let (view, format) = (view?, format?);
            Some((view.unwrap_or(default), format.unwrap_or(FileFormat::Csv)))
        })
    }
}

/// Campaigns that are named in the address.
pub(super) fn campaigns(named: &Query<Vec<Uuid>>) -> Result<Vec<CampaignId>, ApiError> {
    parameters(|query| {
        let ids = query.list(named, id::<CampaignId>)?;
        let most = analytics::Dashboards::MOST_COMPARED;
        if ids.len() > most {
            let detail = format!("at most {most} campaigns can be named at once");
            return query.refuse(named, FieldFault::new("too-many", detail));
        }
        Some(ids)
    })
}

fn date(text: &str) -> Result<Date, FieldFault> {
    let format = format_description!("[year]-[month]-[day]");
    let date = Date::parse(text, format).ok();
    date.ok_or_else(|| FieldFault::new("not-a-date", "a date is written as 2026-03-31"))
}
