//! Searches of contacts, by words or attributes.
//!
//! What is frequent is found soonest where contacts are read in their order, what is rare through the index of
//! words, which tells all that have a word at once. How frequent something is shows when the first contacts are
//! read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use contacts::{
    Contact, ContactFilter, ContactSearch, ContactSort, Fit, Term, ValidationStatus, forgives,
};
use kernel::{Cursor, Page, PageRequest, StorageError};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::lexemes::{Counts, Lexemes};
use super::listing::{Order, attribute_conditions, conditions, rows, statuses_apart, words};
use super::rows::{COLUMNS, ContactRow, contacts_of};
use super::test::Test;
use crate::binds::Binds;
use crate::unit::PostgresUnit;

/// How many contacts are read at first for each that is wanted.
const FIRST: usize = 25;
/// How many contacts are read at first for each that is wanted, where very many are.
const FIRST_OF_MANY: usize = 4;
/// How many are read in all for each that is wanted, at most.
const ALL: usize = 300;
/// Reading on is worth it as long as one in this many times as many as were read at first for each passes: where it is
/// fewer, the index finds them sooner.
const SOME: usize = 8;

/// The words that may be meant by a mistyped one.
type Guesses = BTreeMap<String, Vec<String>>;

/// Contacts in the order of a listing.
#[derive(Default)]
struct Found {
    ids: Vec<Uuid>,
    places: Vec<String>,
}

#[derive(FromQueryResult)]
struct Walked {
    last_id: Option<Uuid>,
    last_place: Option<String>,
    ids: Vec<Uuid>,
    places: Vec<String>,
    /// Of all that were read, and of those that have each of what was to be counted.
    counts: Vec<i64>,
}

#[derive(FromQueryResult)]
struct Hit {
    id: Uuid,
    place: String,
}

#[derive(FromQueryResult)]
struct Word {
    word: String,
}

/// What came of reading.
#[derive(Default)]
struct Walk {
    found: Found,
    /// Behind which place there is more to read.
    rest: Option<Cursor>,
    /// How many of those that were read have each of what was to be counted.
    counts: Vec<i64>,
}

/// What is looked for, in one order.
struct Aim<'f> {
    filter: &'f ContactFilter,
    order: Order,
    test: Test,
}

impl PostgresUnit {
    /// A page of those contacts that the filter lets through.
    pub(super) async fn find_page_of_contacts(
        &self,
        filter: &ContactFilter,
        sort: ContactSort,
        page: &PageRequest,
    ) -> Result<Page<Contact>, StorageError> {
        let most = usize::from(page.limit.get());
        let (ids, next) = if sort == ContactSort::Fit {
            self.find_by_fit(filter, page.after.as_ref(), most).await?
        } else {
            let order = Order::of(sort);
            let aim = Aim {
                filter,
                order,
                test: self.test_of_any_fit(filter).await?,
            };
            let after = page.after.clone();
            let mut found = self.find(&aim, after, most + 1, FIRST).await?;
            let is_overfull = found.ids.len() > most;
            found.ids.truncate(most);
            let last = found
                .ids
                .last()
                .zip(found.places.get(most.saturating_sub(1)));
            let next = last.map(|(id, place)| order.place(place, *id));
            (found.ids, next.filter(|_| is_overfull))
        };
        let items = self.contacts_in_order(&ids, filter.deleted).await?;
        Ok(Page { items, next })
    }

    /// The first ids of those contacts that the filter lets through, behind that place; many of them.
    pub(super) async fn find_ids_of_contacts(
        &self,
        filter: &ContactFilter,
        behind: Option<Cursor>,
        limit: u16,
    ) -> Result<Vec<Uuid>, StorageError> {
        let aim = Aim {
            filter,
            order: Order::of(ContactSort::Created),
            test: self.test_of_any_fit(filter).await?,
        };
        let most = usize::from(limit);
        let mut found = self.find(&aim, behind, most, FIRST_OF_MANY).await?;
        found.ids.truncate(most);
        Ok(found.ids)
    }

    async fn test_of_any_fit(&self, filter: &ContactFilter) -> Result<Test, StorageError> {
        Ok(match &filter.search {
            Some(search) => Test::any(search, &self.guesses(search).await?),
            None => Test::nothing(),
        })
    }

