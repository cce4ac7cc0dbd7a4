//! Table by table and verb by verb: what tenant B can do to what tenant A left.

use migration::role::LOGIN;
use sqlx::{Connection, Executor, PgConnection, Row};

use super::behaviour::{Fault, faults};
use super::catalogue::Catalogue;
use super::journey::{A, connect, run, two_tenants};
use super::probe::Prober;

#[track_caller]
fn assert_none(faults: &[Fault]) {
    let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "\n{}", list.join("\n"));
}

#[tokio::test]
async fn the_program_cannot_reach_another_tenants_rows() {
    let (database, footprint) = two_tenants().await;
    let catalogue = Catalogue::read(&mut connect(&database).await).await;
    let mut login = PgConnection::connect_with(&database.login()).await.unwrap();
    assert_is_production(&mut login).await;

    let found = faults(&mut Prober::over_login(&mut login), &catalogue, &footprint).await;

    assert_none(&found);
}

#[tokio::test]
async fn nor_can_any_role_with_an_administrators_help() {
    let (database, footprint) = two_tenants().await;
    let mut admin = connect(&database).await;
    let catalogue = Catalogue::read(&mut admin).await;
    run(&mut admin, "BEGIN").await;

    let found = faults(&mut Prober::inside(&mut admin), &catalogue, &footprint).await;

    assert_none(&found);
}

/// The login, and the role of a unit, is no superuser, owns nothing and bypasses nothing.
async fn assert_is_production(login: &mut PgConnection) {
    const POWERS: &str = "SELECT session_user::text, current_user::text, \
        bool_or(r.rolsuper OR r.rolbypassrls OR r.rolcreaterole), \
        bool_or(EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid)), \
        row_security_active('organizations') \
        FROM pg_roles r WHERE r.rolname IN (session_user, current_user)";
    run(
        login,
        &format!("BEGIN; SELECT unit('canvass_app', '{A}', 30000)"),
    )
    .await;
    let row = login
        .fetch_one(POWERS)
        .await
        .expect("the powers can be read");
    assert_eq!(row.get::<String, _>(0), LOGIN);
    assert_eq!(row.get::<String, _>(1), "canvass_app");
    assert!(!row.get::<bool, _>(2), "the program has power");
    assert!(!row.get::<bool, _>(3), "the program owns something");
    assert!(row.get::<bool, _>(4), "row-level security is off");
    run(login, "ROLLBACK").await;
}
