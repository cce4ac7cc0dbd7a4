//! What recipients do with their mails, and on the landing page.

use kernel::{CampaignId, ContactId, Timestamp};

use super::{BounceKind, RecipientStatus};

/// How often something was done, and when first and last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engagement {
    /// How often.
    pub count: u32,
    /// When first.
    pub first: Option<Timestamp>,
    /// When last.
    pub last: Option<Timestamp>,
}

/// What a recipient did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Opened the mail.
    Open,
    /// Followed a link in it.
    Click,
    /// Looked at the landing page.
    View,
    /// Answered its form.
    Submit,
}

/// That a recipient did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Engaged {
    /// With the mail of which campaign, or on its landing page.
    pub campaign: CampaignId,
    /// Who.
    pub contact: ContactId,
    /// What.
    pub deed: Deed,
    /// When.
    pub at: Timestamp,
}

/// What is known of a recipient when it is told who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Who.
    pub contact: ContactId,
    /// When the mail went out.
    pub sent_at: Option<Timestamp>,
    /// When a person opened it first.
    pub first_opened_at: Option<Timestamp>,
    /// When a person did anything last, be it with the mail or on the landing page.
    pub last_at: Option<Timestamp>,
}

/// What a recipient's mail caused since one looked last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// Whose.
    pub contact: ContactId,
    /// When it went out, if it did.
    pub sent_at: Option<Timestamp>,
    /// How it came back, if it did.
    pub bounced: Option<BounceKind>,
    /// Whether the recipient left.
    pub has_left: bool,
    /// Opening it.
    pub opens: Engagement,
    /// Following links in it.
    pub clicks: Engagement,
    /// Seeing the landing page.
    pub views: Engagement,
    /// Answering its form.
    pub submits: Engagement,
}

impl Engagement {
    /// What was done before and since, together.
    pub fn add(&mut self, since: Self) {
        self.count = self.count.saturating_add(since.count);
        for at in since.first.into_iter().chain(since.last) {
            self.first = Some(self.first.map_or(at, |first| first.min(at)));
            self.last = Some(self.last.map_or(at, |last| last.max(at)));
        }
    }

    /// It was done once more, at this instant.
    pub fn count_at(&mut self, at: Timestamp) {
        self.count = self.count.saturating_add(1);
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

impl Played {
    /// Nothing that a recipient's mail caused.
    #[must_use]
    pub fn nothing(contact: ContactId) -> Self {
        Self {
            contact,
            sent_at: None,
            bounced: None,
            has_left: false,
            opens: Engagement::default(),
            clicks: Engagement::default(),
            views: Engagement::default(),
            submits: Engagement::default(),
        }
    }

    /// How often something was done, and when.
    pub const fn engagement(&mut self, deed: Deed) -> &mut Engagement {
        match deed {
            Deed::Open => &mut self.opens,
            Deed::Click => &mut self.clicks,
            Deed::View => &mut self.views,
            Deed::Submit => &mut self.submits,
        }
    }

    /// How the recipient stands now; `None` where they stand as before.
    #[must_use]
    pub fn status(&self) -> Option<RecipientStatus> {
        if self.bounced.is_some() {
            return Some(RecipientStatus::Bounced);
        }
        if self.has_left {
            return Some(RecipientStatus::Unsubscribed);
        }
        self.sent_at.map(|_| RecipientStatus::Sent)
    }
}

impl Deed {
    /// Every deed.
    pub const ALL: [Self; 4] = [Self::Open, Self::Click, Self::View, Self::Submit];

    /// The deed's name in storage.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Click => "click",
            Self::View => "view",
            Self::Submit => "submit",
        }
    }
}