    /// Those that fit best first, and where the next page begins.
    async fn find_by_fit(
        &self,
        filter: &ContactFilter,
        after: Option<&Cursor>,
        most: usize,
    ) -> Result<(Vec<Uuid>, Option<Cursor>), StorageError> {
        let (first, mut behind) = match after {
            Some(Cursor::Text(place, id)) => {
                (Fit::at(place).unwrap_or(Fit::Words), Some(Cursor::Id(*id)))
            }
            _ => (Fit::Words, None),
        };
        let mut guesses = Guesses::new();
        let mut places = Vec::new();
        for fit in Fit::ALL {
            if fit < first {
                continue;
            }
            let test = match &filter.search {
                // Nothing fits by halves where no single word is asked for, or no other word may be meant.
                Some(search) => {
                    if fit == Fit::Typos {
                        guesses = self.guesses(search).await?;
                    }
                    if fit != Fit::Words && search.terms().is_empty()
                        || fit == Fit::Typos && guesses.values().all(Vec::is_empty)
                    {
                        break;
                    }
                    Test::exactly(search, fit, &guesses)
                }
                None if fit == Fit::Words => Test::nothing(),
                None => break,
            };
            let aim = Aim {
                filter,
                order: Order::of(ContactSort::Fit),
                test,
            };
            let wanted = most + 1 - places.len();
            let found = self.find(&aim, behind.take(), wanted, FIRST).await?;
            places.extend(found.ids.into_iter().map(|id| (fit, id)));
            if places.len() > most {
                break;
            }
        }
        let is_overfull = places.len() > most;
        places.truncate(most);
        let last = places.last().filter(|_| is_overfull);
        let next = last.map(|(fit, id)| Cursor::Text(fit.place().to_owned(), *id));
        Ok((places.into_iter().map(|(_, id)| id).collect(), next))
    }

    /// The first contacts behind that place; at first, so many are read for each that is wanted.
    async fn find(
        &self,
        aim: &Aim<'_>,
        behind: Option<Cursor>,
        most: usize,
        first: usize,
    ) -> Result<Found, StorageError> {
        let organization = self.organization_id();
        let has_index = !aim.filter.deleted
            && (aim.test.lexemes(organization, &Counts::default()).is_some()
                || !aim.filter.attributes.is_empty());
        let leaves = if has_index {
            aim.test.leaves()
        } else {
            Vec::new()
        };
        let mut found = Found::default();
        let mut rest = behind.clone();
        let branches = statuses_apart(aim.filter, aim.order).len().max(1);
        let share = (most * first / branches).max(1);
        let (mut read, mut budget) = (0, share);
        let mut counts = Counts::default();
        loop {
            let left = most - found.ids.len();
            let counted = if read == 0 { &leaves[..] } else { &[] };
            let walk = self.walk(aim, rest.as_ref(), budget, left, counted).await?;
            if read == 0 {
                counts = Counts::of(leaves.clone(), walk.counts);
            }
            found.ids.extend(walk.found.ids);
            found.places.extend(walk.found.places);
            rest = walk.rest;
            read += budget;
            let count = found.ids.len();
            if rest.is_none() || count >= most {
                return Ok(found);
            }
            if has_index && (count * first * SOME < read || read >= most * ALL) {
                break;
            }
            // As many as should hold the rest, and a fourth more.
            let expected = read * (most - count) * 5 / (4 * count.max(1));
            budget = expected.clamp(share, most * ALL / branches);
        }
        let lexemes = aim.test.lexemes(organization, &counts);
        self.look_up(aim, lexemes, behind.as_ref(), most).await
    }

