//! `canvass import`: a file of contacts, through the API of a server that runs.

pub(super) mod progress;
mod report;

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use infrastructure::SystemIds;
use kernel::IdGenerator as _;
use serde_json::{Value, json};

use self::progress::{Counting, percent, sending};
use super::output::{say, say_all};
use crate::cli::{Failure, Import};
use crate::client::{Client, ClientError, encoded};
use crate::settings::Settings;

/// How often the server is asked how far it is.
const PACE: Duration = Duration::from_millis(300);

/// How long a server may be away that is reading the file.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends a file, waits until all rows were read, and tells what became of them.
pub(crate) fn import(settings: &Settings, arguments: &Import) -> Result<(), Failure> {
    let url = match &arguments.url {
        Some(url) => url.clone(),
        None => settings.public_url(settings.listen),
    };
    let office = Office {
        client: Client::new(&url, Some(arguments.api_key.clone())),
        organization: format!("/v1/organizations/{}", encoded(&arguments.organization)),
    };
    let mut rejections = arguments
        .rejections
        .as_deref()
        .map(Target::open)
        .transpose()?;
    let import = match (&arguments.waiting, &arguments.file, &arguments.list) {
        (Some(waiting), ..) => office.start(&waiting.to_string(), arguments)?,
        (None, Some(file), Some(list)) => {
            let file = Upload::open(file)?;
            let list = office.list(list, arguments.dry_run)?;
            let sent = office.send(&list.id, &file, arguments);
            let import = sent.map_err(|error| office.not_sent(&list, error))?;
            if arguments.says_how_to_read() {
                office.start(report::id(&import), arguments)?
            } else {
                import
            }
        }
        _ => return Err(Failure::usage("say which file, and into which list")),
    };
    if import["status"] == "needs_mapping" {
        return Err(Failure::new(report::what_to_map(&import)));
    }
    let import = office.wait(import)?;
    say_all(report::outcomes(&import))?;
    office.tell_rejections(&import)?;
    if let Some(target) = &mut rejections {
        office.write_rejections(&import, target)?;
    }
    match import["status"].as_str() {
        Some("completed") => Ok(()),
        _ => Err(Failure::new(report::how_it_ended(&import))),
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::new(error)
    }
}

/// A file that is going to be sent.
struct Upload {
    file: File,
    name: String,
    length: u64,
}

impl Upload {
    fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| {
            Failure::new(format_args!("cannot read {}: {error}", path.display()))
        };
        let file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() {
            return Err(Failure::usage(format_args!(
                "{} is not a file",
                path.display()
            )));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            file,
            name: name.into_owned(),
            length: about.len(),
        })
    }
}

/// The file that rejected rows are written into. What it has stays until there is something to write.
struct Target<'a> {
    file: File,
    path: &'a Path,
}

impl<'a> Target<'a> {
    /// Before anything is sent: what cannot be written is told while nothing has happened yet.
    fn open(path: &'a Path) -> Result<Self, Failure> {
        let file = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let file = file.map_err(|error| unwritable(path, &error))?;
        Ok(Self { file, path })
    }

