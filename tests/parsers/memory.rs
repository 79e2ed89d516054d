//! How much memory a decoder takes at once.

/// What every decoder may take whatever its input: the room for one answer, one configuration, one error.
const PLAIN: u64 = 16 * 1024;

/// Decodes, and fails if that takes more than `factor` bytes at once for each byte of the input.
#[track_caller]
pub(crate) fn within<T>(factor: u64, input: usize, decode: impl FnOnce() -> T) -> T {
    let mut decoded = None;
    let used = allocation_counter::measure(|| decoded = Some(decode()));
    let allowed = PLAIN + factor * input as u64;
    assert!(used.bytes_max <= allowed, "{} bytes for {input} bytes of input, {allowed} are allowed", used.bytes_max);
    decoded.expect("the closure has run")
}

#[test]
#[should_panic(expected = "are allowed")]
fn a_decoder_that_takes_too_much_is_found() {
    within(1, 1_000, || vec![0u8; 70_000]);
}
