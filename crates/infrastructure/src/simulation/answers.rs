//! What somebody answers to a form.

use analytics::simulation::{AskedField, AskedKind, Simulation, make_answers};
use campaigns::{Decimal, FieldKey, FieldType, FormDefinition, FormField};
use kernel::ContactId;
use serde_json::{Map, Value};
use time::Date;
use time::format_description::well_known::Iso8601;

/// Answers of somebody of whom this is known; `None` where there is a question without one.
pub(super) fn make(
    simulation: &Simulation,
    contact: ContactId,
    form: &FormDefinition,
    known: &[(FieldKey, String)],
) -> Option<Map<String, Value>> {
    let fields: Vec<_> = form
        .fields()
        .iter()
        .map(|field| asked(field, known))
        .collect();
    let made = make_answers(simulation.seed, simulation.campaign, contact, &fields);
    made.unanswerable.is_empty().then_some(made.values)
}

fn asked(field: &FormField, known: &[(FieldKey, String)]) -> AskedField {
    let known = known.iter().find(|(key, _)| key == field.key());
    AskedField {
        key: field.key().as_str().to_owned(),
        required: field.is_required(),
        kind: kind(field),
        known: known.map(|(_, value)| Value::String(value.clone())),
    }
}

fn kind(field: &FormField) -> AskedKind {
    let rules = field.rules();
    let length = |number: Option<u32>| number.and_then(|it| usize::try_from(it).ok());
    let bound = |text: &Option<String>| {
        let number = text.as_deref()?.parse::<Decimal>().ok();
        number.map(Decimal::millionths)
    };
    let day = |text: &Option<String>| Date::parse(text.as_deref()?, &Iso8601::DATE).ok();
    let options = || rules.options.iter().map(|it| it.value.clone()).collect();
    match field.field_type() {
        FieldType::Text | FieldType::Textarea | FieldType::Hidden => AskedKind::Text {
            min: length(rules.min_length).unwrap_or(0),
            max: field.max_length().unwrap_or(0),
            pattern: rules.pattern.is_some(),
        },
        FieldType::Email => AskedKind::Email,
        FieldType::Phone => AskedKind::Phone,
        FieldType::Number => AskedKind::Number {
            min: bound(&rules.min),
            max: bound(&rules.max),
        },
        FieldType::Date => AskedKind::Date {
            min: day(&rules.min),
            max: day(&rules.max),
        },
        FieldType::Select => AskedKind::Choice { options: options() },
        FieldType::Multiselect => AskedKind::Choices {
            options: options(),
            min: length(rules.min_choices).unwrap_or(0),
            max: length(rules.max_choices).unwrap_or(usize::MAX),
        },
        FieldType::Checkbox | FieldType::Consent => AskedKind::Box,
    }
}

#[cfg(test)]
mod tests {
    use analytics::simulation::{Pace, Seed, SimulationConfig, VirtualClock};
    use campaigns::{FieldOption, FieldRules, NewField, UnknownAnswers};
    use kernel::{CampaignId, Description, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn simulation(seed: i64) -> Simulation {
        Simulation {
            config: SimulationConfig::default(),
            seed: Seed::new(seed),
            campaign: CampaignId::from_uuid(Uuid::from_u128(1)),
            links: 1,
            landing_link: Some(0),
            clock: VirtualClock::resume(Timestamp::UNIX_EPOCH, Pace::INSTANT),
        }
    }

    fn field(key: &str, field_type: FieldType, required: bool, rules: FieldRules) -> NewField {
        NewField {
            key: key.parse().unwrap(),
            label: "Asked".to_owned(),
            field_type,
            required,
            indexed: None,
            rules,
        }
    }

    fn form(fields: Vec<NewField>) -> FormDefinition {
        FormDefinition::new(fields, Description::empty(), None).unwrap()
    }

    fn rules() -> FieldRules {
        FieldRules::default()
    }

    #[test]
    fn a_form_with_every_kind_of_question_and_bound_is_answered_as_it_wants() {
        let option = |value: &str| FieldOption {
            value: value.to_owned(),
            label: value.to_owned(),
        };
        let options = || FieldRules {
            options: vec![option("a"), option("b"), option("c")],
            ..rules()
        };
        let text = |value: &str| Some(value.to_owned());
        let form = form(vec![
            field("email", FieldType::Email, true, rules()),
            field("phone", FieldType::Phone, true, rules()),
            field(
                "short",
                FieldType::Text,
                true,
                FieldRules {
                    min_length: Some(2),
                    max_length: Some(5),
                    ..rules()
                },
            ),
            field("long", FieldType::Textarea, true, rules()),
            field(
                "number",
                FieldType::Number,
                true,
                FieldRules {
                    min: text("0.25"),
                    max: text("0.75"),
                    ..rules()
                },
            ),
            field(
                "day",
                FieldType::Date,
                true,
                FieldRules {
                    min: text("2026-01-01"),
                    max: text("2026-01-03"),
                    ..rules()
                },
            ),
            field("one", FieldType::Select, true, options()),
            field(
                "some",
                FieldType::Multiselect,
                true,
                FieldRules {
                    min_choices: Some(2),
                    max_choices: Some(2),
                    ..options()
                },
            ),
            field("box", FieldType::Checkbox, true, rules()),
            field("consent", FieldType::Consent, true, rules()),
        ]);
        let known = [("email".parse().unwrap(), "ada@example.com".to_owned())];

        for seed in 0..50 {
            let contact = ContactId::from_uuid(Uuid::from_u128(9));
            let answers = make(&simulation(seed), contact, &form, &known).unwrap();

            assert_eq!(answers["email"], "ada@example.com");
            let unknown = UnknownAnswers::Refused;
            let told = form.validate(&answers, unknown, contacts::read_address);
            assert!(told.is_ok(), "{answers:?}: {:?}", told.err());
        }
    }

    #[test]
    fn a_question_that_only_a_pattern_answers_has_no_answer_unless_it_is_known() {
        let pattern = FieldRules {
            pattern: Some("[A-Z]{2}[0-9]{4}".to_owned()),
            ..rules()
        };
        let form = form(vec![field("code", FieldType::Text, true, pattern)]);
        let contact = ContactId::from_uuid(Uuid::from_u128(9));

        assert_eq!(make(&simulation(1), contact, &form, &[]), None);
        let known = [("code".parse().unwrap(), "AB1234".to_owned())];
        assert!(make(&simulation(1), contact, &form, &known).is_some());
    }
}
