//! One definition says what an answer is, whoever asks.

use campaigns::{
    Answer, AnswerErrors, FieldOption, FieldRules, FieldType, FormDefinition, NewField,
    ReadAddress, Response, UnknownAnswers,
};
use contacts::read_address;
use kernel::Description;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn field(key: &str, field_type: FieldType) -> NewField {
    NewField {
        key: key.parse().unwrap(),
        label: "Label".to_owned(),
        field_type,
        required: false,
        indexed: None,
        rules: FieldRules::default(),
    }
}

fn form(fields: Vec<NewField>) -> FormDefinition {
    FormDefinition::new(fields, Description::empty(), None).unwrap()
}

fn map(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        panic!("an object");
    };
    map
}

fn options(values: &[&str]) -> Vec<FieldOption> {
    let option = |value: &&str| FieldOption {
        value: (*value).to_owned(),
        label: value.to_uppercase(),
    };
    values.iter().map(option).collect()
}

fn signup() -> FormDefinition {
    let mut email = field("email", FieldType::Email);
    email.required = true;
    let mut size = field("size", FieldType::Number);
    size.rules.min = Some("1".to_owned());
    size.rules.max = Some("1000.5".to_owned());
    let mut day = field("day", FieldType::Date);
    day.rules.min = Some("2026-01-01".to_owned());
    let mut zip = field("zip", FieldType::Text);
    zip.rules.pattern = Some("[0-9]{5}".to_owned());
    let mut plan = field("plan", FieldType::Select);
    plan.rules.options = options(&["free", "paid"]);
    let mut topics = field("topics", FieldType::Multiselect);
    topics.rules.options = options(&["a", "b", "c"]);
    topics.rules.max_choices = Some(2);
    let mut consent = field("consent", FieldType::Consent);
    "I agree.".clone_into(&mut consent.label);
    consent.required = true;
    form(vec![
        email,
        field("phone", FieldType::Phone),
        size,
        day,
        zip,
        plan,
        topics,
        field("note", FieldType::Textarea),
        field("again", FieldType::Checkbox),
        field("from", FieldType::Hidden),
        consent,
    ])
}

fn codes(errors: &AnswerErrors) -> Vec<(&str, &str)> {
    let faults = errors.fields.iter();
    faults
        .map(|(key, fault)| (key.as_str(), fault.code))
        .collect()
}

#[test]
fn typed_answers_and_those_of_a_browser_are_the_same() {
    let form = signup();
    let typed = map(json!({
        "email": "Ada@Example.com", "phone": "+44 (20) 7946-0000", "size": 12.5, "day": "2026-02-28", "zip": "01234",
        "plan": "paid", "topics": ["c", "a"], "note": "one\ntwo", "again": true, "from": "ad", "consent": true,
    }));
    let sent = map(json!({
        "email": " Ada@Example.com ", "phone": "+44 (20) 7946-0000", "size": "12.50", "day": " 2026-02-28", "zip": "01234 ",
        "plan": ["paid"], "topics": ["a", "c", "", "a"], "note": "one\r\ntwo", "again": "on", "from": "ad", "consent": "yes",
    }));

    let response = form
        .validate(&typed, UnknownAnswers::Refused, read_address)
        .unwrap();

    assert_eq!(
        form.validate(&sent, UnknownAnswers::Refused, read_address),
        Ok(response.clone())
    );
    assert_eq!(
        response.to_json(),
        map(json!({
            "email": "Ada@Example.com", "phone": "+44 (20) 7946-0000", "size": 12.5, "day": "2026-02-28", "zip": "01234",
            "plan": "paid", "topics": ["a", "c"], "note": "one\ntwo", "again": true, "from": "ad",
            "consent": {"given": true, "text": "I agree."},
        }))
    );
    let indexed: Vec<_> = response.values().map(|(key, _)| key.as_str()).collect();
    assert!(!indexed.contains(&"note") && indexed.len() == 10);
    let consents: Vec<_> = response.consents().collect();
    assert_eq!((consents.len(), consents[0].text), (1, "I agree."));
    assert!(consents[0].given);
}

#[test]
fn every_fault_is_told_at_once_and_names_its_field() {
    let errors = signup()
        .validate(
            &map(json!({
                "email": "nobody", "phone": "call me", "size": 0, "day": "2025-12-31", "zip": "1234", "plan": "other",
                "topics": ["a", "b", "c"], "note": "a\u{7}", "again": 3, "from": "a\nb", "consent": false,
                "secret stranger": 1,
            })),
            UnknownAnswers::Refused,
            read_address,
        )
        .unwrap_err();

    assert_eq!(
        codes(&errors),
        [
            ("email", "invalid-email"),
            ("phone", "invalid-phone"),
            ("size", "too-small"),
            ("day", "too-small"),
            ("zip", "pattern"),
            ("plan", "unknown-option"),
            ("topics", "too-many"),
            ("note", "control-character"),
            ("again", "wrong-type"),
            ("from", "control-character"),
            ("consent", "required"),
        ]
    );
    let told = errors.into_field_errors("#/answers");
    let last = told.as_slice().last().unwrap();
    assert_eq!(
        (last.pointer.as_str(), last.code),
        ("#/answers", "unknown-field")
    );
    assert_eq!(told.as_slice()[0].pointer, "#/answers/email");
    assert!(!format!("{told:?}").contains("secret") && !format!("{told:?}").contains("nobody"));
}

