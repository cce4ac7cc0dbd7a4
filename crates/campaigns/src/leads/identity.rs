//! Who somebody is who answers, and which lead is theirs.

use kernel::{CampaignId, ContactId, EmailAddress, StorageError};

use crate::ports::CampaignUnit;
use crate::{Answer, FieldType, FormVersion, Lead, LeadState, Person, Response};

/// Who somebody is.
pub(super) struct Identity {
    pub(super) contact: Option<ContactId>,
    /// By what their lead can be known: the contact before the address.
    pub(super) people: Vec<Person>,
}

/// Who somebody is: the contact that is named, or else whoever has the address that was answered. What a contact answers is
/// theirs whichever address they type, which may be somebody else's.
pub(super) async fn identify(
    unit: &dyn CampaignUnit,
    contact: Option<ContactId>,
    answered: Option<EmailAddress>,
) -> Result<Identity, StorageError> {
    let known = match (contact, &answered) {
        (None, Some(email)) => unit.people().find_contact(email).await?,
        (contact, _) => contact,
    };
    let mut people: Vec<_> = known.map(Person::contact).into_iter().collect();
    if let Some(known) = known {
        let addressee = unit.people().find_addressee(known).await?;
        let own = addressee.and_then(|it| it.email.parse().ok());
        people.extend(own.as_ref().map(Person::address));
    }
    if contact.is_none() {
        people.extend(answered.as_ref().map(Person::address));
    }
    Ok(Identity {
        contact: known,
        people,
    })
}

impl Identity {
    /// Who a lead is, by all that is known of them by now.
    pub(super) async fn of(unit: &dyn CampaignUnit, lead: &Lead) -> Result<Self, StorageError> {
        let state = lead.state();
        let given = state.person.as_ref().and_then(Person::given_address);
        let mut identity = identify(unit, state.contact, given).await?;
        identity.people.extend(state.person.clone());
        Ok(identity)
    }

    /// The living lead of the campaign, or without one, that is this person. One that is another contact is not.
    pub(super) async fn find_lead(
        &self,
        unit: &dyn CampaignUnit,
        campaign: Option<CampaignId>,
    ) -> Result<Option<Lead>, StorageError> {
        let leads = unit.leads();
        let found = leads.find_person(campaign, self.contact, &self.people);
        let found = found.await?;
        Ok(found.filter(|lead| {
            let contact = lead.state().contact;
            contact.is_none() || self.contact.is_none() || contact == self.contact
        }))
    }
}

/// Whether the lead may be whoever has this address: it is no contact yet, and gave no other address.
pub(super) fn may_be(lead: &LeadState, email: &EmailAddress) -> bool {
    let is_its_own = |person: &Person| *person == Person::address(email);
    lead.contact.is_none() && lead.person.as_ref().is_none_or(is_its_own)
}

/// The answer to the form's first question for an address.
pub(super) fn address_of(version: &FormVersion, response: &Response) -> Option<EmailAddress> {
    let fields = version.definition.fields().iter();
    let mut answers = fields
        .filter(|field| field.field_type() == FieldType::Email)
        .filter_map(|field| response.find(field.key()));
    answers.find_map(|answer| match answer {
        Answer::Text(text) => text.parse().ok(),
        _ => None,
    })
}
