//! Which tables of a statement are not tied to the organization.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Delete, Expr, FromTable, Insert, ObjectName, Query, Select, SelectItem, SetExpr, Statement,
    TableObject, Update, UpdateTableFromKind, Visit, Visitor,
};

use super::parse::parse;
use super::ties::{Block, KEY, Side, last, placeholder, side};

/// What is wrong with a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The table that is not tied, where it is about one.
    pub(super) table: Option<String>,
    pub(super) text: String,
}

/// What is wrong with some SQL, where `tables` are those whose rows belong to organizations.
///
/// Each of them must be restricted to `organization_id = $n` in the block that reads or changes it, directly or
/// by equality with a table that is; one value stands for the organization in the whole statement.
pub(super) fn untied(sql: &str, tables: &BTreeSet<&str>) -> Vec<Finding> {
    let statements = match parse(sql) {
        Ok(statements) => statements,
        Err(error) => {
            return vec![Finding {
                table: None,
                text: format!("it cannot be read: {error}"),
            }];
        }
    };
    statements
        .iter()
        .flat_map(|statement| {
            let mut walk = Walk::new(tables);
            let _: ControlFlow<()> = statement.visit(&mut walk);
            walk.finish()
        })
        .collect()
}

struct Walk<'a> {
    tables: &'a BTreeSet<&'a str>,
    blocks: Vec<Block>,
    values: BTreeSet<String>,
    /// How often tables of tenants are named, and in how many places that was understood.
    named: usize,
    understood: usize,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn new(tables: &'a BTreeSet<&'a str>) -> Self {
        Self {
            tables,
            blocks: Vec::new(),
            values: BTreeSet::new(),
            named: 0,
            understood: 0,
            findings: Vec::new(),
        }
    }

    fn finish(mut self) -> Vec<Finding> {
        if self.named != self.understood {
            self.find(None, "a table stands where nobody looks at it".to_owned());
        }
        if self.values.len() > 1 {
            let text = format!(
                "different values stand for the organization: {:?}",
                self.values
            );
            self.find(None, text);
        }
        self.findings
    }

    fn find(&mut self, table: Option<&str>, text: String) {
        self.findings.push(Finding {
            table: table.map(str::to_owned),
            text,
        });
    }

    /// Enters a block and looks at its tables.
    fn enter(&mut self, mut block: Block) {
        self.understood += block.tenants.len();
        loop {
            let before = block.bound.len();
            let tied: Vec<_> = block
                .ties
                .iter()
                .filter(|(_, side)| self.is_bound(&block, side))
                .map(|(name, _)| name.clone())
                .collect();
            block.bound.extend(tied);
            if block.bound.len() == before {
                break;
            }
        }
        for (name, table) in &block.tenants {
            if !block.bound.contains(name) {
                self.find(
                    Some(table),
                    format!("`{table}` (as `{name}`) is not restricted to {KEY} = $n"),
                );
            }
        }
        for (_, side) in &block.ties {
            if let Side::Bound(value) = side {
                self.values.insert(value.clone());
            }
        }
        self.blocks.push(block);
    }

    fn is_bound(&self, block: &Block, side: &Side) -> bool {
        match side {
            Side::Bound(_) => true,
            Side::Key(name) if block.names.contains(name) => block.bound.contains(name),
            Side::Key(name) => self
                .blocks
                .iter()
                .rev()
                .find(|outer| outer.names.contains(name))
                .is_some_and(|outer| outer.bound.contains(name)),
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(table) = &insert.table else {
            return;
        };
        let table = last(table);
        if !self.tables.contains(table.as_str()) {
            return;
        }
        self.understood += 1;
        let place = insert.columns.iter().position(|column| last(column) == KEY);
        let sets_it = match (place, &insert.source) {
            (Some(place), Some(source)) => self.sets(&source.body, place),
            _ => false,
        };
        if !sets_it {
            self.find(
                Some(&table),
                format!("`{table}` gets rows whose {KEY} is not a bound value"),
            );
        }
    }

    fn sets(&mut self, rows: &SetExpr, place: usize) -> bool {
        match rows {
            SetExpr::Values(values) => values
                .rows
                .iter()
                .all(|row| row.content.get(place).and_then(placeholder).is_some()),
            SetExpr::Select(select) => {
                let block = Block::of(self.tables, &select.from, select.selection.as_ref());
                let Some(value) = column(&select.projection, place) else {
                    return false;
                };
                let Some(side) = side(&block, value) else {
                    return false;
                };
                let ties = |name: &str| {
                    block
                        .ties
                        .iter()
                        .any(|(tied, side)| tied == name && matches!(side, Side::Bound(_)))
                };
                match side {
                    Side::Bound(value) => {
                        self.values.insert(value);
                        true
                    }
                    Side::Key(name) => ties(&name),
                }
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.sets(left, place) && self.sets(right, place)
            }
            SetExpr::Query(query) => self.sets(&query.body, place),
            _ => false,
        }
    }
}

impl Visitor for Walk<'_> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        let block = match statement {
            Statement::Insert(insert) => {
                self.insert(insert);
                Block::default()
            }
            Statement::Update(Update {
                table,
                from,
                selection,
                ..
            }) => {
                let from = match from {
                    Some(
                        UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from),
                    ) => from.as_slice(),
                    None => &[],
                };
                Block::of(
                    self.tables,
                    [table].into_iter().chain(from),
                    selection.as_ref(),
                )
            }
            Statement::Delete(Delete {
                from: FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from),
                using,
                selection,
                ..
            }) => Block::of(
                self.tables,
                from.iter().chain(using.iter().flatten()),
                selection.as_ref(),
            ),
            Statement::Query(_) => Block::default(),
            other => {
                let text = other.to_string();
                if named(&text).any(|word| self.tables.contains(word.to_lowercase().as_str())) {
                    self.find(
                        None,
                        format!("nobody looks at statements like this: {text}"),
                    );
                }
                Block::default()
            }
        };
        self.enter(block);
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, _statement: &Statement) -> ControlFlow<()> {
        self.blocks.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let block = Block::of(self.tables, &select.from, select.selection.as_ref());
        self.enter(block);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _select: &Select) -> ControlFlow<()> {
        self.blocks.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        // `TABLE roles` reads a table without a block.
        if let SetExpr::Table(table) = query.body.as_ref()
            && let Some(name) = &table.table_name
            && self.tables.contains(name.as_str())
        {
            self.named += 1;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        if self.tables.contains(last(relation).as_str()) {
            self.named += 1;
        }
        ControlFlow::Continue(())
    }
}

/// The expression of a column, unless a `*` before it leaves open which one it is.
fn column(projection: &[SelectItem], place: usize) -> Option<&Expr> {
    let items = projection.get(..=place)?.iter().map(|item| match item {
        SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. } => {
            Some(value)
        }
        _ => None,
    });
    items.collect::<Option<Vec<_>>>()?.pop()
}

/// The words of a statement.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
}
