//! What changed between two versions of a template.

use similar::{ChangeTag, TextDiff};

use super::content::EmailContent;
use super::variable::Variables;

/// What happened to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineChange {
    /// It is in both.
    Same,
    /// It is only in the newer one.
    Added,
    /// It is only in the older one.
    Removed,
}

/// A line of either version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What happened to it.
    pub change: LineChange,
    /// Its number in the older version, from 1.
    pub old_line: Option<usize>,
    /// Its number in the newer version, from 1.
    pub new_line: Option<usize>,
    /// The line without its break.
    pub text: String,
}

/// What changed between two contents: for each part the changed lines with three of their neighbours each; a part
/// that is the same has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentDiff {
    /// The subject.
    pub subject: Vec<DiffLine>,
    /// The HTML.
    pub html: Vec<DiffLine>,
    /// The plain text.
    pub text: Vec<DiffLine>,
    /// The variables, each as a line.
    pub variables: Vec<DiffLine>,
}

impl ContentDiff {
    /// What was changed from `old` to `new`.
    #[must_use]
    pub fn between(old: &EmailContent, new: &EmailContent) -> Self {
        Self {
            subject: lines(old.subject(), new.subject()),
            html: lines(old.html(), new.html()),
            text: lines(old.text(), new.text()),
            variables: lines(&written(old.variables()), &written(new.variables())),
        }
    }
}

fn written(variables: &Variables) -> String {
    let line = |variable: &super::variable::Variable| {
        let need = if variable.required {
            "required"
        } else {
            "optional"
        };
        let default = variable.default.as_ref().map_or_else(String::new, |text| {
            format!(", default: {}", text.replace('\n', " "))
        });
        format!("{} ({need}{default})\n", variable.name)
    };
    variables.as_slice().iter().map(line).collect()
}

fn lines(old: &str, new: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(old, new);
    let groups = diff.grouped_ops(3);
    let operations = groups.iter().flatten();
    operations
        .flat_map(|operation| diff.iter_changes(operation))
        .map(|change| DiffLine {
            change: match change.tag() {
                ChangeTag::Equal => LineChange::Same,
                ChangeTag::Insert => LineChange::Added,
                ChangeTag::Delete => LineChange::Removed,
            },
            old_line: change.old_index().map(|index| index + 1),
            new_line: change.new_index().map(|index| index + 1),
            text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content(subject: &str, html: &str) -> EmailContent {
        EmailContent::new(subject, html, None, Variables::default()).unwrap()
    }

    #[test]
    fn the_changed_lines_are_told_with_their_numbers() {
        let old = content(
            "A",
            "<p>1</p>\n<p>2</p>\n<p>3</p>\n<p>4</p>\n<p>5</p>\n<p>6</p>\n<p>7</p>\n<p>8</p>",
        );
        let new = content(
            "B",
            "<p>1</p>\n<p>two</p>\n<p>3</p>\n<p>4</p>\n<p>5</p>\n<p>6</p>\n<p>7</p>\n<p>8</p>",
        );

        let diff = ContentDiff::between(&old, &new);

        let told: Vec<_> = diff
            .html
            .iter()
            .map(|line| (line.change, line.old_line, line.new_line, &*line.text))
            .collect();
        assert_eq!(
            told,
            [
                (LineChange::Same, Some(1), Some(1), "<p>1</p>"),
                (LineChange::Removed, Some(2), None, "<p>2</p>"),
                (LineChange::Added, None, Some(2), "<p>two</p>"),
                (LineChange::Same, Some(3), Some(3), "<p>3</p>"),
                (LineChange::Same, Some(4), Some(4), "<p>4</p>"),
                (LineChange::Same, Some(5), Some(5), "<p>5</p>"),
            ]
        );
        assert_eq!(diff.subject.len(), 2);
        assert!(diff.variables.is_empty());
    }

    #[test]
    fn what_is_the_same_has_no_lines() {
        let same = content("A", "<p>1</p>");

        assert_eq!(ContentDiff::between(&same, &same), ContentDiff::default());
    }

    proptest! {
        #[test]
        fn the_removed_lines_are_of_the_old_and_the_added_of_the_new(old in "([ab]\n){0,12}", new in "([ab]\n){0,12}") {
            let (olds, news): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
            for line in lines(&old, &new) {
                if let Some(number) = line.old_line {
                    prop_assert_eq!(olds[number - 1], &line.text);
                }
                if let Some(number) = line.new_line {
                    prop_assert_eq!(news[number - 1], &line.text);
                }
            }
        }
    }
}
