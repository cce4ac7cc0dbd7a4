//! A browser.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

const MISSING: &str = "`chromedriver` is missing: install Chromium and its driver (Debian: chromium and \
                       chromium-driver; `scripts/setup --check` does)";

/// A browser without a window; it ends with this value.
pub(super) struct Browser {
    pub(super) client: Client,
    driver: Driver,
}

/// What drives it, in a process of its own.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        // It is gone already where this fails.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How wide the page is in the browser.
#[derive(Clone, Copy, Debug)]
pub(super) enum Width {
    /// The narrowest screen that pages are made for: 320 CSS pixels (WCAG 2.2, success criterion 1.4.10).
    Narrow,
    /// A screen on a desk: 1280 CSS pixels.
    Wide,
}

impl Width {
    const fn size(self) -> (u32, u32) {
        match self {
            Self::Narrow => (320, 640),
            Self::Wide => (1280, 800),
        }
    }
}

impl Browser {
    /// A browser of this width, with or without JavaScript.
    ///
    /// # Panics
    ///
    /// If there is none; the message says what to install.
    pub(super) async fn open(width: Width, javascript: bool) -> Self {
        let (driver, port) = start();
        let (wide, high) = width.size();
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"],
            "mobileEmulation": { "deviceMetrics": {
                "width": wide, "height": high, "pixelRatio": 1, "mobile": false, "touch": false } },
            "prefs": {
                "profile.managed_default_content_settings.javascript": if javascript { 1 } else { 2 },
            },
        });
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromedriver opens Chromium (Debian: chromium)");
        Self { client, driver }
    }

    pub(super) async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// Writes into the field of this name, in place of what stands there.
    pub(super) async fn write(&self, field: &str, text: &str) {
        let field = self.find(&format!("[name={field}]")).await;
        field.clear().await.expect("it is emptied");
        field.send_keys(text).await.expect("it is written");
    }

    pub(super) async fn click(&self, css: &str) {
        self.find(css).await.click().await.expect("it is clicked");
    }

    /// Presses the button of the page, and waits for the next one.
    pub(super) async fn submit(&self) {
        let before = self.find("html").await;
        self.click("button[type=submit]").await;
        for _ in 0..200 {
            // What belonged to the page before is stale on the next one.
            if before.tag_name().await.is_err() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        self.find("main").await;
    }

    pub(super) async fn find(&self, css: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// The text of the first element that this selects.
    pub(super) async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("it has a text")
    }

    /// What stands in the field of this name.
    pub(super) async fn value(&self, field: &str) -> String {
        let field = self.find(&format!("[name={field}]")).await;
        let value = field.prop("value").await.expect("it has a value");
        value.unwrap_or_default()
    }

    /// What a script answers.
    pub(super) async fn run(&self, script: &str) -> Value {
        let answer = self.client.execute(script, Vec::new()).await;
        answer.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Takes a picture of the page.
    pub(super) async fn picture(&self, name: &str) {
        let picture = self.client.screenshot().await.expect("a picture is taken");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
        std::fs::create_dir_all(&folder).expect("there is a folder for pictures");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("it is kept");
    }

    pub(super) async fn close(self) {
        self.client.close().await.expect("the browser ends");
        drop(self.driver);
    }
}

/// Starts what drives browsers, on a port that is free.
fn start() -> (Driver, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{MISSING} ({error})"));
    let output = child.stdout.take().expect("its output is piped");
    let driver = Driver(child);
    for line in BufReader::new(output).lines() {
        let line = line.expect("it writes text");
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse();
            return (driver, port.expect("a port"));
        }
    }
    panic!("chromedriver ended before it listened");
}
