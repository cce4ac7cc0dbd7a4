//! Reading dashboards.

use std::time::Instant;

use serde_json::Value;
use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::measuring::quantile;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// How long a dashboard took, again and again.
pub(super) struct Read {
    pub(super) what: String,
    /// The campaign that it is of; `None` where it is of all.
    pub(super) campaign: Option<Uuid>,
    /// What it told the last time.
    pub(super) answer: Value,
    /// The milliseconds of the first time after program and database were started, which had nothing of it in their memory;
    /// `None` where they were not.
    pub(super) cold: Option<f64>,
    /// Those of the other times, sorted.
    times: Vec<f64>,
}

impl Read {
    /// How often it was read.
    pub(super) fn count(&self) -> usize {
        self.times.len()
    }

    /// The milliseconds in which this part of them was answered.
    pub(super) fn quantile(&self, part: f64) -> f64 {
        quantile(&self.times, part)
    }
}

/// Reads dashboards of both campaigns, and of the organization, so often; each of them once before that, where there is a
/// program that can be started anew for it.
pub(super) fn read(
    tenant: &Tenant,
    (few, most): (Uuid, Uuid),
    times: u16,
    when: &str,
    cold: Option<&Program>,
) -> Result<Vec<Read>, Failure> {
    let of = |campaign: Uuid, rest: &str| format!("/campaigns/{campaign}/metrics{rest}");
    let kinds = [
        ("the small campaign", Some(few), of(few, "")),
        ("the large campaign", Some(most), of(most, "")),
        (
            "the large campaign, day by day",
            Some(most),
            of(most, "/daily"),
        ),
        ("the overview", None, "/metrics/overview".to_owned()),
    ];
    let mut all = Vec::new();
    for (what, campaign, address) in kinds {
        let first = |program: &Program| {
            program.restart()?;
            time(tenant, &address).map(|(took, _)| took)
        };
        let cold = cold.map(first).transpose()?;
        let mut answer = Value::Null;
        let mut taken = Vec::with_capacity(usize::from(times));
        for _ in 0..times {
            let (took, told) = time(tenant, &address)?;
            taken.push(took);
            answer = told;
        }
        taken.sort_by(f64::total_cmp);
        all.push(Read {
            what: format!("{what}{when}"),
            campaign,
            answer,
            cold,
            times: taken,
        });
    }
    Ok(all)
}

/// The milliseconds that an answer takes, and the answer.
fn time(tenant: &Tenant, address: &str) -> Result<(f64, Value), Failure> {
    let begun = Instant::now();
    let answer = tenant.get(address)?;
    Ok((begun.elapsed().as_secs_f64() * 1_000.0, answer))
}
