//! Who somebody is who answers, and which lead is theirs.

use kernel::{CampaignId, ContactId, StorageError};

use crate::ports::CampaignUnit;
use crate::{Answer, FieldType, FormVersion, Lead, LeadState, Person, ReadAddress, Response};

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
    answered: Option<String>,
    read_address: ReadAddress,
) -> Result<Identity, StorageError> {
    let (contact, address) = match (contact, answered) {
        (Some(contact), _) => {
            let addressee = unit.people().find_addressee(contact).await?;
            (
                Some(contact),
                addressee.and_then(|it| read_address(&it.email)),
            )
        }
        (None, Some(answered)) => {
            let known = unit.people().find_contact(&answered).await?;
            (known, Some(answered))
        }
        (None, None) => (None, None),
    };
    let known_by_contact = contact.map(Person::contact).into_iter();
    let known_by_address = address.as_deref().map(Person::address);
    Ok(Identity {
        contact,
        people: known_by_contact.chain(known_by_address).collect(),
    })
}

impl Identity {
    /// Who a lead is, by all that is known of them by now.
    pub(super) async fn of(
        unit: &dyn CampaignUnit,
        lead: &Lead,
        read_address: ReadAddress,
    ) -> Result<Self, StorageError> {
        let state = lead.state();
        let given = state.person.as_ref().and_then(Person::given_address);
        let given = given.and_then(read_address);
        let mut identity = identify(unit, state.contact, given, read_address).await?;
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
pub(super) fn may_be(lead: &LeadState, address: &str) -> bool {
    let is_its_own = |person: &Person| *person == Person::address(address);
    lead.contact.is_none() && lead.person.as_ref().is_none_or(is_its_own)
}

/// The first answer to a question for an address, in the form under which addresses are compared.
pub(super) fn address_of(
    version: &FormVersion,
    response: &Response,
    read_address: ReadAddress,
) -> Option<String> {
    let fields = version.definition.fields().iter();
    let mut answers = fields
        .filter(|field| field.field_type() == FieldType::Email)
        .filter_map(|field| response.find(field.key()));
    answers.find_map(|answer| match answer {
        Answer::Text(text) => read_address(text),
        _ => None,
    })
}
