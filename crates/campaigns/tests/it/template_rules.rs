//! What is accepted as the content of a mail, and what it becomes.

use campaigns::{
    EmailContent, TemplateFaults, TemplateReason, Values, Variable, VariableName, Variables,
};
use kernel::Locale;

fn name(text: &str) -> VariableName {
    text.parse().unwrap()
}

fn declared(variables: &[(&str, Option<&str>, bool)]) -> Variables {
    let variable = |(text, default, required): &(&str, Option<&str>, bool)| Variable {
        name: name(text),
        default: default.map(str::to_owned),
        required: *required,
    };
    Variables::new(variables.iter().map(variable).collect()).unwrap()
}

fn faults(html: &str) -> Vec<(usize, usize, TemplateReason)> {
    let Err(faults) = EmailContent::compile("s", html, None, Variables::default()) else {
        panic!("{html} is refused");
    };
    told(&faults)
}

fn told(faults: &TemplateFaults) -> Vec<(usize, usize, TemplateReason)> {
    faults
        .as_slice()
        .iter()
        .map(|fault| (fault.line, fault.column, fault.reason))
        .collect()
}

#[test]
fn a_mail_is_made_of_values_and_defaults() {
    let variables = declared(&[
        ("code", None, true),
        ("greeting", Some("Hello"), true),
        ("note", None, false),
        ("company", Some("your company"), true),
    ]);
    let content = EmailContent::new(
        " {{ code }} for {{ first_name | default: \"you\" }} ",
        "<p>{{ greeting }} {{ first_name | default: \"there\" }}, {{company}}{{note}}: {{ attributes.city }}</p>\
         <a href=\"{{ link.unsubscribe }}\">x</a>",
        Some("{{ code }} {{ link.unsubscribe }}"),
        variables,
    )
    .unwrap();
    let mut values = Values::default();
    values.set(name("code"), "A&B");
    values.set(name("first_name"), " ");
    values.set(name("attributes.city"), "Łódź");
    values.set(name("link.unsubscribe"), "https://a.example/u?a=1&b=2");

    let mail = content.render(&values, &Locale::english()).unwrap();

    assert_eq!(mail.subject, "A&B for you");
    assert_eq!(
        mail.html,
        "<p>Hello there, your company: Łódź</p><a href=\"https://a.example/u?a=1&amp;b=2\">x</a>"
    );
    assert_eq!(mail.text, "A&B https://a.example/u?a=1&b=2");
}

#[test]
fn a_missing_value_is_named_and_no_hole() {
    let variables = declared(&[("code", None, true)]);
    let html =
        "<p>{{ code }} {{ first_name }} {{ code }}</p><a href=\"{{ attributes.site }}\">x</a>";
    let content = EmailContent::new("{{ first_name }}", html, None, variables).unwrap();
    let mut values = Values::default();
    values.set(name("attributes.site"), "javascript:alert(1)");

    let refused = content.render(&values, &Locale::english()).unwrap_err();

    assert_eq!(
        refused.missing,
        [name("first_name"), name("code"), name("link.unsubscribe")]
    );
    assert_eq!(refused.unsafe_urls, [name("attributes.site")]);
    let errors = kernel::FieldErrors::from(refused);
    let told: Vec<_> = errors
        .as_slice()
        .iter()
        .map(|error| (error.pointer.as_str(), error.code))
        .collect();
    assert_eq!(
        told,
        [
            ("#/values", "required"),
            ("#/values", "required"),
            ("#/values", "required"),
            ("#/values", "unsafe-url"),
        ]
    );
    assert!(errors.as_slice()[3].detail.contains("`attributes.site`"));
}

#[test]
fn an_unknown_variable_is_told_with_its_place_and_not_quoted() {
    let errors = EmailContent::new(
        "{{ first_name }} {{ secret_word }}",
        "<p>\n é {{ secret_word }}\n{{ Secret }}",
        Some("x {{ secret_word"),
        Variables::default(),
    )
    .unwrap_err();

    let told: Vec<_> = errors
        .as_slice()
        .iter()
        .map(|error| (error.pointer.as_str(), error.code, &error.detail[..19]))
        .collect();
    assert_eq!(
        told,
        [
            ("#/subject", "unknown-variable", "line 1, column 18: "),
            ("#/html_content", "unknown-variable", "line 2, column 4: t"),
            (
                "#/html_content",
                "malformed-variable",
                "line 3, column 1: b"
            ),
            ("#/text_content", "unclosed-variable", "line 1, column 3: a"),
        ]
    );
    assert!(!format!("{errors:?}").to_lowercase().contains("secret"));
}

