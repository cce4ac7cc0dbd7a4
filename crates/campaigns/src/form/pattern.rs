//! Patterns that answers have to match.

use std::str::FromStr;

use kernel::FieldFault;
use regex::{Regex, RegexBuilder};

/// A regular expression that the whole answer has to match, in time that grows with the answer's length alone.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    expression: Regex,
}

/// The text is no pattern that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a regular expression of at most {} characters; references to groups and looking around are not offered",
    Pattern::MAX_LEN
)]
pub struct InvalidPattern;

impl Pattern {
    /// The longest pattern, in characters.
    pub const MAX_LEN: usize = 200;
    /// How much memory a compiled pattern may take, in bytes: repetitions of repetitions are small as a text only.
    const MAX_SIZE: usize = 256 * 1024;

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole answer matches.
    #[must_use]
    pub fn matches(&self, answer: &str) -> bool {
        self.expression.is_match(answer)
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let build = |pattern: &str| {
            RegexBuilder::new(pattern)
                .size_limit(Self::MAX_SIZE)
                .dfa_size_limit(Self::MAX_SIZE)
                .nest_limit(50)
                .build()
                .ok()
                .ok_or(InvalidPattern)
        };
        if text.is_empty() || text.chars().count() > Self::MAX_LEN {
            return Err(InvalidPattern);
        }
        // By itself first: a parenthesis too many would otherwise close the group around it.
        build(text)?;
        let expression = build(&format!("\\A(?:{text})\\z"))?;
        Ok(Self {
            text: text.to_owned(),
            expression,
        })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl From<InvalidPattern> for FieldFault {
    fn from(error: InvalidPattern) -> Self {
        Self::new("invalid-pattern", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_answer_has_to_match() {
        let pattern: Pattern = "[0-9]{5}|[A-Z]{2}|a|ab".parse().unwrap();
        for good in ["12345", "DE", "a", "ab"] {
            assert!(pattern.matches(good), "{good}");
        }
        for bad in ["1234", "123456", "x12345", "DEx", "12345\n", "\nDE", ""] {
            assert!(!pattern.matches(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_no_pattern_or_too_large_a_one_is_refused() {
        for bad in [
            "",
            "(",
            "a)(b",
            "a)|(?:b",
            "(a)\\1",
            "(?=a)",
            "(?x)a # b",
            "(\\w{500}){500}",
            &"a".repeat(Pattern::MAX_LEN + 1),
            &"(".repeat(100),
        ] {
            assert_eq!(bad.parse::<Pattern>(), Err(InvalidPattern), "{bad}");
        }
    }

    #[test]
    fn a_pattern_that_other_engines_take_forever_for_ends() {
        let pattern: Pattern = "(a*)*(a|a)*b".parse().unwrap();
        assert!(!pattern.matches(&"a".repeat(10_000)));
    }
}
