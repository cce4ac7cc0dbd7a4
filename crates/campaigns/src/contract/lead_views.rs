//! `LeadViewRepository`

use kernel::{LeadViewId, Patch, UserId, Version};

use super::Subject;
use super::tenant::{LATER, NOW, Tenant, all_pages, id};
use crate::{CampaignError, LeadView, LeadViewChange, NewLeadView};

/// The cases of saved searches of leads.
#[macro_export]
macro_rules! for_each_lead_view_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            a_view_is_found_again_deleted_or_not,
            a_person_has_one_living_view_of_a_name,
            a_stale_change_of_a_view_is_refused_and_the_unit_stays_usable,
            people_have_their_own_views_and_the_shared_ones_page_by_page,
            a_view_that_is_not_committed_is_invisible_and_leaves_no_trace,
            other_tenants_see_no_view,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_lead_view_case!([kernel::dispatch_contract_case] name subject);
}

impl Tenant {
    /// A view that is not stored yet.
    fn a_view(&self, owner: UserId, name: &str, is_shared: bool) -> LeadView {
        let new = NewLeadView {
            name: name.parse().unwrap(),
            query: "status=new&field=city:eq:M%C3%BCnchen%20%22x%22&sort=-city"
                .parse()
                .unwrap(),
            is_shared,
        };
        let organization = self.scope.organization();
        LeadView::save(id(LeadViewId::from_uuid), organization, new, owner, NOW)
    }
}

fn renamed(view: &LeadView, name: &str) -> LeadView {
    let mut view = view.clone();
    let change = LeadViewChange {
        name: Patch::Set(name.parse().unwrap()),
        query: Patch::Set("unassigned=true".parse().unwrap()),
        is_shared: Patch::Set(true),
    };
    view.change(&change, LATER, None);
    view
}

fn deleted(view: &LeadView) -> LeadView {
    let mut view = view.clone();
    view.delete(LATER, None);
    view
}

fn is_taken_by(refused: &Result<(), CampaignError>, other: &LeadView) -> bool {
    matches!(refused, Err(CampaignError::ViewNameTaken(id)) if *id == Some(other.id()))
}

mod cases {
    use super::{
        CampaignError, LeadViewId, Subject, Tenant, UserId, Version, all_pages, deleted, id,
        is_taken_by, renamed,
    };

    pub(super) async fn a_view_is_found_again_deleted_or_not<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let view = tenant.a_view(tenant.user(), "Łódź & \"Söhne\"", false);

        let unit = tenant.begin(subject).await;
        let views = unit.lead_views();
        assert_eq!(views.find(view.id()).await.unwrap(), None);
        views.insert(&view).await.unwrap();
        assert_eq!(views.find(view.id()).await.unwrap(), Some(view.clone()));
        let other = renamed(&view, "Another");
        views.update(&other, Version::FIRST).await.unwrap();
        assert_eq!(views.find(view.id()).await.unwrap(), Some(other.clone()));
        let gone = deleted(&other);
        let version = other.state().stamps.version;
        views.update(&gone, version).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let views = unit.lead_views();
        assert_eq!(views.find(view.id()).await.unwrap(), Some(gone));
        let nothing = views.find(id(LeadViewId::from_uuid)).await.unwrap();
        assert_eq!(nothing, None);
    }

    pub(super) async fn a_person_has_one_living_view_of_a_name<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let (user, other) = (tenant.user(), id(UserId::from_uuid));
        let first = tenant.a_view(user, "Hot", false);
        let again = tenant.a_view(user, "HOT", true);

        let unit = tenant.begin(subject).await;
        let views = unit.lead_views();
        views.insert(&first).await.unwrap();
        assert!(is_taken_by(&views.insert(&again).await, &first));
        let others = tenant.a_view(other, "hot", true);
        views.insert(&others).await.unwrap();
        let cold = tenant.a_view(user, "Cold", false);
        views.insert(&cold).await.unwrap();
        let into_it = renamed(&cold, "hOt");
        let refused = views.update(&into_it, Version::FIRST).await;
        assert!(is_taken_by(&refused, &first));
        // Its own name is nobody else's.
        let recased = renamed(&first, "hot");
        views.update(&recased, Version::FIRST).await.unwrap();

        let gone = deleted(&recased);
        let version = recased.state().stamps.version;
        views.update(&gone, version).await.unwrap();
        views.insert(&again).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn a_stale_change_of_a_view_is_refused_and_the_unit_stays_usable<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let view = tenant.a_view(tenant.user(), "Hot", false);

        let unit = tenant.begin(subject).await;
        let views = unit.lead_views();
        views.insert(&view).await.unwrap();
        let after = renamed(&view, "Cold");
        let refused = views.update(&after, Version::from_number(9)).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        views.update(&after, Version::FIRST).await.unwrap();
        unit.commit().await.unwrap();
    }

    pub(super) async fn people_have_their_own_views_and_the_shared_ones_page_by_page<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let people = [tenant.user(), id(UserId::from_uuid)];
        let mut all = Vec::new();
        let unit = tenant.begin(subject).await;
        for n in 0..10 {
            let view = tenant.a_view(people[n % 2], &format!("View {n}"), n % 3 == 0);
            unit.lead_views().insert(&view).await.unwrap();
            let view = if n % 5 == 4 {
                let gone = deleted(&view);
                let views = unit.lead_views();
                views.update(&gone, Version::FIRST).await.unwrap();
                gone
            } else {
                view
            };
            all.push(view);
        }
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let views = unit.lead_views();
        for user in people {
            let wanted = all.iter().filter(|view| view.is_had_by(user));
            let wanted: Vec<_> = wanted.cloned().collect();
            assert!(wanted.len() > 3);
            let seen = all_pages(async |page| views.list(user, &page).await).await;
            assert_eq!(seen, wanted);
        }
    }

    pub(super) async fn a_view_that_is_not_committed_is_invisible_and_leaves_no_trace<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let view = tenant.a_view(tenant.user(), "Hot", true);

        let unit = tenant.begin(subject).await;
        unit.lead_views().insert(&view).await.unwrap();
        let second = tenant.begin(subject).await;
        assert_eq!(second.lead_views().find(view.id()).await.unwrap(), None);
        drop((unit, second));

        let unit = tenant.begin(subject).await;
        let views = unit.lead_views();
        assert_eq!(views.find(view.id()).await.unwrap(), None);
        let seen = all_pages(async |page| views.list(tenant.user(), &page).await);
        assert_eq!(seen.await, []);
    }

    pub(super) async fn other_tenants_see_no_view<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let view = tenant.a_view(tenant.user(), "Hot", true);
        let unit = tenant.begin(subject).await;
        unit.lead_views().insert(&view).await.unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        let views = unit.lead_views();
        assert_eq!(views.find(view.id()).await.unwrap(), None);
        let seen = all_pages(async |page| views.list(tenant.user(), &page).await);
        assert_eq!(seen.await, []);
        let refused = views.update(&deleted(&view), Version::FIRST).await;
        assert!(matches!(refused, Err(CampaignError::Stale)), "{refused:?}");
        // The name is free where nobody else has it.
        let same = other.a_view(tenant.user(), "Hot", true);
        views.insert(&same).await.unwrap();
    }
}
