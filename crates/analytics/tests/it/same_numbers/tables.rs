//! Tables, cell by cell.

use std::collections::BTreeMap;

use analytics::metrics::{Counts, Funnel, Rate, Rates, SourceCounts};
use analytics::{
    CampaignFigures, DayView, FileFormat, MetricsView, Question, SegmentsView, ViewName,
};
use kernel::CampaignId;

use super::file;
use crate::world::World;

/// A row of a table, by the names of its columns.
type Row = BTreeMap<String, String>;

/// The name of a column, and what it has of something.
type Column<Of, Value> = (&'static str, fn(&Of) -> Value);

/// What tables call the numbers of counts.
const NUMBERS: [Column<Counts, u64>; 25] = [
    ("sent", |it| it.sent.events),
    ("sent_people", |it| it.sent.people),
    ("bounced", |it| it.bounced.events),
    ("bounced_people", |it| it.bounced.people),
    ("delivered", Counts::delivered),
    ("opens", |it| it.opened.human.events),
    ("unique_opens", |it| it.opened.human.people),
    ("machine_opens", |it| it.opened.machine.events),
    ("unique_machine_opens", |it| it.opened.machine.people),
    ("clicks", |it| it.clicked.human.events),
    ("unique_clicks", |it| it.clicked.human.people),
    ("machine_clicks", |it| it.clicked.machine.events),
    ("unique_machine_clicks", |it| it.clicked.machine.people),
    ("unsubscribes", |it| it.unsubscribed.human.events),
    ("unique_unsubscribes", |it| it.unsubscribed.human.people),
    ("machine_unsubscribes", |it| it.unsubscribed.machine.events),
    ("unique_machine_unsubscribes", |it| {
        it.unsubscribed.machine.people
    }),
    ("form_views", |it| it.viewed.human.events),
    ("unique_form_views", |it| it.viewed.human.people),
    ("machine_form_views", |it| it.viewed.machine.events),
    ("unique_machine_form_views", |it| it.viewed.machine.people),
    ("submissions", |it| it.submitted.human.events),
    ("unique_submissions", |it| it.submitted.human.people),
    ("machine_submissions", |it| it.submitted.machine.events),
    ("unique_machine_submissions", |it| {
        it.submitted.machine.people
    }),
];

/// What tables call the quotients of counts.
const QUOTIENTS: [Column<Rates, Rate>; 10] = [
    ("delivery_rate", |it| it.delivery),
    ("bounce_rate", |it| it.bounce),
    ("open_rate", |it| it.open),
    ("click_rate", |it| it.click),
    ("click_to_open_rate", |it| it.click_to_open),
    ("unsubscribe_rate", |it| it.unsubscribe),
    ("conversion_rate", |it| it.conversion),
    ("landing_rate", |it| it.landing),
    ("machine_open_rate", |it| it.machine_open),
    ("machine_click_rate", |it| it.machine_click),
];

fn row<const N: usize>(cells: [(&str, String); N]) -> Row {
    cells.map(|(name, cell)| (name.to_owned(), cell)).into()
}

fn quotient(rate: Rate) -> String {
    rate.value().map(|it| it.to_string()).unwrap_or_default()
}

fn numbers(counts: &Counts) -> Row {
    let cells = NUMBERS.map(|(name, number)| (name, number(counts).to_string()));
    row(cells)
}

fn figures(counts: &Counts) -> Row {
    let rates = counts.rates();
    let mut figures = numbers(counts);
    figures.extend(row(
        QUOTIENTS.map(|(name, rate)| (name, quotient(rate(&rates))))
    ));
    figures.extend(row([
        ("leads", counts.leads.to_string()),
        ("converted", counts.converted.to_string()),
    ]));
    figures
}

fn total_rows(view: &MetricsView) -> Vec<Row> {
    let before = figures(&view.before);
    let rows = figures(&view.counts).into_iter().map(|(name, now)| {
        let before = before[&name].clone();
        row([
            ("figure", name),
            ("period", now),
            ("previous_period", before),
        ])
    });
    let late = row([
        ("figure", "late_events".to_owned()),
        ("period", view.late().to_string()),
        ("previous_period", String::new()),
    ]);
    rows.chain([late]).collect()
}

fn day_rows(days: &[DayView]) -> Vec<Row> {
    let rows = days.iter().map(|day| {
        let mut cells = numbers(&day.counts);
        cells.extend(row([
            ("date", day.day.date.to_string()),
            ("final", day.is_final.to_string()),
            ("late_events", day.late.to_string()),
        ]));
        cells
    });
    rows.collect()
}

fn funnel_rows(funnel: &Funnel) -> Vec<Row> {
    let rows = funnel.stages().iter().map(|stage| {
        row([
            ("step", stage.step.as_str().to_owned()),
            ("people", stage.people.to_string()),
            ("of_previous", quotient(stage.of_previous)),
            ("of_sent", quotient(stage.of_sent)),
        ])
    });
    rows.collect()
}

fn source_rows(sources: &[SourceCounts]) -> Vec<Row> {
    let rows = sources.iter().map(|source| {
        row([
            ("source", source.source.clone()),
            ("leads", source.leads.to_string()),
            ("converted", source.converted.to_string()),
            ("conversion_rate", quotient(source.conversion())),
        ])
    });
    rows.collect()
}

fn segment_rows(view: &SegmentsView) -> Vec<Row> {
    let rows = view.segments.iter().map(|segment| {
        let mut cells = figures(&segment.counts);
        cells.extend(row([("segment", segment.segment.to_string())]));
        cells
    });
    rows.collect()
}

fn campaign_rows(compared: &[CampaignFigures]) -> Vec<Row> {
    let rows = compared.iter().map(|it| {
        let mut cells = figures(&it.counts);
        cells.extend(row([
            ("campaign_id", it.campaign.id.to_string()),
            ("campaign", it.campaign.name.clone()),
        ]));
        cells
    });
    rows.collect()
}

/// The rows in an order that does not depend on theirs.
fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort();
    rows
}

