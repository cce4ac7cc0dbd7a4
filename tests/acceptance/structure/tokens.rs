//! Rust as a list of tokens: comments are gone, and a word in a string is no word of the program.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

use super::workspace::Source;

/// A word, a sign (`::` is one), a bracket or a literal.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) line: usize,
}

/// The tokens of a source.
pub(super) fn tokens(source: &Source) -> Vec<Token> {
    let mut flat = Vec::new();
    flatten(parse(source), &mut flat);
    flat
}

/// The tokens of a source without what stands under `#[cfg(test)]`.
pub(super) fn tokens_without_tests(source: &Source) -> Vec<Token> {
    let mut flat = Vec::new();
    flatten(strip_tests(parse(source)), &mut flat);
    flat
}

fn parse(source: &Source) -> TokenStream {
    source
        .text
        .parse()
        .unwrap_or_else(|error| panic!("{} is Rust: {error}", source.path))
}

fn flatten(stream: TokenStream, flat: &mut Vec<Token>) {
    let mut after_colon = false;
    for tree in stream {
        let line = tree.span().start().line;
        let mut push = |text: String, line| flat.push(Token { text, line });
        let joins = after_colon;
        after_colon = false;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(open.to_owned(), line);
                let end = group.span_close().start().line;
                flatten(group.stream(), flat);
                flat.push(Token {
                    text: close.to_owned(),
                    line: end,
                });
            }
            TokenTree::Punct(sign) if sign.as_char() == ':' && joins => {
                if let Some(last) = flat.last_mut() {
                    last.text.push(':');
                }
            }
            TokenTree::Punct(sign) => {
                after_colon = sign.as_char() == ':' && sign.spacing() == Spacing::Joint;
                push(sign.to_string(), line);
            }
            TokenTree::Ident(word) => push(word.to_string(), line),
            TokenTree::Literal(literal) => push(literal.to_string(), line),
        }
    }
}

/// Drops `#[cfg(test)]` with the item that follows it: up to its braces, or its semicolon.
fn strip_tests(stream: TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let is_attribute = matches!(&tree, TokenTree::Punct(sign) if sign.as_char() == '#');
        if is_attribute && trees.peek().is_some_and(is_cfg_test) {
            for tree in trees.by_ref().skip(1) {
                let ends = match &tree {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(sign) => sign.as_char() == ';',
                    _ => false,
                };
                if ends {
                    break;
                }
            }
            continue;
        }
        kept.push(match tree {
            TokenTree::Group(group) => {
                let mut inner =
                    proc_macro2::Group::new(group.delimiter(), strip_tests(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        });
    }
    kept.into_iter().collect()
}

fn is_cfg_test(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else {
        return false;
    };
    group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// The lines on which `pattern` begins.
pub(super) fn find(tokens: &[Token], pattern: &[&str]) -> Vec<usize> {
    tokens
        .windows(pattern.len())
        .filter(|window| {
            window
                .iter()
                .map(|token| token.text.as_str())
                .eq(pattern.iter().copied())
        })
        .map(|window| window[0].line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|token| token.text.as_str()).collect()
    }

    #[test]
    fn comments_and_strings_are_no_words() {
        let source = Source::sample(
            "a.rs",
            "// begin\nfn f() { g(\"begin\", a::b); } /* begin */",
        );

        let all = tokens(&source);

        assert!(!texts(&all).contains(&"begin"));
        assert_eq!(find(&all, &["a", "::", "b"]), [2]);
    }

    #[test]
    fn what_is_for_tests_is_left_out_and_nothing_else() {
        let source = Source::sample(
            "a.rs",
            "fn a() {}\n#[cfg(test)]\nmod tests { fn b() {} }\nmod c { #[cfg(test)] use d; fn e() {} }",
        );

        let all = tokens_without_tests(&source);

        assert_eq!(find(&all, &["fn", "a"]), [1]);
        assert_eq!(find(&all, &["fn", "e"]), [4]);
        assert!(!texts(&all).contains(&"b") && !texts(&all).contains(&"d"));
    }
}
