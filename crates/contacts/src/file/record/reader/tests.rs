//! That records are read however a file is cut, and wrong quotes cost their own lines only.

use proptest::prelude::*;

use super::*;

/// A line, and the cells of the record that begins there, or why it cannot be read.
type Row = (u64, Vec<String>);

/// What is read of a text in pieces, what stands there of each record, and how many bytes were looked at for it.
fn read_by(mut reader: RecordReader, pieces: &[&str]) -> (Vec<Row>, Vec<String>, usize) {
    let (mut records, mut raw) = (Vec::new(), Vec::new());
    let mut each = |record: Record<'_>| {
        let cells = match record.fault() {
            None => record.cells().map(str::to_owned).collect(),
            Some(fault) => vec![format!("{fault:?}")],
        };
        records.push((record.line(), cells));
        raw.push(record.raw().to_owned());
    };
    for piece in pieces {
        reader.read(piece, &mut each);
    }
    reader.finish(&mut each);
    (records, raw, reader.bytes_read)
}

/// A reader that takes records of so many bytes at most.
fn small(most: usize) -> RecordReader {
    RecordReader {
        most,
        ..RecordReader::new(b',')
    }
}

fn cut(text: &str, size: usize) -> Vec<String> {
    let chars = text.chars().collect::<Vec<_>>();
    let pieces = chars.chunks(size);
    pieces.map(|piece| piece.iter().collect()).collect()
}

fn read_cut(reader: RecordReader, text: &str, size: usize) -> Vec<Row> {
    let pieces = cut(text, size);
    let pieces = pieces.iter().map(String::as_str).collect::<Vec<_>>();
    read_by(reader, &pieces).0
}

fn without_breaks(text: &str) -> String {
    text.replace(['\n', '\r'], "")
}

fn lines(text: &str) -> Vec<(u64, String)> {
    read_by(RecordReader::new(b','), &[text])
        .0
        .into_iter()
        .map(|(line, cells)| (line, cells.join("|")))
        .collect()
}

#[test]
fn cells_may_hold_delimiters_line_breaks_and_quotes() {
    assert_eq!(
        lines("a,\"b,\"\"c\"\"\"\n\"d\r\ne\",f\n\nx\"y,\"z\"w"),
        [
            (1, "a|b,\"c\"".to_owned()),
            (2, "d\r\ne|f".to_owned()),
            (5, "x\"y|zw".to_owned()),
        ]
    );
}

