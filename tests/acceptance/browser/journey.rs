//! From the link of a mail to a person in the pipeline, as the person sees it.

use serde_json::json;

use super::driver::{Browser, Width};
use super::site::Site;

#[tokio::test]
async fn a_reader_of_a_mail_becomes_a_lead() {
    let site = Site::open().await;
    let link = site.landing_page().await;
    let browser = Browser::open(Width::Wide, true).await;

    browser.go(&link).await;
    assert_eq!(browser.text("h1").await, "Insure your boat");
    assert_eq!(browser.value("email").await, "ada@example.com");
    assert_eq!(browser.value("first_name").await, "Ada");
    browser.fits("landing page", 1280).await;
    browser.picture("landing-1280").await;
    browser.is_accessible("landing page").await;

    browser.write("email", "ada at example").await;
    browser.write("length", "1").await;
    browser
        .write("remarks", "She is <old>, and \"dear\".")
        .await;
    browser.click("#f-wishes-2").await;
    browser.submit().await;
    assert!(
        browser
            .text("[role=alert]")
            .await
            .starts_with("Please check your answers:")
    );
    assert!(
        browser
            .text("#e-email")
            .await
            .starts_with("Please enter an email address")
    );
    assert_eq!(browser.text("#e-length").await, "Please enter 2 or more.");
    assert_eq!(browser.value("email").await, "ada at example");
    assert_eq!(browser.value("length").await, "1");
    assert_eq!(
        browser.value("remarks").await,
        "She is <old>, and \"dear\"."
    );
    assert!(
        browser
            .find("#f-wishes-2")
            .await
            .is_selected()
            .await
            .expect("a box")
    );
    browser.picture("errors-1280").await;
    browser.is_accessible("landing page with errors").await;

    browser.write("email", "ada@example.com").await;
    browser.write("length", "9.5").await;
    browser.click("#f-marketing").await;
    browser.submit().await;
    assert_eq!(browser.text("h1").await, "Thank you");
    assert!(
        browser
            .text("main")
            .await
            .contains("We will call you within two days.")
    );
    browser.picture("thanks-1280").await;
    browser.is_accessible("thanks").await;
    browser.close().await;

    let leads = site.read("/leads").await;
    let lead = &leads["items"][0];
    assert_eq!(leads["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&lead["status"], &lead["source"]),
        (&json!("new"), &json!("email_campaign"))
    );
    assert_eq!(lead["contact_id"], json!(site.contact));
    let responses = format!("/leads/{}/responses", lead["id"].as_str().expect("an id"));
    let responses = site.read(&responses).await;
    let answers = &responses["items"][0]["answers"];
    assert_eq!(
        (&answers["length"], &answers["wishes"]),
        (&json!(9.5), &json!(["liability"]))
    );
    assert_eq!(answers["remarks"], "She is <old>, and \"dear\".");
    assert_eq!(site.events().await, ["FORM_VIEW", "FORM_SUBMIT"]);
    let agreed = (
        "marketing".to_owned(),
        true,
        "You may write to me about offers.".to_owned(),
    );
    assert_eq!(site.consents().await, [agreed]);
}

#[tokio::test]
async fn every_page_fits_a_narrow_screen_and_can_be_used_by_everybody() {
    let site = Site::open().await;
    let (link, way_out) = (site.landing_page().await, site.way_out().await);
    let base = link.split("/p/").next().expect("a base").to_owned();
    let browser = Browser::open(Width::Narrow, true).await;
    let check = async |name: &str| {
        browser.fits(name, 320).await;
        browser.picture(&format!("{name}-320")).await;
        browser.is_accessible(name).await;
    };

    browser.go(&link).await;
    check("landing").await;
    browser.write("length", "1").await;
    browser.submit().await;
    check("errors").await;
    browser.write("length", "9").await;
    browser.submit().await;
    check("thanks").await;
    browser.go(&format!("{base}/p/nowhere")).await;
    assert_eq!(browser.text("h1").await, "There is nothing here");
    check("no-page").await;
    browser.go(&format!("{link}x")).await;
    assert_eq!(browser.text("h1").await, "This link does not work");
    check("bad-link").await;
    browser.go(&way_out).await;
    check("unsubscribe").await;
    assert_eq!(site.events().await, ["FORM_VIEW", "FORM_SUBMIT"]);
    browser.submit().await;
    assert_eq!(browser.text("h1").await, "You are unsubscribed");
    check("unsubscribed").await;
    browser.close().await;

    assert_eq!(
        site.events().await,
        ["FORM_VIEW", "FORM_SUBMIT", "UNSUBSCRIBE"]
    );
    let path = format!("/campaigns/{}/audience", site.campaign);
    let audience = site.read(&path).await;
    let unsubscribed = json!({ "reason": "unsubscribed", "count": 1 });
    assert_eq!(audience["excluded"][0], unsubscribed);
}

#[tokio::test]
async fn pages_need_no_scripts() {
    let site = Site::open().await;
    let link = site.landing_page().await;
    let browser = Browser::open(Width::Wide, false).await;

    browser.go(&link).await;
    browser.write("length", "1").await;
    browser.submit().await;
    assert_eq!(browser.text("#e-length").await, "Please enter 2 or more.");
    browser.write("length", "12").await;
    browser.submit().await;
    assert_eq!(browser.text("h1").await, "Thank you");
    browser.close().await;

    assert_eq!(site.events().await, ["FORM_VIEW", "FORM_SUBMIT"]);
}