    /// Reads contacts in their order, and finds those that pass among the first `budget`.
    async fn walk(
        &self,
        aim: &Aim<'_>,
        behind: Option<&Cursor>,
        budget: usize,
        most: usize,
        counted: &[Test],
    ) -> Result<Walk, StorageError> {
        let (filter, order) = (aim.filter, aim.order);
        let mut binds = Binds::of(self);
        let budget_sql = binds.bind(as_limit(budget));
        let most = binds.bind(as_limit(most));
        let mut passing = vec![aim.test.sql(&mut binds)];
        passing.extend(conditions(filter, &mut binds));
        passing.extend(attribute_conditions(filter, &mut binds));
        let passing = passing.join(" AND ");
        let mut has = String::new();
        let mut counts = "count(*)".to_owned();
        for (index, leaf) in counted.iter().enumerate() {
            let condition = leaf.sql(&mut binds);
            // Writing into a text cannot fail.
            let _ = write!(has, ", {condition} AS has_{index}");
            let _ = write!(counts, ", count(*) FILTER (WHERE c.has_{index})");
        }
        let behind = order.behind(filter, behind, &mut binds);
        let rows = rows(
            filter,
            order,
            behind.as_slice(),
            "c.*",
            &budget_sql,
            &mut binds,
        );
        let place = place_column(order);
        let (forwards, backwards) = (order.sql(), order.reversed().sql());
        let sql = format!(
            "WITH walked AS MATERIALIZED (\
                 SELECT c.organization_id, c.id, {place} AS email_normalized, {passing} AS passes{has} FROM ({rows}) AS c\
             ), passing AS MATERIALIZED (\
                 SELECT c.id, c.email_normalized FROM walked c WHERE c.passes ORDER BY {forwards} LIMIT {most}\
             ) \
             SELECT (SELECT c.id FROM walked c ORDER BY {backwards} LIMIT 1) AS last_id, \
                 (SELECT c.email_normalized FROM walked c ORDER BY {backwards} LIMIT 1) AS last_place, \
                 ARRAY(SELECT c.id FROM passing c ORDER BY {forwards}) AS ids, \
                 ARRAY(SELECT c.email_normalized FROM passing c ORDER BY {forwards}) AS places, \
                 (SELECT ARRAY[{counts}] FROM walked c) AS counts"
        );
        let walked = self.one::<Walked>(&sql, binds.values).await?;
        let Some(walked) = walked else {
            return Ok(Walk::default());
        };
        let mut counts = walked.counts.into_iter();
        let is_more = counts.next() >= Some(as_limit(budget));
        let last = walked.last_id.zip(walked.last_place);
        let rest = last.map(|(id, place)| order.place(&place, id));
        let found = Found {
            ids: walked.ids,
            places: walked.places,
        };
        Ok(Walk {
            found,
            rest: rest.filter(|_| is_more),
            counts: counts.collect(),
        })
    }

    /// Asks the index of words.
    async fn look_up(
        &self,
        aim: &Aim<'_>,
        lexemes: Option<Lexemes>,
        behind: Option<&Cursor>,
        most: usize,
    ) -> Result<Found, StorageError> {
        let (filter, order) = (aim.filter, aim.order);
        let mut binds = Binds::of(self);
        let most = binds.bind(as_limit(most));
        let are_all = lexemes.as_ref().is_none_or(|lexemes| lexemes.are_all);
        let lexemes = lexemes.map(|lexemes| format!("{}::tsquery", binds.bind(lexemes.text)));
        let mut wanted = lexemes.into_iter().collect::<Vec<_>>();
        for (name, value) in &filter.attributes {
            let (name, value) = (binds.bind(name.as_str()), binds.bind(value.as_str()));
            wanted.push(format!("contact_attribute($1, {name}, {value})"));
        }
        let wanted = wanted.join(" && ");
        let statuses = match words(&filter.statuses, ValidationStatus::as_str) {
            none if none.is_empty() => "NULL".to_owned(),
            statuses => binds.bind(statuses),
        };
        let place = place_column(order);

        let mut passing = conditions(filter, &mut binds);
        if !are_all {
            passing.push(aim.test.sql(&mut binds));
        }
        let is_plain = !order.is_by_email && !order.is_descending;
        if passing.is_empty() && filter.list.is_none() && is_plain {
            let behind = match behind {
                Some(Cursor::Id(id)) => binds.bind(*id),
                _ => "NULL".to_owned(),
            };
            let sql = format!(
                "SELECT f.id, '' AS place FROM search_contacts($1, {wanted}, {statuses}, {behind}, {most}) AS f (id)"
            );
            return Ok(Found::from(self.all::<Hit>(&sql, binds.values).await?));
        }
        passing.extend(order.behind(filter, behind, &mut binds));
        let mut from = format!(
            "search_contacts($1, {wanted}, {statuses}, NULL, NULL) AS f (id) \
             JOIN contacts c ON c.organization_id = $1 AND c.id = f.id"
        );
        if let Some(list) = filter.list {
            let list = binds.bind(list.as_uuid());
            from.push_str(
                " JOIN contact_list_members m ON m.organization_id = $1 AND m.contact_id = f.id",
            );
            passing.push(format!("m.list_id = {list} AND m.deleted_at IS NULL"));
        }
        passing.push("c.organization_id = $1 AND c.deleted_at IS NULL".to_owned());
        let passing = passing.join(" AND ");
        let sort = order.sql();
        let sql = format!(
            "SELECT c.id, {place} AS place FROM {from} WHERE {passing} ORDER BY {sort} LIMIT {most}"
        );
        Ok(Found::from(self.all::<Hit>(&sql, binds.values).await?))
    }

