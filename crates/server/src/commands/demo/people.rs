//! The people of the demonstration and their organization, made by the use cases as they would use them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use infrastructure::{SystemClock, SystemIds};
use kernel::{
    Done, EmailAddress, IdGenerator as _, Name, Once, Origin, PageLimit, PageRequest, RequestId,
    RoleId, Secret, StoredAnswer,
};
use tenancy::{
    Access, AccountPorts, Accounts, InvitationAcceptance, Invitations, Login, NewAdmin,
    NewInvitation, NewOrganization, NewPassword, OrganizationSettings, Organizations, Permission,
    PlatformUsers, Principal, RoleTemplate, Roles, Sessions, SignUp, TenancyError,
};

use super::SLUG;

/// How long a mail may take to arrive in the mail folder.
const MAIL_PATIENCE: Duration = Duration::from_secs(20);

/// Where somebody gets mail.
pub(super) fn address_of(who: &str) -> String {
    format!("{who}@demo.example")
}

/// What the demonstration is made with: the use cases, as its people would use them.
pub(super) struct Stage {
    pub(super) ports: AccountPorts,
    pub(super) ids: Arc<SystemIds>,
    pub(super) password: NewPassword,
    /// Where mails are files.
    pub(super) mail: PathBuf,
}

/// Whoever asks for nothing to be kept gets no answer to keep.
fn once<T>() -> Once<'static, T> {
    Once {
        request: None,
        render: &|_| StoredAnswer::Withheld {
            id: uuid::Uuid::nil(),
        },
    }
}

impl Stage {
    /// Makes what is not there yet; tells whose password is another one by now, who are left alone.
    pub(super) async fn set_up(&self) -> Result<Vec<String>, TenancyError> {
        let mut others = Vec::new();
        let Some(owner) = self.enter(RoleTemplate::Owner).await? else {
            others.push(address_of(RoleTemplate::Owner.key()));
            return Ok(others);
        };
        self.found_organization(&owner).await?;
        for template in RoleTemplate::ALL
            .iter()
            .filter(|template| **template != RoleTemplate::Owner)
        {
            let Some(person) = self.enter(*template).await? else {
                others.push(address_of(template.key()));
                continue;
            };
            self.join(&owner, &person, *template).await?;
            self.leave(&person).await?;
        }
        PlatformUsers::new(&self.ports)
            .make_admin(NewAdmin {
                email: parse_address(&address_of("platform"))?,
                display_name: parse_name("Platform Administrator")?,
                password: self.password.clone(),
            })
            .await?;
        self.leave(&owner).await?;
        Ok(others)
    }

    fn origin(&self) -> Origin {
        Origin::internal(RequestId::from_uuid(self.ids.next()))
    }

    fn access(&self) -> Access {
        Access::new(
            Arc::clone(&self.ports.store),
            Arc::new(SystemClock),
            Arc::clone(&self.ids) as _,
        )
    }

