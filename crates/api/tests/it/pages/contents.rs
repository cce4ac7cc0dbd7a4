//! What pages say, in every language, and what they load.

use api::pages::{
    HONEYPOT, LandingPage, Language, Message, MessagePage, Notice, SESSION, Typed, UnsubscribePage,
    page_policy,
};
use campaigns::{AnswerErrors, FieldOption, FieldRules, FieldType, FormDefinition, UnknownAnswers};

use super::{PUBLISHER, description, field, form, page};

fn errors_of(form: &FormDefinition, typed: &Typed) -> AnswerErrors {
    let (answers, unknown) = (typed.to_answers(), UnknownAnswers::Ignored);
    form.validate(&answers, unknown, contacts::read_address)
        .unwrap_err()
}

#[test]
fn every_field_has_its_label_and_its_control() {
    let form = form("Question", &["One", "Two"]);
    let html = page(
        &form,
        &Typed::default(),
        &AnswerErrors::default(),
        Language::English,
    )
    .render()
    .unwrap();

    for field in form.fields() {
        let key = field.key();
        match field.field_type() {
            FieldType::Hidden => {
                assert!(
                    html.contains(&format!("<input type=\"hidden\" name=\"{key}\"")),
                    "{html}"
                );
            }
            FieldType::Multiselect => {
                assert!(html.contains("<legend>Question"), "{html}");
                assert!(
                    html.contains(&format!("<label for=\"f-{key}-1\">One</label>")),
                    "{html}"
                );
            }
            _ => {
                assert!(
                    html.contains(&format!("<label for=\"f-{key}\">Question")),
                    "{html}"
                );
                assert!(
                    html.contains(&format!("id=\"f-{key}\" name=\"{key}\"")),
                    "{html}"
                );
            }
        }
    }
    assert!(
        html.contains("autocomplete=\"email\"") && html.contains("type=\"tel\""),
        "{html}"
    );
    assert!(html.contains("action=\"/p/boat?t=abc\""), "{html}");
    assert!(html.contains(&format!("name=\"{HONEYPOT}\"")), "{html}");
    let session = format!("<input type=\"hidden\" name=\"{SESSION}\" value=\"A-visit_0\">");
    assert!(html.contains(&session), "{html}");
    assert!(
        html.contains("href=\"https://harbour.example/privacy\""),
        "{html}"
    );
    assert!(!html.contains("role=\"alert\""), "{html}");
}

#[test]
fn what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept() {
    let form = form("Question", &["One", "Two"]);
    let typed: Typed = [
        ("text", "ab"),
        ("textarea", "first\nsecond"),
        ("email", "nobody"),
        ("number", "1"),
        ("select", "o1"),
        ("multiselect", "o0"),
        ("multiselect", "o1"),
        ("consent", "on"),
    ]
    .into_iter()
    .collect();
    let errors = errors_of(&form, &typed);

    let html = page(&form, &typed, &errors, Language::English)
        .render()
        .unwrap();

    assert!(
        html.contains("<title>Please check your answers: Insure your boat"),
        "{html}"
    );
    assert!(
        html.contains("<p class=\"error\" id=\"e-text\">Please enter at least 3 characters.</p>"),
        "{html}"
    );
    assert!(
        html.contains("<p class=\"error\" id=\"e-number\">Please enter 1.5 or more.</p>"),
        "{html}"
    );
    assert!(
        html.contains("id=\"e-email\">Please enter an email address"),
        "{html}"
    );
    assert!(
        html.contains("<a href=\"#f-email\">Question</a>: Please enter an email"),
        "{html}"
    );
    assert!(html.contains("name=\"email\" value=\"nobody\""), "{html}");
    assert!(
        html.contains("aria-invalid=\"true\" aria-describedby=\"e-email\""),
        "{html}"
    );
    assert!(html.contains(">\nfirst\nsecond</textarea>"), "{html}");
    assert!(html.contains("<option value=\"o1\" selected>"), "{html}");
    assert_eq!(html.matches(" checked").count(), 3, "{html}");
    assert!(
        !html.contains("id=\"e-select\"") && !html.contains("id=\"e-consent\""),
        "{html}"
    );
}

