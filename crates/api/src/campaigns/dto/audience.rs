//! The shapes of audiences on the wire.

use campaigns::AudiencePreview;
use poem_openapi::Object;
use poem_openapi::types::Example;

use crate::schema::ExclusionText;

/// How many places on the lists are left out for one reason.
#[derive(Clone, Debug, Object)]
pub(crate) struct ExclusionAnswer {
    /// Why.
    reason: ExclusionText,
    /// How many.
    count: u64,
}

/// Whom a campaign would reach: `members` is `mailed` and all of `excluded` together.
#[derive(Clone, Debug, Object)]
#[oai(rename = "CampaignAudience", example)]
pub(crate) struct AudienceAnswer {
    /// Places on its lists; whoever is on two of them has two.
    members: u64,
    /// How many people would be mailed.
    mailed: u64,
    /// Everybody else, reason by reason; whoever fits several is counted for the first.
    excluded: Vec<ExclusionAnswer>,
}

impl From<AudiencePreview> for AudienceAnswer {
    fn from(preview: AudiencePreview) -> Self {
        let excluded = preview.excluded.into_iter();
        let excluded = excluded.map(|(reason, count)| ExclusionAnswer {
            reason: ExclusionText::new(reason),
            count,
        });
        Self {
            members: preview.memberships,
            mailed: preview.mailed,
            excluded: excluded.collect(),
        }
    }
}

impl Example for AudienceAnswer {
    fn example() -> Self {
        let excluded = |reason: &str, count| ExclusionAnswer {
            reason: ExclusionText::new(reason),
            count,
        };
        Self {
            members: 1_000,
            mailed: 950,
            excluded: vec![excluded("unsubscribed", 20), excluded("invalid", 30)],
        }
    }
}
