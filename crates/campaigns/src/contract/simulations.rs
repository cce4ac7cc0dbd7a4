//! `SimulationRepository`, and what simulations ask of `Assignments` and `Stops`

use kernel::{ContactId, JobId, SimulationId, SuppressionId, Timestamp, Version};
use serde_json::json;
use time::Duration;

use super::tenant::{LATER, NOW, Tenant, all_pages, id};
use super::{Person, Subject};
use crate::{
    AddressStatus, Assignment, BounceKind, Campaign, CampaignCounts, CampaignError, Deed,
    Engagement, Exclusion, Played, RecipientFilter, RecipientStatus, Simulation, SimulationConfig,
    SimulationPlan, SimulationSeed, Standing, Stop, StopReason, StopSource,
};

/// The cases of simulations.
#[macro_export]
macro_rules! for_each_simulation_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_simulation_is_found_again_deleted_or_not,
            a_stale_change_of_a_simulation_is_refused_and_the_unit_stays_usable,
            living_simulations_are_listed_page_by_page,
            a_simulation_that_is_not_committed_is_invisible_and_leaves_no_trace,
            other_tenants_see_no_simulation,
            mails_that_go_out_are_planned_in_the_order_of_contacts,
            what_mails_cause_adds_up_and_is_counted_once,
            what_a_simulation_suppressed_is_lifted_and_nothing_else,
            simulated_soft_bounces_do_not_count,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_simulation_case!([kernel::dispatch_contract_case] name subject);
}

fn plan(pace: Option<f64>) -> SimulationPlan {
    let document = json!({ "open_rate": 0.227, "delays": { "open": [1.0, 0.1, "ä \"x\""] } });
    SimulationPlan {
        config: SimulationConfig {
            version: 1,
            document: document.as_object().cloned().unwrap(),
        },
        seed: SimulationSeed::new(SimulationSeed::MAX).unwrap(),
        pace,
        start_at: NOW - Duration::days(13) + Duration::MICROSECOND,
    }
}

impl Tenant {
    /// A simulation of a campaign, not stored yet.
    fn a_simulation(&self, campaign: &Campaign, pace: Option<f64>) -> Simulation {
        let ids = (id(SimulationId::from_uuid), id(JobId::from_uuid));
        let by = Some(self.user());
        Simulation::begin(ids, self.id(), campaign.id(), plan(pace), NOW, by)
    }

    async fn add_simulation<S: Subject>(&self, subject: &S) -> Simulation {
        let campaign = self.add_campaign(subject, "Spring", None).await;
        let simulation = self.a_simulation(&campaign, None);
        let unit = self.begin(subject).await;
        unit.simulations().insert(&simulation).await.unwrap();
        unit.commit().await.unwrap();
        simulation
    }

    /// Adds a campaign whose mails to these people go out now.
    async fn add_mailing<S: Subject>(&self, subject: &S, people: &[ContactId]) -> Campaign {
        let campaign = self.add_campaign(subject, "Spring", None).await;
        let decided: Vec<_> = people.iter().map(|who| mailed(*who, NOW)).collect();
        let unit = self.begin(subject).await;
        let assignments = unit.assignments();
        let added = assignments.assign(campaign.id(), &decided, NOW).await;
        assert_eq!(added.unwrap(), decided.len() as u64);
        unit.commit().await.unwrap();
        campaign
    }

    async fn play<S: Subject>(&self, subject: &S, campaign: &Campaign, played: &[Played]) {
        let unit = self.begin(subject).await;
        let assignments = unit.assignments();
        let done = assignments.play(campaign.id(), played, LATER).await;
        done.unwrap();
        unit.commit().await.unwrap();
    }
}

const fn mailed(contact: ContactId, at: Timestamp) -> Assignment {
    Assignment {
        contact,
        validation: AddressStatus::Valid,
        decision: Ok(at),
    }
}

fn deleted(simulation: &Simulation) -> Simulation {
    let mut simulation = simulation.clone();
    simulation.delete(LATER, None);
    simulation
}

