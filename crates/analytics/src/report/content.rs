//! What a report says.

use std::cmp::Reverse;

use kernel::Timestamp;
use time::UtcOffset;

use super::page::{Layout, Row};
use super::pdf::{ReportFault, write};
use crate::chart::{Bar, Chart, Series, bars, full_date, grouped, time_series};
use crate::metrics::{
    Change, Counts, DailyCounts, Funnel, FunnelStep, Period, Rate, SegmentCounts, SourceCounts,
};

/// What a report is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportContent {
    /// What it is about: a campaign's name, or how many there are.
    pub title: String,
    /// Whose it is: the organization's name.
    pub organization: String,
    /// The days that it tells of.
    pub period: Period,
    /// The name of the time zone that the days are of.
    pub time_zone: String,
    /// When its numbers were read.
    pub made_at: Timestamp,
    /// What is counted in the period.
    pub counts: Counts,
    /// What is counted in the period before.
    pub before: Counts,
    /// Events that came when their day was final, and are not in the counts.
    pub late: u64,
    /// What is counted of each day of the period.
    pub days: Vec<DailyCounts>,
    /// Where leads came from.
    pub sources: Vec<SourceCounts>,
    /// What is counted of each segment; nothing where it is not told.
    pub segments: Vec<SegmentCounts>,
    /// What is counted of each of several campaigns, by their names; nothing where it is about one.
    pub campaigns: Vec<(String, Counts)>,
}

impl ReportContent {
    /// The report as a PDF file of A4 pages.
    pub fn pdf(&self) -> Result<Vec<u8>, ReportFault> {
        let mut layout = Layout::new(&self.organization, &self.title)?;
        self.head(&mut layout);
        self.figures(&mut layout);
        layout.chart("Day by day", &self.series());
        layout.chart("How far people went", &self.funnel());
        layout.chart("Where leads came from", &self.leads());
        if !self.segments.is_empty() {
            let segments = self.segments.iter();
            let rows = segments.map(|it| (it.segment.to_string(), it.counts));
            Self::side_by_side(&mut layout, "What was known of addresses", "Segment", rows);
        }
        if !self.campaigns.is_empty() {
            let rows = self.campaigns.iter().cloned();
            Self::side_by_side(&mut layout, "Campaigns side by side", "Campaign", rows);
        }
        self.table(&mut layout);
        self.remarks(&mut layout);
        write(layout, self)
    }

    /// Openings, clicks and forms of people over the days.
    #[must_use]
    pub fn series(&self) -> Chart {
        let dates: Vec<_> = self.days.iter().map(|it| it.day.date).collect();
        let series = |name: &str, value: fn(&Counts) -> u64| Series {
            name: name.to_owned(),
            values: self.days.iter().map(|it| value(&it.counts)).collect(),
        };
        let series = [
            series("Opened", |it| it.opened.human.events),
            series("Clicked", |it| it.clicked.human.events),
            series("Forms sent", |it| it.submitted.human.events),
        ];
        time_series("Openings, clicks and forms of each day", &dates, &series)
    }

    /// The funnel.
    #[must_use]
    pub fn funnel(&self) -> Chart {
        let funnel = Funnel::of(&self.counts);
        let stages = funnel.stages().iter().map(|stage| Bar {
            label: named(stage.step).to_owned(),
            value: stage.people,
            note: if stage.step == FunnelStep::Sent {
                String::new()
            } else {
                stage.of_sent.to_string()
            },
        });
        let stages: Vec<_> = stages.collect();
        bars(
            "How far people went",
            "People",
            "Of the mails sent",
            &stages,
        )
    }

    /// Where leads came from.
    #[must_use]
    pub fn leads(&self) -> Chart {
        let sources = self.sources.iter().map(|it| Bar {
            label: source_name(&it.source),
            value: it.leads,
            note: format!("{} converted", grouped(it.converted)),
        });
        let sources: Vec<_> = sources.collect();
        bars("Where leads came from", "Leads", "Converted", &sources)
    }

    /// A chart of the people who opened, of those rows with the most of them, and a table of what else people did.
    fn side_by_side(
        layout: &mut Layout,
        title: &str,
        name: &str,
        rows: impl Iterator<Item = (String, Counts)>,
    ) {
        let rows: Vec<_> = rows.collect();
        let opened = rows.iter().map(|(name, counts)| Bar {
            label: name.clone(),
            value: counts.opened.human.people,
            note: counts.rates().open.to_string(),
        });
        let mut opened: Vec<_> = opened.collect();
        if opened.len() > MOST_BARS {
            opened.sort_by_key(|bar| Reverse(bar.value));
            opened.truncate(MOST_BARS);
        }
        let chart = bars(
            title,
            "People who opened",
            "Of the mails delivered",
            &opened,
        );
        layout.chart(title, &chart);
        let head = [
            name,
            "Sent",
            "Delivered",
            "Opened",
            "Clicked",
            "Forms sent",
            "Leads",
        ];
        let rows = rows.iter().map(|(name, counts)| {
            let cells = [
                counts.sent.people,
                counts.delivered(),
                counts.opened.human.people,
                counts.clicked.human.people,
                counts.submitted.human.people,
                counts.leads,
            ];
            let cells = cells.into_iter().map(grouped);
            std::iter::once(name.clone()).chain(cells).collect()
        });
        let rows: Vec<Row> = rows.collect();
        layout.table(title, &head.map(str::to_owned), &rows);
    }

