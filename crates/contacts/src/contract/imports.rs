//! `ImportRepository`

use kernel::{ContactImportId, JobCancellation, JobId, JobKind, NewJob, Version};

use super::Subject;
use super::tenant::{LATER, NOW, Tenant, all_pages, id};
use crate::{
    ContactError, ContactImport, FileFormat, ImportCounts, ImportOptions, ImportStatus,
    OnDuplicate, OnInvalid, UndoCounts,
};

/// The cases of imports.
#[macro_export]
macro_rules! for_each_import_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            an_import_is_found_again,
            all_that_an_import_is_is_written,
            an_import_that_changed_meanwhile_is_not_written,
            imports_into_a_list_are_listed_page_by_page,
            the_latest_import_of_the_same_file_is_found,
            an_import_whose_job_ended_before_its_time_is_not_taken_for_the_same_file,
            another_import_that_is_read_into_a_list_is_told,
            an_upload_that_broke_off_is_discarded_with_its_file,
            an_upload_that_came_whole_is_not_discarded,
            a_dropped_unit_leaves_no_import,
            other_tenants_see_no_import,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_import_case!([kernel::dispatch_contract_case] name subject);
}

/// The import with these fields instead.
fn with(
    import: &ContactImport,
    change: impl FnOnce(&mut crate::ContactImportState),
) -> ContactImport {
    let mut state = import.state().clone();
    change(&mut state);
    ContactImport::restore(state)
}

mod cases {
    use super::{
        ContactError, ContactImport, ContactImportId, FileFormat, ImportCounts, ImportOptions,
        ImportStatus, JobCancellation, JobId, JobKind, LATER, NOW, NewJob, OnDuplicate, OnInvalid,
        Subject, Tenant, UndoCounts, Version, all_pages, id, with,
    };
    use ImportStatus::{
        Cancelled, Completed, Failed, NeedsMapping, Pending, Running, Undoing, Undone, Uploading,
    };

    async fn insert<S: Subject>(tenant: &Tenant, subject: &S, imports: &[ContactImport]) {
        let unit = tenant.begin(subject).await;
        for import in imports {
            unit.imports().insert(import).await.unwrap();
        }
        unit.commit().await.unwrap();
    }

    async fn find<S: Subject>(
        tenant: &Tenant,
        subject: &S,
        import: &ContactImport,
    ) -> Option<ContactImport> {
        let unit = tenant.begin(subject).await;
        unit.imports().find(import.id()).await.unwrap()
    }

    pub(super) async fn an_import_is_found_again<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let import = tenant.an_import(&list);
        insert(&tenant, subject, std::slice::from_ref(&import)).await;

