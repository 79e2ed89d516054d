//! Tokens: what the answers to `mk_token` and `refresh_token` say (docs/protocol.md, sections 1.2 and 1.4).

use super::answer::Answer;
use super::signature::token_options;
use crate::js::{TypeError, Value, destructured, property};

/// Tokens as they were given or issued.
#[derive(Default)]
pub(crate) struct Tokens {
    pub(crate) access: Value,
    pub(crate) refresh: Value,
    pub(crate) bearer: Value,
    pub(crate) expires: Value,
    /// What proves who sends a request, `queryParams` or `headers`.
    pub(crate) options: Value,
}

/// Reads `{"success": {access_token, refresh_token, expires}}`; every one of the three may be missing. A connect reads
/// them one by one, a refresh at once, which the words tell.
pub(crate) fn read_tokens(body: &Value) -> Result<Tokens, TypeError> {
    let success = property(body, "success")?;
    destructured(success, "response.payload.body.success", "access_token")?;
    let field = |name: &str| success.get(name).clone();
    Ok(Tokens {
        options: token_options(success.get("access_token")),
        access: field("access_token"),
        refresh: field("refresh_token"),
        bearer: Value::Undefined,
        expires: field("expires"),
    })
}

/// Reads the answer to `mk_token`: the tokens, or the message of the failure. The outer error kills the task.
pub(crate) fn read_created_token(answer: Answer) -> Result<Result<Tokens, String>, TypeError> {
    match answer {
        Answer::Ok(body) => read_tokens(&body).map(Ok),
        Answer::Error { body: Some(body), .. } => property(body.get("error"), "human")
            .map(|human| Err(format!("There was an error connecting. Error: {}", human.to_text()))),
        Answer::Error { .. } => Ok(Err("Login request failed. Check your credentials.".to_owned())),
    }
}

/// Reads the answer to the refresh with which a connect began, likewise.
pub(crate) fn read_refreshed_token(answer: Answer) -> Result<Result<Tokens, String>, TypeError> {
    match answer {
        Answer::Ok(body) => read_tokens(&body).map(Ok),
        Answer::Error { .. } => {
            Ok(Err("Something went wrong while attempting to create an accessToken from the supplied refreshToken."
                .to_owned()))
        }
    }
}
