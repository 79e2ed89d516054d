//! See `kandy_tests::targets::control`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kandy_tests::targets::control(input));
