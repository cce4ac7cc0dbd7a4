//! Reading dashboards.

use std::time::Instant;

use uuid::Uuid;

use crate::cli::Failure;
use crate::commands::bench::measuring::quantile;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// How long a dashboard took, again and again.
pub(super) struct Read {
    pub(super) what: String,
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
        ("the small campaign", of(few, "")),
        ("the large campaign", of(most, "")),
        ("the large campaign, day by day", of(most, "/daily")),
        ("the overview", "/metrics/overview".to_owned()),
    ];
    let mut all = Vec::new();
    for (what, address) in kinds {
        let first = |program: &Program| {
            program.restart()?;
            time(tenant, &address)
        };
        let cold = cold.map(first).transpose()?;
        let mut times = (0..times)
            .map(|_| time(tenant, &address))
            .collect::<Result<Vec<_>, _>>()?;
        times.sort_by(f64::total_cmp);
        all.push(Read {
            what: format!("{what}{when}"),
            cold,
            times,
        });
    }
    Ok(all)
}

/// The milliseconds that an answer takes.
fn time(tenant: &Tenant, address: &str) -> Result<f64, Failure> {
    let begun = Instant::now();
    tenant.get(address)?;
    Ok(begun.elapsed().as_secs_f64() * 1_000.0)
}
