//! What cases are built from: organizations of their own, with contacts and lists in them.

use kernel::{
    Actor, AuditAction, AuditDraft, AuditEntry, AuditEntryId, Changes, ContactId, ContactImportId,
    ContactListId, Credential, KeyPurpose, KeyRing, Mac, OrganizationId, Origin, Page, PageLimit,
    PageRequest, RequestId, SessionId, Stamps, SuppressionId, TenantScope, Timestamp, UserId,
};
use time::Duration;
use time::macros::datetime;
use uuid::Uuid;

use super::Subject;
use crate::ports::ContactUnit;
use crate::{
    AddressHash, Classification, Contact, ContactFilter, ContactImport, ContactList, ContactSort,
    ContactSource, ContactText, Facts, FileFormat, ImportOptions, ImportStatus, Judged, ListCounts,
    NewContact, NewContactList, NewImport, OnDuplicate, OnInvalid, Profile, Reason, Rules,
    Suppression, SuppressionReason, SuppressionSource, SuppressionState, Validation,
    ValidationStatus, decide,
};

/// The instant at which everything happens in a case that names no other.
pub(super) const NOW: Timestamp = datetime!(2026-03-01 12:00 UTC);
/// A later one.
pub(super) const LATER: Timestamp = datetime!(2026-03-01 13:00 UTC);

/// A new id.
#[expect(
    clippy::disallowed_methods,
    reason = "cases share a database and need ids of their own"
)]
pub(super) fn id<T>(wrap: impl Fn(Uuid) -> T) -> T {
    wrap(Uuid::now_v7())
}

/// Keys that everybody knows.
struct Keys;

impl KeyRing for Keys {
    fn mac(&self, purpose: KeyPurpose, data: &[u8]) -> Mac {
        self.lasting_mac(purpose, data)
    }

    fn mac_with(&self, purpose: KeyPurpose, key_id: u8, data: &[u8]) -> Option<Mac> {
        (key_id == 1).then(|| self.lasting_mac(purpose, data))
    }

    fn lasting_mac(&self, _: KeyPurpose, data: &[u8]) -> Mac {
        let mut tag = [7_u8; 32];
        for (index, byte) in data.iter().enumerate() {
            tag[index % 16] = tag[index % 16].wrapping_mul(31).wrapping_add(*byte);
        }
        Mac { key_id: 1, tag }
    }

    fn verify(&self, purpose: KeyPurpose, data: &[u8], mac: &Mac) -> bool {
        self.lasting_mac(purpose, data) == *mac
    }
}

/// The hash of an address.
pub(super) fn hash(normalized: &str) -> AddressHash {
    AddressHash::of(&Keys, normalized)
}

/// What a judge would say of an address.
pub(super) fn judged(email: &str, status: ValidationStatus) -> Judged {
    let normalized = email.to_lowercase();
    Judged {
        hash: hash(&normalized),
        normalized,
        validation: Validation {
            status,
            classification: Classification::Business,
            syntax_ok: Some(true),
            domain_exists: Some(true),
            mx_found: None,
            risk_score: 70,
            reasons: vec![Reason::DomainTimeout, Reason::LikelyTypo],
            suggestion: Some("example.com".to_owned()),
            at: Some(NOW),
        },
        verdict: decide(email, &Facts::offline(), &Rules::default()),
        at: NOW,
    }
}

/// An organization of a case's own.
#[derive(Debug)]
pub struct Tenant {
    /// The scope in which somebody acts.
    pub scope: TenantScope,
    organization: OrganizationId,
    user: UserId,
}

impl Tenant {
    /// A new organization.
    pub async fn found<S: Subject>(subject: &S) -> Self {
        let organization = subject.found().await;
        let user = id(UserId::from_uuid);
        let actor = Actor::User(user, Credential::Session(id(SessionId::from_uuid)));
        let origin = Origin::internal(id(RequestId::from_uuid));
        Self {
            scope: TenantScope::for_principal(organization, actor, origin),
            organization,
            user,
        }
    }

    /// Opens a unit of work in the organization.
    pub async fn begin<S: Subject>(&self, subject: &S) -> Box<dyn ContactUnit> {
        subject.store().begin(&self.scope).await.unwrap()
    }

