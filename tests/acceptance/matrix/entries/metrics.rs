//! What campaigns achieve.

use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("readCampaignMetrics", &[P::MetricView]).on(&[Thing::Campaign]),
    Entry::needs("readCampaignDailyMetrics", &[P::MetricView]).on(&[Thing::Campaign]),
    Entry::needs("readCampaignFunnel", &[P::MetricView]).on(&[Thing::Campaign]),
    Entry::needs("readCampaignSources", &[P::MetricView]).on(&[Thing::Campaign]),
    Entry::needs("readCampaignSegments", &[P::MetricView]).on(&[Thing::Campaign]),
    Entry::needs("exportCampaignMetrics", &[P::MetricExport]).on(&[Thing::Campaign]),
    Entry::needs("readMetricsOverview", &[P::MetricView]),
    Entry::needs("compareCampaigns", &[P::MetricView]),
    Entry::needs("exportMetrics", &[P::MetricExport]),
];
