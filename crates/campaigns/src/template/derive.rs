//! The plain text of a mail that has only HTML.

use super::marked::Marked;
use super::markup::{Attribute, Markup};
use super::placeholder::Slot;

/// Elements that begin and end a paragraph.
const PARAGRAPHS: [&str; 15] = [
    "address",
    "blockquote",
    "dl",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

/// Elements that begin and end a line.
const LINES: [&str; 15] = [
    "article",
    "aside",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dt",
    "figcaption",
    "footer",
    "header",
    "main",
    "nav",
    "section",
    "tr",
];

/// Elements whose content nobody sees.
const UNSEEN: [&str; 4] = ["head", "style", "title", "textarea"];

/// Elements that have no end.
const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "meta"];

/// The source of a plain text that says what the HTML does, with its variables: paragraphs, lists, and the addresses
/// of links.
pub(super) fn text(source: &str, slots: &[Slot], marked: &Marked<'_>, tokens: &[Markup]) -> String {
    let mut writer = Writer {
        source,
        slots,
        marked,
        flow: Flow::default(),
        hidden: None,
        lists: Vec::new(),
        links: Vec::new(),
        pre: 0,
    };
    for token in tokens {
        writer.token(token);
    }
    writer.flow.out
}

struct Writer<'a> {
    source: &'a str,
    slots: &'a [Slot],
    marked: &'a Marked<'a>,
    flow: Flow,
    /// The element that hides what is in it, and how many of its kind are open.
    hidden: Option<(String, usize)>,
    /// The number of the next item of each open list; `None` where items have none.
    lists: Vec<Option<u32>>,
    /// The address of each open link, and where its text begins.
    links: Vec<(String, usize)>,
    pre: usize,
}

impl Writer<'_> {
    fn token(&mut self, token: &Markup) {
        if let Some((name, depth)) = &mut self.hidden {
            match token {
                Markup::Open { name: open, .. } if open == name => *depth += 1,
                Markup::Close { name: close, .. } if close == name => *depth -= 1,
                _ => {}
            }
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        match token {
            Markup::Open {
                name, attributes, ..
            } => self.open(name, attributes),
            Markup::Close { name, .. } => self.close(name),
            Markup::Text { text, .. } => {
                let text = self.with_variables(text);
                if self.pre > 0 {
                    self.flow.verbatim(&text);
                } else {
                    self.flow.text(&text);
                }
            }
            Markup::Comment { .. } | Markup::Doctype { .. } => {}
        }
    }

    fn open(&mut self, name: &str, attributes: &[Attribute]) {
        let value = |wanted: &str| {
            let found = attributes.iter().find(|it| it.name == wanted);
            found.map(|it| it.value.as_str())
        };
        let style = value("style").unwrap_or_default().to_ascii_lowercase();
        let styled: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        let unseen = UNSEEN.contains(&name)
            || value("hidden").is_some()
            || styled.contains("display:none")
            || styled.contains("visibility:hidden");
        if unseen {
            if !VOID.contains(&name) {
                self.hidden = Some((name.to_owned(), 1));
            }
            return;
        }
        match name {
            "br" => self.flow.line_break(),
            "hr" => {
                self.flow.paragraph();
                self.flow.text("---");
                self.flow.paragraph();
            }
            "img" | "area" => {
                let alt = self.with_variables(value("alt").unwrap_or_default());
                self.flow.text(&alt);
            }
            "td" | "th" => self.flow.text(" "),
            "li" => self.item(),
            "a" => {
                let address = self.with_variables(value("href").unwrap_or_default().trim());
                self.links.push((address, self.flow.out.len()));
            }
            _ => self.edge(name),
        }
        match name {
            "ul" => self.lists.push(None),
            "ol" => {
                let start = value("start").and_then(|start| start.trim().parse().ok());
                self.lists.push(Some(start.unwrap_or(1)));
            }
            "pre" => self.pre += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.link(),
            "ul" | "ol" => {
                self.lists.pop();
            }
            "pre" => self.pre = self.pre.saturating_sub(1),
            _ => {}
        }
        self.edge(name);
    }

    fn edge(&mut self, name: &str) {
        let nested_list = matches!(name, "ul" | "ol") && !self.lists.is_empty();
        if PARAGRAPHS.contains(&name) && !nested_list {
            self.flow.paragraph();
        } else if LINES.contains(&name) || nested_list || name == "li" {
            self.flow.line();
        }
    }

    fn item(&mut self) {
        self.flow.after_mark = false;
        self.flow.line();
        let depth = self.lists.len().saturating_sub(1).min(10);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => "- ".to_owned(),
        };
        self.flow.verbatim(&format!("{}{mark}", "  ".repeat(depth)));
        self.flow.after_mark = true;
    }

    /// Ends a link: its address is behind its text, unless the text says it or there is nothing to follow.
    fn link(&mut self) {
        let Some((address, start)) = self.links.pop() else {
            return;
        };
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        let said = self.flow.out.get(start..).unwrap_or_default().trim();
        let bare = address
            .strip_prefix("mailto:")
            .or_else(|| address.strip_prefix("tel:"))
            .unwrap_or(&address);
        if said.is_empty() {
            self.flow.text(&address);
        } else if said != address && said != bare {
            self.flow.text(&format!(" ({address})"));
        }
    }

    /// A text of a token with its variables as they stand in the source. Braces that were none before stay none.
    fn with_variables(&self, text: &str) -> String {
        let split = self.marked.split(text);
        let mut out = String::with_capacity(text.len());
        for (index, literal) in split.texts.iter().enumerate() {
            let slot = split.slots.get(index);
            let mut chars = literal.chars().filter_map(printable).peekable();
            while let Some(c) = chars.next() {
                let opens = match chars.peek() {
                    Some(next) => *next == '{',
                    None => slot.is_some() || index + 1 == split.texts.len(),
                };
                if c == '{' && opens {
                    out.push_str("{{ \"{\" }}");
                } else {
                    out.push(c);
                }
            }
            if let Some(slot) = slot {
                out.push_str(&self.source[self.slots[*slot].range.clone()]);
            }
        }
        out
    }
}

