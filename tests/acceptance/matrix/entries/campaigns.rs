//! Campaigns.

use serde_json::json;
use tenancy::Permission as P;

use crate::matrix::entry::{Entry, Thing};
use crate::stack::unique;

pub(crate) const ENTRIES: &[Entry] = &[
    Entry::needs("createCampaign", &[P::CampaignCreate])
        .using(&[Thing::ContactList])
        .with(|case| {
            json!({
                "name": format!("Campaign {}", unique()),
                "description": "What it is for.",
                "list_ids": case.used,
                "landing_page_slug": format!("page-{}", unique().simple()),
                "risky_addresses": "include",
                "past_schedule": "skip",
                "send_rate": 600,
            })
        })
        .answers(201),
    Entry::needs("listCampaigns", &[P::CampaignView]),
    Entry::needs("readCampaign", &[P::CampaignView]).on(&[Thing::Campaign]),
    Entry::needs("updateCampaign", &[P::CampaignUpdate])
        .on(&[Thing::Campaign])
        .using(&[Thing::ContactList])
        .with(|case| {
            json!({
                "name": format!("Campaign {}", unique()),
                "list_ids": case.used,
                "landing_page_slug": format!("page-{}", unique().simple()),
                "send_rate": 60,
            })
        }),
    Entry::needs("deleteCampaign", &[P::CampaignDelete])
        .on(&[Thing::Campaign])
        .answers(204),
    Entry::needs("restoreCampaign", &[P::CampaignDelete]).on(&[Thing::DeletedCampaign]),
    Entry::needs("duplicateCampaign", &[P::CampaignCreate])
        .on(&[Thing::Campaign])
        .with(|_| json!({}))
        .answers(201),
    Entry::needs("previewCampaignAudience", &[P::CampaignView]).on(&[Thing::Campaign]),
    Entry::needs("scheduleCampaign", &[P::CampaignLaunch])
        .on(&[Thing::ReadyCampaign])
        .with(|_| json!({ "scheduled_at": "2199-01-01T00:00:00Z" })),
    Entry::needs("unscheduleCampaign", &[P::CampaignLaunch]).on(&[Thing::ScheduledCampaign]),
    Entry::needs("launchCampaign", &[P::CampaignLaunch]).on(&[Thing::ReadyCampaign]),
    Entry::needs("pauseCampaign", &[P::CampaignLaunch]).on(&[Thing::ActiveCampaign]),
    Entry::needs("resumeCampaign", &[P::CampaignLaunch]).on(&[Thing::PausedCampaign]),
    Entry::needs("completeCampaign", &[P::CampaignLaunch]).on(&[Thing::ActiveCampaign]),
    Entry::needs("listCampaignRecipients", &[P::CampaignView]).on(&[Thing::Campaign]),
    Entry::needs("createSimulation", &[P::CampaignLaunch])
        .on(&[Thing::ReadyCampaign])
        .with(|_| json!({ "seed": 42, "config": { "open_rate": 0.5, "send_rate": 6000 } }))
        .answers(201),
    Entry::needs("listSimulations", &[P::CampaignView]),
    Entry::needs("readSimulation", &[P::CampaignView]).on(&[Thing::Simulation]),
    Entry::needs("deleteSimulation", &[P::CampaignDelete])
        .on(&[Thing::Simulation])
        .answers(204),
    Entry::needs("previewCampaignMailForContact", &[P::EmailTemplatePreview])
        .on(&[Thing::ReadyCampaign, Thing::Contact]),
    Entry::needs("sendTestMail", &[P::CampaignLaunch])
        .on(&[Thing::ReadyCampaign])
        .with(|_| json!({ "addresses": ["tester@canvass.example"] })),
];
