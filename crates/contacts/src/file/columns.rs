//! What the columns of a file mean, by the words of their headers.

use unicode_normalization::UnicodeNormalization;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// The address.
    Email,
    /// A further address of the same person.
    OtherEmail,
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
    /// The whole name.
    FullName,
    /// A telephone number.
    Phone,
    /// Whom the person works for.
    Company,
    /// What the person is there.
    JobTitle,
    /// The language.
    Locale,
    /// The time zone.
    TimeZone,
    /// Says of the address that it unsubscribed: a yes, or a time.
    Unsubscribed,
    /// Says of the address that it does not want mail when the cell says no.
    Subscribed,
    /// Says of the address that mail to it came back.
    Bounced,
    /// Says of the address that its owner complained.
    Complained,
    /// Says of the address that it is blocked.
    Blacklisted,
    /// A word for the state of the subscription.
    Status,
    /// Anything else; kept under the name of the column.
    Attribute,
    /// Not taken over.
    Ignored,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: &'static [Self] = &[
        Self::Email,
        Self::OtherEmail,
        Self::FirstName,
        Self::LastName,
        Self::FullName,
        Self::Phone,
        Self::Company,
        Self::JobTitle,
        Self::Locale,
        Self::TimeZone,
        Self::Unsubscribed,
        Self::Subscribed,
        Self::Bounced,
        Self::Complained,
        Self::Blacklisted,
        Self::Status,
        Self::Attribute,
        Self::Ignored,
    ];

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::OtherEmail => "other_email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::JobTitle => "job_title",
            Self::Locale => "locale",
            Self::TimeZone => "timezone",
            Self::Unsubscribed => "unsubscribed",
            Self::Subscribed => "subscribed",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Blacklisted => "blacklisted",
            Self::Status => "status",
            Self::Attribute => "attribute",
            Self::Ignored => "ignored",
        }
    }
}

/// The text is no [`Meaning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a meaning of a column")]
pub struct UnknownMeaning;

impl std::str::FromStr for Meaning {
    type Err = UnknownMeaning;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|meaning| meaning.as_str() == text)
            .ok_or(UnknownMeaning)
    }
}

/// Header words in English, German, French, Spanish and Dutch, as [`folded`] leaves them, separated by `|`.
const WORDS: &[(Meaning, &str)] = &[
    (
        Meaning::Email,
        "email|e mail|mail|emails|email address|e mail address|emailaddress|mail address|subscriber email|subscriber|contact email|your email|\
         primary email|email primary|email id|e mail 1 value|email 1 value|email 1|e mail 1|email1|primary email address|recipient|\
         e mail adresse|email adresse|mailadresse|emailadresse|e mail addresse|email addresse|kontakt e mail|\
         adresse e mail|adresse email|adresse mail|courriel|adresse courriel|mel|adresse electronique|adresse de messagerie|\
         correo|correo electronico|direccion de correo|direccion de correo electronico|direccion email|mail direccion|e correo|\
         e mailadres|emailadres|mailadres|e mail adres|email adres",
    ),
    (
        Meaning::OtherEmail,
        "other email|secondary email|email 2|e mail 2|e mail 2 address|e mail 3 address|email 2 address|email 3 address|e mail 2 value|\
         e mail 3 value|e mail 4 value|email 2 value|email 3 value|email2|email3|email 3|e mail 3|additional email|additional email addresses|alternate email|\
         e mail 2 adresse|e mail 3 adresse|adresse e mail 2|adresse de messagerie 2|adresse de messagerie 3|zweite e mail|correo electronico 2|e mailadres 2",
    ),
    (
        Meaning::FirstName,
        "first name|firstname|fname|given name|givenname|forename|first|vorname|rufname|prenom|nombre|primer nombre|nombre de pila|voornaam|roepnaam",
    ),
    (
        Meaning::LastName,
        "last name|lastname|lname|surname|family name|familyname|last|nachname|familienname|zuname|nom|nom de famille|apellido|apellidos|primer apellido|achternaam|familienaam",
    ),
    (
        Meaning::FullName,
        "name|full name|fullname|display name|contact name|contact|kontakt|ansprechpartner|vollstandiger name|anzeigename|nom complet|nom et prenom|\
         prenom nom|nombre completo|nombre y apellidos|naam|volledige naam|subscriber name|file as",
    ),
    (
        Meaning::Phone,
        "phone|phone number|phonenumber|telephone|tel|mobile|mobile phone|cell|cell phone|phone 1 value|business phone|primary phone|home phone|\
         work phone|sms|whatsapp|mobile phone number|contact phone number|telefon|telefonnummer|mobil|handy|mobiltelefon|handynummer|rufnummer|telefone|numero de telephone|\
         portable|mobile portable|telefono|movil|numero de telefono|telefoon|telefoonnummer|mobiel|gsm|mobiele telefoon",
    ),
    (
        Meaning::Company,
        "company|company name|companyname|organization|organisation|organization name|organization 1 name|account name|employer|business name|business|\
         firma|unternehmen|firmenname|entreprise|societe|nom de l entreprise|raison sociale|empresa|compania|nombre de la empresa|bedrijf|bedrijfsnaam|organisatie|associated company",
    ),
    (
        Meaning::JobTitle,
        "job title|jobtitle|title|position|role|organization title|organization 1 title|occupation|job|stelle|berufsbezeichnung|funktion|\
         beruf|poste|fonction|titre|intitule du poste|cargo|puesto|profesion|functie|functietitel|beroep",
    ),
    (
        Meaning::Locale,
        "language|locale|lang|preferred language|language code|sprache|langue|idioma|lengua|taal",
    ),
    (
        Meaning::TimeZone,
        "timezone|time zone|tz|zeitzone|fuseau horaire|zona horaria|tijdzone",
    ),
    (
        Meaning::Unsubscribed,
        "unsubscribed|unsubscribe|unsubscribed at|unsubscribed on|unsubscribed date|unsubscribe date|unsub time|unsubscribe time|unsubscribed time|opted out|opt out|optout|opt out date|\
         email opt out|has opted out of email|hasoptedoutofemail|unsubscribed from all email|opted out of all email|do not email|do not contact|donotemail|\
         unsubscription date|date unsubscribed|\
         abgemeldet|abgemeldet am|abbestellt|ausgetragen|desabonne|desinscrit|desabonnement|date de desabonnement|desinscription|date de desinscription|\
         dado de baja|baja|fecha de baja|desuscrito|cancelado|uitgeschreven|afgemeld|uitschrijfdatum|datum uitschrijving",
    ),
    (
        Meaning::Subscribed,
        "subscribed|is subscribed|email subscribed|abonniert|abonne|inscrit|suscrito|ingeschreven|geabonneerd|opted in|opt in|accepts marketing|accepts email marketing|email marketing consent",
    ),
    (
        Meaning::Bounced,
        "bounced|bounce|hard bounce|hard bounced|hardbounce|bounced at|bounced date|bounce date|bounce reason|email bounced date|emailbounceddate|emailbouncedreason|email bounced reason|clean time|cleaned|hard bounces|bounced on|\
         email hard bounce reason|hard bounce reason|invalid email|invalid email address|unzustellbar|zuruckgewiesen|rebond|rebonds|rebote|rebotado|rebotes|gebounced|teruggestuurd",
    ),
    (
        Meaning::Complained,
        "complained|complaint|complaints|spam complaint|marked as spam|spam report|reported spam|abuse complaint|beschwerde|spambeschwerde|plainte|plaintes|queja|klacht|spamklacht",
    ),
    (
        Meaning::Blacklisted,
        "blacklisted|blacklist|email blacklist|email blacklisted|emailblacklisted|blocklisted|blocklist|email blocklisted|blocked|suppressed|do not mail|gesperrt|blockiert|sperrliste|bloque|liste noire|\
         sur liste noire|bloqueado|lista negra|en lista negra|geblokkeerd|zwarte lijst|op zwarte lijst",
    ),
    (
        Meaning::Status,
        "status|state|email status|subscription status|subscriber status|member status|contact status|email marketing status|marketing status|abonnementstatus|abostatus|abonnement status|statut|etat|estado|estado de suscripcion|statut d abonnement|abonnementsstatus|inschrijfstatus",
    ),
];

