//! What dashboards show, and the files of it.

use analytics::{Actor, AnalyticsError, EventType, FileFormat, Question, Segment, Table, ViewName};
use kernel::{CampaignId, Classify as _};
use time::Duration;
use time::macros::{date, datetime};
use uuid::Uuid;

use crate::world::World;

/// A campaign to two people, of whom one opened twice and clicked, the second time through a scanner.
async fn answered(world: &World) -> CampaignId {
    let campaign = world.campaign("=Spring \"Łódź\"").await;
    let (first, second) = (world.contact(), world.contact());
    let sent = datetime!(2026-01-10 9:00 UTC);
    for contact in [first, second] {
        let machine = Actor::Machine;
        world
            .note(campaign, EventType::Sent, contact, sent, machine)
            .await;
    }
    let hours = |hours| sent + Duration::hours(hours);
    world.open(campaign, first, hours(1)).await;
    world.open(campaign, first, hours(30)).await;
    let human = Actor::Human;
    world
        .note(campaign, EventType::Click, first, hours(2), human)
        .await;
    let machine = Actor::Machine;
    world
        .note(campaign, EventType::Click, first, hours(3), machine)
        .await;
    campaign
}

#[tokio::test]
async fn figures_stand_beside_those_of_as_many_days_before() {
    let world = World::new().await;
    let campaign = answered(&world).await;

    let view = world
        .seen(campaign, date!(2026 - 01 - 11), date!(2026 - 01 - 12))
        .await;

    assert_eq!(view.counts.opened.human.events, 1);
    assert_eq!(view.counts.sent.people, 0);
    assert_eq!(view.counts.rates().open.value(), None);
    assert_eq!(view.before.sent.people, 2);
    assert_eq!(view.before.rates().click.value(), Some(0.5));
    assert_eq!(view.before.clicked.machine.events, 1);
    assert_eq!(view.days.len(), 2);
}

#[tokio::test]
async fn a_campaign_is_shown_from_its_first_event_to_today_where_nobody_says_when() {
    let world = World::new().await;
    let campaign = answered(&world).await;

    let view = world
        .dashboards
        .campaign(&world.scope, campaign, &Question::default())
        .await
        .unwrap();

    let period = view.heading.period;
    assert_eq!(
        (period.first(), period.last()),
        (date!(2026 - 01 - 10), date!(2026 - 01 - 15))
    );
    assert_eq!(view.counts.opened.human.people, 1);
    let steps: Vec<_> = view.funnel().stages().iter().map(|it| it.people).collect();
    assert_eq!(steps, [2, 1, 1, 0, 0, 0]);
}

#[tokio::test]
async fn an_overview_is_the_sum_over_campaigns() {
    let world = World::new().await;
    let first = answered(&world).await;
    let second = answered(&world).await;

    let question = Question::default();
    let (view, running) = world
        .dashboards
        .overview(&world.scope, &[], &question)
        .await
        .unwrap();
    let comparison = world
        .dashboards
        .compare(&world.scope, &[second, first], &question)
        .await
        .unwrap();

    assert_eq!(view.heading.period.length(), 30);
    assert_eq!(view.counts.sent.people, 4);
    assert_eq!(view.counts, comparison.sum());
    let compared: Vec<_> = comparison
        .campaigns
        .iter()
        .map(|it| it.campaign.id)
        .collect();
    assert_eq!(compared, [first, second]);
    assert_eq!((running.campaigns, running.jobs), (vec![], vec![]));
}

#[tokio::test]
async fn an_overview_of_campaigns_that_are_named_is_their_sum() {
    let world = World::new().await;
    let campaigns = [answered(&world).await, answered(&world).await];
    answered(&world).await;
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let question = Question::default();

    for named in [&campaigns[..1], &campaigns] {
        let overview = dashboards.overview(scope, named, &question).await;
        let compared = dashboards.compare(scope, named, &question).await.unwrap();
        let pdf = FileFormat::Pdf;
        let report = dashboards
            .export_organization(scope, named, &question, ViewName::Totals, pdf)
            .await
            .unwrap();

        assert_eq!(overview.unwrap().0.counts, compared.sum());
        assert_eq!(compared.sum().sent.people, 2 * named.len() as u64);
        let title = match named {
            [_] => compared.campaigns[0].campaign.name.clone(),
            _ => "2 campaigns".to_owned(),
        };
        let texts = crate::pdf::texts(&report.content);
        let texts: Vec<_> = texts.iter().map(|it| crate::report::plain(it)).collect();
        assert!(texts.contains(&title), "{title}: {texts:?}");
        assert!(!texts.contains(&"All campaigns".to_owned()), "{texts:?}");
    }
}

