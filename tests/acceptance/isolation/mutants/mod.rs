//! Schemas that are broken in one place each, generated from the catalogue.

mod functions;
mod keys;
mod policies;
mod roles;
mod tables;

use super::catalogue::{Catalogue, Relation};

/// One change to the schema that the tests have to notice.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// The kind of change.
    pub(crate) operator: &'static str,
    /// What is changed.
    pub(crate) target: String,
    /// The statements that change it.
    pub(crate) statements: String,
    /// Where its effect is to be tried.
    pub(crate) reach: Reach,
    /// Whether trying has to notice it as well, or the catalogue alone can.
    pub(crate) shows: bool,
}

/// Where a mutant's effect is to be tried.
#[derive(Clone, Debug)]
pub(crate) enum Reach {
    /// Everywhere: it is about roles or helpers of all tables.
    Everything,
    /// On these tables.
    Tables(Vec<String>),
    /// On the functions.
    Functions,
}

impl Mutant {
    fn of_table(operator: &'static str, table: &Relation, statements: String) -> Self {
        Self {
            operator,
            target: table.name.clone(),
            statements,
            reach: Reach::Tables(vec![table.name.clone()]),
            shows: true,
        }
    }

    fn of_functions(operator: &'static str, target: &str, statements: String) -> Self {
        Self {
            operator,
            target: target.to_owned(),
            statements,
            reach: Reach::Functions,
            shows: true,
        }
    }

    fn on(mut self, part: &str) -> Self {
        self.target = format!("{}.{part}", self.target);
        self
    }

    /// Only the catalogue can tell, where the condition holds.
    fn hidden_if(mut self, condition: bool) -> Self {
        self.shows &= !condition;
        self
    }
}

/// All mutants of a schema.
pub(crate) fn mutants(catalogue: &Catalogue) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    policies::add(catalogue, &mut mutants);
    tables::add(catalogue, &mut mutants);
    keys::add(catalogue, &mut mutants);
    functions::add(catalogue, &mut mutants);
    roles::add(catalogue, &mut mutants);
    mutants
}
