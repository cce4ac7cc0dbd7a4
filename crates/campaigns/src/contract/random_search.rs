//! Random searches of leads against a naive filter over what was answered.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Subject;
use super::tenant::{Tenant, all_pages};
use crate::{
    AskedCondition, FieldKey, FieldOption, FieldProfile, FieldRules, FieldType, FormDefinition,
    LeadFilter, LeadSort, LeadValue, NewField, UnknownAnswers,
};

const KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
const TYPES: [FieldType; 6] = [
    FieldType::Text,
    FieldType::Number,
    FieldType::Date,
    FieldType::Select,
    FieldType::Multiselect,
    FieldType::Checkbox,
];
const TEXTS: [&str; 7] = ["Berlin", "BERN", "bern", "x%y", "12", "2026-01-05", "true"];
const NUMBERS: [f64; 5] = [-1.5, 0.0, 2.0, 12.0, 12.5];
const DAYS: [&str; 5] = [
    "0001-01-01",
    "2025-12-31",
    "2026-01-05",
    "2026-02-01",
    "9999-12-31",
];
const OPTIONS: [&str; 3] = ["red", "Blue", "green"];
const OPERANDS: [&str; 17] = [
    "berlin",
    "Bern",
    "er",
    "%",
    "x%y",
    "12",
    "12.5",
    "0",
    "-1.5",
    "2026-01-05",
    "2026-01-31",
    "0001-01-01",
    "9999-12-31",
    "true",
    "false",
    "blue",
    "red",
];
const OPERATORS: [&str; 10] = [
    "eq", "ne", "in", "contains", "gt", "gte", "lt", "lte", "between", "exists",
];

/// The cases of random searches.
#[macro_export]
macro_rules! for_each_random_search_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            random_searches_find_what_a_naive_filter_finds,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_random_search_case!([kernel::dispatch_contract_case] name subject);
}

/// Numbers that look random and are the same each time (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn pick<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.roll(some.len())]
    }
}

/// What a lead answered to a field last: the type that the field had then, and the answers as texts.
type Answered = BTreeMap<String, (FieldType, Vec<String>)>;

fn definition(dice: &mut Dice) -> FormDefinition {
    let mut fields = Vec::new();
    for key in KEYS {
        if key != "a" && dice.roll(4) == 0 {
            continue;
        }
        let field_type = dice.pick(&TYPES);
        let mut rules = FieldRules::default();
        if matches!(field_type, FieldType::Select | FieldType::Multiselect) {
            let option = |value: &&str| FieldOption {
                value: (*value).to_owned(),
                label: (*value).to_owned(),
            };
            rules.options = OPTIONS.iter().map(option).collect();
        }
        fields.push(NewField {
            key: key.parse().unwrap(),
            label: "Asked".to_owned(),
            field_type,
            required: false,
            indexed: Some(dice.roll(6) > 0),
            rules,
        });
    }
    FormDefinition::new(fields, kernel::Description::empty(), None).unwrap()
}

fn answer(dice: &mut Dice, field_type: FieldType) -> Value {
    match field_type {
        FieldType::Number => json!(dice.pick(&NUMBERS)),
        FieldType::Date => json!(dice.pick(&DAYS)),
        FieldType::Select => json!(dice.pick(&OPTIONS)),
        FieldType::Checkbox => json!(dice.roll(2) == 0),
        FieldType::Multiselect => OPTIONS
            .iter()
            .filter(|_| dice.roll(2) == 0)
            .copied()
            .collect(),
        _ => json!(dice.pick(&TEXTS)),
    }
}

/// What the naive filter remembers of answers.
fn remember(answered: &mut Answered, form: &FormDefinition, answers: &Map<String, Value>) {
    for field in form.fields() {
        let key = field.key().to_string();
        answered.remove(&key);
        let texts = match answers.get(&key) {
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| value.as_str().unwrap().to_owned())
                .collect(),
            Some(Value::String(text)) => vec![text.clone()],
            Some(other) => vec![other.to_string()],
            // A box that is not mentioned is not ticked.
            None if field.field_type() == FieldType::Checkbox => vec!["false".to_owned()],
            None => Vec::new(),
        };
        if field.is_indexed() && !texts.is_empty() {
            answered.insert(key, (field.field_type(), texts));
        }
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-'
}

/// Whether an answer to a field of this type is what is asked for.
fn fits(field_type: FieldType, answer: &str, operator: &str, operands: &[&str]) -> bool {
    let first = operands[0];
    let last = operands[operands.len() - 1];
    match field_type {
        FieldType::Number if operands.iter().all(|it| is_number(it)) => {
            let number = |text: &str| text.parse::<f64>().unwrap();
            let (answer, first, last) = (number(answer), number(first), number(last));
            match operator {
                "eq" | "in" | "ne" => operands
                    .iter()
                    .any(|it| number(it).partial_cmp(&answer) == Some(Ordering::Equal)),
                "gt" => answer > first,
                "gte" => answer >= first,
                "lt" => answer < first,
                "lte" => answer <= first,
                "between" => first <= answer && answer <= last,
                _ => false,
            }
        }
        FieldType::Date if operands.iter().all(|it| is_day(it)) => match operator {
            "eq" | "in" | "ne" => operands.contains(&answer),
            "gt" => answer > first,
            "gte" => answer >= first,
            "lt" => answer < first,
            "lte" => answer <= first,
            "between" => first <= answer && answer <= last,
            _ => false,
        },
        FieldType::Number | FieldType::Date => false,
        FieldType::Checkbox => {
            let are_flags = operands.iter().all(|it| matches!(*it, "true" | "false"));
            matches!(operator, "eq" | "in" | "ne") && are_flags && operands.contains(&answer)
        }
        _ => {
            let answer = answer.to_lowercase();
            match operator {
                "eq" | "in" | "ne" => operands.iter().any(|it| it.to_lowercase() == answer),
                "contains" => answer.contains(&first.to_lowercase()),
                _ => false,
            }
        }
    }
}

