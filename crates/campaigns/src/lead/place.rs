//! Places in an order of leads by what they answered.

use kernel::Cursor;
use time::Date;
use uuid::Uuid;

use super::filter::LeadSort;
use super::value::ValueKind;
use crate::form::parse_date;

/// A value by which leads are sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortPlace {
    /// A text, folded.
    Text(String),
    /// A number, in millionths.
    Number(i64),
    /// A day.
    Date(Date),
    /// Yes or no.
    Flag(bool),
}

impl SortPlace {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        match self {
            Self::Text(_) => ValueKind::Text,
            Self::Number(_) => ValueKind::Number,
            Self::Date(_) => ValueKind::Date,
            Self::Flag(_) => ValueKind::Flag,
        }
    }

    /// The cursor behind the lead with this id and value. It says of which kind the value is: what forms ask may change
    /// between two pages.
    #[must_use]
    pub fn cursor(&self, id: Uuid) -> Cursor {
        let value = match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Flag(flag) => flag.to_string(),
        };
        Cursor::Text(format!("{}:{value}", self.kind().letter()), id)
    }

    /// What [`SortPlace::cursor`] was made from; `None` of any other cursor.
    #[must_use]
    pub fn read(cursor: &Cursor) -> Option<(Self, Uuid)> {
        let Cursor::Text(text, id) = cursor else {
            return None;
        };
        let (letter, value) = text.split_once(':')?;
        let is_its = |kind: &&ValueKind| letter == kind.letter().to_string();
        let place = match ValueKind::ALL.iter().find(is_its)? {
            ValueKind::Text => Self::Text(value.to_owned()),
            ValueKind::Number => Self::Number(value.parse().ok()?),
            ValueKind::Date => Self::Date(parse_date(value).ok()?),
            ValueKind::Flag => Self::Flag(value.parse().ok()?),
        };
        Some((place, *id))
    }
}

impl LeadSort {
    /// The order in which a listing goes on behind a place: by values of the kind that the place has, where it is by a
    /// field. `None` where the place is one of another order.
    #[must_use]
    pub fn behind(self, after: &Cursor) -> Option<Self> {
        match (self, after) {
            (
                Self::Field {
                    key, descending, ..
                },
                after,
            ) => Some(Self::Field {
                key,
                kind: SortPlace::read(after)?.0.kind(),
                descending,
            }),
            (by_creation, Cursor::Id(_)) => Some(by_creation),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    fn by_size(kind: ValueKind) -> LeadSort {
        LeadSort::Field {
            key: "size".parse().unwrap(),
            kind,
            descending: true,
        }
    }

    proptest! {
        #[test]
        fn a_place_is_read_as_it_was_written(text in ".*", number: i64, flag: bool, day in 0_i32..3_000_000) {
            let day = date!(0001 - 01 - 01).to_julian_day() + day;
            let places = [
                SortPlace::Text(text),
                SortPlace::Number(number),
                SortPlace::Date(Date::from_julian_day(day).unwrap()),
                SortPlace::Flag(flag),
            ];
            for place in places {
                let id = Uuid::from_u128(7);
                prop_assert_eq!(SortPlace::read(&place.cursor(id)), Some((place, id)));
            }
        }
    }

    #[test]
    fn an_order_goes_on_by_the_kind_that_it_began_with() {
        let id = Uuid::from_u128(7);
        let twelve = SortPlace::Number(12_000_000).cursor(id);

        let further = by_size(ValueKind::Text).behind(&twelve);

        assert_eq!(further, Some(by_size(ValueKind::Number)));
    }

    #[test]
    fn a_place_of_another_order_is_none() {
        let id = Uuid::from_u128(7);
        let by_creation = Cursor::Id(id);
        let size = SortPlace::Number(1).cursor(id);

        assert_eq!(by_size(ValueKind::Number).behind(&by_creation), None);
        for text in ["12000000", "x:1", "n:many", "d:2026-02-30", "b:maybe", "n"] {
            let odd = Cursor::Text(text.to_owned(), id);
            assert_eq!(by_size(ValueKind::Number).behind(&odd), None, "{text}");
        }
        assert_eq!(LeadSort::Created.behind(&size), None);
        assert_eq!(
            LeadSort::CreatedDescending.behind(&by_creation),
            Some(LeadSort::CreatedDescending)
        );
    }
}