#[tokio::test]
async fn an_overview_of_a_segment_is_the_sum_over_that_of_each_campaign() {
    let world = World::new().await;
    let known = [
        (world.contact(), Segment::Risky),
        (world.contact(), Segment::Valid),
    ];
    let campaigns = [
        world.campaign("Spring").await,
        world.campaign("Autumn").await,
    ];
    for campaign in campaigns {
        world.assign(campaign, &known).await;
        for (contact, _) in known {
            let at = datetime!(2026-01-10 9:00 UTC);
            world.open(campaign, contact, at).await;
        }
    }
    let (scope, dashboards) = (&world.scope, &world.dashboards);

    for segment in [Segment::Risky, Segment::Valid] {
        let question = Question::new(None, None, Some(segment)).unwrap();
        let overview = dashboards.overview(scope, &[], &question).await;
        let compared = dashboards.compare(scope, &[], &question).await.unwrap();

        let (view, _) = overview.unwrap();
        assert_eq!(view.heading.segment, Some(segment));
        assert_eq!(view.counts, compared.sum());
        assert_eq!(view.counts.opened.human.people, 2);
        for (campaign, compared) in campaigns.into_iter().zip(compared.campaigns) {
            let alone = dashboards.campaign(scope, campaign, &question).await;
            assert_eq!(compared.counts, alone.unwrap().counts);
        }
    }
}

