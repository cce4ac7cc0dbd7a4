//! Streams of events.

use serde_json::{Map, Value, json};

/// The media type of server-sent events.
const EVENT_STREAM: &str = "text/event-stream";

/// Describes streams of events as what they are to a client that knows nothing of them, a text.
///
/// What each event is stands in `x-itemSchema`, in the words of OpenAPI 3.2's `itemSchema`; poem-openapi says an array of
/// what the events tell, which is no media type's form.
pub(super) fn describe(operation: &mut Value) {
    let responses = operation["responses"].as_object_mut().into_iter();
    for response in responses.flat_map(Map::values_mut) {
        let stream = response
            .get_mut("content")
            .and_then(|content| content.get_mut(EVENT_STREAM));
        let Some(stream) = stream else {
            continue;
        };
        let told = stream["schema"]["items"].take();
        stream["x-itemSchema"] = json!({
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "event": {"type": "string"},
                "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": told},
            },
        });
        stream["schema"] = json!({"type": "string"});
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_a_text_whose_events_are_described_beside_it() {
        let mut operation = json!({"responses": {"200": {"content": {"text/event-stream": {
            "schema": {"type": "array", "format": "event-stream", "items": {"$ref": "#/components/schemas/Job"}},
        }}}}});

        describe(&mut operation);

        let stream = &operation["responses"]["200"]["content"]["text/event-stream"];
        assert_eq!(stream["schema"], json!({"type": "string"}));
        let data = &stream["x-itemSchema"]["properties"]["data"];
        assert_eq!(
            data["contentSchema"],
            json!({"$ref": "#/components/schemas/Job"})
        );
    }
}
