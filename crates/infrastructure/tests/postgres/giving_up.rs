//! Units of work that are given up while they are opened.

use std::pin::pin;
use std::task::Poll;

use contacts::ports::ContactStore;
use infrastructure::{DatabaseSettings, PostgresDatabase};
use kernel::{
    Actor, ContactId, Credential, OrganizationId, Origin, RequestId, SessionId, TenantScope, UserId,
};
use testkit::{TestDatabase, a_unique_id};

/// Looks at a future so many times, and then gives it up.
async fn give_up_after<T>(looks: usize, work: impl Future<Output = T>) {
    let mut work = pin!(work);
    for _ in 0..looks {
        let is_ready =
            std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready()));
        if is_ready.await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_given_up_while_it_is_opened_leaves_nothing_open() {
    let test = TestDatabase::shared().await;
    let settings = DatabaseSettings {
        max_connections: 2,
        ..DatabaseSettings::default()
    };
    let database = PostgresDatabase::connect_lazy(test.login(), settings);
    let session = Credential::Session(SessionId::from_uuid(a_unique_id()));
    let scope = TenantScope::for_principal(
        OrganizationId::from_uuid(a_unique_id()),
        Actor::User(UserId::from_uuid(a_unique_id()), session),
        Origin::internal(RequestId::from_uuid(a_unique_id())),
    );

    for looks in 0..300 {
        give_up_after(looks, ContactStore::begin(&database, &scope)).await;

        let unit = ContactStore::begin(&database, &scope).await.unwrap();
        let absent = ContactId::from_uuid(a_unique_id());
        assert_eq!(unit.contacts().find(absent).await.unwrap(), None);
        unit.commit().await.unwrap();
    }
}