    /// The words of the organization that may be meant by each word that is asked for.
    ///
    /// A mistake leaves the first or the last half of a word as it is, but for the exchange of the two letters in the
    /// middle.
    async fn guesses(&self, search: &ContactSearch) -> Result<Guesses, StorageError> {
        let mut guesses = Guesses::new();
        let ways = search.terms().iter().flat_map(Term::ways);
        let words = ways.flatten().cloned().collect::<Vec<_>>();
        for asked in words {
            if guesses.contains_key(&asked) {
                continue;
            }
            let letters = asked.chars().collect::<Vec<_>>();
            if letters.len() < 4 {
                guesses.insert(asked, Vec::new());
                continue;
            }
            let middle = letters.len() / 2;
            let mut exchanged = letters.clone();
            exchanged.swap(middle - 1, middle);
            let beginning = letters[..middle].iter().collect::<String>();
            let end = letters[middle..].iter().rev().collect::<String>();
            let sql = "SELECT w.word FROM contact_words w \
                       WHERE w.organization_id = $1 AND w.word >= $2 AND w.word < $3 \
                       UNION SELECT w.word FROM contact_words w \
                       WHERE w.organization_id = $1 AND w.reversed >= $4 AND w.reversed < $5 \
                       UNION SELECT w.word FROM contact_words w WHERE w.organization_id = $1 AND w.word = $6";
            let values = [
                self.organization().into(),
                beginning.as_str().into(),
                format!("{beginning}\u{10ffff}").into(),
                end.as_str().into(),
                format!("{end}\u{10ffff}").into(),
                exchanged.into_iter().collect::<String>().into(),
            ];
            let candidates = self.all::<Word>(sql, values).await?;
            let meant = candidates
                .into_iter()
                .map(|candidate| candidate.word)
                .filter(|word| forgives(&asked, word));
            let meant = meant.collect();
            guesses.insert(asked, meant);
        }
        Ok(guesses)
    }

    /// These contacts, in the order of their ids here; those that were deleted or restored meanwhile are left out.
    async fn contacts_in_order(
        &self,
        ids: &[Uuid],
        deleted: bool,
    ) -> Result<Vec<Contact>, StorageError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM contacts c WHERE c.organization_id = $1 AND c.id = ANY ($2)"
        );
        let values = [self.organization().into(), ids.to_vec().into()];
        let contacts = contacts_of(self.all::<ContactRow>(&sql, values).await?)?;
        let mut by_id = contacts
            .into_iter()
            .filter(|contact| contact.state().stamps.is_deleted() == deleted)
            .map(|contact| (contact.id().as_uuid(), contact))
            .collect::<BTreeMap<_, _>>();
        Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
    }
}

impl From<Vec<Hit>> for Found {
    fn from(hits: Vec<Hit>) -> Self {
        let (ids, places) = hits.into_iter().map(|hit| (hit.id, hit.place)).unzip();
        Self { ids, places }
    }
}

/// What a contact's place is told by besides its id.
const fn place_column(order: Order) -> &'static str {
    if order.is_by_email {
        "c.email_normalized"
    } else {
        "''::text"
    }
}

fn as_limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
