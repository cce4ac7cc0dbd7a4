//! What somebody does through the API.

use std::io::{BufRead as _, BufReader, Read};

use serde_json::{Value, json};

use super::file::Sample;
use crate::cli::Failure;
use crate::client::{Client, ClientError};
use crate::commands::import::a_key;

const PASSWORD: &str = "a long measuring passphrase";

/// Somebody with an account, who founds organizations.
pub(in crate::commands) struct Founder {
    url: String,
    client: Client,
}

impl Founder {
    /// Makes an account, and logs in.
    pub(in crate::commands) fn sign_up(url: &str) -> Result<Self, Failure> {
        let nobody = Client::new(url, None);
        let email = "bench@example.com";
        let account = json!({ "email": email, "password": PASSWORD, "display_name": "Bench" });
        nobody.post("/v1/users", &a_key(), &account)?;
        let login = json!({ "email": email, "password": PASSWORD });
        let session = nobody.post("/v1/sessions", &a_key(), &login)?;
        let token = text(&session, "access_token")?;
        Ok(Self {
            url: url.to_owned(),
            client: Client::new(url, Some(token)),
        })
    }

    /// Makes something in an organization, and gives what was made.
    pub(in crate::commands) fn post(
        &self,
        tenant: &Tenant,
        rest: &str,
        body: &Value,
    ) -> Result<Value, ClientError> {
        self.client.post(&tenant.path(rest), &a_key(), body)
    }

    /// Tells an organization something, as JSON, that a repetition would tell once more, and gives the answer.
    pub(in crate::commands) fn tell(
        &self,
        tenant: &Tenant,
        rest: &str,
        body: &str,
    ) -> Result<Value, ClientError> {
        self.client.tell(&tenant.path(rest), body)
    }

    /// Reads something of an organization that the organization's key does not open.
    pub(in crate::commands) fn get(
        &self,
        tenant: &Tenant,
        rest: &str,
    ) -> Result<Value, ClientError> {
        self.client.get(&tenant.path(rest))
    }

    /// An organization with a list, and a key that opens it for as long as a measurement takes.
    pub(in crate::commands) fn found(&self, name: &str) -> Result<Tenant, Failure> {
        let slug = name.to_lowercase().replace(' ', "-");
        let organization = json!({ "name": name, "slug": slug });
        let made = self
            .client
            .post("/v1/organizations", &a_key(), &organization)?;
        let id = text(&made, "id")?;
        let key = json!({
            "name": "bench",
            "scopes": [
                "contact.view", "contact.import", "contact.export", "contact_list.view", "contact_list.create",
                "job.view", "lead.view", "metric.view",
            ],
        });
        let path = format!("/v1/organizations/{id}/api-keys");
        let key = self.client.post(&path, &a_key(), &key)?;
        let token = text(&key, "token")?;
        let mut tenant = Tenant {
            id,
            list: String::new(),
            client: Client::new(&self.url, Some(token)),
        };
        tenant.list = tenant.add_list("People")?;
        Ok(tenant)
    }
}

/// An organization.
pub(in crate::commands) struct Tenant {
    pub(in crate::commands) id: String,
    /// Its first list.
    pub(in crate::commands) list: String,
    client: Client,
}

impl Tenant {
    fn path(&self, rest: &str) -> String {
        format!("/v1/organizations/{}{rest}", self.id)
    }

    /// Reads something of it.
    pub(in crate::commands) fn get(&self, rest: &str) -> Result<Value, ClientError> {
        self.client.get(&self.path(rest))
    }

    /// Downloads something of it.
    pub(in crate::commands) fn download(
        &self,
        rest: &str,
    ) -> Result<impl Read + use<>, ClientError> {
        self.client.download(&self.path(rest))
    }

    /// Makes a list, and tells its id.
    pub(in crate::commands) fn add_list(&self, name: &str) -> Result<String, Failure> {
        let list = json!({ "name": name });
        let made = self
            .client
            .post(&self.path("/contact-lists"), &a_key(), &list)?;
        text(&made, "id")
    }

    /// Sends a file, and gives the import of it.
    pub(in crate::commands) fn send(
        &self,
        list: &str,
        sample: Sample,
    ) -> Result<Value, ClientError> {
        let path = self.path(&format!(
            "/contact-lists/{list}/imports?file_name=people.csv"
        ));
        let length = sample.length();
        let mut file = sample.read();
        self.client
            .upload(&path, &a_key(), "text/csv", length, &mut file)
    }

    /// Fails where the download of the rejected rows has others than the file, or the list other contacts.
    pub(in crate::commands) fn check(&self, import: &str, sample: Sample) -> Result<(), Failure> {
        let rows = self.download(&format!("/imports/{import}/rejections/export"))?;
        let mut expected = sample.refused();
        // None of those rows has a line break in it.
        for line in BufReader::new(rows).lines().skip(1) {
            let line = line.map_err(Failure::new)?;
            let mut cells = line.split(',').map(|cell| cell.trim_matches('"'));
            let number = cells.next().and_then(|cell| cell.parse::<u64>().ok());
            let code = cells.nth(1);
            let refused = expected.next();
            if number != refused.map(|refused| refused.line)
                || code != refused.map(|refused| refused.code)
            {
                return Err(Failure::new(format!(
                    "{refused:?} should have been rejected, and not the row of line {number:?} for {code:?}"
                )));
            }
        }
        if let Some(refused) = expected.next() {
            return Err(Failure::new(format!("{refused:?} is not rejected")));
        }
        let list = self.get(&format!("/contact-lists/{}", self.list))?;
        let (total, kept) = (list["counts"]["total"].as_u64(), sample.expected().kept());
        if total == Some(kept) {
            return Ok(());
        }
        Err(Failure::new(format!(
            "the list counts {total:?} contacts instead of {kept}"
        )))
    }
}

/// A text of an answer.
pub(in crate::commands) fn text(answer: &Value, name: &str) -> Result<String, Failure> {
    answer[name]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("the answer has no `{name}`")))
}
