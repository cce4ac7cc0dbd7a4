//! Cells of CSV files that spreadsheets open.

use std::borrow::Cow;

/// What makes a spreadsheet take a cell for a formula, or drop what comes before one: the list of
/// OWASP's "CSV injection" with the full-width forms that some spreadsheets treat alike.
const LEADS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text as a cell that no spreadsheet takes for a formula: where it begins like one, it gets an
/// apostrophe in front. Texts that look guarded already get one more, so that
/// [`unguarded_cell`] gives every text back.
#[must_use]
pub fn guarded_cell(text: &str) -> Cow<'_, str> {
    if text.trim_start_matches('\'').starts_with(LEADS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that [`guarded_cell`] made this cell from.
#[must_use]
pub fn unguarded_cell(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if text.trim_start_matches('\'').starts_with(LEADS) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_begins_like_a_formula_gets_an_apostrophe() {
        for text in [
            "=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1",
        ] {
            assert_eq!(guarded_cell(text), format!("'{text}"));
        }
        for text in ["", "Ada", "1-1", "a=b", "'tis", "''"] {
            assert_eq!(guarded_cell(text), text);
        }
    }

    #[test]
    fn a_text_that_looks_guarded_is_told_from_one_that_is() {
        assert_eq!(guarded_cell("'=1"), "''=1");
        assert_eq!(unguarded_cell("''=1"), "'=1");
        assert_eq!(unguarded_cell("'=1"), "=1");
        assert_eq!(unguarded_cell("'tis"), "'tis");
    }

    proptest! {
        #[test]
        fn every_text_comes_back_and_no_cell_begins_like_a_formula(text in "['=+\\-@\t\r\n＝a ]{0,6}.{0,4}") {
            let cell = guarded_cell(&text);

            prop_assert!(!cell.starts_with(LEADS));
            prop_assert_eq!(unguarded_cell(&cell), text.as_str());
        }
    }
}