    /// Signs somebody up, where they have no account yet, and logs them in; `None` where they have another password.
    async fn enter(&self, template: RoleTemplate) -> Result<Option<Principal>, TenancyError> {
        let email = parse_address(&address_of(template.key()))?;
        let new = SignUp {
            email: email.clone(),
            display_name: parse_name(&format!("Demo {}", template.key()))?,
            password: self.password.clone(),
        };
        match Accounts::new(&self.ports)
            .sign_up(&self.origin(), Ok(new), &once())
            .await
        {
            Ok(_) | Err(TenancyError::EmailTaken) => {}
            Err(error) => return Err(error),
        }

        let sessions = Sessions::new(&self.ports);
        let login = Login {
            email,
            password: self.password.secret().clone(),
        };
        match sessions.login(&self.origin(), Ok(login), &once()).await {
            Ok(Done::Fresh(opened)) => sessions
                .authenticate(&opened.tokens.access, self.origin())
                .await
                .map(Some),
            Ok(Done::Replayed(_)) => Err(TenancyError::Unauthenticated),
            Err(TenancyError::LoginRefused) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn leave(&self, person: &Principal) -> Result<(), TenancyError> {
        Sessions::new(&self.ports).logout(person).await
    }

    async fn found_organization(&self, owner: &Principal) -> Result<(), TenancyError> {
        match self
            .access()
            .authorize(owner, SLUG, Permission::OrganizationView)
            .await
        {
            Err(TenancyError::NotAMember) => {}
            other => return other.map(drop),
        }
        let new = NewOrganization {
            name: parse_name("Demo Brokers")?,
            slug: SLUG.parse().map_err(|error| invalid("#/slug", error))?,
            domain: None,
            settings: OrganizationSettings::default(),
        };
        let organizations = Organizations::new(
            Arc::clone(&self.ports.store),
            Arc::new(SystemClock),
            Arc::clone(&self.ids) as _,
        );
        organizations
            .create(owner, Ok(new), &once())
            .await
            .map(drop)
    }

    /// Invites somebody and accepts for them, with the token that they were mailed.
    async fn join(
        &self,
        owner: &Principal,
        person: &Principal,
        template: RoleTemplate,
    ) -> Result<(), TenancyError> {
        match self
            .access()
            .authorize(person, SLUG, Permission::OrganizationView)
            .await
        {
            Err(TenancyError::NotAMember) => {}
            other => return other.map(drop),
        }
        let member = self
            .access()
            .authorize(owner, SLUG, Permission::MemberInvite)
            .await?;
        let email = parse_address(&address_of(template.key()))?;
        let role = self.role(&member, template).await?;
        let invitations = Invitations::new(
            Arc::clone(&self.ports.store),
            Arc::new(SystemClock),
            Arc::clone(&self.ids) as _,
            Arc::clone(&self.ports.keys),
        );
        match invitations
            .invite(
                &member,
                Ok(NewInvitation {
                    email: email.clone(),
                    role,
                }),
                &once(),
            )
            .await
        {
            Ok(_) | Err(TenancyError::AlreadyInvited) => {}
            Err(error) => return Err(error),
        }

        let token = self
            .read_token(&email)
            .await
            .ok_or(TenancyError::InvitationNotOpen)?;
        let acceptance = InvitationAcceptance::new(
            Arc::clone(&self.ports.store),
            Arc::new(SystemClock),
            Arc::clone(&self.ids) as _,
            Arc::clone(&self.ports.keys),
        );
        acceptance
            .accept(person, Ok(token), &once())
            .await
            .map(drop)
    }

    async fn role(
        &self,
        member: &tenancy::Member,
        template: RoleTemplate,
    ) -> Result<RoleId, TenancyError> {
        let roles = Roles::new(
            Arc::clone(&self.ports.store),
            Arc::new(SystemClock),
            Arc::clone(&self.ids) as _,
        );
        let page = PageRequest {
            limit: PageLimit::DEFAULT,
            after: None,
        };
        let listed = roles.list(member, &page).await?;
        listed
            .items
            .iter()
            .find(|role| role.state().template == Some(template))
            .map(|role| role.state().id)
            .ok_or(TenancyError::NotFound("role"))
    }

    /// Waits for the mail to somebody, and reads the token in the newest one.
    async fn read_token(&self, email: &EmailAddress) -> Option<Secret> {
        let deadline = tokio::time::Instant::now() + MAIL_PATIENCE;
        loop {
            if let Some(token) = newest_token(&self.mail, email) {
                return Some(token);
            }
            if tokio::time::Instant::now() > deadline {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The token in the newest mail to this address; mails are named by ids that sort by time.
fn newest_token(mail: &Path, email: &EmailAddress) -> Option<Secret> {
    let mut files = fs::read_dir(mail)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect::<Vec<_>>();
    files.sort_unstable();
    files
        .iter()
        .rev()
        .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
        .find_map(|path| {
            let text = fs::read_to_string(path).ok()?;
            let (head, body) = text.split_once("\r\n\r\n")?;
            // Soft line breaks of quoted-printable (RFC 2045, section 6.7) run through a token.
            let body = body.replace("=\r\n", "");
            let is_theirs = head
                .lines()
                .any(|line| line.starts_with("To:") && line.contains(email.as_str()));
            let token = body
                .split_whitespace()
                .find(|word| word.starts_with("cvi_"))?;
            is_theirs.then(|| Secret::new(token.to_owned()))
        })
}

fn invalid(pointer: &str, fault: impl Into<kernel::FieldFault>) -> TenancyError {
    kernel::FieldErrors::one(pointer, fault.into()).into()
}

fn parse_address(text: &str) -> Result<EmailAddress, TenancyError> {
    text.parse()
        .map_err(|error: kernel::InvalidEmailAddress| invalid("#/email", error))
}

fn parse_name(text: &str) -> Result<Name, TenancyError> {
    text.parse()
        .map_err(|error: kernel::InvalidText| invalid("#/name", error))
}
