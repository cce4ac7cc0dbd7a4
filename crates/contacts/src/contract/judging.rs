//! `ValidationRuleRepository` and `ValidationLog`

use kernel::{ContactId, PageLimit, PageRequest, Timestamp, ValidationRuleId};
use time::Duration;

use super::Subject;
use super::tenant::{NOW, Tenant, id};
use crate::{
    ContactError, DomainConfig, Facts, Judgement, RuleConfig, RuleCount, RuleResult, RuleType,
    Rules, ValidationRule, decide,
};

/// The cases of rules and of the log of validations.
#[macro_export]
macro_rules! for_each_judging_case {
    ([$($callback:tt)+] $($context:tt)*) => {
        $($callback)+! { [$($context)*]
            the_highest_version_of_each_rule_is_in_force,
            a_version_that_exists_is_refused_and_the_unit_goes_on,
            versions_are_listed_by_kind_and_in_order,
            a_rule_is_found_as_it_was_made,
            judgements_of_a_contact_are_listed_from_the_latest,
            of_two_judgements_at_once_the_first_stays,
            a_list_is_summed_up_by_what_was_judged_last,
            what_was_not_committed_was_not_judged,
            other_tenants_see_no_rule_and_no_judgement,
        }
    };
}

/// Runs the case with this name.
pub async fn run<S: Subject>(name: &str) {
    let subject = &S::fresh().await;
    for_each_judging_case!([kernel::dispatch_contract_case] name subject);
}

/// The first version of a rule, not stored yet.
fn first(tenant: &Tenant, rule_type: RuleType) -> ValidationRule {
    ValidationRule::from_template(
        id(ValidationRuleId::from_uuid),
        tenant.scope.organization(),
        rule_type,
        NOW,
        tenant.scope.actor().user(),
    )
}

/// The version after `rule`, not stored yet, with domains that are admitted.
fn next(rule: &ValidationRule) -> ValidationRule {
    let admit = vec!["example.com".to_owned(), "a.test".to_owned()];
    let config = DomainConfig {
        admit: admit.try_into().unwrap(),
        ..DomainConfig::default()
    };
    let id = id(ValidationRuleId::from_uuid);
    rule.followed_by(id, RuleConfig::Domain(config), false, NOW, None)
}

/// What is said of `address` at `at`.
fn judged(tenant: &Tenant, contact: ContactId, address: &str, at: Timestamp) -> Judgement {
    let verdict = decide(address, &Facts::offline(), &Rules::default());
    Judgement::of(contact, &verdict, at, tenant.scope.actor().user())
}

async fn insert<S: Subject>(subject: &S, tenant: &Tenant, rules: &[&ValidationRule]) {
    let unit = tenant.begin(subject).await;
    for rule in rules {
        unit.validation_rules().insert(rule).await.unwrap();
    }
    unit.commit().await.unwrap();
}

async fn append<S: Subject>(subject: &S, tenant: &Tenant, judgements: &[Judgement]) {
    let unit = tenant.begin(subject).await;
    unit.validation_log().append(judgements).await.unwrap();
    unit.commit().await.unwrap();
}

/// All judgements of a contact, read by pages of two.
async fn history<S: Subject>(subject: &S, tenant: &Tenant, contact: ContactId) -> Vec<Judgement> {
    let unit = tenant.begin(subject).await;
    let mut page = PageRequest {
        limit: PageLimit::new(2).unwrap(),
        after: None,
    };
    let mut found = Vec::new();
    loop {
        let read = unit.validation_log().list_of(contact, &page).await.unwrap();
        found.extend(read.items);
        page.after = read.next;
        if page.after.is_none() {
            return found;
        }
    }
}

mod cases {
    use super::{
        ContactError, ContactId, Duration, NOW, PageLimit, PageRequest, RuleCount, RuleResult,
        RuleType, Subject, Tenant, append, first, history, id, insert, judged, next,
    };

    pub(super) async fn the_highest_version_of_each_rule_is_in_force<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let domain = first(&tenant, RuleType::Domain);
        let second = next(&domain);
        let syntax = first(&tenant, RuleType::Syntax);
        insert(subject, &tenant, &[&second, &domain, &syntax]).await;

        let unit = tenant.begin(subject).await;
        let in_force = unit.validation_rules().in_force().await.unwrap();

