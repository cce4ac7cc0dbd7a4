//! Any bytes are read as a file of contacts, and alike however they are cut.

#![no_main]

use contacts::{DELIMITERS, Detected, FileReader, ParsedRow, RejectedRow, Told, sniff, sniff_as};
use libfuzzer_sys::fuzz_target;

/// The line, and the address or why there is none, of each row of a file that comes in pieces of this size.
fn rows(bytes: &[u8], detected: &Detected, size: usize) -> Vec<(u64, String)> {
    let mut rows = Vec::new();
    let mut each = |row: Result<ParsedRow, RejectedRow>| {
        rows.push(match row {
            Ok(row) => (row.line, row.email),
            Err(row) => (row.line, row.code.as_str().to_owned()),
        });
    };
    let mut reader = FileReader::new(detected);
    for piece in bytes.chunks(size) {
        reader.read(piece, &mut each);
    }
    reader.finish(&mut each);
    rows
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, bytes)) = data.split_first() else {
        return;
    };
    let delimiter = DELIMITERS.get(usize::from(choice >> 5)).copied();
    let detected = match delimiter {
        Some(_) => sniff_as(bytes, &Told { delimiter, ..Told::default() }),
        None => sniff(bytes),
    };

    let whole = rows(bytes, &detected, bytes.len().max(1));
    let cut = rows(bytes, &detected, usize::from(choice & 31) + 1);

    assert_eq!(whole, cut);
    assert!(whole.is_sorted_by(|one, next| one.0 < next.0));
});
