//! The shapes of simulations on the wire.

use campaigns::{AskedSimulation, Simulation, SimulationSeed};
use kernel::FieldFault;
use poem_openapi::Object;
use poem_openapi::types::{Example, ParseFromJSON as _};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::config::{
    ConfigAnswer, ConfigRequest, DelayPartShape, DelayShape, DelaysAnswer, FactorsShape,
    SegmentsAnswer,
};
use crate::input::{Fields, Input, instant, integer, json, json_object};

/// What is to be simulated. What is not said is as it is usual.
#[derive(Object)]
#[oai(example)]
pub(crate) struct CreateSimulationRequest {
    /// How likely everything is, and how long it takes.
    #[oai(nullable)]
    config: Option<ConfigRequest>,
    /// Which run of these chances: the same seed gives the same events. Any where it is absent.
    #[oai(
        nullable,
        validator(minimum(value = "0"), maximum(value = "9007199254740991"))
    )]
    seed: Option<i64>,
    /// How many times as fast as life it plays, from now on. All at once, in the past, where it is absent.
    #[oai(
        nullable,
        validator(minimum(value = "1.0"), maximum(value = "1000000.0"))
    )]
    pace: Option<f64>,
    /// When the first mail goes out, so long ago that the last consequence lies in the past; as late as can be where it is
    /// absent. Not together with a pace.
    #[oai(nullable)]
    start_at: Option<OffsetDateTime>,
}

/// A simulation of a campaign.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Simulation", example)]
pub(crate) struct SimulationAnswer {
    /// Its id.
    id: Uuid,
    /// The campaign that it carries out as if.
    campaign_id: Uuid,
    /// The job that plays it, which tells how far it is and what came of it.
    job_id: Uuid,
    /// How likely everything is, and how long it takes; null where it is told in words that are not used any more.
    config: Option<ConfigAnswer>,
    /// Which run of these chances it is.
    #[oai(validator(minimum(value = "0"), maximum(value = "9007199254740991")))]
    seed: i64,
    /// How many times as fast as life it plays; null for all at once.
    pace: Option<f64>,
    /// When the first mail goes out.
    start_at: OffsetDateTime,
    /// When it was begun.
    created_at: OffsetDateTime,
    /// When it was last changed.
    updated_at: OffsetDateTime,
}

/// Reads what is to be simulated.
pub(crate) fn asked_simulation(fields: &mut Fields<'_>) -> Option<AskedSimulation> {
    // What is in it is for the simulator to judge.
    let config = fields.optional("config", json_object);
    let seed = fields.optional("seed", seed);
    let pace = read_pace(fields);
    let start_at = fields.optional("start_at", instant);
    Some(AskedSimulation {
        config: config?.unwrap_or_default(),
        seed: seed?,
        pace: pace?,
        start_at: start_at?,
    })
}

fn seed(input: Input<'_>) -> Option<SimulationSeed> {
    let number = integer(0..=SimulationSeed::MAX)(input)?;
    SimulationSeed::new(number).ok()
}

#[expect(
    clippy::option_option,
    reason = "nothing where it cannot be read, nothing inside where it is left out"
)]
fn read_pace(fields: &mut Fields<'_>) -> Option<Option<f64>> {
    match fields.optional("pace", json)? {
        None => Some(None),
        Some(value) => value.as_f64().map(Some).or_else(|| {
            let fault = FieldFault::new("wrong-type", "this is not a number");
            fields.refuse("pace", fault)
        }),
    }
}

impl From<&Simulation> for SimulationAnswer {
    fn from(simulation: &Simulation) -> Self {
        let state = simulation.state();
        let plan = &state.plan;
        let config = Value::Object(plan.config.document.clone());
        Self {
            id: state.id.as_uuid(),
            campaign_id: state.campaign.as_uuid(),
            job_id: state.job.as_uuid(),
            config: ConfigAnswer::parse_from_json(Some(config)).ok(),
            seed: plan.seed.get(),
            pace: plan.pace,
            start_at: plan.start_at,
            created_at: state.stamps.created_at,
            updated_at: state.stamps.updated_at,
        }
    }
}

impl Example for CreateSimulationRequest {
    fn example() -> Self {
        let config = ConfigRequest {
            send_rate: Some(6_000),
            bounce_rate: None,
            hard_bounce_share: None,
            open_rate: Some(0.3),
            reopen_rate: None,
            click_rate: Some(0.05),
            unsubscribe_rate: None,
            form_view_rate: None,
            form_submit_rate: None,
            machine_open_share: None,
            machine_click_share: None,
            delays: None,
            segments: None,
        };
        Self {
            config: Some(config),
            seed: Some(42),
            pace: None,
            start_at: None,
        }
    }
}

impl Example for SimulationAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0061),
            campaign_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0051),
            job_id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0062),
            config: Some(a_config()),
            seed: 42,
            pace: None,
            start_at: at - time::Duration::days(13),
            created_at: at,
            updated_at: at,
        }
    }
}

fn a_config() -> ConfigAnswer {
    let delay = || DelayShape {
        parts: vec![DelayPartShape {
            weight: 1.0,
            shape: 0.8,
            scale_seconds: 20_000.0,
        }],
        longest_seconds: 604_800.0,
    };
    let usual = FactorsShape {
        bounce: 1.0,
        engagement: 1.0,
    };
    ConfigAnswer {
        send_rate: Some(6_000),
        bounce_rate: 0.008,
        hard_bounce_share: 0.5,
        open_rate: 0.3,
        reopen_rate: 0.25,
        click_rate: 0.05,
        unsubscribe_rate: 0.0025,
        form_view_rate: 0.9,
        form_submit_rate: 0.12,
        machine_open_share: 0.37,
        machine_click_share: 0.07,
        delays: DelaysAnswer {
            open: delay(),
            reopen: delay(),
            machine_open: delay(),
            click: delay(),
            unsubscribe: delay(),
            view: delay(),
            submit: delay(),
            hard_bounce: delay(),
            soft_bounce: delay(),
        },
        segments: SegmentsAnswer {
            pending: usual,
            valid: usual,
            invalid: usual,
            risky: usual,
            nonexistent: usual,
        },
    }
}
