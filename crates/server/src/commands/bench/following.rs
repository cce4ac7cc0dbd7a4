//! How an import gets on, as a client sees it.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::file::{Expected, Sample};
use super::tenant::{Tenant, text};
use crate::cli::Failure;

/// How long an import may tell nothing new.
const PATIENCE: Duration = Duration::from_mins(10);

/// From how much on the end is foretold, in percent.
const FORETOLD_FROM: u64 = 20;

/// What a client saw from its first byte to the end of the import.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Seen {
    pub(in crate::commands) import: String,
    /// Bytes of the file.
    pub(in crate::commands) bytes: u64,
    /// Until the whole file was sent.
    pub(in crate::commands) uploaded: Duration,
    /// Until all was done.
    pub(in crate::commands) elapsed: Duration,
    /// How often it was further than before.
    pub(in crate::commands) steps: usize,
    /// The longest time without that.
    pub(in crate::commands) longest_silence: Duration,
    /// By which part of the whole time the end that was foretold was wrong: each time it was told after the first fifth.
    pub(in crate::commands) errors: Vec<f64>,
}

/// Sends a file and waits until it is imported; fails where a row is not accounted for.
pub(in crate::commands) fn follow(
    tenant: &Tenant,
    list: &str,
    sample: Sample,
    pace: Duration,
) -> Result<Seen, Failure> {
    let begun = Instant::now();
    let sent = tenant.send(list, sample)?;
    let uploaded = begun.elapsed();
    let import = text(&sent, "id")?;
    let job = text(&sent, "job_id")?;
    let mut progress = Progress::begin();
    loop {
        let told = tenant.get(&format!("/jobs/{job}"))?;
        let status = told["status"].as_str().unwrap_or_default();
        if !matches!(status, "pending" | "running" | "completed") {
            return Err(Failure::new(format!("the import is {status}")));
        }
        progress.note(&told)?;
        if status == "completed" {
            break;
        }
        std::thread::sleep(pace);
    }
    let elapsed = begun.elapsed();
    let ended = tenant.get(&format!("/imports/{import}"))?;
    account(&ended, sample)?;
    let errors = progress.foretold.iter();
    let errors = errors.map(|end| end.abs_diff(progress.last).as_secs_f64());
    let whole = elapsed.saturating_sub(uploaded).as_secs_f64();
    Ok(Seen {
        import,
        bytes: ended["size_bytes"].as_u64().unwrap_or_default(),
        uploaded,
        elapsed,
        steps: progress.steps,
        longest_silence: progress.longest_silence,
        errors: errors.map(|error| error / whole).collect(),
    })
}

/// How far a job was when somebody looked.
struct Progress {
    begun: Instant,
    done: u64,
    /// When it was further than before.
    last: Duration,
    steps: usize,
    longest_silence: Duration,
    /// When it said that it would end.
    foretold: Vec<Duration>,
}

impl Progress {
    fn begin() -> Self {
        Self {
            begun: Instant::now(),
            done: 0,
            last: Duration::ZERO,
            steps: 0,
            longest_silence: Duration::ZERO,
            foretold: Vec::new(),
        }
    }

    fn note(&mut self, job: &Value) -> Result<(), Failure> {
        let now = self.begun.elapsed();
        let done = job["done"].as_u64().unwrap_or_default();
        if done < self.done {
            return Err(Failure::new("the progress went backwards"));
        }
        if done > self.done || job["status"] == "completed" {
            self.longest_silence = self.longest_silence.max(now.saturating_sub(self.last));
            self.steps += usize::from(done > self.done);
            self.done = done;
            self.last = now;
        }
        if now.saturating_sub(self.last) > PATIENCE {
            return Err(Failure::new("the import does not get on"));
        }
        let is_late = job["percent"].as_u64() >= Some(FORETOLD_FROM);
        let rest = job["remaining_seconds"].as_u64().filter(|_| is_late);
        self.foretold
            .extend(rest.map(|rest| now + Duration::from_secs(rest)));
        Ok(())
    }
}

/// Fails where the import does not tell of the rows what has to become of them.
fn account(import: &Value, sample: Sample) -> Result<(), Failure> {
    let count = |name: &str| {
        import["counts"][name]
            .as_u64()
            .ok_or_else(|| Failure::new(format!("the import has no count `{name}`")))
    };
    let told = Expected {
        created: count("created")?,
        duplicate_in_file: count("duplicate_in_file")?,
        rejected: count("rejected")?,
        suppressed: count("suppressed")?,
    };
    let expected = sample.expected();
    if told == expected && count("rows_read")? == sample.rows {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the file has {expected:?} in {} rows, the import tells {told:?}",
        sample.rows
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn progress_that_goes_backwards_is_refused() {
        let mut progress = Progress::begin();

        progress
            .note(&json!({ "done": 10, "percent": 10 }))
            .unwrap();
        progress
            .note(&json!({ "done": 30, "percent": 30, "remaining_seconds": 7 }))
            .unwrap();

        assert!(progress.note(&json!({ "done": 20 })).is_err());
        assert_eq!((progress.steps, progress.foretold.len()), (2, 1));
    }
}