#[test]
fn a_variable_stands_in_text_in_links_and_in_quoted_attributes_that_are_read_as_text() {
    for html in [
        "{{ email }}",
        "<p title=\"{{ email }}\" data-a='{{ email }}' aria-label=\"x{{ email }}\">{{ email }}</p>",
        "<a href=\"{{ link.landing_page }}\">x</a>",
        "<a href='{{ link.landing_page }}?a={{ email }}'>x</a>",
        "<a href=\"https://a.example/{{ email }}#{{ email }}\">x</a>",
        "<a href=\"mailto:{{ email }}?subject={{ first_name }}\">x</a>",
        "<a href=\"&#104;ttps://a.example?x={{ email }}\">x</a>",
        "<img src=\"https://a.example/{{ email }}.png\" alt=\"{{ email }}\">",
        "<!DOCTYPE html><html><head><meta http-equiv=\"Content-Type\" content=\"text/html\"><title>x</title>\
         <style>p{color:red}</style></head><body><!--[if mso]>x<![endif]--><p style=\"color:red\">a & b &amp; {{ email }}",
        "<p>R&amp;D{{ email }} &nbsp;{{ email }} &{ {{ email }}",
        "a < {{ email }} > b",
        "<textarea>a</textarea>{{ email }}",
    ] {
        let made = EmailContent::compile("s", html, None, Variables::default());
        assert!(made.is_ok(), "{html}: {:?}", made.unwrap_err());
    }
}

#[test]
fn a_variable_is_refused_where_no_escaping_helps() {
    use TemplateReason::{
        IncompleteReference, PlaceOfVariable, Unquoted, UnsafeUrl, VariableInHost,
    };
    for (html, reason) in [
        ("<style>p{color:{{ email }}}</style>", PlaceOfVariable),
        ("<p style=\"color:{{ email }}\">", PlaceOfVariable),
        ("<!-- {{ email }} -->", PlaceOfVariable),
        ("<!--[if mso]>{{ email }}<![endif]-->", PlaceOfVariable),
        ("<!DOCTYPE {{ email }}>", PlaceOfVariable),
        ("<title>{{ email }}</title>", PlaceOfVariable),
        (
            "<textarea></{{ email }}textarea></textarea>",
            PlaceOfVariable,
        ),
        ("<{{ email }}>", PlaceOfVariable),
        ("<p{{ email }}>", PlaceOfVariable),
        ("</p{{ email }}>", PlaceOfVariable),
        ("<p {{ email }}>", PlaceOfVariable),
        ("<p {{ email }}=\"a\">", PlaceOfVariable),
        ("<p title=\"a\"{{ email }}>", PlaceOfVariable),
        ("</p title=\"{{ email }}\">", PlaceOfVariable),
        ("<![CDATA[{{ email }}]]>", PlaceOfVariable),
        ("<?{{ email }}>", PlaceOfVariable),
        ("<p title={{ email }}>", Unquoted),
        ("<p title=a{{ email }}>", Unquoted),
        ("<p title=\"a\" lang={{ email }}>", Unquoted),
        ("<a href={{ link.landing_page }}>", Unquoted),
        ("<p id=\"x\" srcset=\"{{ email }}\">", PlaceOfVariable),
        ("<meta content=\"0;url={{ email }}\">", PlaceOfVariable),
        ("<a href=\"javascript:{{ email }}\">", UnsafeUrl),
        ("<a href=\"java&#115;cript:{{ email }}\">", UnsafeUrl),
        ("<a href=\"data:text/html,{{ email }}\">", UnsafeUrl),
        ("<a href=\"//a.example/{{ email }}\">", UnsafeUrl),
        ("<a href=\"https://{{ email }}\">", UnsafeUrl),
        ("<a href=\"https://a{{ email }}\">", VariableInHost),
        ("<a href=\"{{ email }}:{{ email }}\">", VariableInHost),
        ("<a href=\"{{ email }}{{ email }}\">", VariableInHost),
        ("<img src=\"mailto:{{ email }}\">", UnsafeUrl),
        (
            "<a href=\"{{ attributes.a | default: \"javascript:x\" }}\">",
            UnsafeUrl,
        ),
        ("<p>&{{ email }}", IncompleteReference),
        ("<p>&#{{ email }}", IncompleteReference),
        ("<p>&#x{{ email }}", IncompleteReference),
        ("<p>&am{{ email }}p;", IncompleteReference),
        ("<p title=\"&{{ email }}\">", IncompleteReference),
        (
            "<a href=\"https://a.example/?a=1&{{ email }}\">",
            IncompleteReference,
        ),
    ] {
        let found = faults(html);
        assert!(
            found.iter().any(|(_, _, it)| *it == reason),
            "{html}: {found:?}"
        );
    }
}

