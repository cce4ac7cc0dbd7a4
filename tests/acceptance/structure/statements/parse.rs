//! SQL as a tree.

use sqlparser::ast::Statement;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

/// The statements in some SQL, or why it cannot be read.
pub(super) fn parse(sql: &str) -> Result<Vec<Statement>, String> {
    let dialect = PostgreSqlDialect {};
    let mut tokens = Tokenizer::new(&dialect, sql)
        .tokenize()
        .map_err(|error| error.to_string())?;
    drop_index_conditions(&mut tokens);
    drop_lock_strengths(&mut tokens);
    Parser::new(&dialect)
        .with_tokens(tokens)
        .parse_statements()
        .map_err(|error| error.to_string())
}

/// Drops the condition of a partial index from `ON CONFLICT (…) WHERE … DO`, which the parser does not know.
fn drop_index_conditions(tokens: &mut Vec<Token>) {
    let is = |token: &Token, keyword: Keyword| matches!(token, Token::Word(word) if word.keyword == keyword);
    let mut at = 0;
    while at < tokens.len() {
        if is(&tokens[at], Keyword::CONFLICT) {
            let ends = (at..tokens.len()).find(|&end| is(&tokens[end], Keyword::DO));
            let begins = (at..tokens.len()).find(|&begin| is(&tokens[begin], Keyword::WHERE));
            if let (Some(begin), Some(end)) = (begins, ends)
                && begin < end
            {
                tokens.drain(begin..end);
            }
        }
        at += 1;
    }
}

/// Makes `FOR NO KEY UPDATE` and `FOR KEY SHARE` the locks that the parser knows.
fn drop_lock_strengths(tokens: &mut Vec<Token>) {
    let words: Vec<_> = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match token {
            Token::Word(word) => Some((at, word.keyword)),
            _ => None,
        })
        .collect();
    let mut dropped = Vec::new();
    for window in words.windows(4) {
        let keywords = [window[0].1, window[1].1, window[2].1, window[3].1];
        match keywords {
            [Keyword::FOR, Keyword::NO, Keyword::KEY, Keyword::UPDATE] => {
                dropped.extend([window[1].0, window[2].0]);
            }
            [Keyword::FOR, Keyword::KEY, Keyword::SHARE, _]
            | [_, Keyword::FOR, Keyword::KEY, Keyword::SHARE] => {
                dropped.push(window[if keywords[0] == Keyword::FOR { 1 } else { 2 }].0);
            }
            _ => {}
        }
    }
    let mut at = 0;
    tokens.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
}
