//! How the functions of the script API are registered.

/// Registers a function. Its body gives a `Result<_, Halt>`; an error ends the scenario at the place of the call.
macro_rules! register {
    ($engine:ident, $shared:ident, $name:expr, |$run:ident, $call:ident $(, $arg:ident: $type:ty)*| $body:expr) => {{
        let shared = std::rc::Rc::clone($shared);
        $engine.register_fn($name, move |context: NativeCallContext $(, $arg: $type)*| {
            let body = |$run: &Run, $call: &NativeCallContext<'_>| { $body };
            shared.answer(&context, || body(&shared, &context))
        });
    }};
}

pub(super) use register;
