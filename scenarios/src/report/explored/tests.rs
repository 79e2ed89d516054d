use super::*;
use crate::explore::FindingKind;

fn exploration(findings: &[(FindingKind, &[&str])]) -> Exploration {
    let mut found = Exploration::default();
    for (kind, schedules) in findings {
        let schedules = schedules.iter().map(|text| text.parse().unwrap()).collect();
        found.findings.insert(Finding { kind: kind.clone(), client: Some("kandy".to_owned()) }, schedules);
    }
    found
}

fn told(found: &Exploration, all: bool) -> String {
    Overview::of(found, all).text(&Predicted::default(), false)
}

/// As if no recording had anything of it.
fn told_as_predicted(found: &Exploration) -> String {
    let overview = Overview::of(found, false);
    let findings: BTreeSet<Finding> = found.findings.keys().cloned().collect();
    let predicted = overview.schedules().into_iter().map(|schedule| (schedule, findings.clone())).collect();
    overview.text(&predicted, false)
}

fn fits(text: &str) -> bool {
    text.lines().count() + AROUND <= MAX_LINES && text.lines().all(|line| line.chars().count() <= COLUMNS)
}

#[test]
fn findings_are_told_by_what_went_wrong_and_where() {
    let found = exploration(&[
        (FindingKind::Socket, &["open 1: late by 5001ms"]),
        (
            FindingKind::Subscription,
            &[
                "open 1: outage 3s",
                "open 1: outage 90s",
                "ping 1: outage 90s",
                "unsubscribe request 1: outage 3s",
                "unsubscribe answer 1: outage 3s",
                "subscribe answer 1: fails",
                "ping 1: disconnect; open 1: lost",
            ],
        ),
    ]);
    let expected = "  \
  subscription left behind (kandy)                                            7
    --at \"subscribe answer 1: fails\"
      outage 3s, outage 90s (open 1 .. unsubscribe answer 1)                  5
      ping 1: disconnect; open 1: lost                                        1
      subscribe answer 1: fails                                               1
  socket left open (kandy)                                                    1
    --at \"open 1: late by 5001ms\"
";
    assert_eq!(told(&found, false), expected);
    let expected = "  \
  subscription left behind (kandy)                                            7
    --at \"subscribe answer 1: fails\"  not recorded
      outage 3s, outage 90s (open 1 .. unsubscribe answer 1)    not recorded  5
      ping 1: disconnect; open 1: lost                          not recorded  1
      subscribe answer 1: fails                                 not recorded  1
  socket left open (kandy)                                                    1
    --at \"open 1: late by 5001ms\"  not recorded

  not recorded: no recording of the real SDK has the last step, a prediction
";
    assert_eq!(told_as_predicted(&found), expected);
}