        assert_eq!(in_force, [syntax, second]);
    }

    pub(super) async fn a_version_that_exists_is_refused_and_the_unit_goes_on<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let domain = first(&tenant, RuleType::Domain);
        insert(subject, &tenant, &[&domain]).await;
        let syntax = first(&tenant, RuleType::Syntax);

        let unit = tenant.begin(subject).await;
        let again = first(&tenant, RuleType::Domain);
        let refused = unit.validation_rules().insert(&again).await;
        unit.validation_rules().insert(&syntax).await.unwrap();
        unit.commit().await.unwrap();

        assert!(matches!(refused, Err(ContactError::Stale)));
        let unit = tenant.begin(subject).await;
        let in_force = unit.validation_rules().in_force().await.unwrap();
        assert_eq!(in_force, [syntax, domain]);
    }

    pub(super) async fn versions_are_listed_by_kind_and_in_order<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let domain = first(&tenant, RuleType::Domain);
        let syntax = first(&tenant, RuleType::Syntax);
        let second = next(&domain);
        insert(subject, &tenant, &[&domain, &syntax, &second]).await;

        let unit = tenant.begin(subject).await;
        let page = PageRequest {
            limit: PageLimit::new(2).unwrap(),
            after: None,
        };
        let rules = unit.validation_rules();
        let begin = rules.list(None, &page).await.unwrap();
        let rest = PageRequest {
            after: begin.next,
            ..page.clone()
        };
        let rest = rules.list(None, &rest).await.unwrap();
        let of_domain = rules.list(Some(RuleType::Domain), &page).await.unwrap();

        assert_eq!(begin.items, [domain.clone(), syntax]);
        assert_eq!((rest.items, rest.next), (vec![second.clone()], None));
        assert_eq!(of_domain.items, [domain, second]);
        assert_eq!(of_domain.next, None);
    }

    pub(super) async fn a_rule_is_found_as_it_was_made<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let made = RuleType::ALL
            .iter()
            .map(|rule_type| first(&tenant, *rule_type))
            .collect::<Vec<_>>();
        insert(subject, &tenant, &made.iter().collect::<Vec<_>>()).await;

        let unit = tenant.begin(subject).await;
        let found = unit.validation_rules().in_force().await.unwrap();

        assert_eq!(found, made);
    }

    pub(super) async fn judgements_of_a_contact_are_listed_from_the_latest<S: Subject>(
        subject: &S,
    ) {
        let tenant = Tenant::found(subject).await;
        let [contact, other] = [id(ContactId::from_uuid), id(ContactId::from_uuid)];
        let addresses = [
            "ada@example.de",
            "info@example.test",
            "nobody",
            "a@b.de",
            "x@y.de",
        ];
        let judgements = (0..)
            .zip(addresses)
            .map(|(minute, address)| {
                judged(&tenant, contact, address, NOW + Duration::minutes(minute))
            })
            .collect::<Vec<_>>();
        append(subject, &tenant, &judgements).await;
        append(subject, &tenant, &[judged(&tenant, other, "b@c.de", NOW)]).await;

        let mut found = history(subject, &tenant, contact).await;

        found.reverse();
        assert_eq!(found, judgements);
    }

    pub(super) async fn of_two_judgements_at_once_the_first_stays<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = id(ContactId::from_uuid);
        let kept = judged(&tenant, contact, "ada@example.de", NOW);
        append(subject, &tenant, std::slice::from_ref(&kept)).await;

        append(subject, &tenant, &[judged(&tenant, contact, "nobody", NOW)]).await;
        append(subject, &tenant, &[]).await;

        assert_eq!(history(subject, &tenant, contact).await, [kept]);
    }

    pub(super) async fn a_list_is_summed_up_by_what_was_judged_last<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contacts = ["a", "b", "c"].map(|name| tenant.a_contact(&format!("{name}@example.de")));
        tenant.add(subject, &contacts).await;
        let [a, b, elsewhere] = &contacts;
        let list = tenant.add_list(subject, "Leads", &[a, b]).await;
        let judgements = [
            judged(&tenant, a.id(), "nobody", NOW - Duration::minutes(1)),
            judged(&tenant, a.id(), "info@example.de", NOW),
            judged(&tenant, b.id(), "b@example.de", NOW),
            judged(&tenant, elsewhere.id(), "c@example.de", NOW),
        ];
        append(subject, &tenant, &judgements).await;

        let unit = tenant.begin(subject).await;
        let summary = unit.validation_log().summary_of(list.id()).await.unwrap();

        let count = |rule, result, contacts| RuleCount {
            rule,
            version: 1,
            result,
            contacts,
        };
        assert_eq!(
            summary,
            [
                count(RuleType::Syntax, RuleResult::Pass, 2),
                count(RuleType::Domain, RuleResult::Unknown, 2),
                count(RuleType::Classification, RuleResult::Pass, 1),
                count(RuleType::Classification, RuleResult::Fail, 1),
            ]
        );
    }

    pub(super) async fn what_was_not_committed_was_not_judged<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let contact = id(ContactId::from_uuid);
        let unit = tenant.begin(subject).await;
        let judgement = judged(&tenant, contact, "a@b.de", NOW);
        unit.validation_log().append(&[judgement]).await.unwrap();
        let rule = first(&tenant, RuleType::Syntax);
        unit.validation_rules().insert(&rule).await.unwrap();

        drop(unit);

        assert_eq!(history(subject, &tenant, contact).await, []);
        let unit = tenant.begin(subject).await;
        assert_eq!(unit.validation_rules().in_force().await.unwrap(), []);
    }

    pub(super) async fn other_tenants_see_no_rule_and_no_judgement<S: Subject>(subject: &S) {
        let tenant = Tenant::found(subject).await;
        let a = tenant.a_contact("a@example.de");
        tenant.add(subject, std::slice::from_ref(&a)).await;
        let list = tenant.add_list(subject, "Leads", &[&a]).await;
        insert(subject, &tenant, &[&first(&tenant, RuleType::Syntax)]).await;
        append(
            subject,
            &tenant,
            &[judged(&tenant, a.id(), "a@example.de", NOW)],
        )
        .await;

        let other = Tenant::found(subject).await;

        assert_eq!(history(subject, &other, a.id()).await, []);
        let unit = other.begin(subject).await;
        let rules = unit.validation_rules();
        assert_eq!(rules.in_force().await.unwrap(), []);
        let listed = rules.list(None, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, []);
        let summary = unit.validation_log().summary_of(list.id()).await.unwrap();
        assert_eq!(summary, []);
        drop(unit);
        // The same version is free for the other one.
        insert(subject, &other, &[&first(&other, RuleType::Syntax)]).await;
    }
}
