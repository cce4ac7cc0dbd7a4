//! Where leads come from.

use std::str::FromStr;

use kernel::StorageError;

/// The door through which a lead came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeadSource {
    /// The link of a campaign's mail.
    EmailCampaign,
    /// A form that somebody found by themselves.
    DirectForm,
    /// The API, or a colleague by hand.
    Api,
    /// A file.
    Import,
}

impl LeadSource {
    /// Every source.
    pub const ALL: &'static [Self] = &[
        Self::EmailCampaign,
        Self::DirectForm,
        Self::Api,
        Self::Import,
    ];

    /// The source as it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmailCampaign => "email_campaign",
            Self::DirectForm => "direct_form",
            Self::Api => "api",
            Self::Import => "import",
        }
    }
}

impl FromStr for LeadSource {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|it| it.as_str() == text);
        found
            .copied()
            .ok_or_else(|| StorageError::Corrupt("unknown source of a lead".to_owned()))
    }
}
