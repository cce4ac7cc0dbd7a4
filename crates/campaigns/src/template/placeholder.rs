//! The places of variables in a text: `{{ first_name }}`, `{{ first_name | default: "there" }}`, `{{ "{{" }}`.

use std::ops::Range;

use super::fault::TemplateReason;
use super::variable::VariableName;

/// What stands between two braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// A variable, and what stands there without a value.
    Variable {
        name: VariableName,
        default: Option<String>,
    },
    /// A text as it is, for those that would otherwise begin a variable.
    Literal(String),
}

/// A variable's place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// From the opening braces to behind the closing ones, in bytes.
    pub(super) range: Range<usize>,
    pub(super) expression: Expression,
}

/// A place in a source that is wrong, and why.
pub(super) type Misplaced = (usize, TemplateReason);

/// All places of variables in a source, and what looks like one and is none.
pub(super) fn scan(source: &str) -> (Vec<Slot>, Vec<Misplaced>) {
    let mut slots = Vec::new();
    let mut faults = Vec::new();
    let mut from = 0;
    while let Some(found) = source[from..].find("{{") {
        let start = from + found;
        let mut lexer = Lexer {
            source,
            at: start + 2,
        };
        if let Some(expression) = lexer.expression() {
            from = lexer.at;
            slots.push(Slot {
                range: start..from,
                expression,
            });
        } else if let Some(end) = source[start..].find("}}") {
            faults.push((start, TemplateReason::MalformedPlaceholder));
            from = start + end + 2;
        } else {
            faults.push((start, TemplateReason::UnclosedPlaceholder));
            break;
        }
    }
    (slots, faults)
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl Lexer<'_> {
    /// Reads up to and with the closing braces.
    fn expression(&mut self) -> Option<Expression> {
        self.space();
        if let Some(text) = self.string() {
            self.space();
            return self.take("}}").then_some(Expression::Literal(text));
        }
        let name = self.name()?;
        self.space();
        let mut default = None;
        if self.take("|") {
            self.space();
            if !self.take("default") {
                return None;
            }
            self.space();
            if !self.take(":") {
                return None;
            }
            self.space();
            default = Some(self.string()?);
            self.space();
        }
        self.take("}}")
            .then_some(Expression::Variable { name, default })
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// A text in quotes of either kind, which has none of that kind and no line breaks.
    fn string(&mut self) -> Option<String> {
        let quote = self.rest().chars().next().filter(|c| "\"'".contains(*c))?;
        let inside = &self.rest()[1..];
        let end = inside.find(quote)?;
        let text = inside[..end].to_owned();
        if text.contains(['\n', '\r']) {
            return None;
        }
        self.at += end + 2;
        Some(text)
    }

    fn name(&mut self) -> Option<VariableName> {
        let rest = self.rest();
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        let mut end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        for (open, close) in [("[\"", "\"]"), ("['", "']")] {
            if rest[end..].starts_with(open) {
                end += rest[end..].find(close)? + close.len();
                break;
            }
        }
        let name = rest[..end].parse().ok()?;
        self.at += end;
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn only(source: &str) -> Expression {
        let (mut slots, faults) = scan(source);
        assert_eq!(faults, [], "{source}");
        assert_eq!(slots.len(), 1, "{source}");
        slots.remove(0).expression
    }

    #[test]
    fn a_variable_has_a_name_and_perhaps_a_default() {
        let name = |text: &str| text.parse().unwrap();

        for source in [
            "{{first_name}}",
            "{{ first_name }}",
            "a {{\nfirst_name\t}} b",
        ] {
            let expected = Expression::Variable {
                name: name("first_name"),
                default: None,
            };
            assert_eq!(only(source), expected);
        }
        for source in ["{{a|default:\"x }} y\"}}", "{{ a | default: 'x }} y' }}"] {
            let expected = Expression::Variable {
                name: name("a"),
                default: Some("x }} y".to_owned()),
            };
            assert_eq!(only(source), expected);
        }
        let expected = Expression::Variable {
            name: name("attributes[\"Pet name\"]"),
            default: None,
        };
        assert_eq!(only("{{ attributes[\"Pet name\"] }}"), expected);
        assert_eq!(only("{{ \"{{\" }}"), Expression::Literal("{{".to_owned()));
    }

    #[test]
    fn what_is_no_variable_is_told_with_its_place() {
        for (source, at, reason) in [
            ("ab {{ a", 3, TemplateReason::UnclosedPlaceholder),
            ("{{}}", 0, TemplateReason::MalformedPlaceholder),
            ("{{{ a }}}", 0, TemplateReason::MalformedPlaceholder),
            ("{{ a b }}", 0, TemplateReason::MalformedPlaceholder),
            ("{{ A }}", 0, TemplateReason::MalformedPlaceholder),
            ("{{ a | upper }}", 0, TemplateReason::MalformedPlaceholder),
            (
                "{{ a | default: x }}",
                0,
                TemplateReason::MalformedPlaceholder,
            ),
            (
                "{{ a }} {{ a | default: \"\n\" }}",
                8,
                TemplateReason::MalformedPlaceholder,
            ),
        ] {
            assert_eq!(scan(source).1, [(at, reason)], "{source}");
        }
    }

    #[test]
    fn braces_that_begin_no_variable_are_text() {
        assert_eq!(scan("a { b } }} @media{p{color:red}}"), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn any_text_is_scanned(source in "([{}|a:\"' \n]|default|attributes\\[|é){0,20}") {
            let (slots, faults) = scan(&source);
            let mut end = 0;
            for slot in &slots {
                prop_assert!(end <= slot.range.start && slot.range.end <= source.len());
                end = slot.range.end;
            }
            prop_assert!(!source.contains("{{") || !slots.is_empty() || !faults.is_empty());
        }
    }
}
