//! One call of an operation.

use serde_json::Value;
use uuid::Uuid;

use super::document::Operation;
use super::entry::Entry;
use crate::stack::{Answer, Call, Session, Stack};

/// Everything that a call which holds is made of.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Inside which organization.
    pub(crate) organization: Uuid,
    /// Who is meant to call.
    pub(crate) caller: Session,
    /// What the parameters of the address name, but for the organization.
    pub(crate) ids: Vec<String>,
    /// What its body names.
    pub(crate) used: Vec<String>,
}

/// What a call bears.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bearing<'a> {
    /// No header at all.
    Nothing,
    /// A header `Authorization` of any form.
    Header(&'a str),
    /// A bearer token.
    Token(&'a str),
}

/// A call that differs from one that holds in what the case under test is about.
#[derive(Clone)]
pub(crate) struct Attempt<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) operation: &'a Operation,
    pub(crate) organization: String,
    pub(crate) ids: Vec<String>,
    pub(crate) body: Option<Value>,
    pub(crate) if_match: Option<String>,
    pub(crate) if_none_match: Option<String>,
    /// The idempotency key where the operation takes one; a fresh one each time if there is none.
    pub(crate) key: Option<String>,
}

impl<'a> Attempt<'a> {
    /// The call that holds.
    pub(crate) fn holding(entry: &'a Entry, operation: &'a Operation, case: &Case) -> Self {
        Self {
            entry,
            operation,
            organization: case.organization.to_string(),
            ids: case.ids.clone(),
            body: entry.body.map(|body| body(case)),
            if_match: None,
            if_none_match: None,
            key: None,
        }
    }

    /// The same in another organization, by id or slug.
    pub(crate) fn inside(mut self, organization: &str) -> Self {
        organization.clone_into(&mut self.organization);
        self
    }

    /// The same on something else: the parameter at `position` names `id`.
    pub(crate) fn on(mut self, position: usize, id: &str) -> Self {
        id.clone_into(&mut self.ids[position]);
        self
    }

    /// Reads what the call is about: the same address by `GET`.
    pub(crate) fn reading(&self, operation: &'a Operation) -> Self {
        Self {
            operation,
            body: None,
            if_match: None,
            ..self.clone()
        }
    }

    /// Makes the call.
    pub(crate) async fn by(&self, stack: &Stack, bearing: Bearing<'_>) -> Answer {
        let call = self.call(stack, bearing);
        match &self.body {
            Some(body) => call.json(body).send().await,
            None if self.operation.has_form() => call.form("a,b\n1,2\n").send().await,
            None => call.send().await,
        }
    }

    /// The call, all but its body.
    pub(crate) fn call(&self, stack: &Stack, bearing: Bearing<'_>) -> Call {
        let mut ids = self.ids.iter();
        let address = self
            .operation
            .template
            .split('/')
            .map(|segment| match segment {
                "{organization}" => self.organization.clone(),
                parameter if parameter.starts_with('{') => ids
                    .next()
                    .unwrap_or_else(|| {
                        panic!("{}: {parameter} names nothing", self.entry.operation)
                    })
                    .clone(),
                fixed => fixed.to_owned(),
            })
            .collect::<Vec<_>>()
            .join("/");

        let mut call = stack.call(self.operation.method.clone(), &address);
        call = match bearing {
            Bearing::Nothing => call,
            Bearing::Header(value) => call.header("authorization", value),
            Bearing::Token(token) => call.bearing(token),
        };
        if self.operation.takes("Idempotency-Key") {
            call = match &self.key {
                Some(key) => call.header("idempotency-key", key),
                None => call.once(),
            };
        }
        if let Some(tag) = &self.if_match {
            call = call.header("if-match", tag);
        }
        if let Some(tag) = &self.if_none_match {
            call = call.header("if-none-match", tag);
        }
        call
    }
}
