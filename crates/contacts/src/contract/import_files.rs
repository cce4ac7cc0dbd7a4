//! `ImportFileRepository`

use super::Subject;
use super::tenant::{NOW, Tenant};

/// The cases of the files of imports.
#[macro_export]
macro_rules! for_each_import_file_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            pieces_are_read_as_they_were_written,
            a_removed_file_is_gone_and_others_stay,
            other_tenants_see_no_file,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_import_file_case!([kernel::dispatch_contract_case] name subject);
}

mod cases {
    use super::{NOW, Subject, Tenant};

    pub(super) async fn pieces_are_read_as_they_were_written<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let import = tenant.add_import(subject, "Leads").await;
        let pieces = [b"Email\n\0\xFF\\x41".to_vec(), vec![7; 600_000], Vec::new()];

        for (position, piece) in (0..).zip(&pieces) {
            let unit = tenant.begin(subject).await;
            let files = unit.import_files();
            let appended = files.append(import.id(), position, piece, NOW).await;
            appended.unwrap();
            unit.commit().await.unwrap();
        }

        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        for (position, piece) in (0..).zip(pieces) {
            let found = files.piece(import.id(), position).await.unwrap();
            assert_eq!(found, Some(piece));
        }
        assert_eq!(files.piece(import.id(), 3).await.unwrap(), None);
    }

    pub(super) async fn a_removed_file_is_gone_and_others_stay<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let gone = tenant.add_import(subject, "Gone").await;
        let stays = tenant.add_import(subject, "Stays").await;

        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        for import in [&gone, &stays] {
            files.append(import.id(), 0, b"a", NOW).await.unwrap();
            files.append(import.id(), 1, b"b", NOW).await.unwrap();
        }
        files.remove(gone.id()).await.unwrap();

        for position in [0, 1] {
            let piece = files.piece(gone.id(), position).await.unwrap();
            assert_eq!(piece, None);
            let piece = files.piece(stays.id(), position).await.unwrap();
            assert!(piece.is_some());
        }
    }

    pub(super) async fn other_tenants_see_no_file<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let import = tenant.add_import(subject, "Leads").await;
        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        files.append(import.id(), 0, b"a", NOW).await.unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        let files = unit.import_files();
        assert_eq!(files.piece(import.id(), 0).await.unwrap(), None);
        files.remove(import.id()).await.unwrap();
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        let piece = unit.import_files().piece(import.id(), 0).await.unwrap();
        assert_eq!(piece.as_deref(), Some(b"a".as_slice()));
    }
}