/// What a character of a token is in a plain text: references such as `&#1;` stand for control characters, too.
fn printable(c: char) -> Option<char> {
    match c {
        '\r' | '\u{c}' => Some('\n'),
        c => (!c.is_control() || matches!(c, '\n' | '\t')).then_some(c),
    }
}

/// Text in which white space is one space, lines and paragraphs.
#[derive(Default)]
struct Flow {
    out: String,
    space: bool,
    /// How many line breaks come before the next text.
    breaks: usize,
    /// The mark of an item is the last that was written: what the item begins with stands behind it.
    after_mark: bool,
}

impl Flow {
    fn text(&mut self, text: &str) {
        let mut variable = false;
        for (at, c) in text.char_indices() {
            // White space inside of a variable is its own.
            if text[at..].starts_with("{{") {
                variable = true;
            } else if variable && text[..at].ends_with("}}") {
                variable = false;
            }
            if !variable && (c.is_ascii_whitespace() || c == '\u{a0}') {
                self.space = true;
            } else {
                self.flush();
                self.out.push(c);
            }
        }
    }

    /// Text as it is.
    fn verbatim(&mut self, text: &str) {
        self.flush();
        self.out.push_str(text);
    }

    fn line_break(&mut self) {
        self.space = false;
        self.breaks = (self.breaks + 1).min(2);
    }

    fn line(&mut self) {
        self.space = false;
        self.breaks = self.breaks.max(1);
    }

    fn paragraph(&mut self) {
        self.space = false;
        self.breaks = 2;
    }

    fn flush(&mut self) {
        if self.out.is_empty() {
            self.breaks = 0;
            self.space = false;
        }
        if std::mem::take(&mut self.after_mark) {
            self.breaks = 0;
            self.space = false;
        }
        if self.breaks > 0 {
            self.out.extend(std::iter::repeat_n('\n', self.breaks));
        } else if std::mem::take(&mut self.space) && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.breaks = 0;
        self.space = false;
    }
}
