//! Where arrows go: from the edge of one box to that of another, bent to their right, so that there and back are two.

/// A point, or a size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Coordinates {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// An arrow.
pub(super) struct Curve {
    /// Its path, as SVG writes it.
    pub(super) path: String,
    /// Where its label goes.
    pub(super) label: Coordinates,
}

/// How far an arrow is bent, in parts of its length.
const BEND: f64 = 0.16;
/// How far one is that leads past other boxes of its row or column, and has to go around them: they are wider than high.
const PAST_A_ROW: f64 = 92.0;
const PAST_A_COLUMN: f64 = 130.0;
/// A longer arrow leads past others.
const LONG: f64 = 200.0;
/// How far from a box an arrow begins and ends.
const GAP: f64 = 3.0;

/// The arrow between the boxes of this size around two points.
pub(super) fn curve(from: Coordinates, to: Coordinates, size: Coordinates) -> Curve {
    let (across, down) = (to.x - from.x, to.y - from.y);
    let length = across.hypot(down).max(1.0);
    let bend = match (across.abs() < 1.0, down.abs() < 1.0) {
        (_, true) if length > LONG => PAST_A_ROW,
        (true, _) if length > LONG => PAST_A_COLUMN,
        _ => length * BEND,
    };
    let (aside_x, aside_y) = (-down / length * bend, across / length * bend);
    let control = Coordinates { x: from.x + across / 2.0 + aside_x, y: from.y + down / 2.0 + aside_y };
    let (start, end) = (edge(from, control, size), edge(to, control, size));
    let path = format!("M{:.0} {:.0}Q{:.0} {:.0} {:.0} {:.0}", start.x, start.y, control.x, control.y, end.x, end.y);
    let on_curve = |start: f64, control: f64, end: f64| (start + 2.0 * control + end) / 4.0;
    let label = Coordinates { x: on_curve(start.x, control.x, end.x), y: on_curve(start.y, control.y, end.y) };
    Curve { path, label }
}

/// Where the line from the middle of a box towards a point leaves it.
fn edge(middle: Coordinates, towards: Coordinates, size: Coordinates) -> Coordinates {
    let (across, down) = (towards.x - middle.x, towards.y - middle.y);
    let (half_width, half_height) = (size.x / 2.0 + GAP, size.y / 2.0 + GAP);
    let part = (half_width / across.abs().max(f64::EPSILON)).min(half_height / down.abs().max(f64::EPSILON)).min(1.0);
    Coordinates { x: middle.x + across * part, y: middle.y + down * part }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Coordinates = Coordinates { x: 100.0, y: 40.0 };

    #[test]
    fn there_and_back_are_two_arrows_that_end_at_the_boxes() {
        let (left, right) = (Coordinates { x: 0.0, y: 0.0 }, Coordinates { x: 180.0, y: 0.0 });
        let (there, back) = (curve(left, right, SIZE), curve(right, left, SIZE));
        assert!(there.label.y > 5.0 && back.label.y < -5.0, "{} {}", there.label.y, back.label.y);
        assert_eq!(edge(left, right, SIZE), Coordinates { x: 53.0, y: 0.0 });
        assert_eq!(edge(left, Coordinates { x: 0.0, y: -300.0 }, SIZE), Coordinates { x: 0.0, y: -23.0 });
    }

    #[test]
    fn an_arrow_past_other_boxes_goes_around_them() {
        let past = curve(Coordinates { x: 0.0, y: 0.0 }, Coordinates { x: 392.0, y: 0.0 }, SIZE);
        assert!(past.label.y > SIZE.y / 2.0 + 10.0, "{}", past.label.y);
        let down = curve(Coordinates { x: 0.0, y: 0.0 }, Coordinates { x: 0.0, y: 248.0 }, SIZE);
        assert!(down.label.x < -SIZE.x / 2.0 - 5.0, "{}", down.label.x);
    }
}
