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
            a_file_is_removed_piece_by_piece_from_its_beginning,
            pieces_that_were_read_are_removed_but_for_the_first,
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
        assert_eq!(files.remove(gone.id(), 10).await.unwrap(), 2);
        assert_eq!(files.remove(gone.id(), 10).await.unwrap(), 0);

        for position in [0, 1] {
            let piece = files.piece(gone.id(), position).await.unwrap();
            assert_eq!(piece, None);
            let piece = files.piece(stays.id(), position).await.unwrap();
            assert!(piece.is_some());
        }
    }

    pub(super) async fn a_file_is_removed_piece_by_piece_from_its_beginning<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let import = tenant.add_import(subject, "Leads").await;
        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        for position in 0..3 {
            let appended = files.append(import.id(), position, b"a", NOW).await;
            appended.unwrap();
        }

        assert_eq!(files.remove(import.id(), 2).await.unwrap(), 2);

        assert_eq!(files.piece(import.id(), 1).await.unwrap(), None);
        assert!(files.piece(import.id(), 2).await.unwrap().is_some());
        assert_eq!(files.remove(import.id(), 2).await.unwrap(), 1);
    }

    pub(super) async fn pieces_that_were_read_are_removed_but_for_the_first<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let (import, other) = (
            tenant.add_import(subject, "Leads").await,
            tenant.add_import(subject, "Others").await,
        );
        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        for import in [&import, &other] {
            for position in 0..5 {
                let appended = files.append(import.id(), position, b"a", NOW).await;
                appended.unwrap();
            }
        }

        for before in [0, 1, 3] {
            files.remove_read(import.id(), before).await.unwrap();
        }

        let mut left = Vec::new();
        for position in 0..5 {
            let piece = files.piece(import.id(), position).await.unwrap();
            left.extend(piece.map(|_| position));
            let piece = files.piece(other.id(), position).await.unwrap();
            assert!(piece.is_some());
        }
        assert_eq!(left, [0, 3, 4]);
    }

    pub(super) async fn other_tenants_see_no_file<S: Subject>(subject: &S) {
        let (tenant, other) = (Tenant::found(subject).await, Tenant::found(subject).await);
        let import = tenant.add_import(subject, "Leads").await;
        let unit = tenant.begin(subject).await;
        let files = unit.import_files();
        files.append(import.id(), 0, b"a", NOW).await.unwrap();
        files.append(import.id(), 1, b"b", NOW).await.unwrap();
        unit.commit().await.unwrap();

        let unit = other.begin(subject).await;
        let files = unit.import_files();
        assert_eq!(files.piece(import.id(), 0).await.unwrap(), None);
        files.remove_read(import.id(), 2).await.unwrap();
        assert_eq!(files.remove(import.id(), 10).await.unwrap(), 0);
        unit.commit().await.unwrap();

        let unit = tenant.begin(subject).await;
        for (position, piece) in (0..).zip([b"a", b"b"]) {
            let found = unit.import_files().piece(import.id(), position).await;
            assert_eq!(found.unwrap().as_deref(), Some(piece.as_slice()));
        }
    }
}
