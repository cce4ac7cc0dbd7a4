//! Bars that show how far something is, where somebody watches.

use std::io::{self, Read};

use indicatif::{ProgressBar, ProgressStyle};

/// A reader that moves a bar on.
pub(super) struct Counting<'a, R> {
    inner: R,
    bar: &'a ProgressBar,
}

impl<'a, R> Counting<'a, R> {
    pub(super) const fn new(inner: R, bar: &'a ProgressBar) -> Self {
        Self { inner, bar }
    }
}

impl<R: Read> Read for Counting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}

/// A bar of bytes that are sent.
pub(super) fn sending(length: u64) -> ProgressBar {
    styled(
        ProgressBar::new(length),
        "sending  {wide_bar} {bytes}/{total_bytes} {eta}",
    )
}

/// A bar of how much of something is done, in percent; what is done is said in a word.
pub(in crate::commands) fn percent(word: &str) -> ProgressBar {
    let template = format!("{word:<8} {{wide_bar}} {{percent}}% {{msg}} {{eta}}");
    styled(ProgressBar::new(100), &template)
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    // A template that does not hold leaves the bar as it is by default.
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_far_as_what_was_read() {
        let bar = sending(10);
        let mut text = String::new();

        Counting::new(b"canvass".as_slice(), &bar)
            .read_to_string(&mut text)
            .unwrap();

        assert_eq!((text.as_str(), bar.position()), ("canvass", 7));
    }

    #[test]
    fn the_templates_hold() {
        for template in [
            "sending  {wide_bar} {bytes}/{total_bytes} {eta}",
            "reading  {wide_bar} {percent}% {msg} {eta}",
        ] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }
}
