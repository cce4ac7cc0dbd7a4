//! All contacts of an organization as a download.

use std::io::Read as _;
use std::time::{Duration, Instant};

use crate::cli::Failure;
use crate::commands::bench::program::Program;
use crate::commands::bench::tenant::Tenant;

/// What a download took.
#[derive(Clone, Debug)]
pub(super) struct Download {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) elapsed: Duration,
    /// What the program's memory grew by at most, in bytes.
    pub(super) growth: u64,
}

/// Downloads all contacts, and keeps none.
pub(super) fn download(program: &Program, tenant: &Tenant) -> Result<Download, Failure> {
    let (before, _) = program.memory()?;
    program.forget_peak()?;
    let begun = Instant::now();
    let mut file = tenant.download("/contacts/export")?;
    let (mut lines, mut bytes) = (0, 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer).map_err(Failure::new)?;
        if count == 0 {
            break;
        }
        let breaks = buffer[..count].iter().filter(|byte| **byte == b'\n');
        lines += breaks.count() as u64;
        bytes += count as u64;
    }
    let elapsed = begun.elapsed();
    let (_, peak) = program.memory()?;
    Ok(Download {
        lines,
        bytes,
        elapsed,
        growth: peak.saturating_sub(before),
    })
}
