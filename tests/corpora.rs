//! The inputs that fuzzing has found or begins with, one test for each: `tests/fuzz/corpus/TARGET/*` go to the functions
//! that libFuzzer gives its own to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kandy_scenarios::memory;
use kandy_tests::targets::{TARGETS, Target};
use libtest_mimic::{Arguments, Failed, Trial};

/// The most bytes of all corpora: everybody clones them.
const MAX_BYTES: u64 = 500_000;

/// It holds scripts to their budget.
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::counting();

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("every_target_is_fuzzed", every_target_is_fuzzed),
        Trial::test("the_corpora_are_small", the_corpora_are_small),
    ];
    for (name, target) in TARGETS {
        match inputs(name) {
            Ok(inputs) => trials.extend(inputs.into_iter().map(|path| trial(name, *target, path))),
            Err(error) => {
                println!("corpora: cannot read the folder {}: {error}", corpus(name).display());
                return ExitCode::FAILURE;
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: &str, target: fn(&[u8]), path: PathBuf) -> Trial {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    Trial::test(format!("{name}/{file}"), move || {
        target(&fs::read(&path)?);
        Ok(())
    })
}

fn every_target_is_fuzzed() -> Result<(), Failed> {
    let mut names: Vec<&str> = TARGETS.iter().map(|(name, _): &Target| *name).collect();
    names.sort_unstable();
    for (folder, suffix) in [("corpus", ""), ("targets", ".rs")] {
        let expected: Vec<String> = names.iter().map(|name| format!("{name}{suffix}")).collect();
        let mut found = Vec::new();
        for entry in fs::read_dir(fuzz().join(folder))? {
            found.push(entry?.file_name().to_string_lossy().into_owned());
        }
        found.sort();
        if found != expected {
            return Err(format!("tests/fuzz/{folder} has {found:?}, not {expected:?}").into());
        }
    }
    Ok(())
}

fn the_corpora_are_small() -> Result<(), Failed> {
    let mut bytes = 0;
    for (name, _) in TARGETS {
        let inputs = inputs(name)?;
        if inputs.is_empty() {
            return Err(format!("there is nothing in {}", corpus(name).display()).into());
        }
        for input in inputs {
            bytes += fs::metadata(input)?.len();
        }
    }
    if bytes > MAX_BYTES {
        return Err(format!("the corpora have {bytes} bytes, more than {MAX_BYTES}").into());
    }
    Ok(())
}

/// The files of a corpus, in the order of their names.
fn inputs(target: &str) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(corpus(target))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn corpus(target: &str) -> PathBuf {
    fuzz().join("corpus").join(target)
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}
