//! What is to be played.

use analytics::simulation::{Pace, Seed, Simulation, SimulationConfig, VirtualClock};
use campaigns::{
    AskedSimulation, Mailing, Scenario, SendRate, SimulatedMail, SimulationPlan, SimulationSeed,
    Simulator,
};
use kernel::{FieldErrors, FieldFault, StorageError, Timestamp};
use time::Duration;

use super::config;
use super::journeys::Journeys;

/// Has analytics make up what mails cause.
#[derive(Clone, Copy, Debug, Default)]
pub struct JourneySimulator;

impl Simulator for JourneySimulator {
    fn plan(
        &self,
        asked: &AskedSimulation,
        seed: SimulationSeed,
        mailing: &Mailing,
        now: Timestamp,
    ) -> Result<SimulationPlan, FieldErrors> {
        let mut faults = FieldErrors::default();
        let config = match config::read(&asked.config) {
            Ok(config) => Some(config),
            Err(errors) => {
                faults = errors;
                None
            }
        };
        let pace = asked.pace.map_or(Ok(Pace::INSTANT), Pace::paced);
        if let Err(fault) = pace {
            faults.push("#/pace", fault.into());
        }
        let start_at = match (asked.pace, asked.start_at, &config) {
            (Some(_), Some(_), _) => {
                let detail = "what plays at a pace begins at once";
                faults.push("#/start_at", FieldFault::new("not-applicable", detail));
                None
            }
            (Some(_), None, _) => Some(now),
            (None, _, None) => None,
            (None, start_at, Some(config)) => {
                let last = mailing.mails.saturating_sub(1);
                let horizon = config.horizon(offset(config, mailing.send_rate, last));
                match VirtualClock::instant(start_at, horizon, now) {
                    Ok(clock) => Some(clock.start_at()),
                    Err(fault) => {
                        faults.push("#/start_at", fault.into());
                        None
                    }
                }
            }
        };
        match (config, start_at) {
            (Some(config), Some(start_at)) if faults.is_empty() => Ok(SimulationPlan {
                config: config::document(&config),
                seed,
                pace: asked.pace,
                start_at,
            }),
            _ => Err(faults),
        }
    }

    fn scenario(
        &self,
        plan: &SimulationPlan,
        mail: SimulatedMail,
    ) -> Result<Box<dyn Scenario>, StorageError> {
        let mut parameters = config::restore(&plan.config)?;
        if mail.links.is_empty() {
            // Nobody follows links that are not there.
            parameters.click_rate = 0.0;
        }
        let config = SimulationConfig::try_from(parameters);
        let config = config.ok().ok_or_else(config::unreadable)?;
        let pace = plan.pace.map_or(Ok(Pace::INSTANT), Pace::paced);
        let pace = pace.ok().ok_or_else(config::unreadable)?;
        let landing = mail.links.iter().position(|link| link.is_landing_page);
        let simulation = Simulation {
            config,
            seed: Seed::new(plan.seed.get()),
            campaign: mail.campaign,
            links: u16::try_from(mail.links.len()).unwrap_or(u16::MAX),
            landing_link: landing.and_then(|index| u16::try_from(index).ok()),
            clock: VirtualClock::resume(plan.start_at, pace),
        };
        Ok(Box::new(Journeys { simulation, mail }))
    }
}

/// How long after the first mail one goes out before which `earlier` others do: as the configuration has it, or else as the
/// campaign has it, or else at once.
pub(super) fn offset(
    config: &SimulationConfig,
    send_rate: Option<SendRate>,
    earlier: u64,
) -> Duration {
    let start = Timestamp::UNIX_EPOCH;
    let of_campaign = || send_rate.map(|rate| rate.time_of(earlier, start) - start);
    let offset = config.send_offset(earlier).or_else(of_campaign);
    offset.unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    const NOW: Timestamp = datetime!(2026-06-15 12:00 UTC);
    const MAILING: Mailing = Mailing {
        mails: 601,
        send_rate: None,
    };

    fn asked(config: &serde_json::Value) -> AskedSimulation {
        AskedSimulation {
            config: config.as_object().cloned().unwrap_or_default(),
            ..AskedSimulation::default()
        }
    }

    fn plan(asked: &AskedSimulation, mailing: &Mailing) -> Result<SimulationPlan, FieldErrors> {
        JourneySimulator.plan(
            asked,
            SimulationSeed::drawn(uuid::Uuid::nil()),
            mailing,
            NOW,
        )
    }

    #[track_caller]
    fn assert_refused(asked: &AskedSimulation, expected: &[(&str, &str)]) {
        let faults = plan(asked, &MAILING).unwrap_err();
        let faults = faults.as_slice().iter();
        let told: Vec<_> = faults.map(|it| (it.pointer.as_str(), it.code)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn by_default_all_of_it_lies_just_in_the_past() {
        let usual = plan(&asked(&json!({})), &MAILING).unwrap();
        let slow = plan(&asked(&json!({ "send_rate": 10 })), &MAILING).unwrap();
        let campaign = Mailing {
            send_rate: SendRate::per_minute(10).ok(),
            ..MAILING
        };
        let as_slow = plan(&asked(&json!({})), &campaign).unwrap();

        assert!(usual.start_at < NOW - Duration::days(7));
        assert_eq!(slow.start_at, usual.start_at - Duration::hours(1));
        assert_eq!(as_slow.start_at, slow.start_at);
    }

    #[test]
    fn what_would_end_in_the_future_is_refused() {
        let usual = plan(&asked(&json!({})), &MAILING).unwrap();
        let mut wanted = asked(&json!({}));
        wanted.start_at = Some(usual.start_at);
        assert_eq!(plan(&wanted, &MAILING).unwrap(), usual);

        wanted.start_at = Some(usual.start_at + Duration::MICROSECOND);

        assert_refused(&wanted, &[("#/start_at", "out-of-range")]);
    }

    #[test]
    fn what_plays_at_a_pace_begins_now() {
        let mut wanted = asked(&json!({}));
        wanted.pace = Some(3_600.0);
        assert_eq!(plan(&wanted, &MAILING).unwrap().start_at, NOW);

        wanted.start_at = Some(NOW);
        assert_refused(&wanted, &[("#/start_at", "not-applicable")]);
        wanted.start_at = None;
        wanted.pace = Some(0.5);
        assert_refused(&wanted, &[("#/pace", "out-of-range")]);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let mut wanted = asked(&json!({ "open_rate": 2 }));
        wanted.pace = Some(0.0);

        let faults = plan(&wanted, &MAILING).unwrap_err();

        let places = faults.as_slice().iter().map(|it| it.pointer.as_str());
        let places: Vec<_> = places.collect();
        assert!(places.contains(&"#/config/open_rate") && places.contains(&"#/pace"));
    }
}