#[test]
fn a_scenario_has_forty_lines_at_most_unless_all_are_wanted() {
    let many: Vec<String> = (1..=30).map(|n| format!("ping {n}: cut; ping {n}: lost")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let kinds = [
        FindingKind::Deaf,
        FindingKind::Stuck,
        FindingKind::Pending,
        FindingKind::Socket,
        FindingKind::Subscription,
        FindingKind::Belief,
        FindingKind::RunsOn,
    ];
    let some: Vec<_> = kinds.iter().take(5).map(|kind| (kind.clone(), &many[..])).collect();
    let few = told_as_predicted(&exploration(&some));
    assert!(fits(&few) && few.contains("28 more ways"), "{few}");
    let found = exploration(&kinds.map(|kind| (kind, &many[..])));
    let few = told_as_predicted(&found);
    assert!(fits(&few), "{few}");
    assert_eq!(told(&found, true).lines().count(), 7 * 32);
    let names: Vec<String> = (0..60).map(|n| format!("property {n}")).collect();
    let mut few = String::new();
    for count in 1..=names.len() {
        let properties = names[..count].iter().map(|name| (FindingKind::Property(name.clone()), &many[..]));
        few = told_as_predicted(&exploration(&properties.collect::<Vec<_>>()));
        assert!(fits(&few), "{few}");
    }
    assert!(few.ends_with("  and 33 more findings: --all lists them\n"), "{few}");
}

#[test]
fn a_long_schedule_is_shown_so_that_it_can_be_replayed() {
    let (one, other) = ("refresh_token request 1 of laptop: outage 90s", "unsubscribe request 2: answered 401 empty");
    let found = exploration(&[(FindingKind::Deaf, &[&format!("{one}; {other}")])]);
    let two = format!("\n    --at \"{one}\"\n    --at \"{other}\"");
    assert!(told(&found, false).ends_with(&format!("{two}\n")), "{}", told(&found, false));
    let marked = format!("{two}  not recorded\n");
    assert!(told_as_predicted(&found).contains(&marked), "{}", told_as_predicted(&found));
    // Where there is no room at its end, below.
    let long: Schedule = format!("refresh_token request 1 of {}: lost", "l".repeat(40)).parse().unwrap();
    assert_eq!(replayed_by(&long, NOT_RECORDED), format!("    --at \"{long}\"\n      not recorded\n"));
}

#[test]
fn what_a_finding_comes_from_is_told() {
    let of = |kind: FindingKind| Finding { kind, client: Some("kandy".to_owned()) };
    let all = BTreeSet::from([FindingKind::Deaf, FindingKind::Pending, FindingKind::Socket].map(of));
    let by: Schedule = "ping 1: gone; open 1: lost".parse().unwrap();
    let from = Origins {
        undisturbed: BTreeSet::from([of(FindingKind::Pending)]),
        smallest: BTreeMap::from([
            (of(FindingKind::Deaf), by.clone()),
            (of(FindingKind::Socket), "open 1: lost".parse().unwrap()),
        ]),
    };
    let expected = "  pending for ever (kandy): undisturbed, too
  connected and hears nothing (kandy)
    by nothing smaller
  socket left open (kandy)
    as by the smallest that does so:
    --at \"open 1: lost\"
";
    assert_eq!(origins(&all, &from, None, &by, false), expected);
    let one = "open 1: lost".parse().unwrap();
    let deaf = BTreeSet::from([of(FindingKind::Deaf)]);
    let told = |observed: Option<&Observed>| origins(&deaf, &Origins::default(), observed, &one, false);
    assert_eq!(told(None), "  connected and hears nothing (kandy)\n");
    let led = |step: &str| {
        let led = BTreeMap::from([(of(FindingKind::Deaf), step.parse().unwrap())]);
        Observed { led, ..Observed::default() }
    };
    let recorded = crate::explore::recorded().first().unwrap();
    assert_eq!(told(Some(&led(&recorded.to_string()))), told(None), "what a recording has is not a prediction");
    let expected = "  connected and hears nothing (kandy)
    not recorded: no recording of the real SDK has its last step, a prediction:
      idle
        open -> connected, isPending
";
    assert_eq!(told(Some(&led("idle | open | connected, isPending"))), expected);
}

#[test]
fn what_is_not_as_accepted_fits_too_unless_all_is_wanted() {
    let long = |what: &str, n: usize| format!("{what}: {} | ping {n}: lost", "several words ".repeat(n));
    let lines = |what: &str| (1..=9).map(|n| long(what, n)).collect::<Vec<_>>();
    let both = AcceptedChanges { new: lines("new"), gone: lines("gone") };
    let told = changes(&both, &BTreeSet::new(), false, false);
    assert!(told.lines().count() <= 2 * MAX_CHANGED + 2, "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= COLUMNS), "{told}");
    assert!(
        told.contains("  + new: several words  | ping 1: lost\n")
            || told.contains("  + new: several words | ping 1: lost\n"),
        "{told}"
    );
    assert!(
        told.contains(" more that are new: --all lists them\n") && told.contains(" more that are gone: "),
        "{told}"
    );
    let told = changes(&both, &BTreeSet::from([long("new", 2)]), true, false);
    assert!(!told.contains("more that are"), "{told}");
    assert!((1..=9).all(|n| told.contains(&format!("ping {n}:"))), "{told}");
    assert_eq!(told.matches("ping 2: lost (not recorded)").count(), 1, "what is new is marked: {told}");
}

/// What is accepted of the bundled scenarios, told as if it were new.
#[test]
fn every_bundled_scenario_has_forty_lines_of_eighty_columns() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let themes = std::fs::read_dir(folder).unwrap().filter_map(|theme| std::fs::read_dir(theme.unwrap().path()).ok());
    let files = themes.flatten().map(|file| file.unwrap().path());
    let mut count = 0;
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "explore")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut found = Exploration::default();
        for (finding, schedule) in text.lines().filter_map(|line| line.split_once(" | ")) {
            // It is told with a few words more.
            let (kind, client) = finding.trim_end_matches(')').split_once(" (").unwrap_or((finding, "kandy"));
            let (kind, client) = (FindingKind::Property(kind.to_owned()), Some(client.to_owned()));
            let finding = Finding { kind, client };
            found.findings.entry(finding).or_default().push(schedule.parse().unwrap());
        }
        let told = told_as_predicted(&found);
        assert!(fits(&told), "{}:\n{told}", file.display());
        assert_eq!(told.is_empty(), found.findings.is_empty());
        count += 1;
    }
    assert!(count > 100, "{count}");
}
