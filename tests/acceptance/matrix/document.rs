//! The operations of the document.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::Value;

/// An operation, as far as calling it needs.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Its address, with parameters in braces.
    pub(crate) template: String,
    /// Whether it needs credentials.
    pub(crate) is_closed: bool,
    /// The names of its headers.
    headers: Vec<String>,
    /// The media types of its body.
    bodies: Vec<String>,
    /// Whether it answers a page.
    pub(crate) is_listing: bool,
}

impl Operation {
    /// Whether it has a body in JSON.
    pub(crate) fn has_body(&self) -> bool {
        self.bodies
            .iter()
            .any(|kind| kind.starts_with("application/json"))
    }

    /// Whether it takes a form with a file.
    pub(crate) fn has_form(&self) -> bool {
        self.bodies.iter().any(|kind| kind == "multipart/form-data")
    }

    /// Whether it happens inside an organization.
    pub(crate) fn is_tenants(&self) -> bool {
        self.template.contains("{organization}")
    }

    /// The parameters of the address but the organization.
    pub(crate) fn parameters(&self) -> Vec<&str> {
        self.template
            .split('/')
            .filter(|segment| segment.starts_with('{') && *segment != "{organization}")
            .collect()
    }

    /// Whether it takes the header.
    pub(crate) fn takes(&self, header: &str) -> bool {
        self.headers.iter().any(|name| name == header)
    }
}

/// All operations by their id.
pub(crate) fn operations() -> BTreeMap<String, Operation> {
    let document = api::openapi_document();
    let paths = document["paths"]
        .as_object()
        .expect("the document has paths");
    let mut operations = BTreeMap::new();
    for (template, item) in paths {
        for (method, operation) in item.as_object().expect("a path has operations") {
            let id = operation["operationId"].as_str().expect("an id").to_owned();
            operations.insert(id, read(template, method, operation));
        }
    }
    operations
}

fn read(template: &str, method: &str, operation: &Value) -> Operation {
    let list = |name: &str| operation[name].as_array().cloned().unwrap_or_default();
    let parameters = list("parameters");
    let named = |place: &str| {
        let names = parameters
            .iter()
            .filter(|parameter| parameter["in"] == place)
            .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned));
        names.collect::<Vec<_>>()
    };
    Operation {
        method: method.to_uppercase().parse().expect("a method"),
        template: template.to_owned(),
        is_closed: !list("security").is_empty(),
        headers: named("header"),
        bodies: operation["requestBody"]["content"]
            .as_object()
            .map(|content| content.keys().cloned().collect())
            .unwrap_or_default(),
        is_listing: named("query").iter().any(|name| name == "cursor"),
    }
}
