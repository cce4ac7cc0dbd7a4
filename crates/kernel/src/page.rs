//! Keyset paging.

use time::OffsetDateTime;
use uuid::Uuid;

/// How many items a page has: 1 to 200, by default 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(u16);

impl PageLimit {
    /// The number of items on a page when the caller names none.
    pub const DEFAULT: Self = Self(50);
    /// The most items a page can have.
    pub const MAX: u16 = 200;

    /// A limit within 1 to [`PageLimit::MAX`], or `None`.
    #[must_use]
    pub fn new(limit: u16) -> Option<Self> {
        (1..=Self::MAX).contains(&limit).then_some(Self(limit))
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The place behind the last item of a page: the sort key of that item, with its id to break ties.
///
/// Which kind of key a listing uses is its own affair; a cursor made by one listing MUST only be
/// given back to it with the same filter and sort, which the HTTP adapter guarantees by a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Behind an id.
    Id(Uuid),
    /// Behind an instant and an id.
    Time(OffsetDateTime, Uuid),
    /// Behind a text and an id.
    Text(String, Uuid),
}

/// Which page of a listing is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// How many items at most.
    pub limit: PageLimit,
    /// Behind which item; from the start when absent.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The first page with the default limit.
    #[must_use]
    pub const fn first() -> Self {
        Self {
            limit: PageLimit::DEFAULT,
            after: None,
        }
    }
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the listing's order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` items in order: the one too many tells that more follow.
    pub fn from_overfull(mut items: Vec<T>, limit: PageLimit, key: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > usize::from(limit.get());
        items.truncate(usize::from(limit.get()));
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }

    /// The same page with every item converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(convert).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_next_one_only_when_an_item_is_left_over() {
        let limit = PageLimit::new(2).unwrap();
        let key = |n: &u128| Cursor::Text(n.to_string(), Uuid::from_u128(*n));

        assert_eq!(Page::from_overfull(vec![1, 2], limit, key).next, None);
        let page = Page::from_overfull(vec![1, 2, 3], limit, key);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(key(&2))));
    }

    #[test]
    fn a_limit_is_between_one_and_its_maximum() {
        assert_eq!(PageLimit::new(0), None);
        assert_eq!(
            PageLimit::new(PageLimit::MAX).map(PageLimit::get),
            Some(PageLimit::MAX)
        );
        assert_eq!(PageLimit::new(PageLimit::MAX + 1), None);
    }
}
