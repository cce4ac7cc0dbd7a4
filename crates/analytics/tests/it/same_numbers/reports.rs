//! Reports, text by text.

use analytics::chart::grouped;
use analytics::metrics::{Counts, Funnel, FunnelStep, SourceCounts};
use analytics::{DayView, FileFormat, MetricsView, Question, ViewName};
use kernel::CampaignId;

use super::file;
use crate::pdf::texts;
use crate::report::plain;
use crate::world::World;

/// What a report calls a figure, and how it writes it.
type KeyFigure = (&'static str, fn(&Counts) -> String);

/// What reports call the key figures.
const KEY_FIGURES: [KeyFigure; 15] = [
    ("Mails sent", |it| grouped(it.sent.people)),
    ("Mails delivered", |it| grouped(it.delivered())),
    ("Bounce rate", |it| it.rates().bounce.to_string()),
    ("People who opened", |it| grouped(it.opened.human.people)),
    ("Open rate", |it| it.rates().open.to_string()),
    ("People who clicked", |it| grouped(it.clicked.human.people)),
    ("Click rate", |it| it.rates().click.to_string()),
    ("Click-to-open rate", |it| {
        it.rates().click_to_open.to_string()
    }),
    ("Unsubscribed", |it| grouped(it.unsubscribed.human.people)),
    ("Unsubscribe rate", |it| it.rates().unsubscribe.to_string()),
    ("Forms sent", |it| grouped(it.submitted.human.events)),
    ("Leads", |it| grouped(it.leads)),
    ("Conversion rate", |it| it.rates().conversion.to_string()),
    ("Opened by machines", |it| grouped(it.opened.machine.people)),
    ("Clicked by machines", |it| {
        grouped(it.clicked.machine.people)
    }),
];

/// Texts that stand one after the other.
type Line = Vec<String>;

fn key_lines(view: &MetricsView) -> Vec<Line> {
    let lines = KEY_FIGURES.map(|(name, figure)| {
        let (now, before) = (figure(&view.counts), figure(&view.before));
        vec![name.to_owned(), now, before]
    });
    lines.into()
}

fn day_lines(days: &[DayView]) -> Vec<Line> {
    let lines = days.iter().map(|day| {
        let (date, counts) = (day.day.date, &day.counts);
        let name = format!("{} {} {}", date.day(), date.month(), date.year());
        let events = [
            counts.sent.events,
            counts.bounced.events,
            counts.opened.human.events,
            counts.clicked.human.events,
            counts.unsubscribed.human.events,
            counts.submitted.human.events,
        ];
        std::iter::once(name).chain(events.map(grouped)).collect()
    });
    lines.collect()
}

fn funnel_lines(funnel: &Funnel) -> Vec<Line> {
    let lines = funnel.stages().iter().map(|stage| {
        let name = match stage.step {
            FunnelStep::Sent => "Mail sent",
            FunnelStep::Opened => "Opened",
            FunnelStep::Clicked => "Clicked",
            FunnelStep::Viewed => "Saw the page",
            FunnelStep::Submitted => "Sent the form",
            FunnelStep::Converted => "Converted",
        };
        let (people, share) = (grouped(stage.people), stage.of_sent);
        let told = if stage.step == FunnelStep::Sent {
            people
        } else {
            format!("{people} ({share})")
        };
        vec![name.to_owned(), told]
    });
    lines.collect()
}

fn source_lines(sources: &[SourceCounts]) -> Vec<Line> {
    let lines = sources.iter().map(|source| {
        let name = match source.source.as_str() {
            "email_campaign" => "Email campaign",
            "direct_form" => "Direct form",
            "api" => "API",
            _ => "Import",
        };
        let (leads, converted) = (grouped(source.leads), grouped(source.converted));
        let told = format!("{leads} ({converted} converted)");
        vec![name.to_owned(), told]
    });
    lines.collect()
}

/// What a report tells of one of several segments or campaigns: in a chart, and in the table below it.
fn lines_beside(name: &str, counts: &Counts) -> [Line; 2] {
    let opened = grouped(counts.opened.human.people);
    let bar = format!("{opened} ({})", counts.rates().open);
    let cells = [
        name.to_owned(),
        grouped(counts.sent.people),
        grouped(counts.delivered()),
        opened,
        grouped(counts.clicked.human.people),
        grouped(counts.submitted.human.people),
        grouped(counts.leads),
    ];
    [vec![name.to_owned(), bar], cells.into()]
}

async fn assert_report(
    world: &World,
    campaign: Option<CampaignId>,
    question: &Question,
    view: &MetricsView,
    beside: Vec<Line>,
) {
    let pdf = file(world, campaign, question, ViewName::Totals, FileFormat::Pdf).await;
    let texts = texts(&pdf);
    let lines = [
        key_lines(view),
        day_lines(&view.days),
        funnel_lines(&view.funnel()),
        source_lines(&view.sources),
        beside,
    ];
    for line in lines.concat() {
        let line: Vec<_> = line.iter().map(|text| plain(text)).collect();
        let is_told = texts.windows(line.len()).any(|it| it == line);
        assert!(is_told, "{line:?} in {texts:#?}");
    }
    let late = format!(
        "{} events came when the numbers of their day were final, and are not in them.",
        grouped(view.late())
    );
    assert_eq!(texts.contains(&late), view.late() > 0, "{late}");
}

/// What the report of a campaign tells is what its views show.
pub(super) async fn assert_report_of_one(world: &World, campaign: CampaignId, question: &Question) {
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let view = dashboards
        .campaign(scope, campaign, question)
        .await
        .unwrap();
    let segments = dashboards
        .segments(scope, campaign, question)
        .await
        .unwrap();
    let segments = segments.segments.iter();
    let beside = segments.flat_map(|it| lines_beside(it.segment.as_str(), &it.counts));
    assert_report(world, Some(campaign), question, &view, beside.collect()).await;
}

/// What the report of all campaigns together tells is what their views show.
pub(super) async fn assert_report_of_all(world: &World, question: &Question) {
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let (view, _) = dashboards.overview(scope, &[], question).await.unwrap();
    let compared = dashboards.compare(scope, &[], question).await.unwrap();
    let compared = compared.campaigns.iter();
    let beside = compared.flat_map(|it| lines_beside(&it.campaign.name, &it.counts));
    assert_report(world, None, question, &view, beside.collect()).await;
}
