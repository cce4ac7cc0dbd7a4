//! Views as a report.

use super::view::{ComparisonView, MetricsView, SegmentsView};
use crate::metrics::DailyCounts;
use crate::report::ReportContent;

/// What a report on `subject` says of these views: of a campaign with its segments, or of several side by side.
pub(crate) fn report(
    subject: String,
    view: &MetricsView,
    segments: Option<&SegmentsView>,
    comparison: Option<&ComparisonView>,
) -> ReportContent {
    let heading = &view.heading;
    let title = match heading.segment {
        Some(segment) => format!("{subject} ({segment} addresses)"),
        None => subject,
    };
    let days = view.days.iter().map(|it| DailyCounts {
        day: it.day,
        counts: it.counts,
    });
    let campaigns = comparison.map(|it| it.campaigns.as_slice());
    let campaigns = campaigns.unwrap_or_default().iter();
    ReportContent {
        title,
        organization: heading.organization.name.clone(),
        period: heading.period,
        time_zone: heading.organization.time_zone.to_string(),
        made_at: heading.made_at,
        counts: view.counts,
        before: view.before,
        late: view.late(),
        days: days.collect(),
        sources: view.sources.clone(),
        segments: segments.map_or_else(Vec::new, |it| it.segments.clone()),
        campaigns: campaigns
            .map(|it| (it.campaign.name.clone(), it.counts))
            .collect(),
    }
}
