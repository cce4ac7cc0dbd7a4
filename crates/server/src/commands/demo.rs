//! `canvass demo`

mod people;
mod sample;
mod story;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use infrastructure::SystemIds;
use serde_json::json;
use tenancy::{NewPassword, RoleTemplate};

use self::people::{Stage, address_of};
use self::story::{Story, Told};
use super::admin::make_password;
use super::serve::{Signals, start, until_stopped};
use crate::cli::{Demo, Failure};
use crate::running::Running;
use crate::settings::Settings;

/// The demonstration organization's slug.
const SLUG: &str = "demo-brokers";

/// Makes the demonstration, prints what to open, and serves. What is there already is left alone.
pub(crate) async fn demo(settings: Settings, arguments: &Demo) -> Result<(), Failure> {
    let data_dir = settings.data_dir.clone();
    let mut signals = Signals::watch()?;
    let Some(running) = start(settings, &mut signals).await? else {
        return Ok(());
    };
    let prepared = match kept_password(&data_dir) {
        Ok(password) => tokio::select! {
            prepared = prepare(&running, password, data_dir.join("mail")) => prepared.map(Some),
            () = signals.stop() => Ok(None),
        },
        Err(error) => Err(Failure::new(format!(
            "cannot keep the demonstration's password: {error}"
        ))),
    };
    match &prepared {
        Ok(Some(ready)) => print_what_to_open(running.url(), ready),
        Ok(None) => eprintln!("The demonstration is not complete; the next start goes on with it."),
        Err(_) => {}
    }
    match prepared {
        Ok(Some(_)) if !arguments.no_serve => until_stopped(running, signals).await,
        ended => {
            running.stop().await;
            ended.map(drop)
        }
    }
}

/// What is told of the demonstration.
struct Ready {
    password: String,
    /// Accounts whose password somebody changed.
    others: Vec<String>,
    /// The campaign; `None` where the owner cannot log in, and nothing was made.
    told: Option<Told>,
}

async fn prepare(running: &Running, password: String, mail: PathBuf) -> Result<Ready, Failure> {
    let stage = Stage {
        ports: running.accounts().clone(),
        ids: Arc::new(SystemIds::default()),
        password: NewPassword::parse(password.clone()).map_err(Failure::new)?,
        mail,
    };
    let others = stage
        .set_up()
        .await
        .map_err(|error| Failure::new(format!("the demonstration could not be made: {error}")))?;
    let owner = address_of(RoleTemplate::Owner.key());
    let told = if others.contains(&owner) {
        None
    } else {
        let (url, password) = (running.url().to_owned(), password.clone());
        let telling = tokio::task::spawn_blocking(move || {
            Story::enter(&url, &owner, &password).and_then(|story| story.tell())
        });
        Some(telling.await.map_err(Failure::new)??)
    };
    Ok(Ready {
        password,
        others,
        told,
    })
}

fn print_what_to_open(url: &str, ready: &Ready) {
    let Ready {
        password,
        others,
        told,
    } = ready;
    println!("The demonstration is ready.\n");
    println!("  API documentation  {url}/docs");
    println!("  OpenAPI document   {url}/openapi.json");
    println!("  Health             {url}/health/ready");
    if let Some(told) = told {
        println!("  Landing page       {}", told.landing_page);
        println!("  Figures            {}", told.figures);
        println!("  Report (PDF)       {}\n", told.report);
        println!("Both need an access token; this fetches the figures as the owner:\n");
        println!("  {}", fetching(&told.figures, url, password));
    }
    println!();
    println!("Everybody's password: {password}\n");
    for template in RoleTemplate::ALL {
        let address = address_of(template.key());
        let note = if others.contains(&address) {
            "; its password was changed"
        } else {
            ""
        };
        println!("  {address:<28} {} of {SLUG}{note}", template.key());
    }
    println!(
        "  {:<28} administers the platform\n",
        address_of("platform")
    );
    println!(
        "Log in with POST {url}/v1/sessions and put the access token behind the button `Authorize`."
    );
}

/// A command for a shell that logs the owner in and fetches something.
fn fetching(address: &str, url: &str, password: &str) -> String {
    let login = json!({ "email": address_of(RoleTemplate::Owner.key()), "password": password });
    let login = in_quotes(&login.to_string());
    let (sessions, address) = (in_quotes(&format!("{url}/v1/sessions")), in_quotes(address));
    let token = format!(
        r#"curl -s -H 'content-type: application/json' -d {login} {sessions} | sed 's/.*"access_token":"\([^"]*\)".*/\1/'"#
    );
    format!(r#"curl -s -H "authorization: Bearer $({token})" {address}"#)
}

/// A text as one word for a shell.
fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The password of all accounts of the demonstration, made once and kept in the data directory.
fn kept_password(data_dir: &Path) -> std::io::Result<String> {
    let path = data_dir.join("demo.password");
    match fs::read_to_string(&path) {
        Ok(text) => return Ok(text.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let password = make_password();
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    writeln!(file, "{password}")?;
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_a_text_do_not_end_the_word_that_it_is() {
        assert_eq!(in_quotes("plain"), "'plain'");
        assert_eq!(in_quotes(r#"it's "mine""#), r#"'it'\''s "mine"'"#);
    }
}
