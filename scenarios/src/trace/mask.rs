//! What is hidden of queries and bodies.

/// Hides the tokens in the query of an address, but for the platform's own.
pub(super) fn masked_query(query: &str) -> String {
    let mut shown = String::with_capacity(query.len());
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            shown.push('&');
        }
        match pair.split_once('=') {
            Some((key @ ("token" | "access_token"), token)) if !is_placeholder(token) => {
                shown.push_str(key);
                shown.push_str("=***");
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

/// Hides what a body says in JSON under a name that is secret, and tokens in addresses. It need not be whole, and need not
/// be JSON.
pub(super) fn masked(body: &str) -> String {
    let mut shown = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, value, behind)) = next_secret(rest) {
        shown.push_str(before);
        shown.push_str(if is_placeholder(value) { value } else { "***" });
        rest = behind;
    }
    shown + rest
}

/// What comes before the next value whose name is secret, the value, and what comes behind it.
fn next_secret(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    // A name ends with one of these: `"token": ..` and `?token=..`.
    while let Some(end) = text[from..].find(['"', '=']).map(|at| from + at) {
        let before_name = text[..end].trim_end_matches(is_of_a_name).len();
        from = end + 1;
        if !is_secret(&text[before_name..end]) {
            continue;
        }
        let is_json = text.as_bytes()[end] == b'"';
        let behind = &text[from..];
        let value = if is_json { json_value(behind) } else { Some(behind) };
        let Some(value) = value else { continue };
        let (value, end) = match value.strip_prefix('"') {
            Some(string) => (string, end_of_string(string)),
            None if is_json && value.starts_with(['{', '[']) => (value, end_of_nested(value)),
            None => (value, end_of_bare(value)),
        };
        return Some((&text[..text.len() - value.len()], &value[..end], &value[end..]));
    }
    None
}

/// From a value on, if it was a name in JSON that has just ended.
fn json_value(behind_name: &str) -> Option<&str> {
    Some(behind_name.trim_start().strip_prefix(':')?.trim_start())
}

fn end_of_string(value: &str) -> usize {
    let mut is_escaped = false;
    let end = value.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(value.len())
}

/// Where an object or an array has ended that the value begins with.
fn end_of_nested(value: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = value.as_bytes().get(at) {
        at += 1;
        match byte {
            b'"' => at += (end_of_string(&value[at..]) + 1).min(value.len() - at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_bare(value: &str) -> usize {
    let ends = |character: char| character.is_whitespace() || "&\",}]#".contains(character);
    value.find(ends).unwrap_or(value.len())
}

fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "pass", "pwd", "secret"].iter().any(|word| name.contains(word))
}

/// Whether a token is one that the platform numbered itself.
fn is_placeholder(token: &str) -> bool {
    let number = ["AT-", "RT-", "OA-"].iter().find_map(|prefix| token.strip_prefix(prefix));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_body_tells_no_secret() {
        for (body, shown) in [
            (r#"{"access_token":"s3cret","expires":60}"#, r#"{"access_token":"***","expires":60}"#),
            (
                r#"{"access_token" : "AT-1", "refreshToken":"s3\"cr"}"#,
                r#"{"access_token" : "AT-1", "refreshToken":"***"}"#,
            ),
            (r#"{"password":12345,"a":"token"}"#, r#"{"password":***,"a":"token"}"#),
            (r#"{"url":"wss://x/CH-1?token=s3cret&a=b"}"#, r#"{"url":"wss://x/CH-1?token=***&a=b"}"#),
            (r#"{"token":"s3c"#, r#"{"token":"***"#),
            (r#"{"tokens":{"a":["s3cret"],"b}":1},"c":2}"#, r#"{"tokens":***,"c":2}"#),
            (r#"{"tokens":["s3c"#, r#"{"tokens":***"#),
            ("étoken=s3cret x", "étoken=*** x"),
            ("<a token=\"s3cret s3cret\">", "<a token=\"***\">"),
            ("grant=x&client_secret=s3cret", "grant=x&client_secret=***"),
            ("no secret: \"é\" = 'é'", "no secret: \"é\" = 'é'"),
        ] {
            assert_eq!(masked(body), shown);
        }
    }

    proptest! {
        #![proptest_config(config())]

        /// Wherever it stands, whatever its form, and wherever the body is cut.
        #[test]
        fn no_body_shows_what_has_a_secret_name(
            around in arbitrary_json(),
            key in "[a-z]{0,3}(token|Token|_token|password|Secret)[A-Za-z]{0,3}",
            nested in any::<bool>(),
            cut in any::<proptest::sample::Index>(),
        ) {
            let secret = json!("s3cret\\\"s3cret");
            let secret = if nested { json!({ "a": [secret] }) } else { secret };
            let body = json!([around, { "b": around, key: secret, "c": around }]).to_string();
            let cut = String::from_utf8_lossy(&body.as_bytes()[..cut.index(body.len() + 1)]);
            let shown = masked(&cut);
            prop_assert!(!shown.contains("s3c"), "{shown}");
            let clean = json!([around, around]).to_string();
            prop_assert_eq!(masked(&clean), clean);
        }
    }

    /// The same bodies in every run, unless `PROPTEST_CASES` says how many others to take.
    fn config() -> Config {
        if std::env::var_os("PROPTEST_CASES").is_some() {
            return Config::default();
        }
        Config { rng_seed: RngSeed::Fixed(0), ..Config::default() }
    }

    fn arbitrary_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof!["[^=]{0,8}".prop_map(Value::from), any::<i32>().prop_map(Value::from)];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let objects = proptest::collection::btree_map("[a-z\"\\\\é]{0,4}", inner.clone(), 0..3);
            prop_oneof![
                proptest::collection::vec(inner, 0..3).prop_map(Value::from),
                objects.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
