//! Every fault at every point, and what a client sees of it.
//!
//! `faults/table.rs` says which fault is put where, `snapshots/faults.snap` what a client then sees, in rounds: a round makes
//! one request at the point (or, where the SDK tries again by itself, as many as that takes), and shows its outcome, the
//! events and crashes that follow, and how the client is left. `mock-server/tests/wire/faults.rs` looks at the same faults
//! as bytes.

mod round;
mod table;

use std::fmt::{self, Display, Write};

use kandy_mock_server::{Fault, Point};
use serde_json::Value;

use self::round::Bench;
use self::table::{ROWS, Row};

/// When a request is made. Every point has one occasion, and refreshing a token two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    /// The client's own request at the point: a login with a password or a refresh token, the subscription of a connect, its
    /// first renewal, the end of a disconnect, and the websocket, which the SDK tries five times.
    ///
    /// The platform is asked about each request of a connect, of which every answer is shown.
    ///
    /// One elsewhere is the DELETE of a disconnect, after the platform has named a path that is none of its own. It is from
    /// nobody, and healthy is 404 with `{}`, of which the flow that leaves dies: the refresh task tries once more.
    At(Point),
    /// The refresh of a connected client's token, which it makes by itself.
    RefreshWhileConnected,
}

impl Occasion {
    const ALL: [Self; 9] = [
        Self::At(Point::MkToken),
        Self::At(Point::RefreshToken),
        Self::RefreshWhileConnected,
        Self::At(Point::Subscribe),
        Self::At(Point::Resubscribe),
        Self::At(Point::Unsubscribe),
        Self::At(Point::Other),
        Self::At(Point::Preflight),
        Self::At(Point::WebSocket),
    ];

    const fn point(self) -> Point {
        match self {
            Self::At(point) => point,
            Self::RefreshWhileConnected => Point::RefreshToken,
        }
    }
}

impl Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(point) => point.fmt(f),
            Self::RefreshWhileConnected => f.write_str("refresh_token while connected"),
        }
    }
}

#[test]
fn the_table_has_every_fault_at_every_point() {
    // For the end of a token this SDK does not ask, and some points are for others.
    let is_met = |point: &Point| *point != Point::RevokeToken && !point.is_of_callme_or_cpaas();
    for point in Point::ALL.into_iter().filter(is_met) {
        assert!(Occasion::ALL.contains(&Occasion::At(point)), "no rows for {point}");
    }
    for about in Fault::KEYS.into_iter().chain(["list"]) {
        for occasion in Occasion::ALL {
            let is_there = |row: &Row| row.about == about && row.at.contains(&occasion);
            assert!(ROWS.iter().any(is_there), "no row for {about}, {occasion}");
        }
    }
    for row in ROWS {
        let how: Value = serde_json::from_str(row.how).unwrap();
        let is_about = if how.is_array() { row.about == "list" } else { how.get(row.about).is_some() };
        assert!(is_about, "{} is not about {}", row.how, row.about);
    }
}

#[test]
fn a_client_sees_of_every_fault_what_the_snapshot_says() {
    let mut seen = String::new();
    for row in ROWS {
        writeln!(seen, "{}", row.how).unwrap();
        for occasion in row.at {
            writeln!(seen, "  {occasion}").unwrap();
            sight(&mut seen, *occasion, row);
        }
    }
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("faults", seen);
    });
}

/// What a client sees of a fault, round by round; or that the platform does not take it there, as it could have no effect.
fn sight(seen: &mut String, occasion: Occasion, row: &Row) {
    let how = serde_json::from_str(row.how).unwrap();
    let mut bench = Bench::at(occasion);
    if let Err(told) = bench.fail(Fault::list_from_json(&how).unwrap()) {
        assert!(told.starts_with(&format!("the fault's {:?} has no effect at {}: ", row.about, occasion.point())));
        writeln!(seen, "    refused").unwrap();
        return;
    }
    for round in 1..=row.rounds() {
        if row.rounds() > 1 {
            writeln!(seen, "    round {round}").unwrap();
        }
        for line in bench.round() {
            writeln!(seen, "    {line}").unwrap();
        }
    }
}
