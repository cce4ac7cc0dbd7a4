//! Files as other programs export them. All people in them are invented.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Ground;
use crate::stack::Stack;

/// A file of a kind, and what is to be read in it.
struct Export {
    kind: &'static str,
    bytes: Vec<u8>,
    /// Address, given name, family name, whole name and whether mail to it is stopped.
    people: &'static [(&'static str, &'static str, &'static str, &'static str, bool)],
    /// Attributes of the first person.
    attributes: &'static [(&'static str, &'static str)],
    /// Names of no attributes of theirs.
    without: &'static [&'static str],
    /// Lines of rows that are refused.
    rejected: &'static [u64],
}

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match c {
            '€' => 0x80,
            '–' => 0x96,
            c => u8::try_from(u32::from(c)).expect("a character of Latin 1"),
        })
        .collect()
}

fn utf16(text: &str) -> Vec<u8> {
    let text = format!("\u{FEFF}{text}");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn exports() -> Vec<Export> {
    vec![
        Export {
            kind: "Mailchimp",
            bytes: b"Email Address,First Name,Last Name,Address,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LEID,EUID,NOTES,TAGS,UNSUB_TIME\r\n\
                wanda@lighthouse.example.org,Wanda,Kelp,\"1 Quay  Harbourton  AB1 2CD  GB\",2,2024-03-01 09:12:44,2024-03-01 09:12:44,100001,a1b2c3,,\"\"\"Open Day\"\",\"\"VIP\"\"\",\r\n\
                piotr@lighthouse.example.org,Piotr,Sand,,4,,2024-03-02 10:00:00,100002,d4e5f6,,,2024-06-01 08:00:00\r\n".to_vec(),
            people: &[
                ("wanda@lighthouse.example.org", "Wanda", "Kelp", "", false),
                ("piotr@lighthouse.example.org", "Piotr", "Sand", "", true),
            ],
            attributes: &[("TAGS", "\"Open Day\",\"VIP\"")],
            without: &["MEMBER_RATING", "LEID", "EUID"],
            rejected: &[],
        },
        Export {
            kind: "HubSpot",
            bytes: "\"Record ID\",\"First Name\",\"Last Name\",\"Email\",\"Phone Number\",\"Contact owner\",\"Lead Status\",\"Unsubscribed from all email\",\"Associated Company\"\n\
                \"901\",\"Noor\",\"Vale\",\"noor@orchard.example.org\",\"+31 20 555 0101\",\"\",\"New\",\"No\",\"Orchard\"\n\
                \"902\",\"Lone\",\"Wolf\",\"\",\"\",\"\",\"\",\"\",\"\"\n\
                \"903\",\"Ivo\",\"Brook\",\"ivo@orchard.example.org\",\"\",\"\",\"\",\"Yes\",\"Orchard\"\n".into(),
            people: &[
                ("noor@orchard.example.org", "Noor", "Vale", "", false),
                ("ivo@orchard.example.org", "Ivo", "Brook", "", true),
            ],
            attributes: &[("Lead Status", "New"), ("Record ID", "901")],
            without: &[],
            rejected: &[3],
        },
        Export {
            kind: "Google Contacts",
            bytes: "First Name,Middle Name,Last Name,Organization Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Value,Labels\n\
                Zoë,,Marsh,Marsh & Co,* Work,zoe@marsh.example.org,Home,zoe.home@marsh.example.org,+43 1 555,* myContacts\n\
                Max,,Reed,,* ,max@marsh.example.org ::: max2@marsh.example.org,,,,* myContacts\n".into(),
            people: &[
                ("zoe@marsh.example.org", "Zoë", "Marsh", "", false),
                ("max@marsh.example.org", "Max", "Reed", "", false),
            ],
            attributes: &[("other_emails", "zoe.home@marsh.example.org")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "Outlook, 92 columns, Windows-1252",
            bytes: outlook(),
            people: &[
                ("jörg@see.example.org", "Jörg", "Ürgel", "", false),
                ("anna@see.example.org", "Anna", "Straße", "", false),
            ],
            attributes: &[("Notes", "owes 5 € – twice")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "LinkedIn, with a preamble",
            bytes: "Notes:\n\"When exporting your connection data, you may notice that some of the email addresses are missing.\"\n\n\
                First Name,Last Name,URL,Email Address,Company,Position,Connected On\n\
                Bea,Stone,https://www.example.org/in/bea,bea@quarry.example.org,Quarry,Mason,01 Feb 2024\n\
                Cal,Flint,https://www.example.org/in/cal,,Quarry,Digger,02 Feb 2024\n".into(),
            people: &[("bea@quarry.example.org", "Bea", "Stone", "", false)],
            attributes: &[("Connected On", "01 Feb 2024")],
            without: &[],
            rejected: &[6],
        },
        Export {
            kind: "Brevo",
            bytes: "CONTACT ID;EMAIL;FIRSTNAME;LASTNAME;SMS;EMAIL_BLACKLIST;SMS_BLACKLIST;ADDED_TIME\n\
                1;uma@delta.example.org;Uma;Reef;;No;No;01-02-2024 10:00:00\n\
                2;tom@delta.example.org;Tom;Shoal;;Yes;No;01-02-2024 10:00:00\n".into(),
            people: &[
                ("uma@delta.example.org", "Uma", "Reef", "", false),
                ("tom@delta.example.org", "Tom", "Shoal", "", true),
            ],
            attributes: &[("CONTACT ID", "1")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "ActiveCampaign",
            bytes: "\"Contact ID\",Email,\"First Name\",\"Last Name\",Phone,\"Date Created\",\"Account Name\",Tags\n\
                7,kai@fjord.example.org,Kai,Fell,,\"2024-01-05 08:00\",\"Fjord AS\",\"newsletter, trade fair\"\n".into(),
            people: &[("kai@fjord.example.org", "Kai", "Fell", "", false)],
            attributes: &[("Tags", "newsletter, trade fair")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "Kit",
            bytes: "id,first_name,email,status,created_at,tags,cancelled_at\n\
                11,Ola,ola@cliff.example.org,active,2024-01-01T00:00:00Z,\"a,b\",\n\
                12,Per,per@cliff.example.org,cancelled,2024-01-01T00:00:00Z,,2024-02-01T00:00:00Z\n".into(),
            people: &[
                ("ola@cliff.example.org", "Ola", "", "", false),
                ("per@cliff.example.org", "Per", "", "", true),
            ],
            attributes: &[("tags", "a,b")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "Salesforce",
            bytes: "\"First Name\",\"Last Name\",\"Title\",\"Account Name\",\"Email\",\"Email Opt Out\",\"Mailing City\"\n\
                \"Rea\",\"Moss\",\"Head of \"\"Everything\"\"\",\"Moss Ltd\",\"rea@moss.example.org\",\"0\",\"Graz\"\n\
                \"Sam\",\"Fern\",\"\",\"Moss Ltd\",\"sam@moss.example.org\",\"1\",\"Linz\"\n".into(),
            people: &[
                ("rea@moss.example.org", "Rea", "Moss", "", false),
                ("sam@moss.example.org", "Sam", "Fern", "", true),
            ],
            attributes: &[("Mailing City", "Graz")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "Excel in French",
            bytes: "\u{FEFF}Prénom;Nom;Adresse e-mail;Société;Désabonné\r\n\
                Éloïse;Dupré;eloise@plage.example.org;\"Plage; Sable\";non\r\n\
                Luc;Vague;luc@plage.example.org;;oui\r\n".into(),
            people: &[
                ("eloise@plage.example.org", "Éloïse", "Dupré", "", false),
                ("luc@plage.example.org", "Luc", "Vague", "", true),
            ],
            attributes: &[],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "Excel in German, Windows-1252",
            bytes: latin("Vorname;Nachname;E-Mail-Adresse;Straße;Abgemeldet\r\n\
                Jürgen;Weiß;juergen@wald.example.org;Große Gasse 1;\r\n\
                Käthe;Blöd;kaethe@wald.example.org;;ja\r\n"),
            people: &[
                ("juergen@wald.example.org", "Jürgen", "Weiß", "", false),
                ("kaethe@wald.example.org", "Käthe", "Blöd", "", true),
            ],
            attributes: &[("Straße", "Große Gasse 1")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "tabs in UTF-16",
            bytes: utf16("Name\tE-Mail\tStadt\r\nŁucja Żak\tlucja@gora.example.org\tŁódź\r\n"),
            people: &[("lucja@gora.example.org", "", "", "Łucja Żak", false)],
            attributes: &[("Stadt", "Łódź")],
            without: &[],
            rejected: &[],
        },
        Export {
            kind: "lines that end in CR only",
            bytes: b"Name|Email|Note\rOld Mac|mac@farm.example.org|\"a\rb\"\r\rNobody||x\r".to_vec(),
            people: &[("mac@farm.example.org", "", "", "Old Mac", false)],
            attributes: &[],
            without: &[],
            rejected: &[5],
        },
        Export {
            kind: "nothing but addresses",
            bytes: b"one@bare.example.org\r\ntwo@bare.example.org\r\n".to_vec(),
            people: &[
                ("one@bare.example.org", "", "", "", false),
                ("two@bare.example.org", "", "", "", false),
            ],
            attributes: &[],
            without: &[],
            rejected: &[],
        },
    ]
}

/// Outlook's 92 columns, of which few are filled.
fn outlook() -> Vec<u8> {
    let named = [
        "Title",
        "First Name",
        "Middle Name",
        "Last Name",
        "Suffix",
        "Company",
        "Department",
        "Job Title",
    ];
    let mut columns = named.map(str::to_owned).to_vec();
    columns.extend((0..48).map(|n| format!("Business Field {n}")));
    columns.extend(
        [
            "E-mail Address",
            "E-mail Type",
            "E-mail Display Name",
            "E-mail 2 Address",
            "E-mail 2 Type",
            "E-mail 2 Display Name",
            "E-mail 3 Address",
            "E-mail 3 Type",
            "E-mail 3 Display Name",
        ]
        .map(str::to_owned),
    );
    columns.extend((0..26).map(|n| format!("User Field {n}")));
    columns.push("Notes".to_owned());
    assert_eq!(columns.len(), 92);
    let row = |cells: &[(&str, &str)]| {
        let row = columns.iter().map(|column| {
            let cell = cells.iter().find(|(name, _)| name == column);
            cell.map_or(String::new(), |(_, cell)| format!("\"{cell}\""))
        });
        row.collect::<Vec<_>>().join(",")
    };
    let header = columns.iter().map(|name| format!("\"{name}\""));
    let lines = [
        header.collect::<Vec<_>>().join(","),
        row(&[
            ("First Name", "Jörg"),
            ("Last Name", "Ürgel"),
            ("E-mail Address", "jörg@see.example.org"),
            ("Notes", "owes 5 € – twice"),
        ]),
        row(&[
            ("First Name", "Anna"),
            ("Last Name", "Straße"),
            ("E-mail Address", "anna@see.example.org"),
        ]),
    ];
    latin(&(lines.join("\r\n") + "\r\n"))
}

fn field(contact: &Value, name: &str) -> String {
    contact[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn exports_of_other_programs_are_read_without_being_edited() {
    let stack = Arc::new(Stack::shared().await);
    for export in exports() {
        let kind = export.kind;
        let ground = Ground::on(Arc::clone(&stack)).await;
        let import = ground.import(&export.bytes).await;
        assert_eq!(import["status"], "completed", "{kind}: {import}");
        let rows = export.people.len() + export.rejected.len();
        assert_eq!(import["counts"]["rows_read"], rows, "{kind}: {import}");

        let contacts = ground.get("contacts?limit=100").await;
        let contacts = contacts["items"].as_array().unwrap();
        let found = contacts
            .iter()
            .map(|contact| (field(contact, "email"), contact))
            .collect::<BTreeMap<_, _>>();
        assert_eq!(found.len(), export.people.len(), "{kind}: {found:?}");
        for (email, first, last, whole, is_stopped) in export.people {
            let contact = found
                .get(*email)
                .unwrap_or_else(|| panic!("{kind}: {email} in {found:?}"));
            assert_eq!(field(contact, "first_name"), *first, "{kind}: {contact}");
            assert_eq!(field(contact, "last_name"), *last, "{kind}: {contact}");
            assert_eq!(field(contact, "display_name"), *whole, "{kind}: {contact}");
            let stops = contact["suppressions"].as_array().unwrap();
            assert_eq!(!stops.is_empty(), *is_stopped, "{kind}: {contact}");
        }
        let first = found[export.people[0].0];
        for (name, value) in export.attributes {
            assert_eq!(first["attributes"][*name], *value, "{kind}: {first}");
        }
        for name in export.without {
            assert!(first["attributes"].get(*name).is_none(), "{kind}: {first}");
        }
        let id = import["id"].as_str().unwrap();
        let rejections = ground.get(&format!("imports/{id}/rejections")).await;
        let lines = rejections["items"].as_array().unwrap().iter();
        let lines = lines.map(|row| row["line"].as_u64().unwrap());
        assert_eq!(lines.collect::<Vec<_>>(), export.rejected, "{kind}");
    }
}
