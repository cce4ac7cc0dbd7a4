//! Every method of a port of storage stands in a case of its contract.

use std::collections::HashMap;

use super::tokens::{Token, find, tokens_without_tests};
use super::units::braced;
use super::workspace::{Source, assert_none, rust_sources};

/// The kernel's ports of storage; a domain's are all in its `ports`.
const SHARED: [&str; 5] = [
    "AuditTrail",
    "IdempotencyLedger",
    "JobQueue",
    "JobStore",
    "RateLimiter",
];

/// A method of a port.
#[derive(Debug)]
struct Method {
    port: String,
    name: String,
    place: String,
}

impl Method {
    /// Whether a case in this source is one of the method's: the kernel's ports have cases in every crate.
    fn is_tried_in(&self, source: &Source) -> bool {
        let crate_of = |path: &str| path.split('/').nth(1).map(str::to_owned);
        SHARED.contains(&self.port.as_str()) || crate_of(&self.place) == crate_of(&source.path)
    }
}

fn is_of_ports(source: &Source) -> bool {
    source.path.starts_with("crates/")
        && (source.path.contains("/src/ports/") || source.path.ends_with("/src/ports.rs"))
}

/// The ports in a source, each with what stands in its braces.
fn ports<'a>(source: &Source, tokens: &'a [Token]) -> Vec<(&'a str, &'a [Token])> {
    let mut found = Vec::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let name = pair[1].text.as_str();
        let is_shared = source.path.starts_with("crates/kernel/src/") && SHARED.contains(&name);
        if pair[0].text == "trait" && (is_shared || is_of_ports(source)) {
            let start = tokens[at..].iter().position(|token| token.text == "{");
            found.extend(start.map(|start| (name, braced(&tokens[at + start..]))));
        }
    }
    found
}

/// The methods of all ports, and how ports are come by: the port and the function that leads to it.
fn methods(sources: &[Source]) -> (Vec<Method>, Vec<(String, String)>) {
    let mut methods = Vec::new();
    let mut accessors = Vec::new();
    let may_have_ports =
        |it: &&Source| it.path.starts_with("crates/kernel/src/") || is_of_ports(it);
    for source in sources.iter().filter(may_have_ports) {
        let tokens = tokens_without_tests(source);
        for (port, body) in ports(source, &tokens) {
            for (at, pair) in body.windows(2).enumerate() {
                if pair[0].text != "fn" {
                    continue;
                }
                let end = body[at..].iter().position(|token| token.text == ";");
                let signature = &body[at..at + end.unwrap_or(0)];
                let name = pair[1].text.clone();
                let leads_to = signature
                    .windows(4)
                    .find(|it| it[0].text == ">" && it[1].text == "&" && it[2].text == "dyn")
                    .map(|it| it[3].text.clone());
                match leads_to {
                    Some(other) => accessors.push((other, name)),
                    None => methods.push(Method {
                        port: port.to_owned(),
                        name,
                        place: format!("{}:{}", source.path, pair[1].line),
                    }),
                }
            }
        }
    }
    (methods, accessors)
}

/// The tokens of a case, where a variable that holds a port is one token: the call that it came from.
///
/// `let keys = unit.api_keys(); keys.find(id)` reads as `api_keys().find(id)`. A name means what the last `let` of
/// its function made of it.
fn with_variables_followed(tokens: &[Token], accessors: &[(String, String)]) -> Vec<Token> {
    let mut held: HashMap<String, String> = HashMap::new();
    let mut followed: Vec<Token> = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "fn" => held.clear(),
            "let" => {
                if let Some((name, accessor)) = binding(&tokens[at..]) {
                    match accessor.filter(|it| accessors.iter().any(|(_, known)| known == it)) {
                        Some(accessor) => held.insert(name.to_owned(), accessor.to_owned()),
                        None => held.remove(name),
                    };
                }
            }
            _ => {}
        }
        let is_used = tokens.get(at + 1).is_some_and(|next| next.text == ".")
            && (at == 0 || tokens[at - 1].text != ".");
        let origin = held.get(&token.text).filter(|_| is_used);
        followed.push(Token {
            text: origin.map_or_else(|| token.text.clone(), |accessor| format!("{accessor}()")),
            line: token.line,
        });
    }
    followed
}

/// The name that a `let` gives, and the last call of its value where that has no arguments.
fn binding(tokens: &[Token]) -> Option<(&str, Option<&str>)> {
    let end = tokens.iter().position(|token| token.text == ";")?;
    let words: Vec<&str> = tokens[1..end].iter().map(|it| it.text.as_str()).collect();
    let (name, value) = words.split_first()?;
    let accessor = match value {
        ["=", .., ".", accessor, "(", ")"] => Some(*accessor),
        _ => None,
    };
    Some((name, accessor))
}

/// Methods without a case.
fn untried(sources: &[Source]) -> Vec<String> {
    let (methods, accessors) = methods(sources);
    let cases: Vec<(&Source, Vec<Token>)> = sources
        .iter()
        .filter(|source| source.path.contains("/src/contract"))
        .map(|source| {
            let tokens = with_variables_followed(&tokens_without_tests(source), &accessors);
            (source, tokens)
        })
        .collect();
    methods
        .iter()
        .filter(|method| {
            let mut ways = accessors
                .iter()
                .filter(|(port, _)| *port == method.port)
                .map(|(_, accessor)| accessor.as_str())
                .peekable();
            let name = method.name.as_str();
            let stands = |pattern: &[&str]| {
                cases
                    .iter()
                    .filter(|(source, _)| method.is_tried_in(source))
                    .any(|(_, tokens)| !find(tokens, pattern).is_empty())
            };
            if ways.peek().is_none() {
                return !stands(&[".", name, "("]);
            }
            !ways.any(|way| {
                stands(&[way, "(", ")", ".", name, "("])
                    || stands(&[&format!("{way}()"), ".", name, "("])
            })
        })
        .map(|method| {
            format!(
                "{}: `{}::{}` stands in no case",
                method.place, method.port, method.name
            )
        })
        .collect()
}

#[test]
fn every_method_of_a_port_of_storage_stands_in_a_case() {
    let sources = rust_sources();

    let found = methods(&sources).0;
    assert!(found.len() > 60, "methods are found: {}", found.len());
    for port in SHARED {
        assert!(found.iter().any(|it| it.port == port), "{port} is found");
    }
    assert_none(&untried(&sources));
}

#[test]
fn a_method_without_a_case_is_found() {
    let port = Source::sample(
        "crates/a/src/ports.rs",
        "pub trait Unit { fn teams(&self) -> &dyn Teams; fn roles(&self) -> &dyn Roles; }\n\
         pub trait Teams { async fn find(&self) -> Option<u8>; }\n\
         pub trait Roles { async fn find(&self) -> Option<u8>; }",
    );
    let cases = |text: &str| Source::sample("crates/a/src/contract/teams.rs", text);
    let both = "fn f() { unit.teams().find(); let these = unit.roles(); these.find(); }";
    let one = "fn f() { unit.teams().find(); /* unit.roles().find() */ }";

    let another = "fn f() { unit.teams().find(); let it = unit.roles(); }\n\
                   fn g() { let it = unit.teams(); it.find(); }";

    assert_none(&untried(&[port.clone(), cases(both)]));
    let namesake = "fn f() { unit.teams().find(); let roles = [1]; roles.find(); }";
    for text in [one, another, namesake] {
        assert_eq!(
            untried(&[port.clone(), cases(text)]),
            ["crates/a/src/ports.rs:3: `Roles::find` stands in no case"]
        );
    }
}
