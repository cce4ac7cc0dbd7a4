//! The text that an invited person gets, in the organization's language.

use kernel::{Locale, Secret, Timestamp};

use crate::{Invitation, Organization, Role, User};

/// Subject and text of the mail.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct InvitationMail {
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// What all languages have to say.
struct Facts<'a> {
    organization: &'a str,
    role: &'a str,
    inviter: Option<&'a str>,
    address: &'a str,
    token: &'a str,
    until: String,
    url: &'a str,
}

impl InvitationMail {
    pub(crate) fn compose(
        organization: &Organization,
        role: &Role,
        inviter: Option<&User>,
        invitation: &Invitation,
        token: &Secret,
        public_url: &str,
    ) -> Self {
        let facts = Facts {
            organization: organization.state().name.as_str(),
            role: role.state().name.as_str(),
            inviter: inviter.map(|user| user.state().display_name.as_str()),
            address: invitation.state().email.as_str(),
            token: token.expose(),
            until: minute(invitation.state().expires_at),
            url: public_url,
        };
        match language(&organization.state().settings.locale) {
            "de" => german(&facts),
            "fr" => french(&facts),
            "es" => spanish(&facts),
            _ => english(&facts),
        }
    }
}

fn language(locale: &Locale) -> &str {
    let tag = locale.as_str();
    tag.split_once('-').map_or(tag, |(language, _)| language)
}

/// The instant to the minute, as every language reads it.
fn minute(at: Timestamp) -> String {
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}

fn english(facts: &Facts<'_>) -> InvitationMail {
    let Facts {
        organization,
        role,
        address,
        token,
        until,
        url,
        ..
    } = facts;
    let opening = facts.inviter.map_or_else(
        || format!("You are invited to join {organization} on Canvass as {role}."),
        |inviter| format!("{inviter} invites you to join {organization} on Canvass as {role}."),
    );
    InvitationMail {
        subject: format!("Invitation to {organization}"),
        text: format!(
            "Hello,\n\n\
             {opening}\n\n\
             To accept, log in with an account for {address}, or sign up for one, and send this token \
             to POST {url}/v1/invitations/accept:\n\n    \
             {token}\n\n\
             In the browser you can do so at {url}/docs.\n\n\
             The token works once, for this address only, until {until}.\n\
             If you did not expect this message, ignore it; nothing happens then.\n"
        ),
    }
}

fn german(facts: &Facts<'_>) -> InvitationMail {
    let Facts {
        organization,
        role,
        address,
        token,
        until,
        url,
        ..
    } = facts;
    let opening = facts.inviter.map_or_else(
        || format!("Sie sind eingeladen, {organization} auf Canvass als {role} beizutreten."),
        |inviter| {
            format!("{inviter} lädt Sie ein, {organization} auf Canvass als {role} beizutreten.")
        },
    );
    InvitationMail {
        subject: format!("Einladung zu {organization}"),
        text: format!(
            "Guten Tag,\n\n\
             {opening}\n\n\
             Um anzunehmen, melden Sie sich mit einem Konto für {address} an, oder legen Sie eines an, und \
             senden Sie dieses Token an POST {url}/v1/invitations/accept:\n\n    \
             {token}\n\n\
             Im Browser geht das unter {url}/docs.\n\n\
             Das Token gilt einmal, nur für diese Adresse, bis {until}.\n\
             Falls Sie diese Nachricht nicht erwartet haben, können Sie sie ignorieren; dann geschieht nichts.\n"
        ),
    }
}

fn french(facts: &Facts<'_>) -> InvitationMail {
    let Facts {
        organization,
        role,
        address,
        token,
        until,
        url,
        ..
    } = facts;
    let opening = facts.inviter.map_or_else(
        || {
            format!(
                "Vous êtes invité(e) à rejoindre {organization} sur Canvass en tant que {role}."
            )
        },
        |inviter| {
            format!(
                "{inviter} vous invite à rejoindre {organization} sur Canvass en tant que {role}."
            )
        },
    );
    InvitationMail {
        subject: format!("Invitation à rejoindre {organization}"),
        text: format!(
            "Bonjour,\n\n\
             {opening}\n\n\
             Pour accepter, connectez-vous avec un compte pour {address}, ou créez-en un, et envoyez ce jeton \
             à POST {url}/v1/invitations/accept :\n\n    \
             {token}\n\n\
             Dans le navigateur, c'est possible sur {url}/docs.\n\n\
             Le jeton est valable une fois, pour cette adresse seulement, jusqu'au {until}.\n\
             Si vous n'attendiez pas ce message, ignorez-le ; il ne se passera rien.\n"
        ),
    }
}

fn spanish(facts: &Facts<'_>) -> InvitationMail {
    let Facts {
        organization,
        role,
        address,
        token,
        until,
        url,
        ..
    } = facts;
    let opening = facts.inviter.map_or_else(
        || format!("Se le invita a unirse a {organization} en Canvass como {role}."),
        |inviter| format!("{inviter} le invita a unirse a {organization} en Canvass como {role}."),
    );
    InvitationMail {
        subject: format!("Invitación a {organization}"),
        text: format!(
            "Hola:\n\n\
             {opening}\n\n\
             Para aceptar, inicie sesión con una cuenta para {address}, o cree una, y envíe este token \
             a POST {url}/v1/invitations/accept:\n\n    \
             {token}\n\n\
             En el navegador puede hacerlo en {url}/docs.\n\n\
             El token sirve una vez, solo para esta dirección, hasta el {until}.\n\
             Si no esperaba este mensaje, ignórelo; no ocurrirá nada.\n"
        ),
    }
}