/// What the words of a header say; [`Meaning::Attribute`] where they are none of those that are known.
#[must_use]
pub(super) fn meaning_of(header: &str) -> Meaning {
    let folded = folded(header);
    WORDS
        .iter()
        .find(|(_, words)| words.split('|').any(|word| word.trim() == folded))
        .map_or(Meaning::Attribute, |&(meaning, _)| meaning)
}

/// A header in lower case, without accents, its words separated by single spaces.
fn folded(header: &str) -> String {
    let mut text = String::with_capacity(header.len());
    let mut last_is_lower = false;
    for c in header.nfkd() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && last_is_lower && !text.ends_with(' ') && text.len() > 1 {
                text.push(' ');
            }
            last_is_lower = c.is_lowercase();
            text.extend(c.to_lowercase());
        } else if !unicode_normalization::char::is_combining_mark(c) {
            last_is_lower = false;
            if !text.is_empty() && !text.ends_with(' ') {
                text.push(' ');
            }
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_five_languages_and_many_programs_are_understood() {
        for (header, meaning) in [
            ("Email Address", Meaning::Email),
            ("E-mail 1 - Value", Meaning::Email),
            ("E-mail Address", Meaning::Email),
            ("E-Mail-Adresse", Meaning::Email),
            ("Adresse électronique", Meaning::Email),
            ("Correo electrónico", Meaning::Email),
            ("E-mailadres", Meaning::Email),
            ("E-mail 2 Address", Meaning::OtherEmail),
            ("FirstName", Meaning::FirstName),
            ("PRÉNOM", Meaning::FirstName),
            ("Nom", Meaning::LastName),
            ("Organization 1 - Name", Meaning::Company),
            ("HasOptedOutOfEmail", Meaning::Unsubscribed),
            ("UNSUB_TIME", Meaning::Unsubscribed),
            ("Désabonné", Meaning::Unsubscribed),
            ("EMAIL_BLACKLIST", Meaning::Blacklisted),
            ("Hard bounced", Meaning::Bounced),
            ("Status", Meaning::Status),
            ("Zeitzone", Meaning::TimeZone),
            ("E-mail 1 - Type", Meaning::Attribute),
            ("", Meaning::Attribute),
        ] {
            assert_eq!(meaning_of(header), meaning, "{header}: {}", folded(header));
        }
    }

    #[test]
    fn every_meaning_is_read_back() {
        for meaning in Meaning::ALL {
            assert_eq!(meaning.as_str().parse(), Ok(*meaning));
        }
        assert_eq!("mail".parse::<Meaning>(), Err(UnknownMeaning));
    }
}
