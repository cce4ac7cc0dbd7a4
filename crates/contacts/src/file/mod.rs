//! Reading contact lists out of files: bytes to text, text to records, records to rows.

mod columns;
mod encoding;
mod reader;
mod record;
mod row;
mod sniff;
mod stop;

pub use columns::{Meaning, UnknownMeaning};
pub use encoding::{Decoder, Encoding};
pub use reader::FileReader;
pub use record::{MAX_RECORD_LEN, Record, RecordFault, RecordReader};
pub use row::{ParsedRow, RejectedRow, RejectionCode};
pub use sniff::{CERTAIN_ENOUGH, Column, DELIMITERS, Detected, Header, Told, sniff, sniff_as};
pub use stop::Stop;
