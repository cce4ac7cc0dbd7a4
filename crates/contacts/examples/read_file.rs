//! Shows what a file of contacts is taken for, how fast it is read, and with `--rows` what becomes of each row.
//!
//! ```sh
//! cargo run --release -p contacts --example read_file -- [--rows] FILE…
//! ```

use std::io::Read;
use std::time::Instant;

use contacts::{Facts, FileReader, Rules, ValidationStatus, decide, sniff};

fn main() -> std::io::Result<()> {
    let (flags, paths): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|argument| argument == "--rows");
    for path in paths {
        let mut file = std::fs::File::open(&path)?;
        let mut piece = vec![0; 64 * 1024];
        let mut length = file.read(&mut piece)?;
        let detected = sniff(&piece[..length]);
        println!(
            "{path}: {detected:?}, needs mapping: {}",
            detected.needs_mapping()
        );
        let (facts, rules) = (Facts::offline(), Rules::default());
        let (mut rows, mut rejected, mut valid) = (0_u64, 0_u64, 0_u64);
        let begin = Instant::now();
        let mut each = |row: Result<contacts::ParsedRow, contacts::RejectedRow>| {
            rows += 1;
            match row {
                Ok(row) => {
                    let verdict = decide(&row.email, &facts, &rules);
                    valid += u64::from(verdict.status() == ValidationStatus::Valid);
                    if !flags.is_empty() {
                        println!(
                            "  line {}: {} {} {:?} {:?} {:?}, {} attributes",
                            row.line,
                            verdict.status(),
                            row.email,
                            row.more_emails,
                            row.full_name,
                            row.stop,
                            row.attributes.len()
                        );
                    }
                }
                Err(row) => {
                    rejected += 1;
                    if !flags.is_empty() {
                        println!("  line {}: rejected, {}", row.line, row.code.as_str());
                    }
                }
            }
        };
        let mut reader = FileReader::new(&detected);
        while length > 0 {
            reader.read(&piece[..length], &mut each);
            length = file.read(&mut piece)?;
        }
        reader.finish(&mut each);
        println!(
            "  {rows} rows, {valid} valid, {rejected} rejected, in {:?}",
            begin.elapsed()
        );
    }
    Ok(())
}