#[test]
fn every_kind_of_line_break_counts_once() {
    for text in [
        "a\n\nb\n\"c\nd\"\ne\n",
        "a\r\n\r\nb\r\n\"c\r\nd\"\r\ne",
        "a\r\rb\r\"c\rd\"\re",
    ] {
        let numbers = lines(text)
            .iter()
            .map(|&(line, _)| line)
            .collect::<Vec<_>>();
        assert_eq!(numbers, [1, 3, 4, 6], "{text:?}");
    }
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_line_only() {
    assert_eq!(
        lines("a,b\n1,\"2\n3,4\n5,6\n"),
        [
            (1, "a|b".to_owned()),
            (2, "UnclosedQuote".to_owned()),
            (3, "3|4".to_owned()),
            (4, "5|6".to_owned()),
        ]
    );
    let long = format!("1,\"2\n{}", "3,4\n".repeat(MAX_RECORD_LEN / 2));
    let records = lines(&long);
    assert_eq!(records[0], (1, "UnclosedQuote".to_owned()));
    assert_eq!(records.len(), 1 + MAX_RECORD_LEN / 2);
}

#[test]
fn a_quote_that_is_opened_by_mistake_is_not_closed_by_one_that_opens_a_cell_further_down() {
    assert_eq!(
        lines("a@x.de,\"Ada\nb@x.de,Bo\nc@x.de,\"Cy, Jr\"\nd@x.de,\"Di\nDa\"\n"),
        [
            (1, "UnclosedQuote".to_owned()),
            (2, "b@x.de|Bo".to_owned()),
            (3, "c@x.de|Cy, Jr".to_owned()),
            (4, "d@x.de|Di\nDa".to_owned()),
        ]
    );
    assert_eq!(lines("\"a\nb\",\"z\"w\n"), [(1, "a\nb|zw".to_owned())]);
}

#[test]
fn lines_whose_quotes_never_balance_are_refused_one_by_one_and_read_twice_at_most() {
    for line in ["a\",\"b\n", "Ada\",\"Lovelace\",\"ada@example.org\r\n"] {
        let count = 3 * MAX_RECORD_LEN / line.len();
        let text = line.repeat(count);

        let (records, raw, bytes_read) = read_by(RecordReader::new(b','), &[&text]);

        assert!(bytes_read <= 2 * text.len(), "{bytes_read}");
        assert_eq!(records.len(), count);
        assert!(raw.iter().all(|raw| raw == line.trim_end()));
    }
}

#[test]
fn a_line_without_end_is_refused_and_the_next_one_is_read() {
    let text = format!("{}\nb,c\n", "a".repeat(MAX_RECORD_LEN * 2));

    assert_eq!(
        lines(&text),
        [(1, "TooLong".to_owned()), (2, "b|c".to_owned())]
    );
}

proptest! {
    #[test]
    fn well_formed_files_are_read_as_the_csv_crate_reads_them_however_they_are_cut(
        rows in prop::collection::vec(prop::collection::vec("[a-c\" ,;\n\räé]{0,5}", 2..4), 0..6),
        size in 1_usize..9,
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let expected = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes())
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            .collect::<Vec<_>>();
        let found = read_cut(RecordReader::new(b','), &text, size);

        prop_assert_eq!(found.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>(), expected);
        let mut line = 1;
        for ((number, _), row) in found.iter().zip(&rows) {
            prop_assert_eq!(*number, line);
            let breaks: usize = row.iter().map(|cell| cell.replace("\r\n", "\n").matches(['\n', '\r']).count()).sum();
            line += 1 + breaks as u64;
        }
    }

    #[test]
    fn a_quote_that_nobody_meant_to_open_costs_its_own_line_only_however_the_file_is_cut(
        rows in prop::collection::vec(prop::collection::vec((any::<bool>(), "[a-c][a-c,]{0,3}"), 1..4), 0..12),
        at in 0_usize..12,
        most in 40_usize..200,
        size in 1_usize..30,
    ) {
        let mut expected = Vec::new();
        let mut text = String::new();
        for (line, row) in (1..).zip(&rows) {
            if line == at + 1 {
                text.push_str("x,\"y\n");
                expected.push("UnclosedQuote".to_owned());
            }
            let cells = row.iter().map(|(is_quoted, cell)| match is_quoted {
                true => (format!("\"{cell}\""), cell.clone()),
                false => (cell.replace(',', ""), cell.replace(',', "")),
            });
            let (written, read): (Vec<_>, Vec<_>) = cells.unzip();
            text.push_str(&written.join(","));
            text.push('\n');
            expected.push(read.join("|"));
        }

        let found = read_cut(small(most), &text, size);

        let cells = found.iter().map(|(_, cells)| cells.join("|")).collect::<Vec<_>>();
        prop_assert_eq!(cells, expected);
        prop_assert!(found.iter().map(|(line, _)| *line).eq(1..=found.len() as u64));
    }

    #[test]
    fn whatever_comes_it_is_read_twice_at_most_and_alike_however_it_is_cut(
        text in "[a\",\n\ré]{0,120}",
        most in 1_usize..60,
        size in 1_usize..40,
    ) {
        let (whole, _, bytes_read) = read_by(small(most), &[&text]);

        prop_assert!(bytes_read <= 2 * text.len(), "{} of {}", bytes_read, text.len());
        prop_assert_eq!(read_cut(small(most), &text, size), whole);
    }

    #[test]
    fn whatever_comes_all_of_it_is_in_one_record_each(text in "[a\",\n\r]{0,60}") {
        let (_, raw, _) = read_by(RecordReader::new(b','), &[&text]);

        prop_assert_eq!(without_breaks(&raw.concat()), without_breaks(&text));
    }
}