fn is_found(answered: &Answered, key: &str, operator: &str, operands: &[&str]) -> bool {
    let own = answered.get(key);
    match (operator, own) {
        ("exists", own) => own.is_some() == (operands[0] == "true"),
        (_, None) => false,
        (operator, Some((field_type, answers))) => {
            let mut answers = answers.iter();
            let any = answers.any(|it| fits(*field_type, it, operator, operands));
            any != (operator == "ne")
        }
    }
}

mod cases {
    use super::{
        Answered, AskedCondition, Dice, FieldKey, FieldProfile, KEYS, LeadFilter, LeadSort,
        LeadValue, Map, OPERANDS, OPERATORS, Subject, Tenant, UnknownAnswers, all_pages, answer,
        definition, is_found, remember,
    };

    pub(super) async fn random_searches_find_what_a_naive_filter_finds<S: Subject>(subject: &S) {
        for seed in 1..=4 {
            search_at_random(subject, Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed))).await;
        }
    }

    async fn search_at_random<S: Subject>(subject: &S, mut dice: Dice) {
        let tenant = Tenant::found(subject).await;
        let mut forms = Vec::new();
        for _ in 0..2 {
            let definitions = [definition(&mut dice), definition(&mut dice)];
            forms.extend(tenant.add_versions(subject, definitions).await);
        }
        let mut all = Vec::new();
        let unit = tenant.begin(subject).await;
        for _ in 0..24 {
            let (lead, step) = tenant.a_lead(None);
            unit.leads().insert(&lead, &step).await.unwrap();
            let (mut values, mut answered) = (Vec::new(), Answered::new());
            for _ in 0..=dice.roll(2) {
                let version = &forms[dice.roll(forms.len())];
                let mut answers = Map::new();
                for field in version.definition.fields() {
                    if dice.roll(4) > 0 {
                        let value = answer(&mut dice, field.field_type());
                        answers.insert(field.key().to_string(), value);
                    }
                }
                let form = &version.definition;
                let unknown = UnknownAnswers::Refused;
                let accepted = form.validate(&answers, unknown, |_| None).unwrap();
                values = LeadValue::after(&values, form, &accepted);
                remember(&mut answered, form, &answers);
                let response = tenant.a_response(&lead, version);
                let leads = unit.leads();
                leads.insert_response(&response, &values).await.unwrap();
            }
            all.push((lead.id(), answered));
        }
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let keys: Vec<FieldKey> = KEYS.iter().map(|key| key.parse().unwrap()).collect();
        let profiles = unit.forms().field_profiles(&keys).await.unwrap();
        let (mut tried, nowhere) = (0, FieldProfile::default());
        while tried < 60 {
            let (mut conditions, mut asked) = (Vec::new(), Vec::new());
            for _ in 0..=dice.roll(2) {
                let (key, operator) = (dice.pick(&KEYS), dice.pick(&OPERATORS));
                let operands = match operator {
                    "in" | "between" => vec![dice.pick(&OPERANDS), dice.pick(&OPERANDS)],
                    "exists" => vec![dice.pick(&["true", "false"])],
                    _ => vec![dice.pick(&OPERANDS)],
                };
                let text = format!("{key}:{operator}:{}", operands.join(","));
                let condition: AskedCondition = text.parse().unwrap();
                let profile = profiles.get(condition.key()).unwrap_or(&nowhere);
                let kinds = profile.kinds();
                if let Ok(condition) = kinds.and_then(|kinds| condition.resolve(&kinds)) {
                    conditions.push(condition);
                    asked.push((key, operator, operands));
                }
            }
            if conditions.is_empty() {
                continue;
            }
            tried += 1;
            let filter = LeadFilter {
                conditions,
                ..LeadFilter::default()
            };
            let leads = unit.leads();
            let sort = LeadSort::Created;
            let seen = all_pages(async |page| leads.list(&filter, &sort, &page).await);
            let seen: Vec<_> = seen.await.iter().map(crate::Lead::id).collect();
            let fitting = all.iter().filter(|(_, answered)| {
                let mut asked = asked.iter();
                asked.all(|(key, operator, operands)| is_found(answered, key, operator, operands))
            });
            let wanted: Vec<_> = fitting.map(|(id, _)| *id).collect();
            assert_eq!(seen, wanted, "{asked:?}");
        }
    }
}