#[test]
fn a_template_has_no_active_content_and_only_safe_links() {
    use TemplateReason::{ActiveContent, EventHandler, UnsafeUrl};
    for (html, reason) in [
        ("<script>x</script>", ActiveContent),
        ("<SCRIPT src=\"https://a.example\">", ActiveContent),
        ("<iframe src=\"https://a.example\">", ActiveContent),
        ("<p srcdoc=\"x\">", ActiveContent),
        ("<svg><a xlink:href=\"https://a.example\">", ActiveContent),
        ("<math>", ActiveContent),
        ("<object>", ActiveContent),
        ("<base href=\"https://a.example\">", ActiveContent),
        ("<noscript>", ActiveContent),
        (
            "<meta http-equiv=\" Refresh\" content=\"0\">",
            ActiveContent,
        ),
        ("<p onclick=\"x\">", EventHandler),
        ("<img src=x onerror=x>", EventHandler),
        ("<a href=\"javascript:x\">", UnsafeUrl),
        ("<a href=\" JavaScript:x\">", UnsafeUrl),
        ("<a href=\"java\tscript:x\">", UnsafeUrl),
        ("<a href=javascript:x>", UnsafeUrl),
        (
            "<a href=\"https://a.example\" href=\"javascript:x\">",
            UnsafeUrl,
        ),
        ("<img src=\"data:image/png;base64,AA\">", UnsafeUrl),
        ("<a href=\"page.html\">", UnsafeUrl),
        ("<a href>", UnsafeUrl),
        ("<td background=\"vbscript:x\">", UnsafeUrl),
        ("<form action=\"data:x\">", UnsafeUrl),
    ] {
        let found = faults(html);
        assert!(
            found.iter().any(|(_, _, it)| *it == reason),
            "{html}: {found:?}"
        );
    }
}

#[test]
fn places_are_lines_and_columns_of_the_source() {
    assert_eq!(
        faults("<p>é {{ email }} <!-- {{ email }} -->\r\n<p>{{ email }}</p><script>"),
        [
            (1, 23, TemplateReason::PlaceOfVariable),
            (2, 19, TemplateReason::ActiveContent),
            (2, 27, TemplateReason::Unfinished),
        ]
    );
}

#[test]
fn html_that_would_swallow_what_follows_is_refused() {
    for html in [
        "a <p title=\"",
        "a <!-- b",
        "a <style>b",
        "a <title>b",
        "a <p",
    ] {
        let found = faults(html);
        assert_eq!(
            found,
            [(1, html.len() + 1, TemplateReason::Unfinished)],
            "{html}"
        );
    }
}

#[test]
fn a_subject_has_one_line_without_control_characters() {
    for (subject, reason) in [
        ("", TemplateReason::Empty),
        ("a\nBcc: b", TemplateReason::LineBreak),
        ("a\rb", TemplateReason::LineBreak),
        ("a\u{2028}b", TemplateReason::LineBreak),
        ("a\0b", TemplateReason::Control),
    ] {
        let refused = EmailContent::compile(subject, "x", None, Variables::default());
        assert_eq!(told(&refused.unwrap_err())[0].2, reason, "{subject:?}");
    }
}

#[test]
fn each_part_has_limits() {
    let html = |html: &str| EmailContent::compile("s", html, None, Variables::default());
    let long = "é".repeat(EmailContent::MAX_HTML + 1);
    let lines = "\n".repeat(EmailContent::MAX_LINES) + "x";
    let many = "{{ email }}".repeat(EmailContent::MAX_PLACEHOLDERS + 1);
    for (source, reason) in [
        (" \n", TemplateReason::Empty),
        (&*long, TemplateReason::TooLong(EmailContent::MAX_HTML)),
        (
            &lines,
            TemplateReason::TooManyLines(EmailContent::MAX_LINES),
        ),
        (
            &many,
            TemplateReason::TooManyPlaceholders(EmailContent::MAX_PLACEHOLDERS),
        ),
        ("a\0", TemplateReason::Control),
    ] {
        assert_eq!(told(&html(source).unwrap_err())[0].2, reason);
    }
    let longest = EmailContent::compile("s", &long[2..], Some("x"), Variables::default());
    assert!(longest.is_ok() && html(&many[11..]).is_ok() && html(&lines[1..]).is_ok());
}