/// Compares tables cell by cell, so that no column is missing and none is unknown.
async fn assert_tables<const N: usize>(
    world: &World,
    campaign: Option<CampaignId>,
    question: &Question,
    expected: [(ViewName, Vec<Row>); N],
) {
    for (view, rows) in expected {
        let file = file(world, campaign, question, view, FileFormat::Csv).await;
        let mut table = csv::Reader::from_reader(file.as_slice());
        let told: Result<Vec<Row>, _> = table.deserialize().collect();
        assert_eq!(sorted(told.unwrap()), sorted(rows), "{view}");
    }
}

/// Every table of a campaign has what its view shows.
pub(super) async fn assert_tables_of_one(world: &World, campaign: CampaignId, question: &Question) {
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let view = dashboards.campaign(scope, campaign, question).await;
    let daily = dashboards.daily(scope, campaign, question).await;
    let funnel = dashboards.funnel(scope, campaign, question).await;
    let sources = dashboards.sources(scope, campaign, question).await;
    let segments = dashboards.segments(scope, campaign, question).await;
    let view = view.unwrap();
    let alone = CampaignFigures {
        campaign: view.heading.campaign.clone().unwrap(),
        counts: view.counts,
    };
    let expected = [
        (ViewName::Totals, total_rows(&view)),
        (ViewName::Daily, day_rows(&daily.unwrap().days)),
        (ViewName::Funnel, funnel_rows(&funnel.unwrap().funnel)),
        (ViewName::Sources, source_rows(&sources.unwrap().sources)),
        (ViewName::Segments, segment_rows(&segments.unwrap())),
        (ViewName::Comparison, campaign_rows(&[alone])),
    ];
    assert_tables(world, Some(campaign), question, expected).await;
}

/// Every table of all campaigns together has what its view shows.
pub(super) async fn assert_tables_of_all(world: &World, question: &Question) {
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let (view, _) = dashboards.overview(scope, &[], question).await.unwrap();
    let comparison = dashboards.compare(scope, &[], question).await.unwrap();
    assert_eq!(view.counts, comparison.sum());
    let expected = [
        (ViewName::Totals, total_rows(&view)),
        (ViewName::Daily, day_rows(&view.days)),
        (ViewName::Funnel, funnel_rows(&view.funnel())),
        (ViewName::Sources, source_rows(&view.sources)),
        (ViewName::Comparison, campaign_rows(&comparison.campaigns)),
    ];
    assert_tables(world, None, question, expected).await;
}