    fn head(&self, layout: &mut Layout) {
        let period = if self.period.length() == 1 {
            full_date(self.period.first())
        } else {
            let (first, last) = (self.period.first(), self.period.last());
            format!("{} to {}", full_date(first), full_date(last))
        };
        let days = match self.period.length() {
            1 => "1 day".to_owned(),
            days => format!("{} days", grouped(days.into())),
        };
        layout.title(&format!("{period} ({days}, {})", self.time_zone));
    }

    fn figures(&self, layout: &mut Layout) {
        let (now, before) = (self.counts.rates(), self.before.rates());
        let count = |name: &str, value: fn(&Counts) -> u64| {
            let change = Change {
                now: value(&self.counts),
                before: value(&self.before),
            };
            figure(
                name,
                grouped(change.now),
                grouped(change.before),
                growth(change),
            )
        };
        let rate = |name: &str, now: Rate, before: Rate| {
            let change = points(Change { now, before });
            figure(name, now.to_string(), before.to_string(), change)
        };
        let rows = [
            count("Mails sent", |it| it.sent.people),
            count("Mails delivered", Counts::delivered),
            rate("Bounce rate", now.bounce, before.bounce),
            count("People who opened", |it| it.opened.human.people),
            rate("Open rate", now.open, before.open),
            count("People who clicked", |it| it.clicked.human.people),
            rate("Click rate", now.click, before.click),
            rate(
                "Click-to-open rate",
                now.click_to_open,
                before.click_to_open,
            ),
            count("Unsubscribed", |it| it.unsubscribed.human.people),
            rate("Unsubscribe rate", now.unsubscribe, before.unsubscribe),
            count("Forms sent", |it| it.submitted.human.events),
            count("Leads", |it| it.leads),
            rate("Conversion rate", now.conversion, before.conversion),
            count("Opened by machines", |it| it.opened.machine.people),
            count("Clicked by machines", |it| it.clicked.machine.people),
        ];
        let head = ["", "This period", "Period before", "Change"].map(str::to_owned);
        layout.table("Key figures", &head, &rows);
    }

    fn table(&self, layout: &mut Layout) {
        let head = [
            "Day",
            "Sent",
            "Bounced",
            "Opened",
            "Clicked",
            "Opted out",
            "Forms sent",
        ];
        let rows: Vec<Row> = self
            .days
            .iter()
            .map(|DailyCounts { day, counts }| {
                let cells = [
                    counts.sent,
                    counts.bounced,
                    counts.opened.human,
                    counts.clicked.human,
                    counts.unsubscribed.human,
                    counts.submitted.human,
                ];
                let cells = cells.iter().map(|it| grouped(it.events));
                std::iter::once(full_date(day.date)).chain(cells).collect()
            })
            .collect();
        layout.table("Every day", &head.map(str::to_owned), &rows);
    }

    fn remarks(&self, layout: &mut Layout) {
        let made_at = self.made_at.to_offset(UtcOffset::UTC);
        layout.remark(&format!(
            "Numbers as of {} {:02}:{:02} UTC. Rates of opening, clicking and leaving are of the mails delivered; \
             conversion is leads of the mails delivered. People are counted once each, and days tell events. What proxies \
             and scanners did is left out, but for the two rows of machines.",
            full_date(made_at.date()),
            made_at.hour(),
            made_at.minute(),
        ));
        if self.late > 0 {
            layout.remark(&format!(
                "{} events came when the numbers of their day were final, and are not in them.",
                grouped(self.late)
            ));
        }
    }
}

fn figure(name: &str, now: String, before: String, change: String) -> Row {
    vec![name.to_owned(), now, before, change]
}

fn growth(change: Change<u64>) -> String {
    let (now, before) = (i128::from(change.now), i128::from(change.before));
    if before == 0 {
        return "–".to_owned();
    }
    // Rounded half away from nothing, as rates are.
    let doubled = (now - before) * 2_000;
    let tenths = (doubled + before * doubled.signum()) / (2 * before);
    if tenths > MOST_TENTHS {
        return "> +9,999\u{a0}%".to_owned();
    }
    signed(tenths, "\u{a0}%")
}

fn points(change: Change<Rate>) -> String {
    let (Some(now), Some(before)) = (
        change.now.tenths_of_percent(),
        change.before.tenths_of_percent(),
    ) else {
        return "–".to_owned();
    };
    // The difference of what is shown, so that nobody finds it wrong.
    let tenths = i128::from(now) - i128::from(before);
    signed(tenths, "\u{a0}pp")
}

/// How many bars a chart has at most: beyond, nobody reads their names.
const MOST_BARS: usize = 30;

/// What growth is written out at most, in tenths of a percent: beyond, it says nothing but that there was little before.
const MOST_TENTHS: i128 = 99_990;

/// Tenths with a sign, but for nothing.
fn signed(tenths: i128, unit: &str) -> String {
    let sign = match tenths.signum() {
        0 => "±",
        1 => "+",
        // The fonts have no other minus.
        _ => "-",
    };
    let size = tenths.unsigned_abs();
    format!("{sign}{}.{}{unit}", size / 10, size % 10)
}

const fn named(step: FunnelStep) -> &'static str {
    match step {
        FunnelStep::Sent => "Mail sent",
        FunnelStep::Opened => "Opened",
        FunnelStep::Clicked => "Clicked",
        FunnelStep::Viewed => "Saw the page",
        FunnelStep::Submitted => "Sent the form",
        FunnelStep::Converted => "Converted",
    }
}

/// `email_campaign` as people write it.
fn source_name(word: &str) -> String {
    if word == "api" {
        return "API".to_owned();
    }
    let spaced = word.replace('_', " ");
    let mut letters = spaced.chars();
    let Some(first) = letters.next() else {
        return "Unknown".to_owned();
    };
    first.to_uppercase().chain(letters).collect()
}