#[tokio::test]
async fn campaigns_that_are_not_there_are_not_found() {
    let world = World::new().await;
    let nobody = CampaignId::from_uuid(Uuid::from_u128(7));
    let question = Question::default();
    let scope = &world.scope;

    let refused = [
        world
            .dashboards
            .campaign(scope, nobody, &question)
            .await
            .err(),
        world
            .dashboards
            .segments(scope, nobody, &question)
            .await
            .err(),
        world
            .dashboards
            .compare(scope, &[nobody], &question)
            .await
            .err(),
        world
            .dashboards
            .overview(scope, &[nobody], &question)
            .await
            .err(),
    ];

    for error in refused {
        assert!(
            matches!(error, Some(AnalyticsError::NotFound("campaign"))),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn people_of_a_segment_are_recipients_of_whom_that_was_known() {
    let world = World::new().await;
    let campaign = answered(&world).await;
    let question = Question::new(None, None, Some(Segment::Risky)).unwrap();

    let view = world
        .dashboards
        .campaign(&world.scope, campaign, &question)
        .await
        .unwrap();

    // None of the people is a recipient.
    assert_eq!(view.counts, analytics::metrics::Counts::default());
}

#[tokio::test]
async fn a_view_of_a_campaign_shows_what_its_figures_have_of_it() {
    let world = World::new().await;
    let campaign = answered(&world).await;
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let (first, last) = (date!(2026 - 01 - 09), date!(2026 - 01 - 12));
    for question in [
        Question::default(),
        Question::new(Some(first), None, None).unwrap(),
        Question::new(None, Some(last), None).unwrap(),
        Question::new(Some(first), Some(last), Some(Segment::Risky)).unwrap(),
    ] {
        let view = dashboards.campaign(scope, campaign, &question).await;
        let daily = dashboards.daily(scope, campaign, &question).await;
        let funnel = dashboards.funnel(scope, campaign, &question).await;
        let sources = dashboards.sources(scope, campaign, &question).await;

        let (view, daily) = (view.unwrap(), daily.unwrap());
        assert_eq!((&daily.heading, &daily.days), (&view.heading, &view.days));
        let funnel = funnel.unwrap();
        assert_eq!(
            (funnel.heading, funnel.funnel),
            (view.heading.clone(), view.funnel())
        );
        let sources = sources.unwrap();
        assert_eq!(
            (sources.heading, sources.sources),
            (view.heading, view.sources)
        );
    }
}

#[tokio::test]
async fn days_of_a_segment_are_not_final_because_late_events_count_in_them() {
    let world = World::new().await;
    let campaign = answered(&world).await;
    world.clock.advance(Duration::days(9));
    world.aggregate().await;
    let day = date!(2026 - 01 - 11);

    for (segment, is_final) in [(None, true), (Some(Segment::Valid), false)] {
        let question = Question::new(Some(day), Some(day), segment).unwrap();
        let view = world
            .dashboards
            .daily(&world.scope, campaign, &question)
            .await
            .unwrap();
        assert_eq!(view.days[0].is_final, is_final, "{segment:?}");
    }
}

#[tokio::test]
async fn no_day_of_an_overview_is_final_while_a_campaign_was_never_counted() {
    let world = World::new().await;
    let counted = answered(&world).await;
    world.clock.advance(Duration::days(9));
    world.aggregate().await;
    let day = date!(2026 - 01 - 11);
    assert!(world.seen(counted, day, day).await.days[0].is_final);
    let question = Question::new(Some(day), Some(day), None).unwrap();

    for is_final in [true, false] {
        let overview = world
            .dashboards
            .overview(&world.scope, &[], &question)
            .await;
        let (view, _) = overview.unwrap();
        assert_eq!(view.days[0].is_final, is_final);
        let back_dated = world.campaign("Back-dated").await;
        let at = datetime!(2026-01-11 9:00 UTC);
        world.open(back_dated, world.contact(), at).await;
    }
}

#[tokio::test]
async fn tables_say_what_views_show_and_the_audit_log_is_told_who_takes_them_away() {
    let world = World::new().await;
    let campaign = answered(&world).await;
    let question = Question::default();
    let view = world
        .dashboards
        .campaign(&world.scope, campaign, &question)
        .await
        .unwrap();

    for (name, table) in [
        (ViewName::Totals, Table::totals(&view)),
        (ViewName::Daily, Table::daily(&view.days)),
        (ViewName::Funnel, Table::funnel(&view.funnel())),
        (ViewName::Sources, Table::sources(&view.sources)),
    ] {
        let csv = FileFormat::Csv;
        let file = world
            .dashboards
            .export_campaign(&world.scope, campaign, &question, name, csv)
            .await
            .unwrap();
        assert_eq!(file.content, table.csv().unwrap(), "{name}");
        assert_eq!(file.name, format!("{name}.csv"));
    }
    let totals = String::from_utf8(Table::totals(&view).csv().unwrap()).unwrap();
    for line in [
        "\"figure\",\"period\",\"previous_period\"\r\n",
        "\"sent_people\",\"2\",\"0\"\r\n",
        "\"opens\",\"2\",\"0\"\r\n",
        "\"unique_opens\",\"1\",\"0\"\r\n",
        "\"machine_clicks\",\"1\",\"0\"\r\n",
        "\"click_to_open_rate\",\"1\",\"\"\r\n",
    ] {
        assert!(totals.contains(line), "{line} in {totals}");
    }
    let compared = world
        .dashboards
        .compare(&world.scope, &[], &question)
        .await
        .unwrap();
    let compared = String::from_utf8(Table::comparison(&compared).csv().unwrap()).unwrap();
    assert!(compared.contains("\"'=Spring \"\"Łódź\"\"\""), "{compared}");

    let told = world.told("campaign_metrics").await;
    assert_eq!(told.len(), 4);
    assert!(
        told.iter()
            .all(|(action, of, _)| action == "export" && *of == Some(campaign.as_uuid()))
    );
}

#[tokio::test]
async fn a_report_has_every_view() {
    let world = World::new().await;
    let campaign = answered(&world).await;
    let question = Question::default();
    let (scope, pdf) = (&world.scope, FileFormat::Pdf);

    let one = world
        .dashboards
        .export_campaign(scope, campaign, &question, ViewName::Daily, pdf)
        .await
        .unwrap();
    let all = world
        .dashboards
        .export_organization(scope, &[], &question, ViewName::Totals, pdf)
        .await
        .unwrap();

    for file in [&one, &all] {
        assert!(file.content.starts_with(b"%PDF-"));
        assert_eq!(file.name, "report.pdf");
    }
    let texts: Vec<_> = crate::pdf::texts(&one.content)
        .iter()
        .map(|text| crate::report::plain(text))
        .collect();
    for (name, number) in [
        ("Mails sent", "2"),
        ("People who opened", "1"),
        ("Click-to-open rate", "100.0 %"),
        ("Clicked by machines", "1"),
    ] {
        let is_told = texts.windows(2).any(|pair| pair == [name, number]);
        assert!(is_told, "{name} {number} in {texts:?}");
    }
    let refused = world
        .dashboards
        .export_organization(scope, &[], &question, ViewName::Segments, FileFormat::Csv)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "invalid");
}
