//! `docs/install/install.sh`: the command of a release, put into a folder if it is what the checksums say.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::place::{Place, Told, repository, this_system};

fn install(place: &Place, arguments: &[&str]) -> Told {
    place.run(Command::new("sh").arg(repository().join("docs/install/install.sh")).args(arguments))
}

/// That nothing has been put anywhere, not even half of it.
fn assert_untouched(folder: &Path) {
    let names = fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().file_name()).collect());
    let names: Vec<_> = names.unwrap_or_default();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn it_takes_the_command_out_of_the_archive_for_this_system() {
    let place = Place::new("script");
    place.release();
    let version = format!("kandy-harness {}\n", env!("CARGO_PKG_VERSION"));
    install(&place, &["release", "to/bin"]).assert(0, &[&version]);
    // A newer one takes the place of an old one.
    place.program("to/bin/kandy-harness", "echo old");
    install(&place, &["release/", "to/bin"]).assert(0, &[&version]);
    let names: Vec<_> =
        fs::read_dir(place.path().join("to/bin")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["kandy-harness"]);
}

#[test]
fn it_asks_an_address_for_the_files_of_a_release() {
    let place = Place::new("address");
    place.release();
    // What curl is told to write to is the last argument but one, and the address the last.
    let curl = "for last; do :; done
        echo \"$last\" >>asked
        while [ \"$1\" != --output ]; do shift; done
        cp \"release/${last##*/}\" \"$2\"";
    place.program("bin/curl", curl);
    let mut command = Command::new("sh");
    command.arg(repository().join("docs/install/install.sh")).args(["https://example.com/v1", "to"]);
    let path = format!("{}:{}", place.path().join("bin").display(), std::env::var("PATH").unwrap());
    place.run(command.env("PATH", path)).assert(0, &["kandy-harness "]);
    let archive = format!("kandy-harness-{}.tar.gz", this_system());
    assert_eq!(place.read("asked"), format!("https://example.com/v1/SHA256SUMS\nhttps://example.com/v1/{archive}\n"));
}

#[test]
fn it_takes_nothing_that_is_not_as_the_checksums_say() {
    let place = Place::new("checksums");
    let release = place.release();
    let archive = format!("kandy-harness-{}.tar.gz", this_system());
    let to = place.path().join("to");
    let sums = place.read("release/SHA256SUMS");

    let wrong = format!("{:064x}  {archive}\n", 7);
    place.write("release/SHA256SUMS", &wrong);
    install(&place, &["release", "to"]).assert(1, &[&archive, "is not what SHA256SUMS says", &wrong[..64]]);
    assert_untouched(&to);
    // A name that only begins so is another file.
    place.write("release/SHA256SUMS", &sums.replace(".gz", ".gz.sig"));
    install(&place, &["release", "to"]).assert(1, &["SHA256SUMS does not name", &archive]);
    assert_untouched(&to);
    fs::remove_file(release.join(&archive)).unwrap();
    install(&place, &["release", "to"]).assert(1, &["there is no", &archive]);
    assert_untouched(&to);
}

#[test]
fn it_says_what_it_takes_and_where_there_is_no_release() {
    let place = Place::new("refusals");
    install(&place, &[]).assert(2, &["a release and a folder, and has 0"]);
    install(&place, &["release", "to", "more"]).assert(2, &["and has 3"]);
    install(&place, &["nowhere", "to"]).assert(1, &["there is no SHA256SUMS in nowhere"]);
    place.program("bin/uname", "if [ \"$1\" = -s ]; then echo \"$KERNEL\"; else echo riscv64; fi");
    let path = format!("{}:{}", place.path().join("bin").display(), std::env::var("PATH").unwrap());
    for (kernel, said) in [("SunOS", "no release for SunOS"), ("Linux", "no release for riscv64")] {
        let mut command = Command::new("sh");
        command.arg(repository().join("docs/install/install.sh")).args(["release", "to"]);
        place.run(command.env("PATH", &path).env("KERNEL", kernel)).assert(1, &[said, "docs/install.md"]);
    }
}
