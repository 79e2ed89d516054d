//! See `kandy_tests::targets::scripts`.

#![no_main]

use kandy_scenarios::memory;

/// It holds scripts to their budget.
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::counting();

libfuzzer_sys::fuzz_target!(|input: &[u8]| kandy_tests::targets::scripts(input));
