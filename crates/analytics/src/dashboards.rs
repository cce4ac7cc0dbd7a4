//! Use cases: seeing what campaigns achieve, and taking it away as a file.

use std::sync::Arc;

use kernel::{
    AuditAction, AuditDraft, AuditEntry, AuditEntryId, CampaignId, Changes, Clock, FieldErrors,
    FieldFault, IdGenerator, TenantScope,
};

use crate::AnalyticsError;
use crate::ports::AnalyticsStore;
use crate::reading::Reading;
use crate::views::{
    ComparisonView, DailyView, ExportedFile, FileFormat, FunnelView, MetricsView, Question,
    RunningWork, SegmentsView, SourcesView, ViewName,
};

/// Use cases on what campaigns achieve. Whoever holds the scope was allowed to.
///
/// A view is read in one unit of work, and its figures by one statement for each period, so that the numbers in it belong
/// together. It reads no more than it shows.
#[derive(Clone)]
pub struct Dashboards {
    store: Arc<dyn AnalyticsStore>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
}

impl Dashboards {
    /// The most campaigns that are compared at once.
    pub const MOST_COMPARED: usize = 50;

    /// Use cases on what is in `store`.
    #[must_use]
    pub fn new(
        store: Arc<dyn AnalyticsStore>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
    ) -> Self {
        Self { store, clock, ids }
    }

    /// The figures of a living campaign.
    pub async fn campaign(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        question: &Question,
    ) -> Result<MetricsView, AnalyticsError> {
        let reading = self.begin(scope, Subject::Campaign(id), question).await?;
        let view = reading.metrics().await?;
        reading.commit(view).await
    }

    /// The figures of a living campaign day by day.
    pub async fn daily(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        question: &Question,
    ) -> Result<DailyView, AnalyticsError> {
        let reading = self.begin(scope, Subject::Campaign(id), question).await?;
        let view = reading.daily().await?;
        reading.commit(view).await
    }

    /// How far the people of a living campaign went.
    pub async fn funnel(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        question: &Question,
    ) -> Result<FunnelView, AnalyticsError> {
        let reading = self.begin(scope, Subject::Campaign(id), question).await?;
        let view = reading.funnel().await?;
        reading.commit(view).await
    }

    /// Where the leads of a living campaign came from.
    pub async fn sources(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        question: &Question,
    ) -> Result<SourcesView, AnalyticsError> {
        let reading = self.begin(scope, Subject::Campaign(id), question).await?;
        let view = reading.sources().await?;
        reading.commit(view).await
    }

    /// The figures of a living campaign by what was known of its recipients' addresses.
    pub async fn segments(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        question: &Question,
    ) -> Result<SegmentsView, AnalyticsError> {
        let reading = self.begin(scope, Subject::Campaign(id), question).await?;
        let view = reading.segments().await?;
        reading.commit(view).await
    }

    /// The sum over some living campaigns, or over all where none is named, and what is under way: all that an overview page
    /// shows; of the last 30 days where the question names no first one.
    pub async fn overview(
        &self,
        scope: &TenantScope,
        campaigns: &[CampaignId],
        question: &Question,
    ) -> Result<(MetricsView, RunningWork), AnalyticsError> {
        let reading = self.begin(scope, Subject::All(campaigns), question).await?;
        let view = reading.metrics().await?;
        let running = reading.running().await?;
        reading.commit((view, running)).await
    }

    /// The figures of some living campaigns side by side, or of all where none is named; of the last 30 days where the
    /// question names no first one.
    pub async fn compare(
        &self,
        scope: &TenantScope,
        campaigns: &[CampaignId],
        question: &Question,
    ) -> Result<ComparisonView, AnalyticsError> {
        let reading = self.begin(scope, Subject::All(campaigns), question).await?;
        let view = reading.comparison().await?;
        reading.commit(view).await
    }

    /// A file of what is known of a living campaign; that it was taken away is written into the audit log.
    pub async fn export_campaign(
        &self,
        scope: &TenantScope,
        id: CampaignId,
        question: &Question,
        view: ViewName,
        format: FileFormat,
    ) -> Result<ExportedFile, AnalyticsError> {
        let subject = Subject::Campaign(id);
        self.export(scope, subject, question, view, format).await
    }

    /// A file of what is known of living campaigns together; that it was taken away is written into the audit log.
    pub async fn export_organization(
        &self,
        scope: &TenantScope,
        campaigns: &[CampaignId],
        question: &Question,
        view: ViewName,
        format: FileFormat,
    ) -> Result<ExportedFile, AnalyticsError> {
        if view == ViewName::Segments {
            let fault = FieldFault::new("not-applicable", "segments are those of one campaign");
            return Err(FieldErrors::one("#/view", fault).into());
        }
        let subject = Subject::All(campaigns);
        self.export(scope, subject, question, view, format).await
    }

    /// Reads what goes into a file, and makes the file when the database is not needed any more.
    async fn export(
        &self,
        scope: &TenantScope,
        subject: Subject<'_>,
        question: &Question,
        view: ViewName,
        format: FileFormat,
    ) -> Result<ExportedFile, AnalyticsError> {
        let reading = self.begin(scope, subject, question).await?;
        let content = reading.content(view, format).await?;
        let draft = AuditDraft {
            entity_type: "campaign_metrics",
            entity: reading.campaign().map(CampaignId::as_uuid),
            action: AuditAction::Export,
            changes: Changes::none(),
            reason: Some(format!("view {view} as {}", format.as_str())),
            batch: None,
        };
        let id = AuditEntryId::from_uuid(self.ids.next());
        let entry = AuditEntry::new(id, reading.at(), scope, draft);
        reading.unit().audit().append(&[entry]).await?;
        let content = reading.commit(content).await?;
        Ok(file(view, format, content.write()?))
    }

    /// Begins to read, in a unit that the reading commits at its end.
    async fn begin(
        &self,
        scope: &TenantScope,
        subject: Subject<'_>,
        question: &Question,
    ) -> Result<Reading, AnalyticsError> {
        let at = self.clock.now();
        let unit = self.store.begin(scope).await?;
        match subject {
            Subject::Campaign(id) => Reading::of_campaign(unit, id, question, at).await,
            Subject::All(campaigns) => {
                let mut reading = Reading::of_all(unit, question, at).await?;
                reading.restrict_to(campaigns)?;
                Ok(reading)
            }
        }
    }
}

/// What is read of.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Campaign(CampaignId),
    /// These campaigns, or all where none is named.
    All(&'a [CampaignId]),
}

fn file(view: ViewName, format: FileFormat, content: Vec<u8>) -> ExportedFile {
    let name = match format {
        FileFormat::Csv => view.as_str(),
        FileFormat::Pdf => "report",
    };
    ExportedFile {
        name: format!("{name}.{}", format.as_str()),
        format,
        content,
    }
}
