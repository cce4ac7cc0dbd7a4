//! Links that are followed at once.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CampaignId, ContactId, Timestamp};
use time::Duration;

use crate::{Event, EventType, Sighting};

/// A link that a recipient followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Click {
    /// In a mail of which campaign.
    pub campaign: CampaignId,
    /// Who got the mail.
    pub contact: ContactId,
    /// When.
    pub at: Timestamp,
    /// Where the link leads; nothing where that is not kept any more.
    pub target: Option<String>,
}

/// A time in which links in the mails of a campaign were followed, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClickWindow {
    /// In the mails of which campaign.
    pub campaign: CampaignId,
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Click {
    /// The link that an event tells was followed, where it tells of one and of whose mail it was.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let contact = event
            .contact
            .filter(|_| event.event_type == EventType::Click)?;
        let target = event.data.as_ref().and_then(|data| data.get("target"));
        Some(Self {
            campaign: event.campaign,
            contact,
            at: event.at(),
            target: target.and_then(|it| it.as_str()).map(str::to_owned),
        })
    }
}

/// When which links were followed.
type Followed = BTreeSet<(Timestamp, Option<String>)>;

/// The links that were followed around some events, by recipient.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    by_recipient: BTreeMap<(CampaignId, ContactId), Followed>,
}

impl Clicks {
    pub(super) fn add(&mut self, click: Click) {
        let recipient = (click.campaign, click.contact);
        let clicks = self.by_recipient.entry(recipient).or_default();
        clicks.insert((click.at, click.target));
    }

    /// How many different links the recipient followed within `burst` of an event, before it or after.
    pub(super) fn at_once(&self, event: &Event, burst: Duration) -> u16 {
        let recipient = event.contact.map(|contact| (event.campaign, contact));
        let clicks = recipient.and_then(|recipient| self.by_recipient.get(&recipient));
        let near = clicks
            .into_iter()
            .flatten()
            .filter(|(at, _)| (*at - event.at()).abs() <= burst);
        let links = near.map(|(_, target)| target).collect::<BTreeSet<_>>();
        u16::try_from(links.len()).unwrap_or(u16::MAX)
    }
}

/// The times in which links could have been followed at once with these events, as few and as short as possible, and by
/// whom. Whoever followed the earlier ones counts, be they taken for a person or not.
pub(super) fn windows(
    sightings: &[Sighting],
    burst: Duration,
) -> (Vec<ClickWindow>, BTreeSet<ContactId>) {
    let clicks = sightings.iter().filter_map(|it| Click::of(&it.event));
    let mut windows = Vec::new();
    let mut contacts = BTreeSet::new();
    for click in clicks {
        contacts.insert(click.contact);
        windows.push(ClickWindow {
            campaign: click.campaign,
            since: click.at.saturating_sub(burst),
            until: click.at.saturating_add(burst),
        });
    }
    windows.sort_unstable();
    let mut merged: Vec<ClickWindow> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if last.campaign == window.campaign && window.since <= last.until => {
                last.until = last.until.max(window.until);
            }
            _ => merged.push(window),
        }
    }
    (merged, contacts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);
    const BURST: Duration = Duration::seconds(10);

    fn click(campaign: u128, contact: u128, second: i64, target: &str) -> Sighting {
        let mut event = Event::seen(
            EventType::Click,
            CampaignId::from_uuid(Uuid::from_u128(campaign)),
            Some(ContactId::from_uuid(Uuid::from_u128(contact))),
            NOW + Duration::seconds(second),
            Uuid::from_u128(7),
        );
        event.data = Some(json!({ "target": target }));
        Sighting::plain(event)
    }

    #[test]
    fn links_that_one_recipient_followed_at_once_are_counted_each_once() {
        let all = [
            click(1, 1, 0, "a"),
            click(1, 1, 1, "b"),
            click(1, 1, 2, "b"),
            click(1, 1, 12, "c"),
            click(1, 2, 0, "d"),
            click(2, 1, 0, "e"),
        ];
        let mut clicks = Clicks::default();
        for click in all.iter().filter_map(|it| Click::of(&it.event)) {
            clicks.add(click);
        }

        let counts = all.each_ref().map(|it| clicks.at_once(&it.event, BURST));

        assert_eq!(counts, [2, 2, 3, 2, 1, 1]);
    }

    #[test]
    fn times_that_touch_are_looked_at_as_one() {
        let all = [
            click(1, 1, 0, "a"),
            click(1, 2, 20, "a"),
            click(1, 3, 41, "a"),
            click(2, 3, 0, "a"),
        ];

        let (windows, contacts) = windows(&all, BURST);

        let told: Vec<_> = windows
            .iter()
            .map(|it| {
                (
                    (it.since - NOW).whole_seconds(),
                    (it.until - NOW).whole_seconds(),
                )
            })
            .collect();
        assert_eq!(told, [(-10, 30), (31, 51), (-10, 10)]);
        assert_eq!(contacts.len(), 3);
    }

    #[test]
    fn what_is_no_click_needs_no_look() {
        let event = Event::seen(
            EventType::Open,
            CampaignId::from_uuid(Uuid::from_u128(1)),
            Some(ContactId::from_uuid(Uuid::from_u128(1))),
            NOW,
            Uuid::from_u128(7),
        );

        let (windows, contacts) = windows(&[Sighting::plain(event)], BURST);

        assert_eq!((windows, contacts), (Vec::new(), BTreeSet::new()));
    }
}
