//! Every fault at every point, and what a client sees of it.
//!
//! The table is one file a point, and two for refreshing tokens. A row has a fault and what a client sees in each round: a round makes one request at the
//! point (or, where the SDK tries again by itself, as many as that takes), and shows its outcome, the events and crashes
//! that follow, and how the client is left. `mock-server/tests/wire/faults.rs` looks at the same faults as bytes.

mod mk_token;
mod other;
mod refresh_token;
mod refresh_while_connected;
mod resubscribe;
mod round;
mod subscribe;
mod unsubscribe;
mod websocket;

use kandy_mock_server::{Fault, Point};
use serde_json::Value;

use self::round::Bench;

/// One fault at one point.
struct Row {
    /// The key that the row is about, or `list`.
    fault: &'static str,
    /// The fault as `fail` takes it.
    how: &'static str,
    sees: Sees,
}

enum Sees {
    /// The platform does not take it there: it could have no effect.
    Refused,
    /// What the client sees, round by round.
    Rounds(&'static [Round]),
}

/// The request's outcome, then events and crashes, then how the client is left.
type Round = &'static [&'static str];

const fn seen(fault: &'static str, how: &'static str, rounds: &'static [Round]) -> Row {
    Row { fault, how, sees: Sees::Rounds(rounds) }
}

const fn refused(fault: &'static str, how: &'static str) -> Row {
    Row { fault, how, sees: Sees::Refused }
}

/// When a request is made. Every point has one occasion, and refreshing a token two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    At(Point),
    /// The refresh of a connected client's token, which it makes by itself.
    RefreshWhileConnected,
}

impl Occasion {
    const fn point(self) -> Point {
        match self {
            Self::At(point) => point,
            Self::RefreshWhileConnected => Point::RefreshToken,
        }
    }
}

const TABLE: [(Occasion, &[Row]); 8] = [
    (Occasion::At(Point::MkToken), mk_token::ROWS),
    (Occasion::At(Point::RefreshToken), refresh_token::ROWS),
    (Occasion::RefreshWhileConnected, refresh_while_connected::ROWS),
    (Occasion::At(Point::Subscribe), subscribe::ROWS),
    (Occasion::At(Point::Resubscribe), resubscribe::ROWS),
    (Occasion::At(Point::Unsubscribe), unsubscribe::ROWS),
    (Occasion::At(Point::WebSocket), websocket::ROWS),
    (Occasion::At(Point::Other), other::ROWS),
];

#[test]
fn the_table_has_every_fault_at_every_point() {
    for point in Point::ALL {
        assert!(TABLE.iter().any(|(occasion, _)| *occasion == Occasion::At(point)), "no rows for {point}");
    }
    for (occasion, rows) in TABLE {
        for fault in Fault::KEYS.into_iter().chain(["list"]) {
            assert!(rows.iter().any(|row| row.fault == fault), "no row for {fault}, {occasion:?}");
        }
        for row in rows {
            let how: Value = serde_json::from_str(row.how).unwrap();
            let is_about = if row.fault == "list" { how.is_array() } else { how.get(row.fault).is_some() };
            assert!(is_about, "{}, {occasion:?}, is not about {}", row.how, row.fault);
        }
    }
}

#[test]
fn a_client_sees_of_every_fault_what_the_table_says() {
    let mut wrong = Vec::new();
    for (occasion, rows) in TABLE {
        wrong.extend(rows.iter().filter_map(|row| difference(occasion, row)));
    }
    assert!(wrong.is_empty(), "{} rows are not as in the table:\n{}", wrong.len(), wrong.join("\n"));
}

fn difference(occasion: Occasion, row: &Row) -> Option<String> {
    let point = occasion.point();
    let how: Value = serde_json::from_str(row.how).unwrap();
    let faults = Fault::list_from_json(&how).unwrap();
    let mut bench = Bench::at(occasion);
    let put = bench.fail(faults);
    let rounds = match row.sees {
        Sees::Refused => {
            let told = put.expect_err("the table says that it is refused");
            let expected = format!(
                "the fault's {:?} has no effect at {point}: leave it out, or put the fault elsewhere",
                row.fault
            );
            return (told != expected).then(|| format!("{} at {point} is refused: {told}", row.how));
        }
        Sees::Rounds(rounds) => rounds,
    };
    if let Err(told) = put {
        return Some(format!("{} at {point} is refused: {told}", row.how));
    }
    let saw: Vec<Vec<String>> = rounds.iter().map(|_| bench.round()).collect();
    (saw != *rounds).then(|| format!("{}, {occasion:?}: {saw:#?}", row.how))
}
