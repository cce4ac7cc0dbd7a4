//! `canvass simulate`: a campaign is carried out as if, through the API of a server that runs.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::import::{a_key, progress};
use crate::cli::{Failure, Simulate};
use crate::client::{Client, encoded};
use crate::settings::Settings;

/// How often the server is asked how far it is.
const PACE: Duration = Duration::from_millis(300);

/// How long a server may be away that plays the simulation.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is counted, in words.
const COUNTS: [(&str, &str); 6] = [
    ("assigned", "people looked at"),
    ("sent", "mails sent"),
    ("bounced", "came back"),
    ("unsubscribed", "left"),
    ("submitted", "answered the form"),
    ("events", "events"),
];

/// Begins a simulation, waits until it is played, and tells what came of it.
pub(crate) fn simulate(settings: &Settings, arguments: &Simulate) -> Result<(), Failure> {
    let body = asked(arguments)?;
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => settings.public_url(settings.listen),
    };
    let stage = Stage {
        client: Client::new(&url, Some(arguments.api_key.clone())),
        organization: format!("/v1/organizations/{}", encoded(&arguments.organization)),
    };
    let campaign = stage.campaign(&arguments.campaign)?;
    let path = stage.path(&format!("/campaigns/{campaign}/simulations"));
    let simulation = stage.client.post(&path, &a_key(), &body)?;
    let job = stage.wait(&simulation)?;
    if arguments.json {
        println!("{:#}", json!({ "simulation": simulation, "job": job }));
    } else {
        print!("{}", report(&simulation, &job));
    }
    match job["status"].as_str() {
        Some("completed") => Ok(()),
        status => Err(Failure::new(format_args!(
            "the job of the simulation is {}",
            status.unwrap_or("in no known state")
        ))),
    }
}

/// What is asked for, as the API takes it.
fn asked(arguments: &Simulate) -> Result<Value, Failure> {
    let mut body = json!({});
    if let Some(file) = &arguments.rates {
        body["config"] = rates(file)?;
    }
    if let Some(seed) = arguments.seed {
        body["seed"] = json!(seed);
    }
    if let Some(pace) = arguments.pace {
        body["pace"] = json!(pace);
    }
    if let Some(start_at) = &arguments.start_at {
        body["start_at"] = json!(start_at);
    }
    Ok(body)
}

fn rates(file: &Path) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(file);
    let text = text
        .map_err(|error| Failure::usage(format_args!("cannot read {}: {error}", file.display())))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format_args!("{} is no JSON: {error}", file.display())))
}

/// The organization on the server.
struct Stage {
    client: Client,
    organization: String,
}

impl Stage {
    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.organization)
    }

    /// The id of the campaign with this id or name; of several with the name none is meant.
    fn campaign(&self, wanted: &str) -> Result<String, Failure> {
        if let Ok(id) = Uuid::try_parse(wanted) {
            return Ok(id.to_string());
        }
        let folded = wanted.to_lowercase();
        let query = format!("/campaigns?limit=200&name={}", encoded(wanted));
        let campaigns = self.client.list(&self.path(&query))?;
        let named = campaigns.iter().filter(|campaign| {
            let name = campaign["name"].as_str().unwrap_or_default();
            name.to_lowercase() == folded
        });
        let found: Vec<_> = named.filter_map(|it| it["id"].as_str()).collect();
        match found[..] {
            [] => Err(Failure::new("there is no campaign of this name")),
            [one] => Ok(one.to_owned()),
            _ => Err(Failure::new(format_args!(
                "{} campaigns have this name; name the one that is meant by its id",
                found.len()
            ))),
        }
    }

    /// Waits until the job has ended, with a bar of how far it is. It goes on without anybody who waits, so that a server
    /// that is away for a while is asked again.
    fn wait(&self, simulation: &Value) -> Result<Value, Failure> {
        let id = simulation["job_id"].as_str().unwrap_or_default();
        let path = self.path(&format!("/jobs/{id}"));
        let bar = progress::percent("playing");
        let mut heard = Instant::now();
        loop {
            match self.client.get(&path) {
                Ok(job) => {
                    heard = Instant::now();
                    if !job["finished_at"].is_null() {
                        bar.finish_and_clear();
                        return Ok(job);
                    }
                    bar.set_position(job["percent"].as_u64().unwrap_or_default());
                    bar.set_message(format!("{} events", count(&job, "events")));
                }
                Err(error) if error.may_pass() && heard.elapsed() < PATIENCE => {}
                Err(error) => {
                    bar.finish_and_clear();
                    return Err(Failure::new(format_args!(
                        "{error}; the simulation goes on as the job {id}"
                    )));
                }
            }
            std::thread::sleep(PACE);
        }
    }
}

fn count(job: &Value, name: &str) -> u64 {
    job["counts"][name].as_u64().unwrap_or_default()
}

/// What came of it, a line each, and with which seed it comes again.
fn report(simulation: &Value, job: &Value) -> String {
    let line = |(name, words): &(&str, &str)| format!("{words:<18} {:>10}\n", count(job, name));
    let lines: String = COUNTS.iter().map(line).collect();
    let seed = simulation["seed"].as_u64().unwrap_or_default();
    let start_at = simulation["start_at"].as_str().unwrap_or_default();
    format!("{lines}begun at {start_at}; --seed {seed} gives the same again\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_every_count_and_the_seed() {
        let simulation = json!({ "seed": 42, "start_at": "2026-01-31T09:00:00Z" });
        let job = json!({ "counts": { "sent": 12, "events": 30 } });

        let told = report(&simulation, &job);

        assert_eq!(told.lines().count(), COUNTS.len() + 1);
        assert!(
            told.lines()
                .any(|line| line.split_whitespace().eq(["mails", "sent", "12"]))
        );
        assert!(told.ends_with("begun at 2026-01-31T09:00:00Z; --seed 42 gives the same again\n"));
    }
}
