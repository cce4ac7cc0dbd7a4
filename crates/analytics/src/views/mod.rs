//! What dashboards show, and files of it.

mod question;
mod report;
mod table;
mod view;

pub use question::{FileFormat, Question, UnknownFileFormat, UnknownViewName, ViewName};
pub use table::Table;
pub use view::{
    CampaignFigures, ComparisonView, DailyView, DayView, ExportedFile, FunnelView, Heading,
    MetricsView, RunningWork, SegmentsView, SourcesView,
};

pub(crate) use report::report;
