//! What campaigns achieve.

mod asked;
mod dto;
mod figures;
mod file;

use analytics::{Dashboards, ViewName};
use kernel::CampaignId;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use tenancy::Permission;
use time::Date;
use uuid::Uuid;

use self::asked::{Asked, Wanted, campaigns};
use self::dto::{
    ComparisonAnswer, DailyAnswer, FunnelAnswer, MetricsAnswer, OverviewAnswer, SegmentsAnswer,
    SourcesAnswer,
};
use self::file::MetricsFile;
use crate::input::{OrganizationKey, Path, Query};
use crate::problem::{Failed, St};
use crate::schema::{FileFormatText, MetricsViewText, ValidationStatusText};
use crate::{Caller, Tag};

/// The operations on what campaigns achieve.
pub struct MetricsApi {
    dashboards: Dashboards,
}

impl MetricsApi {
    /// Operations over these use cases.
    #[must_use]
    pub const fn new(dashboards: Dashboards) -> Self {
        Self { dashboards }
    }
}

#[OpenApi(tag = "Tag::Metrics")]
impl MetricsApi {
    /// Read the figures of a campaign
    ///
    /// Counts, leads and rates of the days from `from` to `to`, from the campaign's first event to today where they are
    /// absent, with those of as many days right before. They are exact at this moment; what machines did stands beside
    /// what people did. Needs the permission `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/metrics",
        method = "get",
        operation_id = "readCampaignMetrics"
    )]
    async fn metrics(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<MetricsAnswer>, Failed<()>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let view = self
            .dashboards
            .campaign(member.scope(), campaign.0, &question)
            .await?;
        Ok(Json(view.into()))
    }

    /// Read the figures of a campaign day by day
    ///
    /// Every day of the period in the organization's time zone, also those on which nothing happened. Once a day is
    /// final, its counts do not change by themselves any more: events that come later are told beside them. Needs the
    /// permission `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/metrics/daily",
        method = "get",
        operation_id = "readCampaignDailyMetrics"
    )]
    async fn daily(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<DailyAnswer>, Failed<()>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let view = self
            .dashboards
            .daily(member.scope(), campaign.0, &question)
            .await?;
        Ok(Json(view.into()))
    }

    /// Read how far people went
    ///
    /// How many people were mailed, opened the mail, followed a link, saw the landing page, sent its form and became
    /// customers in the period. Needs the permission `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/metrics/funnel",
        method = "get",
        operation_id = "readCampaignFunnel"
    )]
    async fn funnel(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<FunnelAnswer>, Failed<()>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let view = self
            .dashboards
            .funnel(member.scope(), campaign.0, &question)
            .await?;
        Ok(Json(view.into()))
    }

    /// Read where the leads of a campaign came from
    ///
    /// How many leads of the period came from each source, and how many of them are converted now. Needs the permission
    /// `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/metrics/sources",
        method = "get",
        operation_id = "readCampaignSources"
    )]
    async fn sources(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<SourcesAnswer>, Failed<()>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let view = self
            .dashboards
            .sources(member.scope(), campaign.0, &question)
            .await?;
        Ok(Json(view.into()))
    }

    /// Compare what was known of addresses
    ///
    /// The figures of the period by what was known of the recipients' addresses when they were mailed. Events of others
    /// than recipients are left out. Needs the permission `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/metrics/segments",
        method = "get",
        operation_id = "readCampaignSegments"
    )]
    async fn segments(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<SegmentsAnswer>, Failed<()>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let view = self
            .dashboards
            .segments(member.scope(), campaign.0, &question)
            .await?;
        Ok(Json(view.into()))
    }

    /// Download the figures of a campaign
    ///
    /// A view as CSV (RFC 4180, UTF-8, with a header; every cell is quoted, and one that begins like a formula has an
    /// apostrophe in front), or a report with charts as PDF, which has all views. The numbers are those of the views.
    /// The download is itself written into the audit log. Needs the permission `metric.export`.
    #[oai(
        path = "/v1/organizations/:organization/campaigns/:campaign/metrics/export",
        method = "get",
        operation_id = "exportCampaignMetrics"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn export_campaign(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        campaign: Path<CampaignId>,
        /// Which view the table is of; a report has all of them.
        view: Query<Option<MetricsViewText>>,
        /// A table or a report; a table where it is absent.
        format: Query<Option<FileFormatText>>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<MetricsFile, Failed<()>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricExport)
            .await?;
        let (view, format) = Wanted { view, format }.read(ViewName::Totals)?;
        let file = self
            .dashboards
            .export_campaign(member.scope(), campaign.0, &question, view, format)
            .await?;
        Ok(MetricsFile(file))
    }

    /// Read an overview
    ///
    /// All that an overview page shows: the sum over campaigns in the period (the last 30 days where `from` is absent)
    /// with that of as many days before, day by day, how far people went, where leads came from, and what is under way: of
    /// those campaigns that are named, or of all; jobs are the organization's in any case. Somebody whom two campaigns
    /// wrote to counts twice. Where one that is named is not there, the answer is 404. Needs the permission `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/metrics/overview",
        method = "get",
        operation_id = "readMetricsOverview"
    )]
    async fn overview(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// A campaign that is summed up; at most 50 can be named.
        campaign_id: Query<Vec<Uuid>>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<OverviewAnswer>, Failed<St<404>>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let named = campaigns(&campaign_id)?;
        let overview = self
            .dashboards
            .overview(member.scope(), &named, &question)
            .await?;
        Ok(Json(overview.into()))
    }

    /// Compare campaigns
    ///
    /// The figures of campaigns side by side, and their sum: of those that are named, or of all; of the last 30 days
    /// where `from` is absent. Where one that is named is not there, the answer is 404. Needs the permission
    /// `metric.view`.
    #[oai(
        path = "/v1/organizations/:organization/metrics/comparison",
        method = "get",
        operation_id = "compareCampaigns"
    )]
    async fn comparison(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// A campaign that is compared; at most 50 can be named.
        campaign_id: Query<Vec<Uuid>>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<Json<ComparisonAnswer>, Failed<St<404>>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricView)
            .await?;
        let named = campaigns(&campaign_id)?;
        let view = self
            .dashboards
            .compare(member.scope(), &named, &question)
            .await?;
        Ok(Json(view.into()))
    }

    /// Download the figures of campaigns together
    ///
    /// A view of the sum over campaigns, or the comparison, as CSV, or a report with charts as PDF: of those that are
    /// named, or of all; of the last 30 days where `from` is absent. Segments are those of one campaign: the answer is
    /// 422 where their table is asked for. The download is itself written into the audit log. Needs the permission
    /// `metric.export`.
    #[oai(
        path = "/v1/organizations/:organization/metrics/export",
        method = "get",
        operation_id = "exportMetrics"
    )]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the URL")]
    async fn export(
        &self,
        caller: Caller,
        organization: Path<OrganizationKey>,
        /// Which view the table is of; a report has all of them.
        view: Query<Option<MetricsViewText>>,
        /// A table or a report; a table where it is absent.
        format: Query<Option<FileFormatText>>,
        /// A campaign that is summed up; at most 50 can be named.
        campaign_id: Query<Vec<Uuid>>,
        /// The first day.
        from: Query<Option<Date>>,
        /// The last day.
        to: Query<Option<Date>>,
        /// Only people of whose addresses this was known when they were mailed; events count however late they came. They are
        /// counted one by one: where the period has more than some 500,000 of them, the answer may be 503.
        segment: Query<Option<ValidationStatusText>>,
    ) -> Result<MetricsFile, Failed<(St<404>, St<422>)>> {
        let (member, question) = Asked::new(from, to, segment)
            .by(&caller, &organization.0, Permission::MetricExport)
            .await?;
        let named = campaigns(&campaign_id)?;
        let (view, format) = Wanted { view, format }.read(ViewName::Totals)?;
        let file = self
            .dashboards
            .export_organization(member.scope(), &named, &question, view, format)
            .await?;
        Ok(MetricsFile(file))
    }
}