    /// Writes this in the place of what is there.
    fn write(&mut self, rows: &mut dyn io::Read) -> Result<(), Failure> {
        let written = self
            .file
            .set_len(0)
            .and_then(|()| io::copy(rows, &mut self.file));
        written
            .map(drop)
            .map_err(|error| unwritable(self.path, &error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format_args!("cannot write {}: {error}", path.display()))
}

/// A list on the server.
struct List<'a> {
    id: String,
    /// Its name, where it was made for the file.
    made_as: Option<&'a str>,
}

/// The organization on the server.
struct Office {
    client: Client,
    organization: String,
}

impl Office {
    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.organization)
    }

    /// The list with this id or name; it is made where there is none, unless nothing is to be written.
    fn list<'a>(&self, wanted: &'a str, dry_run: bool) -> Result<List<'a>, Failure> {
        let folded = wanted.to_lowercase();
        let mut cursor = String::new();
        loop {
            let path = self.path(&format!("/contact-lists?limit=200{cursor}"));
            let page = self.client.get(&path)?;
            let lists = page["items"].as_array().into_iter().flatten();
            for list in lists {
                let id = list["id"].as_str().unwrap_or_default();
                let name = list["name"].as_str().unwrap_or_default();
                if id == wanted || name.to_lowercase() == folded {
                    return Ok(List {
                        id: id.to_owned(),
                        made_as: None,
                    });
                }
            }
            let Some(next) = page["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={}", encoded(next));
        }
        if dry_run {
            return Err(Failure::new(
                "there is no list of this name, and a dry run makes none",
            ));
        }
        let made = self.client.post(
            &self.path("/contact-lists"),
            &a_key(),
            &json!({ "name": wanted, "source": "upload" }),
        )?;
        eprintln!("made the list {wanted}");
        Ok(List {
            id: made["id"].as_str().unwrap_or_default().to_owned(),
            made_as: Some(wanted),
        })
    }

    /// Sends the file, with a bar of how much of it went out.
    fn send(&self, list: &str, upload: &Upload, arguments: &Import) -> Result<Value, ClientError> {
        let query = format!(
            "?file_name={}&dry_run={}&repeat={}&wait={}",
            encoded(&upload.name),
            arguments.dry_run,
            arguments.repeat,
            arguments.says_how_to_read()
        );
        let query = arguments.words().fold(query, |query, (name, word)| {
            format!("{query}&{name}={word}")
        });
        let bar = sending(upload.length);
        let mut body = Counting::new(&upload.file, &bar);
        let path = self.path(&format!("/contact-lists/{list}/imports{query}"));
        let sent = self
            .client
            .upload(&path, &a_key(), "text/csv", upload.length, &mut body);
        bar.finish_and_clear();
        sent
    }

    /// Why a file is not taken in. The list that was made for it goes with it, if the server says that it has nothing of the
    /// file.
    fn not_sent(&self, list: &List<'_>, error: ClientError) -> Failure {
        let ClientError::Refused(problem) = &error else {
            return error.into();
        };
        if let Some(name) = list.made_as.filter(|_| problem.status < 500) {
            let path = self.path(&format!("/contact-lists/{}", list.id));
            match self.client.delete(&path) {
                Ok(()) => eprintln!("removed the list {name} again"),
                Err(error) => eprintln!("the list {name} stays, without anybody on it: {error}"),
            }
        }
        match problem.code.as_str() {
            "file-repeated" => self.repeated(problem.about.as_deref()),
            _ => error.into(),
        }
    }

    /// Why a file is not taken in that another import is of.
    fn repeated(&self, earlier: Option<&str>) -> Failure {
        let earlier =
            earlier.and_then(|id| self.client.get(&self.path(&format!("/imports/{id}"))).ok());
        Failure::new(report::repeated(&earlier.unwrap_or_default()))
    }

    /// Starts an import that waits, with what was said of its file, and of its rows.
    fn start(&self, id: &str, arguments: &Import) -> Result<Value, Failure> {
        let columns = arguments
            .map
            .iter()
            .map(|map| json!({ "name": map.column, "meaning": map.meaning }))
            .collect::<Vec<_>>();
        let path = self.path(&format!("/imports/{id}/start"));
        let mut body = json!({});
        if !columns.is_empty() {
            body["columns"] = json!(columns);
        }
        if let Some(encoding) = &arguments.encoding {
            body["encoding"] = json!(encoding);
        }
        if let Some(delimiter) = &arguments.delimiter {
            body["delimiter"] = json!(if delimiter == "tab" { "\t" } else { delimiter });
        }
        if let Some(line) = arguments.header_line {
            body["header_line"] = json!(line);
        }
        for (name, word) in arguments.words() {
            body[name] = json!(word);
        }
        for (name, is_wished) in [("dry_run", arguments.dry_run), ("repeat", arguments.repeat)] {
            if is_wished {
                body[name] = json!(true);
            }
        }
        let started = self.client.post(&path, &a_key(), &body);
        started.map_err(|error| match error {
            ClientError::Refused(problem) if problem.code == "import-not-startable" => {
                ClientError::Refused(problem).into()
            }
            error => Failure::new(report::how_to_go_on(&error, id)),
        })
    }

    /// Waits until the import ends, with a bar of how much of the file was read. It goes on without anybody who waits,
    /// so that a server that is away for a while is asked again.
    fn wait(&self, mut import: Value) -> Result<Value, Failure> {
        let id = report::id(&import).to_owned();
        let path = self.path(&format!("/imports/{id}"));
        let bar = percent("reading");
        let mut heard = Instant::now();
        while matches!(import["status"].as_str(), Some("pending" | "running")) {
            bar.set_position(import["percent"].as_u64().unwrap_or_default());
            bar.set_message(report::so_far(&import));
            std::thread::sleep(PACE);
            match self.client.get(&path) {
                Ok(answer) => {
                    import = answer;
                    heard = Instant::now();
                }
                Err(error) if error.may_pass() && heard.elapsed() < PATIENCE => {}
                Err(error) => {
                    bar.finish_and_clear();
                    return Err(Failure::new(format_args!(
                        "{error}; the file was sent, and is read as the import {id}"
                    )));
                }
            }
        }
        bar.finish_and_clear();
        Ok(import)
    }

    /// Tells the first rejected rows.
    fn tell_rejections(&self, import: &Value) -> Result<(), Failure> {
        let id = report::id(import);
        let rejected = import["counts"]["rejected"].as_u64().unwrap_or_default();
        if rejected == 0 {
            return Ok(());
        }
        let path = self.path(&format!(
            "/imports/{id}/rejections?limit={}",
            report::REJECTIONS
        ));
        let rows = self.client.get(&path)?;
        say_all(report::rejections(&rows, rejected))
    }

    /// Writes all rejected rows into a file.
    fn write_rejections(&self, import: &Value, target: &mut Target<'_>) -> Result<(), Failure> {
        let id = report::id(import);
        let path = self.path(&format!("/imports/{id}/rejections/export"));
        let mut rows = self.client.download(&path)?;
        target.write(&mut rows)?;
        let path = target.path.display();
        say(format_args!("rejected rows are in {path}"))
    }
}

/// A key of a request's own.
pub(super) fn a_key() -> String {
    SystemIds::default().next().to_string()
}
