//! Functions of Rhai that make a value much larger at once. Rhai looks at the size of what a function has made, and by then it may
//! have taken all memory; these know the size first.

use rhai::{Engine, EvalAltResult, ImmutableString, NativeCallContext};

use super::engine::MAX_STRING;

/// Registers them in the place of Rhai's own.
pub(super) fn register_growth(engine: &mut Engine) {
    engine.register_fn("replace", |call: NativeCallContext, text: &mut ImmutableString, find: &str, by: &str| {
        replace(&call, text, find, by)
    });
    engine.register_fn("replace", |call: NativeCallContext, text: &mut ImmutableString, find: &str, by: char| {
        replace(&call, text, find, by.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("replace", |call: NativeCallContext, text: &mut ImmutableString, find: char, by: &str| {
        replace(&call, text, find.encode_utf8(&mut [0; 4]), by)
    });
}

fn replace(
    call: &NativeCallContext<'_>,
    text: &mut ImmutableString,
    find: &str,
    by: &str,
) -> Result<(), Box<EvalAltResult>> {
    if by.len() > find.len() {
        let more = text.matches(find).count().saturating_mul(by.len() - find.len());
        if text.len().saturating_add(more) > MAX_STRING {
            let what = "Length of string".to_owned();
            return Err(EvalAltResult::ErrorDataTooLarge(what, call.call_position()).into());
        }
    }
    *text = text.replace(find, by).into();
    Ok(())
}