#[test]
fn an_address_is_one_by_the_rule_that_is_given_and_is_kept_as_it_was_given() {
    let form = form(vec![field("email", FieldType::Email)]);
    let answers = map(json!({ "email": " \"Ada L.\"@Bücher.de " }));
    let check = |rule: ReadAddress| {
        let response = form.validate(&answers, UnknownAnswers::Refused, rule);
        response
            .map(|response| response.to_json())
            .map_err(|errors| errors.fields[0].1.code)
    };

    let kept = map(json!({ "email": "\"Ada L.\"@Bücher.de" }));
    assert_eq!(check(read_address), Ok(kept));
    assert_eq!(check(|_| None), Err("invalid-email"));
}

#[test]
fn nothing_is_no_answer() {
    let mut plan = field("plan", FieldType::Select);
    plan.rules.options = options(&["a"]);
    plan.required = true;
    let mut topics = field("topics", FieldType::Multiselect);
    topics.rules.options = options(&["a"]);
    topics.required = true;
    let form = form(vec![plan, topics, field("again", FieldType::Checkbox)]);
    for nothing in [
        json!({}),
        json!({"plan": null, "topics": []}),
        json!({"plan": "  ", "topics": ["", null]}),
    ] {
        let errors = form
            .validate(&map(nothing), UnknownAnswers::Refused, read_address)
            .unwrap_err();
        assert_eq!(
            codes(&errors),
            [("plan", "required"), ("topics", "required")]
        );
    }
    let response = form
        .validate(
            &map(json!({"plan": "a", "topics": "a"})),
            UnknownAnswers::Refused,
            read_address,
        )
        .unwrap();
    assert_eq!(
        response.find(&"again".parse().unwrap()),
        Some(&Answer::Flag(false))
    );
}

#[test]
fn what_a_form_does_not_ask_is_refused_or_ignored() {
    let form = form(vec![field("a", FieldType::Text)]);
    let answers = map(json!({"a": "x", "b": "y", "c": "z"}));

    let refused = form
        .validate(&answers, UnknownAnswers::Refused, read_address)
        .unwrap_err();
    let kept = form
        .validate(&answers, UnknownAnswers::Ignored, read_address)
        .unwrap();

    assert_eq!((refused.unknown, refused.fields.len()), (2, 0));
    assert_eq!(kept.to_json(), map(json!({"a": "x"})));
}

#[test]
fn only_options_of_the_form_can_be_chosen() {
    let mut topics = field("topics", FieldType::Multiselect);
    topics.rules.options = options(&["a", "b"]);
    let form = form(vec![topics]);
    for given in [json!(["a", "c"]), json!("c"), json!(["A"]), json!([["a"]])] {
        let answers = map(json!({ "topics": given }));
        let refused = form.validate(&answers, UnknownAnswers::Refused, read_address);
        assert!(refused.is_err(), "{answers:?}");
    }
}

#[test]
fn lengths_count_characters() {
    let mut short = field("a", FieldType::Text);
    short.rules.min_length = Some(2);
    short.rules.max_length = Some(3);
    let form = form(vec![short]);
    let check = |text: &str| {
        let answers = map(json!({"a": text}));
        form.validate(&answers, UnknownAnswers::Refused, read_address)
            .map_err(|errors| errors.fields[0].1.code)
            .map(|_| ())
    };
    assert_eq!(check("ö"), Err("too-short"));
    assert_eq!(check(" öö "), Ok(()));
    assert_eq!(check("ööö"), Ok(()));
    assert_eq!(check("öööö"), Err("too-long"));
}

#[test]
fn a_form_has_fields_whose_keys_differ() {
    let make = |fields| FormDefinition::new(fields, Description::empty(), None).unwrap_err();
    assert_eq!(make(vec![]).as_slice()[0].code, "required");

    let mut bad = field("b", FieldType::Select);
    bad.label = String::new();
    let errors = make(vec![
        field("a", FieldType::Text),
        field("a", FieldType::Email),
        bad,
    ]);
    let told: Vec<_> = errors
        .as_slice()
        .iter()
        .map(|error| (error.pointer.as_str(), error.code))
        .collect();
    assert_eq!(
        told,
        [
            ("#/fields/1/field_key", "duplicate"),
            ("#/fields/2/field_label", "required"),
            ("#/fields/2/validation_rules/options", "required"),
        ]
    );

    let many = (0..=FormDefinition::MAX_FIELDS).map(|n| field(&format!("f{n}"), FieldType::Text));
    assert_eq!(make(many.collect()).as_slice()[0].code, "too-many");
}