mod cases {
    use super::{
        AddressStatus, Assignment, BounceKind, CampaignCounts, CampaignError, ContactId, Deed,
        Duration, Engagement, Exclusion, LATER, NOW, Person, Played, RecipientFilter,
        RecipientStatus, SimulationId, Standing, Stop, StopReason, StopSource, Subject,
        SuppressionId, Tenant, Version, all_pages, deleted, id, mailed,
    };

    pub(super) async fn a_simulation_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        for pace in [None, Some(1_234.567)] {
            let campaign = tenant.add_campaign(subject, "Spring", None).await;
            let simulation = tenant.a_simulation(&campaign, pace);

            let unit = tenant.begin(subject).await;
            let simulations = unit.simulations();
            assert_eq!(simulations.find(simulation.id()).await.unwrap(), None);
            let none = simulations.find_by_campaign(campaign.id()).await;
            assert_eq!(none.unwrap(), None);
            simulations.insert(&simulation).await.unwrap();
            let found = simulations.find(simulation.id()).await.unwrap();
            assert_eq!(found, Some(simulation.clone()));
            let gone = deleted(&simulation);
            simulations.update(&gone, Version::FIRST).await.unwrap();
            unit.commit().await.unwrap();

            let unit = tenant.begin(subject).await;
            let simulations = unit.simulations();
            let found = simulations.find(simulation.id()).await.unwrap();
            assert_eq!(found, Some(gone.clone()));
            let found = simulations.find_by_campaign(campaign.id()).await.unwrap();
            assert_eq!(found, Some(gone));
            let nothing = simulations.find(id(SimulationId::from_uuid)).await;
            assert_eq!(nothing.unwrap(), None);
        }
    }

    pub(super) async fn a_stale_change_of_a_simulation_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let simulation = tenant.add_simulation(subject).await;
        let gone = deleted(&simulation);

        let unit = tenant.begin(subject).await;
        let simulations = unit.simulations();
        let refused = simulations.update(&gone, Version::from_number(9)).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        simulations.update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn living_simulations_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let mut living = Vec::new();
        for n in 0..5 {
            let simulation = tenant.add_simulation(subject).await;
            if n == 2 {
                let gone = deleted(&simulation);
                let unit = tenant.begin(subject).await;
                let simulations = unit.simulations();
                simulations.update(&gone, Version::FIRST).await.unwrap();
                unit.commit().await.unwrap();
            } else {
                living.push(simulation);
            }
        }

        let unit = tenant.begin(subject).await;
        let simulations = unit.simulations();
        let seen = all_pages(async |page| simulations.list(&page).await).await;
        assert_eq!(seen, living);
    }

    pub(super) async fn a_simulation_that_is_not_committed_is_invisible_and_leaves_no_trace<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let campaign = tenant.add_campaign(subject, "Spring", None).await;
        let simulation = tenant.a_simulation(&campaign, None);

        let unit = tenant.begin(subject).await;
        unit.simulations().insert(&simulation).await.unwrap();
        let second = tenant.begin(subject).await;
        let found = second.simulations().find(simulation.id()).await;
        assert_eq!(found.unwrap(), None);
        drop((unit, second));

        let unit = tenant.begin(subject).await;
        let simulations = unit.simulations();
        assert_eq!(simulations.find(simulation.id()).await.unwrap(), None);
        let seen = all_pages(async |page| simulations.list(&page).await);
        assert_eq!(seen.await, []);
    }

    pub(super) async fn other_tenants_see_no_simulation<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let simulation = tenant.add_simulation(subject).await;
        let contact = id(ContactId::from_uuid);
        let campaign = tenant.add_mailing(subject, &[contact]).await;

        let unit = other.begin(subject).await;
        let simulations = unit.simulations();
        assert_eq!(simulations.find(simulation.id()).await.unwrap(), None);
        let found = simulations.find_by_campaign(simulation.state().campaign);
        assert_eq!(found.await.unwrap(), None);
        let seen = all_pages(async |page| simulations.list(&page).await);
        assert_eq!(seen.await, []);
        let gone = deleted(&simulation);
        let refused = simulations.update(&gone, Version::FIRST).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        let planned = unit.assignments().planned(campaign.id(), None, 9).await;
        assert_eq!(planned.unwrap(), []);
        let mut played = Played::nothing(contact);
        played.opens.count_at(NOW);
        let assignments = unit.assignments();
        let done = assignments.play(campaign.id(), &[played], NOW).await;
        done.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let all = RecipientFilter::default();
        let assignments = unit.assignments();
        let seen = all_pages(async |page| assignments.list(campaign.id(), &all, &page).await).await;
        assert_eq!(seen[0].opens, Engagement::default());
    }

    pub(super) async fn mails_that_go_out_are_planned_in_the_order_of_contacts<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let mut people = [0; 5].map(|_| id(ContactId::from_uuid));
        people.sort_unstable();
        let campaign = tenant.add_mailing(subject, &people[..3]).await;
        let later = mailed(people[4], LATER);
        let left_out = Assignment {
            decision: Err(Exclusion::Risky),
            ..mailed(people[3], NOW)
        };
        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        let decided = [later, left_out];
        let added = assignments.assign(campaign.id(), &decided, NOW).await;
        assert_eq!(added.unwrap(), 2);
        unit.commit().await.unwrap();
        let mut sent = Played::nothing(people[0]);
        sent.sent_at = Some(NOW);
        tenant.play(subject, &campaign, &[sent]).await;

        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        let planned = assignments.planned(campaign.id(), None, 9).await.unwrap();
        let told: Vec<_> = planned
            .iter()
            .map(|it| (it.contact, it.status, it.send_time))
            .collect();
        let pending = RecipientStatus::Pending;
        let expected = [
            (people[0], RecipientStatus::Sent, NOW),
            (people[1], pending, NOW),
            (people[2], pending, NOW),
            (people[4], pending, LATER),
        ];
        assert_eq!(told, expected);
        assert!(
            planned
                .iter()
                .all(|it| it.validation == AddressStatus::Valid)
        );
        let behind = Some(people[0]);
        let part = assignments.planned(campaign.id(), behind, 2).await.unwrap();
        assert_eq!(part, planned[1..3]);
    }

    pub(super) async fn what_mails_cause_adds_up_and_is_counted_once<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let people = [0; 4].map(|_| id(ContactId::from_uuid));
        let campaign = tenant.add_mailing(subject, &people).await;
        let elsewhere = tenant.add_mailing(subject, &people).await;
        let at = |seconds| NOW + Duration::seconds(seconds);
        let [reader, leaver, bouncing, _] = people;

        let mut first = [reader, leaver, bouncing].map(|who| Played {
            sent_at: Some(NOW),
            ..Played::nothing(who)
        });
        first[0].engagement(Deed::Open).count_at(at(5));
        first[2].bounced = Some(BounceKind::Soft);
        tenant.play(subject, &campaign, &first).await;
        let mut second = Played::nothing(reader);
        for (deed, seconds) in [
            (Deed::Open, 9),
            (Deed::Open, 7),
            (Deed::Click, 10),
            (Deed::View, 11),
            (Deed::Submit, 12),
        ] {
            second.engagement(deed).count_at(at(seconds));
        }
        let left = Played {
            has_left: true,
            ..Played::nothing(leaver)
        };
        let stranger = Played {
            sent_at: Some(NOW),
            ..Played::nothing(id(ContactId::from_uuid))
        };
        let played = [second, left, stranger];
        tenant.play(subject, &campaign, &played).await;
        tenant.play(subject, &campaign, &[]).await;

        let unit = tenant.begin(subject).await;
        let counts = unit.campaigns().counts(campaign.id()).await.unwrap();
        let expected = CampaignCounts {
            assigned: 4,
            sent: 3,
            bounced: 1,
            ..CampaignCounts::default()
        };
        assert_eq!(counts, expected);
        let all = RecipientFilter::default();
        let assignments = unit.assignments();
        let seen = all_pages(async |page| assignments.list(campaign.id(), &all, &page).await).await;
        let find = |who| seen.iter().find(|it| it.contact == who).unwrap();
        let engagement = |count, first, last| Engagement {
            count,
            first: Some(at(first)),
            last: Some(at(last)),
        };
        let of_reader = find(reader);
        assert_eq!(of_reader.status, RecipientStatus::Sent);
        assert_eq!(of_reader.sent_at, Some(NOW));
        assert_eq!(of_reader.opens, engagement(3, 5, 9));
        assert_eq!(of_reader.clicks, engagement(1, 10, 10));
        assert_eq!(of_reader.views, engagement(1, 11, 11));
        assert_eq!(of_reader.submits, engagement(1, 12, 12));
        let standing = |who| (find(who).status, find(who).reason.as_deref());
        assert_eq!(standing(leaver), (RecipientStatus::Unsubscribed, None));
        let bounced = (RecipientStatus::Bounced, Some("soft"));
        assert_eq!(standing(bouncing), bounced);
        assert_eq!(standing(people[3]), (RecipientStatus::Pending, None));
        let counts = unit.campaigns().counts(elsewhere.id()).await.unwrap();
        assert_eq!((counts.sent, counts.bounced), (0, 0));
    }

    pub(super) async fn what_a_simulation_suppressed_is_lifted_and_nothing_else<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let valid = Person {
            standing: Standing {
                status: AddressStatus::Valid,
                stop: None,
            },
        };
        let people = subject.add_people(tenant.id(), &[valid; 4]).await;
        let list = subject.add_list(tenant.id(), true, &people).await;
        let simulation = tenant.add_simulation(subject).await;
        let second = tenant.add_simulation(subject).await;
        let stop = |contact, reason, source| Stop {
            id: id(SuppressionId::from_uuid),
            contact,
            reason,
            source,
        };
        let left = StopReason::Unsubscribed;
        let back = StopReason::Suppressed;
        let simulated = StopSource::Simulation(simulation.id());
        let real = StopSource::Campaign(simulation.state().campaign);
        let stops = [
            stop(people[0], left, simulated),
            stop(people[1], back, simulated),
            // The same, for real.
            stop(people[1], back, real),
            stop(people[2], left, StopSource::Simulation(second.id())),
        ];
        let unit = tenant.begin(subject).await;
        let made = unit.stops().add(&stops, NOW).await.unwrap();
        assert_eq!(made.len(), 4);
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        assert_eq!(unit.stops().lift(simulation.id()).await.unwrap(), []);
        unit.commit().await.unwrap();
        let unit = tenant.begin(subject).await;
        let lifted = unit.stops().lift(simulation.id()).await.unwrap();
        let mut expected = [(stops[0].id, left), (stops[1].id, back)];
        expected.sort_unstable();
        assert_eq!(lifted, expected);
        assert_eq!(unit.stops().lift(simulation.id()).await.unwrap(), []);
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.audience().candidates(&[list], None, 9).await.unwrap();
        for (contact, stop) in [
            (people[0], None),
            (people[1], Some(back)),
            (people[2], Some(left)),
            (people[3], None),
        ] {
            let candidate = found.iter().find(|it| it.contact == contact).unwrap();
            assert_eq!(candidate.standing.stop, stop);
        }
    }

    pub(super) async fn simulated_soft_bounces_do_not_count<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = id(ContactId::from_uuid);
        let bounced = Played {
            sent_at: Some(NOW),
            bounced: Some(BounceKind::Soft),
            ..Played::nothing(contact)
        };
        for is_simulated in [true, false] {
            let campaign = tenant.add_mailing(subject, &[contact]).await;
            if is_simulated {
                let simulation = tenant.a_simulation(&campaign, None);
                let unit = tenant.begin(subject).await;
                unit.simulations().insert(&simulation).await.unwrap();
                unit.commit().await.unwrap();
            }
            tenant.play(subject, &campaign, &[bounced]).await;
        }

        let unit = tenant.begin(subject).await;
        let assignments = unit.assignments();
        let counts = assignments.count_soft_bounces(&[contact], NOW).await;
        assert_eq!(counts.unwrap(), [(contact, 1)]);
    }
}
