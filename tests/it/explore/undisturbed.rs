//! Where nothing goes wrong, nothing is found, but in scenarios that are there to show what the real SDK leaves behind.

use kandy_scenarios::explore::{Options, replay};
use kandy_scenarios::run::{Plan, Variant};
use kandy_scenarios::schedule::Schedule;

use super::sweep::{bundled, source_of};

/// Tags of scenarios that show something wrong.
const TAGS: [&str; 2] = ["quirk", "warn"];

#[test]
fn undisturbed_only_scenarios_that_are_tagged_so_have_findings() {
    let found = bundled();
    let (mut count, mut tagged) = (0, 0);
    for case in &Plan::to_run(&found, Variant::Sim).cases {
        let explored = replay(&source_of(case), case.row, &Schedule::default(), &Options::default()).unwrap();
        let header = case.scenario.header().unwrap();
        let is_tagged = header.tags.iter().any(|tag| TAGS.contains(&tag.as_str()));
        assert!(is_tagged || explored.findings.is_empty(), "{}: {:?}", case.name(), explored.findings);
        count += 1;
        tagged += usize::from(is_tagged && !explored.findings.is_empty());
    }
    assert!(count > 100 && tagged > 20, "{tagged} of {count}");
}
