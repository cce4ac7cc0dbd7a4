//! What benchmarks that start a program have in common.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::program::Program;
use crate::cli::Failure;
use crate::settings::Settings;

/// Starts the program as a process of its own, measures with it, and stops it; tells what was measured.
pub(super) async fn measured<R: Send + 'static>(
    settings: &Settings,
    measure: impl FnOnce(Arc<Program>, Handle) -> Result<R, Failure> + Send + 'static,
) -> Result<R, Failure> {
    measured_with(settings, &[], measure).await
}

/// As [`measured`], of a program with these settings.
pub(super) async fn measured_with<R: Send + 'static>(
    settings: &Settings,
    of_program: &'static [&'static str],
    measure: impl FnOnce(Arc<Program>, Handle) -> Result<R, Failure> + Send + 'static,
) -> Result<R, Failure> {
    let program = Program::start_with(settings.pg_bin_dir.as_deref(), of_program)?;
    let program = Arc::new(program);
    let (lent, runtime) = (Arc::clone(&program), Handle::current());
    let measuring = spawn_blocking(move || measure(lent, runtime));
    // Whoever loses patience stops the program, and with it whatever is measured.
    let measured = tokio::select! {
        measured = measuring => measured.unwrap_or_else(|error| Err(Failure::new(error))),
        _ = tokio::signal::ctrl_c() => Err(Failure::new("stopped")),
    };
    program.stop()?;
    measured
}

/// The value that this part of sorted ones does not exceed; no number where there are none.
pub(super) fn quantile(sorted: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small whole number"
    )]
    let place = ((sorted.len() as f64 * part).ceil() as usize).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// Whether a bar is kept, as a table says it.
pub(super) const fn verdict(kept: bool) -> &'static str {
    if kept { "yes" } else { "**no**" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_are_there() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();

        let quantiles = [0.0, 0.5, 0.95, 1.0].map(|part| quantile(&values, part));
        assert_eq!(
            quantiles.map(f64::to_bits),
            [1.0, 10.0, 19.0, 20.0].map(f64::to_bits)
        );
        assert!(quantile(&[], 0.5).is_nan());
    }
}