    /// A valid contact that is not stored yet.
    pub(super) fn a_contact(&self, email: &str) -> Contact {
        self.a_contact_of(email, ValidationStatus::Valid)
    }

    /// A contact with this status that is not stored yet.
    pub(super) fn a_contact_of(&self, email: &str, status: ValidationStatus) -> Contact {
        let profile = Profile {
            first_name: ContactText::lossy("Ada"),
            last_name: ContactText::lossy("Lovelace"),
            display_name: None,
            phone: ContactText::lossy("+44 20"),
            company: ContactText::lossy("Analytical, \"Engines\" & Söhne"),
            job_title: ContactText::lossy("Countess"),
            locale: "en-GB".parse().ok(),
            timezone: "Europe/London".parse().ok(),
            attributes: attributes(&[("City", "London"), ("a,b", "{\"x\": \\}")]),
        };
        self.register(email, status, profile)
    }

    /// A contact with this profile that is not stored yet.
    pub(super) fn register(
        &self,
        email: &str,
        status: ValidationStatus,
        profile: Profile,
    ) -> Contact {
        let new = NewContact {
            email: email.parse().unwrap(),
            profile,
            source: ContactSource::Api,
        };
        Contact::register(
            id(ContactId::from_uuid),
            self.organization,
            new,
            judged(email, status),
            None,
            Stamps::new(NOW, Some(self.user)),
        )
    }

    /// A contact that an import made, and that is not stored yet.
    pub(super) fn a_contact_of_import(&self, import: &ContactImport, email: &str) -> Contact {
        let mut state = self.a_contact(email).state().clone();
        state.source = ContactSource::Import;
        state.import = Some(import.id());
        Contact::restore(state)
    }

    /// Adds contacts.
    pub(super) async fn add<S: Subject>(&self, subject: &S, contacts: &[Contact]) {
        let unit = self.begin(subject).await;
        let added = unit.contacts().insert_many(contacts).await.unwrap();
        assert_eq!(added.len(), contacts.len());
        unit.commit().await.unwrap();
    }

    /// A list that is not stored yet.
    pub(super) fn a_list(&self, name: &str) -> ContactList {
        let new = NewContactList {
            name: name.parse().unwrap(),
            description: "What it is for.\nIn two lines.".parse().unwrap(),
            source: ContactSource::Manual,
        };
        ContactList::open(
            id(ContactListId::from_uuid),
            self.organization,
            new,
            NOW,
            Some(self.user),
        )
    }

    /// Adds a list with these members.
    pub(super) async fn add_list<S: Subject>(
        &self,
        subject: &S,
        name: &str,
        members: &[&Contact],
    ) -> ContactList {
        let list = self.a_list(name);
        let ids = members.iter().map(|c| c.id()).collect::<Vec<_>>();
        let unit = self.begin(subject).await;
        unit.lists().insert(&list).await.unwrap();
        unit.list_members()
            .add(list.id(), &ids, None, NOW)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        list
    }

    /// What a list counts.
    pub(super) async fn counts<S: Subject>(&self, subject: &S, list: &ContactList) -> ListCounts {
        let unit = self.begin(subject).await;
        let counted = unit.lists().find_counted(list.id()).await.unwrap();
        counted.unwrap().counts
    }

    /// An import into the list whose file is on the way, and that is not stored yet.
    pub(super) fn an_import(&self, list: &ContactList) -> ContactImport {
        let new = NewImport {
            file_name: "people.csv".parse().unwrap(),
            options: ImportOptions {
                on_duplicate: OnDuplicate::Update,
                invalid: OnInvalid::Keep,
                dry_run: false,
            },
            repeat: false,
            wait: false,
        };
        ContactImport::open(
            id(ContactImportId::from_uuid),
            self.organization,
            list.id(),
            &new,
            NOW,
            Some(self.user),
        )
    }

    /// The import after its file came, in this status.
    pub(super) fn received(&self, import: &ContactImport, status: ImportStatus) -> ContactImport {
        let mut state = import.state().clone();
        state.size = 29;
        state.sha256 = Some([7; 32]);
        state.status = status;
        state.format = Some(FileFormat::detect(b"Email,Name\na@example.com,Ada\n"));
        state.stamps.touch(LATER, Some(self.user));
        ContactImport::restore(state)
    }

