//! `canvass admin create`

use std::io::Read as _;

use infrastructure::SystemRandom;
use kernel::RandomBytes as _;
use tenancy::{NewAdmin, NewPassword};

use crate::cli::{AdminCreate, Failure};
use crate::compose::accounts;
use crate::data_directory::DataDirectory;
use crate::database::Database;
use crate::settings::Settings;

/// Makes an account that administers the platform, or gives an existing one that role.
pub(crate) async fn create(settings: &Settings, arguments: AdminCreate) -> Result<(), Failure> {
    let email = arguments
        .email
        .parse()
        .map_err(|error| Failure::usage(format!("--email: {error}")))?;
    let display_name = arguments
        .name
        .parse()
        .map_err(|error| Failure::usage(format!("--name: {error}")))?;
    let text = if arguments.password_stdin {
        read_password()?
    } else {
        make_password()
    };
    let password = NewPassword::parse(text.clone())
        .map_err(|error| Failure::usage(format!("the password: {error}")))?;

    let data_directory = DataDirectory::open(&settings.data_dir).map_err(Failure::new)?;
    let keys = data_directory.keys(settings).map_err(Failure::new)?;
    let database = Database::open(settings).await.map_err(Failure::new)?;
    let made = match accounts(&database, keys) {
        Ok(accounts) => {
            let users = tenancy::PlatformUsers::new(&accounts);
            users
                .make_admin(NewAdmin {
                    email,
                    display_name,
                    password,
                })
                .await
                .map_err(Failure::new)
        }
        Err(error) => Err(Failure::new(error)),
    };
    database.close().await;

    let made = made?;
    println!("{} administers the platform", made.user.state().email);
    match (made.is_new, arguments.password_stdin) {
        (true, false) => println!("password, shown only now: {text}"),
        (true, true) => {}
        (false, _) => println!("the account existed and keeps its password"),
    }
    Ok(())
}

fn read_password() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .take(4_096)
        .read_to_string(&mut text)
        .map_err(Failure::new)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// A password of four groups of letters and digits: 95 bits.
pub(crate) fn make_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = SystemRandom.bytes();
    let letters = bytes[..19]
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect::<Vec<_>>();
    letters
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
