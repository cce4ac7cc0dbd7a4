//! The plain text of mails that have only HTML.

use campaigns::{EmailContent, TemplatePart, TemplateReason, Values, Variables};
use kernel::Locale;
use proptest::prelude::*;

fn derived(html: &str) -> String {
    let content = EmailContent::new("s", html, None, Variables::default()).unwrap();
    content.text().to_owned()
}

#[test]
fn paragraphs_lines_and_white_space() {
    assert_eq!(
        derived(
            "<!DOCTYPE html><html><head><title>t</title><style>p{}</style></head><body>\n <h1>A  B</h1>\n\
             <p>c<br>d<br><br><br>e</p><div>f</div><div><div>g</div></div><p></p><p>&lt;h&gt;&nbsp;&amp; i</p><hr>j\
             <!-- no --></body></html>\n"
        ),
        "A B\n\nc\nd\n\ne\n\nf\ng\n\n<h> & i\n\n---\n\nj"
    );
}

#[test]
fn lists_keep_their_marks() {
    assert_eq!(
        derived(
            "<p>x</p><ul><li>a</li> <li><p>b</p></li><li>c<ol start=\"3\"><li>d<li>e</ol></li></ul>y"
        ),
        "x\n\n- a\n- b\n\n- c\n  3. d\n  4. e\n\ny"
    );
}

#[test]
fn links_keep_their_addresses() {
    assert_eq!(
        derived(
            "<a href=\"https://a.example/?a=1&amp;b=2\">Read <b>on</b></a>, <a href=\"https://b.example\">https://b.example</a>, \
             <a href=\"mailto:a@b.example\">a@b.example</a>, <a href=\"#top\">up</a>, \
             <a href=\"https://c.example\"><img src=\"https://c.example/i.png\" alt=\"Picture\"></a>, \
             <a href=\"https://d.example\"><img src=\"https://d.example/i.png\"></a>"
        ),
        "Read on (https://a.example/?a=1&b=2), https://b.example, a@b.example, up, Picture (https://c.example), \
         https://d.example"
    );
}

#[test]
fn tables_are_rows_of_words_and_preformatted_text_stays() {
    assert_eq!(
        derived(
            "<table><tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d</td></tr></table><pre>e\n  f</pre>"
        ),
        "a b\nc d\n\ne\n  f"
    );
}

#[test]
fn what_nobody_sees_is_left_out() {
    assert_eq!(
        derived(
            "<div style=\"DISPLAY : none\">a<div>b</div>c</div><p hidden>d</p><img style=\"display:none\" src=\"https://a.example/\" alt=\"e\">f"
        ),
        "f"
    );
}

#[test]
fn variables_stay_variables_and_braces_stay_braces() {
    let html = "<p>{{ first_name | default: \"a  b\" }}</p>\
                <a href=\"https://a.example/?q={{ attributes.q }}\">{{ \"{{\" }} &#123;&#123; first_name }} {<b>{</b> {{{ email }}";
    let html = html.replace("{{{ email", "&#123;{{ email");
    let content = EmailContent::new("s", &html, None, Variables::default()).unwrap();
    let mut values = Values::sample();
    values.set("attributes.q".parse().unwrap(), "x y&z");

    let mail = content.render(&values, &Locale::english()).unwrap();

    assert!(
        content
            .text()
            .starts_with("{{ first_name | default: \"a  b\" }}\n\n")
    );
    assert_eq!(
        mail.text,
        "Ada\n\n{{ {{ first_name }} {{ {ada@example.com\n\n-- \nUnsubscribe: https://example.com/u/sample\n"
    );
    let closed = EmailContent::new("s", &format!("{html}</a>"), None, Variables::default());
    let mail = closed.unwrap().render(&values, &Locale::english()).unwrap();
    assert!(mail.text.contains("(https://a.example/?q=x%20y%26z)"));
}

#[test]
fn control_characters_of_references_stay_out() {
    assert_eq!(
        derived("<p>a&#1;b&#13;c{&#1;{ first_name }}</p>"),
        "ab c{{ \"{\" }}{ first_name }}"
    );
    assert_eq!(derived("<pre>a&#13;b&#7;&#9;c</pre>"), "a\nb\tc");
}

#[test]
fn a_text_that_cannot_be_saved_is_a_fault_of_the_html_and_a_text_of_ones_own_mends_it() {
    let lines = "<p>x</p>".repeat(2_600);
    let prose = "x ".repeat(60_000);
    let braces = format!("<p>{}</p>", "&#123;&#123; ".repeat(600));
    for html in [lines, prose, braces] {
        let refused = EmailContent::compile("s", &html, None, Variables::default());

        let refused = refused.unwrap_err();
        let [fault] = refused.as_slice() else {
            panic!("{refused:?}");
        };
        assert_eq!(
            (fault.part, fault.reason, fault.line, fault.column),
            (TemplatePart::Html, TemplateReason::NoPlainText, 1, 1)
        );
        EmailContent::new("s", &html, Some("Hello"), Variables::default()).unwrap();
    }
}

#[test]
fn what_was_stored_before_a_text_had_limits_is_read() {
    let html = "<p>x</p>".repeat(2_600);
    let text = "x\n\n".repeat(2_600);
    let restored = EmailContent::restore("s", &html, &text, Variables::default());
    assert_eq!(restored.unwrap().text(), text);
}

proptest! {
    /// The derived text is a template itself: it has the same variables, and can be saved.
    #[test]
    fn a_derived_text_can_be_saved(
        pieces in prop::collection::vec(
            prop_oneof![1 => Just("<p>x</p>".repeat(900)), 19 => prop::sample::select(vec![
                "<p>", "</p>", "<ul>", "<li>", "</ul>", "<a href=\"https://a.example/{{ email }}\">", "</a>", "<br>", "<pre>",
                "</pre>", "{{ first_name }}", "{{ email | default: \"}} {{\" }}", "{{ \"{{\" }}", "{", "}", "&#123;", "a", " ",
                "\n", "&nbsp;", "&#1;", "&#13;", "&#x9f;", "<div hidden>", "</div>", "<img alt=\"{{ company }}{\">", "<td>", "&lt;",
            ]).prop_map(str::to_owned)],
            1..20,
        )
    ) {
        let html = pieces.concat();
        if let Ok(content) = EmailContent::compile("s", &html, None, Variables::default()) {
            if content.text().trim().is_empty() {
                return Ok(());
            }
            let stored = EmailContent::restore("s", &html, content.text(), Variables::default());
            prop_assert_eq!(stored.as_ref(), Ok(&content));
            let again = EmailContent::compile("s", &html, Some(content.text()), Variables::default());
            prop_assert!(again.is_ok(), "{html:?}: {:?}", content.text());
            prop_assert_eq!(again.unwrap(), content);
        }
    }
}