    /// Adds an import into a list of its own whose rows are being read.
    pub(super) async fn add_import<S: Subject>(&self, subject: &S, name: &str) -> ContactImport {
        let list = self.add_list(subject, name, &[]).await;
        let import = self.received(&self.an_import(&list), ImportStatus::Running);
        let unit = self.begin(subject).await;
        unit.imports().insert(&import).await.unwrap();
        unit.commit().await.unwrap();
        import
    }

    /// A suppression that is not stored yet.
    pub(super) fn a_suppression(&self, email: &str, reason: SuppressionReason) -> Suppression {
        Suppression::new(SuppressionState {
            id: id(SuppressionId::from_uuid),
            organization: self.organization,
            address: hash(email),
            reason,
            source: SuppressionSource::Import,
            source_id: Some(id(std::convert::identity)),
            created_at: NOW,
            created_by: Some(self.user),
        })
    }

    /// Adds suppressions.
    pub(super) async fn suppress<S: Subject>(&self, subject: &S, suppressions: &[Suppression]) {
        let unit = self.begin(subject).await;
        let added = unit.suppressions().insert_many(suppressions).await.unwrap();
        assert_eq!(added.len(), suppressions.len());
        unit.commit().await.unwrap();
    }

    /// An audit entry of the organization that is not stored yet.
    pub(super) fn an_audit_entry(&self) -> AuditEntry {
        let changes = Changes::none().field("name", "before", "after");
        let draft = AuditDraft::new(
            "contact",
            id(std::convert::identity),
            AuditAction::Update,
            changes,
        );
        AuditEntry::new(id(AuditEntryId::from_uuid), NOW, &self.scope, draft)
    }
}

/// Attributes that are texts.
pub(super) fn attributes(pairs: &[(&str, &str)]) -> crate::Attributes {
    let map = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()));
    crate::Attributes::new(map.collect()).unwrap()
}

/// The contact after its deletion.
pub(super) fn deleted(contact: &Contact) -> Contact {
    let mut contact = contact.clone();
    contact.delete(NOW + Duration::MINUTE, None);
    contact
}

/// The contact after it was brought back.
pub(super) fn restored(contact: &Contact) -> Contact {
    let mut contact = contact.clone();
    contact.undelete(LATER, None);
    contact
}

/// The contact with another status.
pub(super) fn revalidated(contact: &Contact, status: ValidationStatus) -> Contact {
    let mut contact = contact.clone();
    contact.validate(
        judged(contact.state().email.as_str(), status).validation,
        LATER,
        None,
    );
    contact
}

/// The ids of all contacts that the filter lets through, page by page.
pub(super) async fn listed<S: Subject>(
    tenant: &Tenant,
    subject: &S,
    filter: &ContactFilter,
    sort: ContactSort,
) -> Vec<ContactId> {
    let unit = tenant.begin(subject).await;
    let contacts =
        all_pages(async |page: PageRequest| unit.contacts().list(filter, sort, &page).await);
    let ids = contacts.await.iter().map(Contact::id).collect::<Vec<_>>();
    let mut in_order = ids.clone();
    in_order.sort_unstable();
    assert_eq!(all_ids(unit.as_ref(), filter).await, in_order, "{filter:?}");
    ids
}

/// The ids of all contacts that the filter lets through, read three at a time.
pub(super) async fn all_ids(unit: &dyn ContactUnit, filter: &ContactFilter) -> Vec<ContactId> {
    let until = id(ContactId::from_uuid);
    let mut seen = Vec::new();
    loop {
        let after = seen.last().copied();
        let some = unit.contacts().ids_behind(filter, after, until, 3).await;
        let some = some.unwrap();
        assert!(some.len() <= 3);
        if some.is_empty() {
            return seen;
        }
        seen.extend(some);
    }
}

/// All items of a listing, page by page of two.
pub(super) async fn all_pages<T, E: std::fmt::Debug>(
    read: impl AsyncFn(PageRequest) -> Result<Page<T>, E>,
) -> Vec<T> {
    let mut page = PageRequest {
        limit: PageLimit::new(2).unwrap(),
        after: None,
    };
    let mut seen = Vec::new();
    loop {
        let part = read(page.clone()).await.unwrap();
        assert!(part.items.len() <= 2);
        seen.extend(part.items);
        let Some(next) = part.next else { return seen };
        page.after = Some(next);
    }
}