        let unit = tenant.begin(subject).await;
        let imports = unit.imports();
        assert_eq!(imports.find(import.id()).await.unwrap(), Some(import));
        let absent = id(ContactImportId::from_uuid);
        assert_eq!(imports.find(absent).await.unwrap(), None);
    }

    pub(super) async fn all_that_an_import_is_is_written<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let import = tenant.an_import(&list);
        insert(&tenant, subject, std::slice::from_ref(&import)).await;

        let format = FileFormat::detect(b"a;\"b\nc\"\n");
        let full = with(&tenant.received(&import, Undone), |state| {
            state.mapping = Some(FileFormat::from_json(&format.to_json()).unwrap());
            state.options = ImportOptions {
                on_duplicate: OnDuplicate::FillEmpty,
                invalid: OnInvalid::Reject,
                dry_run: true,
            };
            state.counts = ImportCounts {
                created: 1,
                updated: 2,
                unchanged: 3,
                duplicate_in_file: 4,
                rejected: 5,
                suppressed: 6_000_000_000,
            };
            state.undo = Some(UndoCounts {
                removed: 1,
                restored: 2,
                left: 3,
            });
            state.job = Some(id(JobId::from_uuid));
            state.error = Some("unavailable".to_owned());
            state.started_at = Some(NOW);
            state.finished_at = Some(LATER);
        });
        let unit = tenant.begin(subject).await;
        let written = unit.imports().update(&full, Version::FIRST).await;
        written.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &import).await, Some(full));
    }

    pub(super) async fn an_import_that_changed_meanwhile_is_not_written<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let import = tenant.add_import(subject, "Leads").await;
        let before = import.state().stamps.version;
        let first = with(&import, |state| state.stamps.touch(LATER, None));
        let second = with(&first, |state| state.stamps.touch(LATER, None));

        let unit = tenant.begin(subject).await;
        unit.imports().update(&first, before).await.unwrap();
        let stale = unit.imports().update(&second, before).await;
        assert!(matches!(stale, Err(ContactError::Stale)));
        let expected = first.state().stamps.version;
        unit.imports().update(&second, expected).await.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &import).await, Some(second));
    }

    pub(super) async fn imports_into_a_list_are_listed_page_by_page<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let others = tenant.add_list(subject, "Others", &[]).await;
        let mut expected = Vec::new();
        for status in [Pending, Completed, NeedsMapping, Undone, Failed] {
            expected.push(tenant.received(&tenant.an_import(&list), status));
            let elsewhere = tenant.received(&tenant.an_import(&others), status);
            insert(&tenant, subject, &[elsewhere, tenant.an_import(&list)]).await;
        }
        insert(&tenant, subject, &expected).await;

        let unit = tenant.begin(subject).await;
        let seen = all_pages(async |page| unit.imports().list(list.id(), &page).await).await;
        assert_eq!(seen, expected);
    }

    pub(super) async fn the_latest_import_of_the_same_file_is_found<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        for (index, (status, counts)) in [
            (NeedsMapping, true),
            (Pending, true),
            (Running, true),
            (Completed, true),
            (Failed, false),
            (Cancelled, false),
            (Undoing, false),
            (Undone, false),
        ]
        .into_iter()
        .enumerate()
        {
            let name = index.to_string();
            let list = tenant.add_list(subject, &name, &[]).await;
            let elsewhere = tenant.add_import(subject, &format!("not {name}")).await;
            let [earlier, latest] =
                [Completed, status].map(|status| tenant.received(&tenant.an_import(&list), status));
            let dry = with(
                &tenant.received(&tenant.an_import(&list), Completed),
                |state| state.options.dry_run = true,
            );
            insert(&tenant, subject, &[earlier.clone(), latest.clone(), dry]).await;

            let unit = tenant.begin(subject).await;
            let same = async |sha256| {
                let found = unit.imports().find_same_file(list.id(), &sha256).await;
                found.unwrap().map(|import| import.id())
            };
            let expected = if counts { &latest } else { &earlier };
            assert_eq!(same([7; 32]).await, Some(expected.id()), "{status:?}");
            assert_ne!(same([7; 32]).await, Some(elsewhere.id()));
            assert_eq!(same([8; 32]).await, None);
        }
    }

    pub(super) async fn an_import_whose_job_ended_before_its_time_is_not_taken_for_the_same_file<
        S: Subject,
    >(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        for (name, status, counts) in [
            ("waits", Pending, false),
            ("was at work", Running, false),
            ("had ended", Completed, true),
        ] {
            let list = tenant.add_list(subject, name, &[]).await;
            let job = NewJob {
                id: id(JobId::from_uuid),
                kind: JobKind::new("import_contacts"),
                payload: serde_json::Value::Null,
                run_at: NOW,
                max_attempts: 1,
            };
            let import = with(
                &tenant.received(&tenant.an_import(&list), status),
                |state| state.job = Some(job.id),
            );
            insert(&tenant, subject, std::slice::from_ref(&import)).await;
            let unit = tenant.begin(subject).await;
            unit.jobs().enqueue(&job).await.unwrap();
            unit.commit().await.unwrap();
            let same = async || {
                let unit = tenant.begin(subject).await;
                let found = unit.imports().find_same_file(list.id(), &[7; 32]).await;
                found.unwrap().map(|import| import.id())
            };
            assert_eq!(same().await, Some(import.id()), "{name}");

            let unit = tenant.begin(subject).await;
            let cancelled = unit.jobs().cancel(job.id, NOW).await.unwrap();
            assert_eq!(cancelled, Some(JobCancellation::Cancelled));
            unit.commit().await.unwrap();

            assert_eq!(same().await, counts.then_some(import.id()), "{name}");
        }
    }

    pub(super) async fn another_import_that_is_read_into_a_list_is_told<S: Subject>(subject: &S) {
        let (tenant, stranger) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let list = tenant.add_list(subject, "Leads", &[]).await;
        tenant.add_import(subject, "Others").await;
        let own = tenant.received(&tenant.an_import(&list), Running);
        let dry = with(
            &tenant.received(&tenant.an_import(&list), Running),
            |state| state.options.dry_run = true,
        );
        let waits = tenant.received(&tenant.an_import(&list), Pending);
        let ended = tenant.received(&tenant.an_import(&list), Completed);
        insert(&tenant, subject, &[own.clone(), dry, waits, ended]).await;
        let other = tenant.received(&tenant.an_import(&list), Running);

        let unit = tenant.begin(subject).await;
        let imports = unit.imports();
        let is_read = async |except| imports.is_read_into(list.id(), except).await.unwrap();
        assert!(!is_read(Some(own.id())).await);
        assert!(is_read(None).await);
        imports.insert(&other).await.unwrap();
        assert!(is_read(Some(own.id())).await);
        unit.commit().await.unwrap();
        let unit = stranger.begin(subject).await;
        let seen = unit.imports().is_read_into(list.id(), None).await;
        assert!(!seen.unwrap());
    }

    pub(super) async fn an_upload_that_broke_off_is_discarded_with_its_file<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let import = tenant.an_import(&list);
        insert(&tenant, subject, std::slice::from_ref(&import)).await;
        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        files.append(import.id(), 0, b"half", NOW).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        unit.imports().discard(import.id()).await.unwrap();
        let absent = id(ContactImportId::from_uuid);
        unit.imports().discard(absent).await.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &import).await, None);
        let unit = tenant.begin(subject).await;
        let piece = unit.import_files().piece(import.id(), 0).await.unwrap();
        assert_eq!(piece, None);
    }

    pub(super) async fn an_upload_that_came_whole_is_not_discarded<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let import = tenant.add_import(subject, "Leads").await;

        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        files.append(import.id(), 0, b"whole", NOW).await.unwrap();
        unit.imports().discard(import.id()).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let piece = unit.import_files().piece(import.id(), 0).await.unwrap();
        assert_eq!(piece.as_deref(), Some(b"whole".as_slice()));
        drop(unit);
        assert_eq!(find(&tenant, subject, &import).await, Some(import));
    }

    pub(super) async fn a_dropped_unit_leaves_no_import<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let list = tenant.add_list(subject, "Leads", &[]).await;
        let import = tenant.an_import(&list);

        let unit = tenant.begin(subject).await;
        unit.imports().insert(&import).await.unwrap();
        assert_eq!(find(&tenant, subject, &import).await, None);
        drop(unit);

        assert_eq!(find(&tenant, subject, &import).await, None);
        assert_eq!(import.state().status, Uploading);
    }

    pub(super) async fn other_tenants_see_no_import<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let import = tenant.add_import(subject, "Leads").await;
        let list = import.state().list;
        let before = import.state().stamps.version;
        let upload = with(&import, |state| {
            state.id = id(ContactImportId::from_uuid);
            state.status = Uploading;
            state.sha256 = None;
        });
        insert(&tenant, subject, std::slice::from_ref(&upload)).await;

        let unit = other.begin(subject).await;
        let imports = unit.imports();
        assert_eq!(imports.find(import.id()).await.unwrap(), None);
        let found = imports.find_same_file(list, &[7; 32]).await.unwrap();
        assert_eq!(found, None);
        let seen = all_pages(async |page| imports.list(list, &page).await).await;
        assert_eq!(seen, []);
        let changed = with(&import, |state| state.stamps.touch(LATER, None));
        let stale = imports.update(&changed, before).await;
        assert!(matches!(stale, Err(ContactError::Stale)));
        imports.discard(upload.id()).await.unwrap();
        unit.commit().await.unwrap();

        assert_eq!(find(&tenant, subject, &import).await, Some(import));
        assert_eq!(find(&tenant, subject, &upload).await, Some(upload));
    }
}
