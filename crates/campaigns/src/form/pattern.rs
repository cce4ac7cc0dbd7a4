//! Patterns that answers have to match.

use std::str::FromStr;
use std::sync::OnceLock;

use kernel::FieldFault;
use regex::{Regex, RegexBuilder};

/// A regular expression that the whole answer has to match, in time that grows with the answer's length alone.
///
/// It is compiled when the first answer comes: a page that shows a form asks for no pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// Nothing inside where it cannot be compiled.
    expression: OnceLock<Option<Regex>>,
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

    /// A pattern as it was stored, which was one when the form was published.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self {
            text,
            expression: OnceLock::new(),
        }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the whole answer matches.
    #[must_use]
    pub fn matches(&self, answer: &str) -> bool {
        let expression = self.expression.get_or_init(|| whole(&self.text).ok());
        expression
            .as_ref()
            .is_some_and(|expression| expression.is_match(answer))
    }
}

/// The expression that a whole text has to match.
fn whole(pattern: &str) -> Result<Regex, InvalidPattern> {
    compile(&format!("\\A(?:{pattern})\\z"))
}

fn compile(pattern: &str) -> Result<Regex, InvalidPattern> {
    RegexBuilder::new(pattern)
        .size_limit(Pattern::MAX_SIZE)
        .dfa_size_limit(Pattern::MAX_SIZE)
        .nest_limit(50)
        .build()
        .ok()
        .ok_or(InvalidPattern)
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.chars().count() > Self::MAX_LEN {
            return Err(InvalidPattern);
        }
        // By itself first: a parenthesis too many would otherwise close the group around it.
        compile(text)?;
        let expression = OnceLock::from(Some(whole(text)?));
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
    fn a_pattern_that_was_stored_is_compiled_when_an_answer_comes() {
        let stored = Pattern::restore("[0-9]{5}".to_owned());
        assert!(stored.expression.get().is_none());
        assert!(stored.matches("12345") && !stored.matches("1234"));
        assert!(stored.expression.get().is_some());
        assert_eq!(Ok(stored), "[0-9]{5}".parse());

        let broken = Pattern::restore("(".to_owned());
        assert!(!broken.matches("("));
    }

    #[test]
    fn a_pattern_that_other_engines_take_forever_for_ends() {
        let pattern: Pattern = "(a*)*(a|a)*b".parse().unwrap();
        assert!(!pattern.matches(&"a".repeat(10_000)));
    }
}
