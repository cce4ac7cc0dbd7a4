//! Which showing of a page answers come from.

use api::pages::SESSION;
use campaigns::EventType;
use campaigns::ports::CampaignStore;
use kernel::{Actor, Origin, PageRequest, RequestId, TenantScope};
use testkit::a_unique_id;
use time::Duration;
use uuid::Uuid;

use super::{Site, html};
use crate::office::text;

/// What a page carries to tell which showing of it it is.
fn token(page: &str) -> String {
    let start = format!("name=\"{SESSION}\" value=\"");
    let from = page.find(&start).unwrap() + start.len();
    let (token, _) = page[from..].split_once('"').unwrap();
    token.to_owned()
}

impl Site {
    /// Opens a page; tells what it carries.
    async fn opened(&self, page: &str) -> String {
        let shown = self.get(page).await;
        // Nobody types faster.
        let clock = &self.office.installation.clock;
        clock.advance(Duration::SECOND);
        token(&html(shown.is(200)))
    }

    /// The sessions of what was done on landing pages, in the order of time.
    fn visits(&self) -> Vec<(EventType, Option<Uuid>)> {
        let events = self.events().into_iter().skip(1);
        events
            .map(|it| (it.event_type, it.client.session))
            .collect()
    }

    /// The sessions of the responses of the only lead, the oldest first.
    async fn answered(&self) -> Vec<Option<Uuid>> {
        let lead = text(&self.leads().await[0]["id"]).parse().unwrap();
        let origin = Origin::internal(RequestId::from_uuid(a_unique_id()));
        let scope = TenantScope::for_principal(self.organization(), Actor::Operator, origin);
        let database = &self.office.installation.database;
        let unit = CampaignStore::begin(database, &scope).await.unwrap();
        let page = PageRequest::first();
        let responses = unit.leads().list_responses(lead, &page).await.unwrap();
        let responses = responses.items.iter();
        responses.map(|response| response.origin.session).collect()
    }
}

#[tokio::test]
async fn a_page_and_its_answers_are_of_one_session_and_the_next_page_is_of_another() {
    let site = Site::open().await;
    let page = site.page();
    let (first, second) = (site.opened(&page).await, site.opened(&page).await);
    let wrong = format!("email=nobody&{SESSION}={first}");
    let right = format!("email=ada%40firm.de&{SESSION}={first}");
    let bait = format!("email=ada%40firm.de&{SESSION}={second}&web-site=x");

    let told = site.post(&page, &wrong).await;
    assert_eq!(token(&html(told.is(422))), first, "it is the same showing");
    let told = site.post(&page, &right).await;
    html(told.is(200));
    site.office.installation.clock.advance(Duration::SECOND);
    html(site.post(&page, &bait).await.is(200));

    let visits = site.visits();
    let sessions: Vec<_> = visits.iter().map(|(_, session)| session.unwrap()).collect();
    let [one, other, answered, trapped] = sessions[..] else {
        panic!("{visits:?}");
    };
    assert_ne!(one, other);
    assert_eq!((answered, trapped), (one, other));
    assert_eq!(visits[0].0, EventType::FormView);
    assert_eq!(visits[2].0, EventType::FormSubmit);
    assert_eq!(site.answered().await, [Some(one)]);
}

#[tokio::test]
async fn answers_are_taken_whatever_they_say_of_a_session_that_was_not_made_for_them() {
    let site = Site::open().await;
    let page = site.page();
    let bare = page.split('?').next().unwrap();
    let own = site.opened(&page).await;
    let anothers = site.opened(bare).await;
    let altered = format!("{}A", &own[..own.len() - 1]);
    let altered = if altered == own {
        own.replace('A', "B")
    } else {
        altered
    };
    let tokens = [
        String::new(),
        "A".to_owned(),
        "A".repeat(10_000),
        "%00%ff".to_owned(),
        Uuid::nil().to_string(),
        altered,
        anothers,
    ];

    for token in &tokens {
        let body = format!("email=ada%40firm.de&{SESSION}={token}");
        html(site.post(&page, &body).await.is(200));
        let wrong = format!("email=nobody&{SESSION}={token}");
        let shown = html(site.post(&page, &wrong).await.is(422));
        assert!(!shown.contains(SESSION), "{shown}");
        site.office
            .installation
            .clock
            .advance(Duration::seconds(10));
    }
    html(site.post(&page, "email=ada%40firm.de").await.is(200));

    let submits = site.visits().split_off(2);
    assert_eq!(
        submits,
        vec![(EventType::FormSubmit, None); tokens.len() + 1]
    );
    assert_eq!(site.answered().await, vec![None; tokens.len() + 1]);
}

#[tokio::test]
async fn answers_are_of_the_session_of_their_page_for_a_day() {
    let site = Site::open().await;
    let page = site.page();
    let token = site.opened(&page).await;
    let answers = format!("email=ada%40firm.de&{SESSION}={token}");
    let clock = &site.office.installation.clock;

    for wait in [Duration::DAY - Duration::SECOND, Duration::SECOND] {
        clock.advance(wait);
        html(site.post(&page, &answers).await.is(200));
    }

    let visits = site.visits();
    let sessions: Vec<_> = visits.iter().map(|(_, session)| *session).collect();
    let [shown, in_time, too_late] = sessions[..] else {
        panic!("{visits:?}");
    };
    assert!(shown.is_some());
    assert_eq!((in_time, too_late), (shown, None));
    assert_eq!(site.answered().await, [shown, None]);
}
