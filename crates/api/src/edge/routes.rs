//! Which addresses there are and what each of them takes, read from the OpenAPI document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use poem::http::{HeaderValue, Method};
use serde_json::Value;

/// What the edge knows of one operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Operation {
    /// Its id.
    pub(super) id: String,
    /// Its query parameters, and whether each of them is a list.
    pub(super) query: BTreeMap<String, bool>,
    /// The statuses that it documents.
    pub(super) statuses: BTreeSet<u16>,
    /// Whether it needs no credentials.
    pub(super) anonymous: bool,
    /// Whether its body is something else than JSON, which it reads for as long as it takes.
    pub(super) streams: bool,
}

/// One address with its methods.
#[derive(Debug)]
pub(super) struct Address {
    /// The template, `/v1/teams/{team}`.
    pub(super) template: Arc<str>,
    methods: BTreeMap<String, Option<Operation>>,
}

/// All addresses of the program.
#[derive(Debug, Default)]
pub struct RouteTable(Vec<Address>);

impl RouteTable {
    /// The addresses in an OpenAPI document.
    #[must_use]
    pub fn of_document(document: &Value) -> Self {
        let mut table = Self::default();
        for (template, item) in entries(&document["paths"]) {
            let methods = entries(item)
                .filter(|(_, operation)| operation.is_object())
                .map(|(method, operation)| (method.to_ascii_uppercase(), Some(read(operation))));
            table.add(template, methods.collect());
        }
        table
    }

    /// The same table with an address outside the document.
    #[must_use]
    pub fn with(mut self, template: &str, methods: &[Method]) -> Self {
        let methods = methods.iter().map(|method| (method.to_string(), None));
        self.add(template, methods.collect());
        self
    }

    fn add(&mut self, template: &str, mut methods: BTreeMap<String, Option<Operation>>) {
        // GET answers HEAD as well.
        if let Some(get) = methods.get("GET").cloned() {
            methods.entry("HEAD".to_owned()).or_insert(get);
        }
        self.0.push(Address {
            template: template.into(),
            methods,
        });
        // Fixed segments before parameters, as the router prefers them.
        self.0
            .sort_by_key(|address| address.template.replace('{', "\u{10FFFF}"));
    }

    /// The address that `path` is.
    pub(super) fn find(&self, path: &str) -> Option<&Address> {
        self.0.iter().find(|address| {
            let mut given = path.split('/');
            let fits = address.template.split('/').all(|wanted| {
                given
                    .next()
                    .is_some_and(|segment| wanted.starts_with('{') || wanted == segment)
            });
            fits && given.next().is_none()
        })
    }
}

impl Address {
    /// The documented operation behind `method`.
    pub(super) fn operation(&self, method: &Method) -> Option<&Operation> {
        self.methods.get(method.as_str())?.as_ref()
    }

    /// The methods of this address, as the `Allow` header lists them.
    pub(super) fn allow(&self) -> Option<HeaderValue> {
        let methods = self.methods.keys().map(String::as_str);
        HeaderValue::try_from(methods.collect::<Vec<_>>().join(", ")).ok()
    }
}

fn read(operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array();
    Operation {
        id: operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        query: parameters
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "query")
            .filter_map(|parameter| {
                let list = parameter["schema"]["type"] == "array";
                Some((parameter["name"].as_str()?.to_owned(), list))
            })
            .collect(),
        statuses: entries(&operation["responses"])
            .filter_map(|(status, _)| status.parse().ok())
            .collect(),
        anonymous: operation["security"].as_array().is_none_or(Vec::is_empty),
        streams: entries(&operation["requestBody"]["content"])
            .any(|(media_type, _)| media_type != "application/json"),
    }
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_found_with_its_methods_and_fixed_segments_win() {
        let table = RouteTable::of_document(&json!({"paths": {
            "/v1/teams/{team}": {"get": {"operationId": "getTeam"}, "delete": {}},
            "/v1/teams/mine": {"get": {"operationId": "getMyTeams"}},
        }}))
        .with("/health/live", &[Method::GET]);

        let template = |path: &str| table.find(path).map(|found| found.template.to_string());
        assert_eq!(template("/v1/teams/7").unwrap(), "/v1/teams/{team}");
        assert_eq!(template("/v1/teams/mine").unwrap(), "/v1/teams/mine");
        assert_eq!(template("/health/live").unwrap(), "/health/live");
        for nothing in ["", "/", "*", "/v1/teams", "/v1/teams/7/", "/v1/teams/7/x"] {
            assert_eq!(template(nothing), None, "{nothing:?}");
        }
        let team = table.find("/v1/teams/7").unwrap();
        assert_eq!(team.allow().unwrap(), "DELETE, GET, HEAD");
        assert_eq!(team.operation(&Method::HEAD).unwrap().id, "getTeam");
    }
}