#[test]
fn a_mail_without_a_way_to_leave_gets_one_at_the_end_of_its_body() {
    let render = |html: &str, locale: &str| {
        let content = EmailContent::new("s", html, None, Variables::default()).unwrap();
        let mail = content.render(&Values::sample(), &locale.parse().unwrap());
        mail.unwrap()
    };

    let mail = render(
        "<html><body><p>Hi {{ first_name }}</p></BODY></html>\n",
        "de",
    );
    assert!(
        mail.html.starts_with("<html><body><p>Hi Ada</p><p style=")
            && mail.html.ends_with(
                "<a href=\"https://example.com/u/sample\">Abmelden</a></p></BODY></html>\n"
            ),
        "{}",
        mail.html
    );
    assert_eq!(
        mail.text,
        "Hi Ada\n\n-- \nAbmelden: https://example.com/u/sample\n"
    );

    let mail = render("<p>Hi</p>", "en");
    assert!(mail.html.ends_with(">Unsubscribe</a></p>"));

    let mail = render("<a href=\"{{ link.unsubscribe }}\">out</a>", "en");
    assert_eq!(
        mail.html,
        "<a href=\"https://example.com/u/sample\">out</a>"
    );
    assert_eq!(mail.text, "out (https://example.com/u/sample)");

    let mail = render("<p>{{ link.unsubscribe }}</p>", "en");
    assert!(
        mail.html.contains("<a href="),
        "an address alone is no link"
    );
}

#[test]
fn the_variables_of_a_mail_are_listed() {
    let content = EmailContent::new(
        "{{ first_name }}",
        "{{ attributes.city }} {{ first_name }} {{ \"{{\" }}",
        None,
        Variables::default(),
    )
    .unwrap();

    assert_eq!(
        content.used(),
        [&name("first_name"), &name("attributes.city")]
    );
}

#[test]
fn a_picture_or_part_of_an_address_is_no_way_to_leave() {
    let english = Locale::english();
    for (html, has_footer) in [
        ("<a href=\"{{ link.unsubscribe }}\">out</a>", false),
        (
            "<map name=m><area href=\"{{ link.unsubscribe }}\" alt=out></map>",
            false,
        ),
        ("<img src=\"{{ link.unsubscribe }}\" alt=\"\">", true),
        (
            "<blockquote cite=\"{{ link.unsubscribe }}\">x</blockquote>",
            true,
        ),
        (
            "<table background=\"{{ link.unsubscribe }}\"></table>x",
            true,
        ),
        ("<link rel=next href=\"{{ link.unsubscribe }}\">x", true),
    ] {
        let content = EmailContent::new("s", html, Some("x"), Variables::default()).unwrap();
        let mail = content.render(&Values::sample(), &english).unwrap();
        assert_eq!(mail.html.contains(">Unsubscribe</a>"), has_footer, "{html}");
    }
    for (text, has_footer) in [
        ("Leave: {{ link.unsubscribe }}", false),
        ("https://a.example/?u={{ link.unsubscribe }}", true),
        (
            "https://a.example/?u={{ link.unsubscribe }} {{ link.unsubscribe }}",
            false,
        ),
    ] {
        let content = EmailContent::new("s", "x", Some(text), Variables::default()).unwrap();
        let mail = content.render(&Values::sample(), &english).unwrap();
        assert_eq!(
            mail.text.contains("\n-- \nUnsubscribe: "),
            has_footer,
            "{text}"
        );
    }
}

#[test]
fn what_is_declared_of_a_variable_suits_the_address_that_it_stands_for() {
    let html = "<p>{{ cta }}</p><a href=\"{{ cta }}\">x</a>";
    for (default, required, is_fit) in [
        (Some("https://a.example/"), true, true),
        (Some("mailto:a@b.example"), false, true),
        (None, true, true),
        (Some("javascript:alert(1)"), true, false),
        (Some("a.example"), false, false),
        (None, false, false),
    ] {
        let variables = || declared(&[("cta", default, required)]);
        let told = EmailContent::compile("s", html, None, variables());
        let told = told.map_err(|faults| self::told(&faults)).map(drop);
        let expected = if is_fit {
            Ok(())
        } else {
            Err(vec![(1, 26, TemplateReason::UnsafeUrl)])
        };
        assert_eq!(told, expected, "{default:?} {required}");
        // What was stored before that was looked at can still be read.
        EmailContent::restore("s", html, "{{ cta }}", variables()).unwrap();
    }
    let own = "<a href=\"{{ cta | default: 'https://a.example' }}\">x</a>";
    EmailContent::new("s", own, None, declared(&[("cta", None, false)])).unwrap();
    let behind = "<a href=\"https://a.example/?q={{ cta }}\">x</a>";
    EmailContent::new("s", behind, None, declared(&[("cta", None, false)])).unwrap();
}
