//! Configurations as they are asked for and kept.

use analytics::simulation::{DelayPart, SimulationConfig, SimulationParameters};
use campaigns::SimulationConfig as Document;
use kernel::{FieldErrors, FieldFault, StorageError};
use serde_json::{Map, Value, json};

/// The words in which configurations are written since the first.
const VERSION: u16 = 1;

/// Reads what is asked for; what is wrong is told by pointers below `#/config`.
pub(super) fn read(asked: &Map<String, Value>) -> Result<SimulationConfig, FieldErrors> {
    let mut faults = FieldErrors::default();
    let asked = without_nulls(&Value::Object(asked.clone()));
    compare(&asked, &pattern(), "#/config", &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    let parameters = serde_json::from_value::<SimulationParameters>(asked);
    let parameters = parameters.ok().ok_or_else(|| {
        let fault = FieldFault::new("wrong-type", "this is no configuration of a simulation");
        FieldErrors::one("#/config", fault)
    })?;
    SimulationConfig::try_from(parameters).map_err(|broken| {
        for error in broken.as_slice() {
            let place = error.pointer.strip_prefix('#').unwrap_or(&error.pointer);
            let fault = FieldFault::new(error.code, error.detail.clone());
            faults.push(format!("#/config{place}"), fault);
        }
        faults
    })
}

/// A configuration as it is kept.
pub(super) fn document(config: &SimulationConfig) -> Document {
    let document = match json!(config.parameters()) {
        Value::Object(document) => document,
        _ => Map::new(),
    };
    Document {
        version: VERSION,
        document,
    }
}

/// A configuration that was kept.
pub(super) fn restore(kept: &Document) -> Result<SimulationParameters, StorageError> {
    if kept.version != VERSION {
        return Err(unreadable());
    }
    let parameters = serde_json::from_value(Value::Object(kept.document.clone()));
    parameters.ok().ok_or_else(unreadable)
}

/// The kept document is none.
pub(super) fn unreadable() -> StorageError {
    StorageError::Corrupt("email_send_simulations.simulation_config".to_owned())
}

/// A configuration in which everything is said.
fn pattern() -> Value {
    let mut pattern = json!(SimulationParameters::default());
    pattern["send_rate"] = json!(1);
    pattern
}

/// The document without what is null, which says the same as nothing.
fn without_nulls(document: &Value) -> Value {
    match document {
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            let said = said.map(|(name, value)| (name.clone(), without_nulls(value)));
            Value::Object(said.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

/// Tells what in a document is of another shape than in the pattern: the names that were sent are not repeated.
fn compare(asked: &Value, pattern: &Value, pointer: &str, faults: &mut FieldErrors) {
    let mut refuse = |code, detail: &str| faults.push(pointer, FieldFault::new(code, detail));
    match (asked, pattern) {
        (Value::Object(asked), Value::Object(pattern)) => {
            if asked.keys().any(|name| !pattern.contains_key(name)) {
                let known: Vec<_> = pattern.keys().map(String::as_str).collect();
                let known = known.join("`, `");
                let detail =
                    format!("there is a field that is not known here; known are `{known}`");
                refuse("unknown-field", &detail);
            }
            for (name, pattern) in pattern {
                let pointer = format!("{pointer}/{name}");
                match asked.get(name) {
                    Some(asked) => compare(asked, pattern, &pointer, faults),
                    None if is_needed(&pointer) => {
                        let fault = FieldFault::new("required", "this field is required");
                        faults.push(pointer, fault);
                    }
                    None => {}
                }
            }
        }
        (Value::Array(asked), Value::Array(_)) => {
            let pattern = json!(DelayPart {
                weight: 1.0,
                shape: 1.0,
                scale_seconds: 1.0,
            });
            for (index, asked) in asked.iter().enumerate() {
                compare(asked, &pattern, &format!("{pointer}/{index}"), faults);
            }
        }
        (Value::Number(_), Value::Number(pattern)) if pattern.is_f64() => {}
        (Value::Number(asked), Value::Number(_)) => {
            if asked.as_u64().is_none_or(|number| number > u32::MAX.into()) {
                refuse(
                    "wrong-type",
                    "this is not a whole number that is small enough",
                );
            }
        }
        (_, Value::Object(_)) => refuse("wrong-type", "this is not an object"),
        (_, Value::Array(_)) => refuse("wrong-type", "this is not a list"),
        _ => refuse("wrong-type", "this is not a number"),
    }
}

/// Whether something has to be said: a delay and the factors of a segment are whole or not said at all.
fn is_needed(pointer: &str) -> bool {
    pointer.split('/').count() > 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn faults(asked: Value) -> Vec<(String, &'static str)> {
        let Value::Object(asked) = asked else {
            panic!("{asked} is no object");
        };
        let faults = read(&asked).unwrap_err();
        let faults = faults.as_slice().iter();
        faults.map(|it| (it.pointer.clone(), it.code)).collect()
    }

    #[test]
    fn what_is_kept_is_whole_and_read_back() {
        let asked = json!({ "open_rate": 0.5, "send_rate": 600, "click_rate": null, "delays": { "open": null } });

        let config = read(asked.as_object().unwrap()).unwrap();
        let kept = document(&config);

        assert_eq!(kept.document["open_rate"], 0.5);
        assert_eq!(kept.document["send_rate"], 600);
        assert_eq!(kept.document.len(), pattern().as_object().unwrap().len());
        assert_eq!(restore(&kept).unwrap(), *config.parameters());
        let other = Document { version: 2, ..kept };
        assert!(matches!(restore(&other), Err(StorageError::Corrupt(_))));
    }

    #[test]
    fn everything_that_is_wrong_is_told_and_nothing_repeated() {
        let told = faults(json!({ "open_rate": "high", "Ada": 1, "send_rate": 1.5, "delays": 7 }));
        let expected = [
            ("#/config", "unknown-field"),
            ("#/config/delays", "wrong-type"),
            ("#/config/open_rate", "wrong-type"),
            ("#/config/send_rate", "wrong-type"),
        ];
        let mut told = told;
        told.sort();
        assert_eq!(told, expected.map(|(place, code)| (place.to_owned(), code)));

        let part = json!({ "weight": 1.0, "shape": "x", "scale_seconds": 5.0, "more": 1 });
        let delay = json!({ "parts": [part] });
        let mut told = faults(json!({ "delays": { "open": delay }, "segments": { "valid": {} } }));
        told.sort();
        let expected = [
            ("#/config/delays/open/longest_seconds", "required"),
            ("#/config/delays/open/parts/0", "unknown-field"),
            ("#/config/delays/open/parts/0/shape", "wrong-type"),
            ("#/config/segments/valid/bounce", "required"),
            ("#/config/segments/valid/engagement", "required"),
        ];
        assert_eq!(told, expected.map(|(place, code)| (place.to_owned(), code)));
    }

    #[test]
    fn bounds_are_told_below_the_configuration() {
        let told = faults(json!({ "open_rate": 1.5, "send_rate": 0 }));

        assert!(told.contains(&("#/config/open_rate".to_owned(), "out-of-range")));
        assert!(told.contains(&("#/config/send_rate".to_owned(), "out-of-range")));
    }
}
