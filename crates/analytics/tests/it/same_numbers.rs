//! A view, its table and its report show the same numbers, whatever happened and whatever is asked.
#![expect(clippy::unwrap_used, reason = "what tests stand on")]

mod reports;
mod tables;

use analytics::metrics::CountedEvent;
use analytics::{FileFormat, Question, Segment, ViewName};
use campaigns::LeadSource;
use kernel::{CampaignId, ContactId, Timestamp};
use proptest::prelude::*;
use time::Duration;
use uuid::Uuid;

use self::reports::{assert_report_of_all, assert_report_of_one};
use self::tables::{assert_tables_of_all, assert_tables_of_one};
use crate::metrics::turn_and_events;
use crate::world::World;

/// What happened around a turn of clocks, and what somebody asks of it.
#[derive(Clone, Debug)]
struct Case {
    zone: &'static str,
    turn: Timestamp,
    events: Vec<CountedEvent>,
    leads: Vec<Interest>,
    /// Whether days are final before the second half of the events comes.
    is_counted: bool,
    question: Question,
}

/// Somebody who becomes a lead so many seconds after the turn.
#[derive(Clone, Copy, Debug)]
struct Interest {
    contact: Option<ContactId>,
    source: LeadSource,
    seconds: i64,
    is_converted: bool,
}

fn person(number: u128) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(number))
}

fn interest() -> impl Strategy<Value = Interest> {
    let contact = proptest::option::of((0..12_u128).prop_map(person));
    let source = proptest::sample::select(LeadSource::ALL);
    let seconds = -604_800..604_800_i64;
    (contact, source, seconds, any::<bool>()).prop_map(
        |(contact, source, seconds, is_converted)| Interest {
            contact,
            source,
            seconds,
            is_converted,
        },
    )
}

/// A case of which fewer than so many days are asked before the turn, and as many after it.
fn happened(most: i64) -> impl Strategy<Value = Case> {
    let leads = proptest::collection::vec(interest(), 0..12);
    let segment = proptest::option::of(proptest::sample::select(Segment::ALL.to_vec()));
    let asked = (0..most, 0..most, segment);
    (turn_and_events(), leads, any::<bool>(), asked).prop_map(
        |(((zone, turn), events), leads, is_counted, (before, after, segment))| {
            let first = turn.date() - Duration::days(before);
            let last = turn.date() + Duration::days(after);
            Case {
                zone,
                turn,
                events,
                leads,
                is_counted,
                question: Question::new(Some(first), Some(last), segment).unwrap(),
            }
        },
    )
}

/// Two campaigns that share what happened.
async fn staged(case: &Case) -> (World, [CampaignId; 2]) {
    let world = World::new().await;
    world.move_to(case.zone).await;
    let campaigns = [
        world.campaign("Spring").await,
        world.campaign("Autumn").await,
    ];
    // Two of the people are no recipients.
    let known = (0..10).zip(Segment::ALL.into_iter().cycle());
    let known: Vec<_> = known
        .map(|(number, segment)| (person(number), segment))
        .collect();
    for campaign in campaigns {
        world.assign(campaign, &known).await;
    }
    let (first, rest) = case.events.split_at(case.events.len() / 2);
    share(&world, campaigns, first).await;
    if case.is_counted {
        world.clock.set(case.turn + Duration::days(30));
        world.aggregate().await;
    }
    share(&world, campaigns, rest).await;
    for (lead, campaign) in case.leads.iter().zip(campaigns.into_iter().cycle()) {
        let at = case.turn + Duration::seconds(lead.seconds);
        let (contact, source) = (lead.contact, lead.source);
        world
            .interest(campaign, contact, source, at, lead.is_converted)
            .await;
    }
    (world, campaigns)
}

/// Every other event happens to the mails of each campaign.
async fn share(world: &World, campaigns: [CampaignId; 2], events: &[CountedEvent]) {
    for (number, campaign) in campaigns.into_iter().enumerate() {
        let own: Vec<_> = events.iter().skip(number).step_by(2).copied().collect();
        world.record(campaign, &own).await;
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

/// A file of a campaign, or of all of them together.
async fn file(
    world: &World,
    campaign: Option<CampaignId>,
    question: &Question,
    view: ViewName,
    format: FileFormat,
) -> Vec<u8> {
    let (scope, dashboards) = (&world.scope, &world.dashboards);
    let file = match campaign {
        Some(id) => {
            dashboards
                .export_campaign(scope, id, question, view, format)
                .await
        }
        None => {
            dashboards
                .export_organization(scope, &[], question, view, format)
                .await
        }
    };
    file.unwrap().content
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_cell_of_every_table_is_what_its_view_shows(case in happened(6)) {
        run(async {
            let (world, campaigns) = staged(&case).await;
            for campaign in campaigns {
                assert_tables_of_one(&world, campaign, &case.question).await;
            }
            assert_tables_of_all(&world, &case.question).await;
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_a_report_tells_of_a_view_is_what_the_view_shows(case in happened(3)) {
        run(async {
            let (world, [campaign, _]) = staged(&case).await;
            assert_report_of_one(&world, campaign, &case.question).await;
            assert_report_of_all(&world, &case.question).await;
        });
    }
}
