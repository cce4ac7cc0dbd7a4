//! Analytics: what happened to the mails of a campaign, who did it, and what it amounts to.
//!
//! Vocabulary:
//!
//! - an **event** ([`EventType`]) is something that happened to one recipient of a campaign at one instant;
//! - a **verdict** ([`Actor`]) says whether a person did it, or a machine that looks at mails before people do;
//! - a **segment** ([`Segment`]) is what was known of an address when it was mailed;
//! - a **simulation** ([`simulation`]) makes up the **journey** ([`Journey`](simulation::Journey)) of a recipient: the events
//!   that their mail would have caused;
//! - **counts** ([`metrics::Counts`]) are of days ([`metrics::Day`]) and periods ([`metrics::Period`]) in an organization's
//!   time zone; **rates** and **funnels** are made from them;
//! - **figures** ([`Figures`]) are what events amount to at this moment; most of it was counted ahead, by the **aggregation**
//!   ([`Aggregation`]), and a day whose figures do not change by themselves any more is **final**: what comes later is **late**;
//! - a **turn** ([`schedule`]) is when a periodic job is to run, a **run** ([`runs::ScheduledRun`]) is that it does.
//!
//! [`verdict`] judges who did it, [`chart`] draws numbers, [`report`] makes a file of them for a client.
//! [`Dashboards`] are the use cases that read figures, [`Aggregation`] and [`AggregationJob`] count ahead; [`ports`] is what
//! they need of their storage.
//!
//! Always true: whatever was counted ahead, figures are those that somebody finds who looks at each event. Beyond counting ahead
//! and [`runs`], everything is a calculation: the same input gives the same output, on every machine and in any order;
//! nothing is read from a clock, a file or a network.

pub mod chart;
#[cfg(feature = "contract")]
pub mod contract;
pub mod metrics;
pub mod ports;
pub mod report;
pub mod runs;
pub mod schedule;
pub mod simulation;
pub mod verdict;

mod aggregation;
mod dashboards;
mod error;
mod event;
mod figures;
mod font;
mod reading;
mod views;

pub use aggregation::{AGGREGATE_EVENTS, Aggregation, AggregationJob, Pass};
pub use dashboards::Dashboards;
pub use error::AnalyticsError;
pub use event::{
    Actor, BounceKind, EventType, Segment, UnknownActor, UnknownBounceKind, UnknownEventType,
    UnknownSegment, VisitId,
};
pub use figures::{
    CampaignCard, CountingState, DayFigures, Drift, Drifting, Figures, HONEYPOT, LeadCount,
    OrganizationCard, by_source, with_leads,
};
pub use views::{
    CampaignFigures, ComparisonView, DailyView, DayView, ExportedFile, FileFormat, FunnelView,
    Heading, MetricsView, Question, RunningWork, SegmentsView, SourcesView, Table,
    UnknownFileFormat, UnknownViewName, ViewName,
};
