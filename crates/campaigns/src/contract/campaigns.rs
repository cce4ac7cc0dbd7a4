//! `CampaignRepository` and `LandingPages`, and the unit that they are part of

use kernel::{CampaignId, Slug, Version};

use super::Subject;
use super::campaign::{a_slug, changed, without};
use super::tenant::{NOW, Tenant, all_pages, id};
use crate::{CampaignCounts, CampaignError, CampaignFilter, CampaignStatus};

/// The cases of campaigns.
#[macro_export]
macro_rules! for_each_campaign_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_campaign_is_found_again_with_all_that_it_is_deleted_or_not,
            a_change_of_a_campaign_changes_its_lists,
            a_stale_change_of_a_campaign_is_refused_and_the_unit_stays_usable,
            campaigns_are_listed_page_by_page,
            campaigns_are_listed_by_status_and_by_name,
            a_campaign_is_found_by_its_landing_page_while_it_lives,
            the_address_of_a_landing_page_is_one_campaigns_alone,
            a_campaign_that_is_not_committed_is_invisible_and_leaves_no_trace,
            other_tenants_see_no_campaign,
            of_several_campaigns_those_that_are_there_are_known,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_campaign_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{
        CampaignCounts, CampaignError, CampaignFilter, CampaignId, CampaignStatus, NOW, Slug,
        Subject, Tenant, Version, a_slug, all_pages, changed, id, without,
    };

    pub(super) async fn a_campaign_is_found_again_with_all_that_it_is_deleted_or_not<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let full = tenant.a_full_campaign(subject, "Spring").await;
        let bare = tenant.a_campaign("Bare", None);

        let unit = tenant.begin(subject).await;
        let campaigns = unit.campaigns();
        for campaign in [&full, &bare] {
            assert_eq!(campaigns.find(campaign.id()).await.unwrap(), None);
            campaigns.insert(campaign).await.unwrap();
        }
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let campaigns = unit.campaigns();
        for campaign in [&full, &bare] {
            let found = campaigns.find(campaign.id()).await.unwrap();
            assert_eq!(found.as_ref(), Some(campaign));
            let found = campaigns.find_for_share(campaign.id()).await.unwrap();
            assert_eq!(found.as_ref(), Some(campaign));
            let counts = campaigns.counts(campaign.id()).await.unwrap();
            assert_eq!(counts, CampaignCounts::default());
        }
        let gone = without(&full);
        campaigns.update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.campaigns().find(full.id()).await.unwrap();
        assert_eq!(found, Some(gone));
    }

    pub(super) async fn a_change_of_a_campaign_changes_its_lists<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let full = tenant.a_full_campaign(subject, "Spring").await;
        let other = subject.add_list(tenant.id(), true, &[]).await;
        let kept = full.state().plan.lists[0];

        let unit = tenant.begin(subject).await;
        unit.campaigns().insert(&full).await.unwrap();
        let after = changed(&full, "Summer", vec![other, kept]);
        let campaigns = unit.campaigns();
        campaigns.update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let found = unit.campaigns().find(full.id()).await.unwrap();
        assert_eq!(found, Some(after));
    }

    pub(super) async fn a_stale_change_of_a_campaign_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let campaign = tenant.add_campaign(subject, "Spring", None).await;
        let after = changed(&campaign, "Summer", Vec::new());

        let unit = tenant.begin(subject).await;
        let campaigns = unit.campaigns();
        let refused = campaigns.update(&after, Version::from_number(9)).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        campaigns.update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn campaigns_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (mut gone, mut living) = (Vec::new(), Vec::new());
        for n in 0..8 {
            let name = format!("Campaign {n}");
            let campaign = tenant.add_campaign(subject, &name, None).await;
            if n % 3 == 1 {
                let after = without(&campaign);
                let unit = tenant.begin(subject).await;
                let campaigns = unit.campaigns();
                campaigns.update(&after, Version::FIRST).await.unwrap();
                unit.commit().await.unwrap();
                gone.push(after);
            } else {
                living.push(campaign);
            }
        }

        let unit = tenant.begin(subject).await;
        let campaigns = unit.campaigns();
        for (deleted, expected) in [(false, living), (true, gone)] {
            let filter = CampaignFilter {
                deleted,
                ..CampaignFilter::default()
            };
            let seen = all_pages(async |page| campaigns.list(&filter, &page).await).await;
            assert!(seen.iter().all(|it| it.counts == CampaignCounts::default()));
            let seen: Vec<_> = seen.into_iter().map(|it| it.campaign).collect();
            assert_eq!(seen, expected);
        }
    }

    pub(super) async fn campaigns_are_listed_by_status_and_by_name<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let spring = tenant
            .add_campaign(subject, "Über den Frühling", None)
            .await;
        let full = tenant.a_full_campaign(subject, "50 % off_spring").await;
        let unit = tenant.begin(subject).await;
        unit.campaigns().insert(&full).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let campaigns = unit.campaigns();
        let seen = async |status: Option<CampaignStatus>, name: Option<&str>| {
            let filter = CampaignFilter {
                status,
                name: name.map(|name| name.parse().unwrap()),
                deleted: false,
            };
            let seen = all_pages(async |page| campaigns.list(&filter, &page).await).await;
            let ids = seen.into_iter().map(|it| it.campaign.id());
            ids.collect::<Vec<_>>()
        };
        let both = vec![spring.id(), full.id()];
        assert_eq!(seen(None, None).await, both);
        assert_eq!(seen(Some(CampaignStatus::Draft), None).await, [spring.id()]);
        assert_eq!(seen(Some(CampaignStatus::Paused), None).await, [full.id()]);
        assert_eq!(seen(Some(CampaignStatus::Active), None).await, []);
        assert_eq!(seen(None, Some("ÜBER DEN")).await, [spring.id()]);
        assert_eq!(seen(None, Some("% OFF_")).await, [full.id()]);
        assert_eq!(seen(None, Some("_")).await, [full.id()]);
        let wanted = Some(CampaignStatus::Draft);
        assert_eq!(seen(wanted, Some("% off")).await, []);
    }

    pub(super) async fn a_campaign_is_found_by_its_landing_page_while_it_lives<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let slug = a_slug();
        let campaign = tenant.add_campaign(subject, "Spring", Some(&slug)).await;

        let unit = tenant.begin(subject).await;
        let campaigns = unit.campaigns();
        let found = async |slug: &Slug| campaigns.find_by_landing_page(slug).await.unwrap();
        assert_eq!(found(&a_slug()).await, None);
        assert_eq!(found(&slug).await, Some(campaign.clone()));
        let gone = without(&campaign);
        campaigns.update(&gone, Version::FIRST).await.unwrap();
        assert_eq!(found(&slug).await, None);
    }

    pub(super) async fn the_address_of_a_landing_page_is_one_campaigns_alone<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let slug = a_slug();
        let campaign = tenant.add_campaign(subject, "Spring", Some(&slug)).await;

        for claimant in [&tenant, &other] {
            let unit = claimant.begin(subject).await;
            let pages = unit.landing_pages();
            assert_eq!(
                pages.find_organization(&slug).await.unwrap(),
                Some(tenant.id())
            );
            let refused = pages.claim(&slug, NOW).await;
            assert!(
                matches!(refused, Err(CampaignError::SlugTaken)),
                "{refused:?}"
            );
            let free = a_slug();
            assert_eq!(pages.find_organization(&free).await.unwrap(), None);
            pages.claim(&free, NOW).await.unwrap();
            unit.commit().await.unwrap();
        }
        let unit = other.begin(subject).await;
        unit.landing_pages().release(&slug).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let pages = unit.landing_pages();
        let owner = pages.find_organization(&slug).await.unwrap();
        assert_eq!(owner, Some(tenant.id()), "others give nothing back");
        pages.release(&slug).await.unwrap();
        let gone = without(&campaign);
        let campaigns = unit.campaigns();
        campaigns.update(&gone, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
        let unit = other.begin(subject).await;
        unit.landing_pages().claim(&slug, NOW).await.unwrap();
    }

    pub(super) async fn a_campaign_that_is_not_committed_is_invisible_and_leaves_no_trace<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let slug = a_slug();
        let campaign = tenant.a_campaign("Spring", Some(&slug));

        let unit = tenant.begin(subject).await;
        unit.landing_pages().claim(&slug, NOW).await.unwrap();
        unit.campaigns().insert(&campaign).await.unwrap();
        let second = tenant.begin(subject).await;
        let found = second.campaigns().find(campaign.id()).await.unwrap();
        assert_eq!(found, None);
        drop((unit, second));

        let unit = tenant.begin(subject).await;
        assert_eq!(unit.campaigns().find(campaign.id()).await.unwrap(), None);
        let pages = unit.landing_pages();
        assert_eq!(pages.find_organization(&slug).await.unwrap(), None);
    }

    pub(super) async fn other_tenants_see_no_campaign<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let slug = a_slug();
        let campaign = tenant.add_campaign(subject, "Spring", Some(&slug)).await;

        let unit = other.begin(subject).await;
        let campaigns = unit.campaigns();
        for absent in [campaign.id(), id(CampaignId::from_uuid)] {
            assert_eq!(campaigns.find(absent).await.unwrap(), None);
            assert_eq!(campaigns.find_for_share(absent).await.unwrap(), None);
        }
        let found = campaigns.find_by_landing_page(&slug).await.unwrap();
        assert_eq!(found, None);
        let filter = CampaignFilter::default();
        let seen = all_pages(async |page| campaigns.list(&filter, &page).await).await;
        assert_eq!(seen, []);
        let taken = changed(&campaign, "Taken over", Vec::new());
        let refused = campaigns.update(&taken, Version::FIRST).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
    }
    pub(super) async fn of_several_campaigns_those_that_are_there_are_known<S: Subject>(
        subject: &S,
    ) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let campaign = tenant.add_campaign(subject, "Spring", None).await;
        let foreign = other.add_campaign(subject, "Spring", None).await;
        let asked = [
            foreign.id(),
            campaign.id(),
            id(CampaignId::from_uuid),
            campaign.id(),
        ];

        let unit = tenant.begin(subject).await;

        assert_eq!(
            unit.campaigns().known(&asked).await.unwrap(),
            [campaign.id()]
        );
        assert_eq!(unit.campaigns().known(&[]).await.unwrap(), []);
    }
}
