//! What the conditions of a statement say of the organizations of its tables.

use std::collections::BTreeSet;

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, Query, SelectItem,
    SetExpr, TableFactor, TableWithJoins, Value,
};

pub(super) const KEY: &str = "organization_id";

/// What a comparison is with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The organization of the table of this name.
    Key(String),
    /// A bound value.
    Bound(String),
}

/// A block that has tables: a `SELECT`, an `UPDATE`, a `DELETE`.
#[derive(Default)]
pub(super) struct Block {
    /// Every name that rows come from.
    pub(super) names: Vec<String>,
    /// The names that are tables of tenants, with the table.
    pub(super) tenants: Vec<(String, String)>,
    /// What is known of a name: it is restricted to the other side.
    pub(super) ties: Vec<(String, Side)>,
    /// The names that are tied to a bound value, in the end.
    pub(super) bound: BTreeSet<String>,
}

impl Block {
    /// The tables of a block, and what its joins and its condition say of them.
    pub(super) fn of<'b>(
        tables: &BTreeSet<&str>,
        from: impl IntoIterator<Item = &'b TableWithJoins>,
        selection: Option<&Expr>,
    ) -> Self {
        let mut block = Self::default();
        let from: Vec<_> = from.into_iter().collect();
        for item in &from {
            block.add_names(tables, item);
        }
        for item in &from {
            add_joins(&mut block, item);
        }
        if let Some(selection) = selection {
            tie(&mut block, selection, |_| true);
        }
        block
    }

    fn add_names(&mut self, tables: &BTreeSet<&str>, item: &TableWithJoins) {
        let joined = item.joins.iter().map(|join| &join.relation);
        for factor in [&item.relation].into_iter().chain(joined) {
            if let TableFactor::NestedJoin {
                table_with_joins, ..
            } = factor
            {
                self.add_names(tables, table_with_joins);
                continue;
            }
            let Some(name) = name_of(factor) else {
                continue;
            };
            if let TableFactor::Table {
                name: table,
                args: None,
                ..
            } = factor
                && tables.contains(last(table).as_str())
            {
                self.tenants.push((name.clone(), last(table)));
            }
            // A list of columns behind it would give its columns other names.
            if let TableFactor::Derived {
                subquery,
                alias: Some(alias),
                ..
            } = factor
                && alias.columns.is_empty()
                && let Some(value) = bound_key(subquery)
            {
                self.ties.push((name.clone(), Side::Bound(value)));
            }
            self.names.push(name);
        }
    }
}

/// What the joins of an item tie.
fn add_joins(block: &mut Block, item: &TableWithJoins) {
    let mut factors = vec![&item.relation];
    for Join {
        relation,
        join_operator,
        ..
    } in &item.joins
    {
        factors.push(relation);
        match join_operator {
            JoinOperator::Join(JoinConstraint::On(on))
            | JoinOperator::Inner(JoinConstraint::On(on)) => tie(block, on, |_| true),
            // The condition of an outer join does not restrict the rows of its left side.
            JoinOperator::Left(JoinConstraint::On(on))
            | JoinOperator::LeftOuter(JoinConstraint::On(on)) => {
                let joined = name_of(relation);
                tie(block, on, |name| joined.as_deref() == Some(name));
            }
            _ => {}
        }
    }
    for factor in factors {
        if let TableFactor::NestedJoin {
            table_with_joins, ..
        } = factor
        {
            add_joins(block, table_with_joins);
        }
    }
}

/// Adds what a condition says of organizations, about the names that it restricts.
fn tie(block: &mut Block, condition: &Expr, restricts: impl Fn(&str) -> bool + Copy) {
    match condition {
        Expr::Nested(inner) => tie(block, inner, restricts),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            tie(block, left, restricts);
            tie(block, right, restricts);
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => {
            let (Some(left), Some(right)) = (side(block, left), side(block, right)) else {
                return;
            };
            for (one, other) in [(&left, &right), (&right, &left)] {
                if let Side::Key(name) = one
                    && restricts(name)
                {
                    block.ties.push((name.clone(), other.clone()));
                }
            }
        }
        _ => {}
    }
}

/// What an expression is to the organizations of a block.
pub(super) fn side(block: &Block, expression: &Expr) -> Option<Side> {
    match expression {
        Expr::Nested(inner) => side(block, inner),
        // Without a table's name it is clear whose it is only where there is one.
        Expr::Identifier(column) if folded(column) == KEY => match block.names.as_slice() {
            [only] => Some(Side::Key(only.clone())),
            _ => None,
        },
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., table, column] if folded(column) == KEY => Some(Side::Key(folded(table))),
            _ => None,
        },
        other => placeholder(other).map(Side::Bound),
    }
}

/// The bound value that an expression is.
pub(super) fn placeholder(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Cast { expr, .. } | Expr::Nested(expr) => placeholder(expr),
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The bound value that stands in each row of a sub-query as its organization.
fn bound_key(query: &Query) -> Option<String> {
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let mut items = select.projection.iter();
    items.find_map(|item| match item {
        SelectItem::ExprWithAlias { expr, alias } if folded(alias) == KEY => placeholder(expr),
        _ => None,
    })
}

fn name_of(factor: &TableFactor) -> Option<String> {
    let (alias, name) = match factor {
        TableFactor::Table { alias, name, .. } | TableFactor::Function { alias, name, .. } => {
            (alias, Some(name))
        }
        TableFactor::Derived { alias, .. }
        | TableFactor::TableFunction { alias, .. }
        | TableFactor::UNNEST { alias, .. } => (alias, None),
        _ => return None,
    };
    match alias {
        Some(alias) => Some(folded(&alias.name)),
        None => name.map(last).or_else(|| Some(String::new())),
    }
}

/// The name of a table without its schema.
pub(super) fn last(name: &ObjectName) -> String {
    let part = name.0.last().and_then(|part| part.as_ident());
    part.map(folded).unwrap_or_default()
}

/// A name as PostgreSQL understands it.
fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() {
        name.value.clone()
    } else {
        name.value.to_lowercase()
    }
}