#[test]
fn every_fault_is_told_in_every_language() {
    let form = form("Question", &["One", "Two"]);
    let long = "x".repeat(21);
    let cases = [
        (
            "text",
            "",
            [
                "Please fill in",
                "Bitte füllen",
                "Veuillez remplir",
                "Rellene",
            ],
        ),
        (
            "text",
            &long,
            ["at most 20", "höchstens 20", "au plus 20", "máximo 20"],
        ),
        (
            "email",
            "a@",
            ["an email", "eine E-Mail", "adresse e-mail", "de correo"],
        ),
        (
            "phone",
            "call me",
            ["telephone", "Telefonnummer", "téléphone", "teléfono"],
        ),
        (
            "number",
            "many",
            ["a number", "eine Zahl", "un nombre", "un número"],
        ),
        (
            "number",
            "0",
            ["1.5 or more", "1.5 oder mehr", "1.5 ou plus", "1.5 o más"],
        ),
        (
            "date",
            "soon",
            ["a date", "ein Datum", "une date", "una fecha"],
        ),
        (
            "select",
            "o9",
            [
                "one of the options",
                "eine der Mögl",
                "une des options",
                "una de las",
            ],
        ),
        (
            "checkbox",
            "off",
            ["tick this box", "ein Häkchen", "cocher", "Marque"],
        ),
    ];
    for (key, value, sentences) in cases {
        let typed: Typed = [(key, value)].into_iter().collect();
        let errors = errors_of(&form, &typed);
        for (language, sentence) in Language::ALL.iter().zip(sentences) {
            let html = page(&form, &typed, &errors, *language).render().unwrap();
            let sentence = sentence.replace("une des options", "l’une des options");
            let start = html.find(&format!("id=\"e-{key}\"")).unwrap();
            let told = html[start..].split("</p>").next().unwrap();
            assert!(told.contains(&sentence), "{key}: {told}");
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())));
        }
    }
}

#[test]
fn a_page_says_why_it_is_shown_again() {
    let form = form("Question", &["One"]);
    let (typed, errors) = (Typed::default(), AnswerErrors::default());
    for notice in [Notice::TooManyRequests, Notice::Busy] {
        let again = LandingPage {
            notice: Some(notice),
            ..page(&form, &typed, &errors, Language::English)
        };
        let html = again.render().unwrap();
        assert!(
            html.contains("role=\"alert\"") && html.contains("are kept below"),
            "{html}"
        );
    }
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    let form = form("Question", &["One"]);
    let (typed, errors) = (Typed::default(), AnswerErrors::default());
    let html = page(&form, &typed, &errors, Language::English)
        .render()
        .unwrap();
    for part in [
        "<script", "src=", "<link", "@import", "url(", "http:", " style=",
    ] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    assert!(page_policy(None).starts_with("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn a_page_of_twenty_fields_is_under_thirty_kilobytes() {
    let options = ["An option of some length"; 10];
    let mut fields = Vec::new();
    for index in 0..20 {
        let field_type = FieldType::ALL[index % FieldType::ALL.len()];
        let mut one = field(
            "k",
            "A question of a usual length?",
            field_type,
            FieldRules::default(),
        );
        one.key = format!("{}_{index}", field_type.as_str()).parse().unwrap();
        if matches!(field_type, FieldType::Select | FieldType::Multiselect) {
            one.rules.options = options
                .iter()
                .enumerate()
                .map(|(index, label)| FieldOption {
                    value: index.to_string(),
                    label: (*label).to_owned(),
                })
                .collect();
        }
        fields.push(one);
    }
    let form = FormDefinition::new(fields, description(""), None).unwrap();
    let typed = Typed::default();
    let errors = errors_of(&form, &typed);
    let html = page(&form, &typed, &errors, Language::French)
        .render()
        .unwrap();
    assert!(html.len() < 30_000, "{} bytes", html.len());
}

#[test]
fn every_message_has_a_heading_in_every_language() {
    for language in Language::ALL {
        for message in Message::ALL {
            let page = MessagePage {
                language: *language,
                publisher: None,
                message: *message,
                words: None,
            };
            let html = page.render().unwrap();
            assert!(
                html.contains("<h1>") && !html.contains("<h1></h1>"),
                "{html}"
            );
            assert!(
                !html.contains("<header>") && !html.contains("<footer>"),
                "{html}"
            );
        }
    }
}

#[test]
fn a_link_alone_unsubscribes_nobody() {
    let page = UnsubscribePage {
        language: Language::French,
        publisher: PUBLISHER,
        action: "/u/abc",
    };
    let html = page.render().unwrap();
    assert!(
        html.contains("<form method=\"post\" action=\"/u/abc\">"),
        "{html}"
    );
    assert!(html.contains("Se désabonner"), "{html}");
}
