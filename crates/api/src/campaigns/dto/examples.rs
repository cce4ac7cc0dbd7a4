//! What campaigns look like, for the documentation.

use poem_openapi::types::{Example, MaybeUndefined};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    CampaignAnswer, CampaignCountsAnswer, CreateCampaignRequest, DuplicateCampaignRequest,
    ScheduleCampaignRequest, UpdateCampaignRequest,
};
use crate::schema::{CampaignStatusText, DescriptionText, NameText, PastScheduleText, SlugText};

impl Example for CreateCampaignRequest {
    fn example() -> Self {
        Self {
            name: NameText::new("Spring offer"),
            description: None,
            list_ids: Some(vec![Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0021,
            )]),
            email_template_version_id: Some(Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0022,
            )),
            form_version_id: None,
            landing_page_slug: Some(SlugText::new("spring-offer")),
            landing_title: Some(NameText::new("Our offer for spring")),
            landing_text: None,
            risky_addresses: None,
            past_schedule: None,
            send_rate: Some(600),
        }
    }
}

impl Example for UpdateCampaignRequest {
    fn example() -> Self {
        Self {
            name: MaybeUndefined::Undefined,
            description: MaybeUndefined::Undefined,
            list_ids: MaybeUndefined::Undefined,
            email_template_version_id: MaybeUndefined::Undefined,
            form_version_id: MaybeUndefined::Value(Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0032,
            )),
            landing_page_slug: MaybeUndefined::Undefined,
            landing_title: MaybeUndefined::Undefined,
            landing_text: MaybeUndefined::Undefined,
            risky_addresses: MaybeUndefined::Undefined,
            past_schedule: MaybeUndefined::Undefined,
            send_rate: MaybeUndefined::Null,
        }
    }
}

impl Example for ScheduleCampaignRequest {
    fn example() -> Self {
        Self {
            scheduled_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(21_000),
        }
    }
}

impl Example for DuplicateCampaignRequest {
    fn example() -> Self {
        Self {
            name: Some(NameText::new("Summer offer")),
        }
    }
}

impl Example for CampaignAnswer {
    fn example() -> Self {
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_454);
        Self {
            id: Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0041),
            name: NameText::new("Spring offer"),
            description: DescriptionText::new(""),
            status: CampaignStatusText::new("draft"),
            list_ids: vec![Uuid::from_u128(0x019b_6c3c_6a00_7000_8000_0000_0000_0021)],
            email_template_version_id: Some(Uuid::from_u128(
                0x019b_6c3c_6a00_7000_8000_0000_0000_0022,
            )),
            form_version_id: None,
            landing_page_slug: Some(SlugText::new("spring-offer")),
            landing_page_url: Some("https://canvass.example/p/spring-offer".to_owned()),
            landing_title: Some(NameText::new("Our offer for spring")),
            landing_text: DescriptionText::new("Have a look."),
            risky_addresses: None,
            past_schedule: PastScheduleText::new("ask"),
            send_rate: Some(600),
            scheduled_at: None,
            missed_at: None,
            started_at: None,
            ended_at: None,
            paused_at: None,
            counts: CampaignCountsAnswer {
                assigned: 0,
                skipped: 0,
                sent: 0,
                bounced: 0,
                failed: 0,
                delivered: 0,
            },
            created_at: at,
            updated_at: at,
            deleted_at: None,
        }
    }
}