#[test]
fn rules_are_kept_as_a_document_and_read_again() {
    for field in signup().fields() {
        let stored = serde_json::to_value(field.rules()).unwrap();
        let read: FieldRules = serde_json::from_value(stored).unwrap();
        assert_eq!(&read, field.rules());
    }
    let unknown = serde_json::from_value::<FieldRules>(json!({"minimum": "1"}));
    assert!(unknown.is_err());
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[a-c]{0,3}",
        "-?[0-9]{1,14}(\\.[0-9]{1,7})?",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]",
        "\"?[a-zä ]{1,3}\"?@[a-zA-Zä]{1,3}\\.[a-z]{2}",
        "\\+?[0-9 ()/-]{4,24}",
        prop::sample::select(vec!["on", "off", "true", "no", " ", "a\r\nb", "\u{202E}"])
            .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        4 => text.prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-20_i8..20).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-c]", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_rules(field_type: FieldType) -> BoxedStrategy<FieldRules> {
    let none = FieldRules::default();
    match field_type {
        FieldType::Text | FieldType::Textarea | FieldType::Hidden => (
            prop::option::of(0_u32..4),
            prop::option::of(1_u32..8),
            prop::option::of(prop::sample::select(vec![
                "[a-c]+", ".*", "(a|b)*c?", "(", "\\d{2,4}",
            ])),
        )
            .prop_map(|(min_length, max_length, pattern)| FieldRules {
                min_length,
                max_length,
                pattern: pattern.map(str::to_owned),
                ..FieldRules::default()
            })
            .boxed(),
        FieldType::Number => (prop::option::of(-5_i8..5), prop::option::of(0_i8..50))
            .prop_map(|(min, max)| FieldRules {
                min: min.map(|it| it.to_string()),
                max: max.map(|it| it.to_string()),
                ..FieldRules::default()
            })
            .boxed(),
        FieldType::Date => prop::option::of("[12][0-9]{3}-0[1-9]-[0-2][1-9]")
            .prop_map(|min| FieldRules {
                min,
                ..FieldRules::default()
            })
            .boxed(),
        FieldType::Select => Just(FieldRules {
            options: options(&["a", "b", "c"]),
            ..none
        })
        .boxed(),
        FieldType::Multiselect => (prop::option::of(0_u32..4), prop::option::of(0_u32..5))
            .prop_map(|(min_choices, max_choices)| FieldRules {
                options: options(&["a", "b", "c"]),
                min_choices,
                max_choices,
                ..FieldRules::default()
            })
            .boxed(),
        FieldType::Email | FieldType::Phone | FieldType::Checkbox | FieldType::Consent => {
            Just(none).boxed()
        }
    }
}

fn any_fields() -> impl Strategy<Value = Vec<NewField>> {
    let any_field = prop::sample::select(FieldType::ALL.to_vec()).prop_flat_map(|field_type| {
        let parts = (any_rules(field_type), any::<bool>(), any::<Option<bool>>());
        (Just(field_type), parts)
    });
    prop::collection::vec(any_field, 1..6).prop_map(|fields| {
        let numbered = fields.into_iter().enumerate();
        numbered
            .map(
                |(index, (field_type, (rules, required, indexed)))| NewField {
                    required,
                    indexed,
                    rules,
                    ..field(&format!("f{index}"), field_type)
                },
            )
            .collect()
    })
}

/// Consents are sent as a truth value and kept with their text.
fn as_sent(response: &Response) -> Map<String, Value> {
    let mut answers = response.to_json();
    for consent in response.consents() {
        answers.insert(consent.key.to_string(), consent.given.into());
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(2_000)))]

    #[test]
    fn any_answers_to_any_form_are_a_response_or_errors_that_name_fields(
        fields in any_fields(),
        answers in prop::collection::hash_map("f[0-6]", any_value(), 0..8),
        ignore in any::<bool>(),
    ) {
        let Ok(form) = FormDefinition::new(fields, Description::empty(), None) else {
            return Ok(());
        };
        let unknown = if ignore { UnknownAnswers::Ignored } else { UnknownAnswers::Refused };
        let answers: Map<String, Value> = answers.into_iter().collect();

        match form.validate(&answers, unknown, read_address) {
            Ok(response) => {
                for (key, _) in response.answers() {
                    prop_assert!(form.find(key).is_some());
                }
                for field in form.fields() {
                    prop_assert!(!field.is_required() || response.find(field.key()).is_some());
                }
                let json = serde_json::to_string(&as_sent(&response)).unwrap();
                let again: Map<String, Value> = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(form.validate(&again, UnknownAnswers::Refused, read_address), Ok(response));
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                prop_assert!(errors.unknown == 0 || !ignore);
                for (key, fault) in &errors.fields {
                    prop_assert!(form.find(key).is_some() && !fault.detail.is_empty());
                }
                prop_assert!(!errors.into_field_errors("#/answers").is_empty());
            }
        }
    }
}
