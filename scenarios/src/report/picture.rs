//! The state machine of a client as a picture: where it really stands against what it tells the application, and who has been
//! through each transition. A page can show it as it is: it brings no style, no script and no address.

mod geometry;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use kandy_client::Phase;

use self::geometry::{Coordinates, Curve, curve};
use super::console::counted;
use crate::coverage::{ClientState, Transition};
use crate::explore::{Reached, recorded};

/// The size of a cell and of the box in it, and the room for the words around them.
const CELL: Coordinates = Coordinates { x: 196.0, y: 124.0 };
const BOX: Coordinates = Coordinates { x: 104.0, y: 46.0 };
const MARGIN: Coordinates = Coordinates { x: 128.0, y: 70.0 };
const LEGEND: f64 = 62.0;
/// The most inputs that are named of one arrow.
const MAX_INPUTS: usize = 12;
const INK: &str = "#17212b";
const MUTED: &str = "#566371";

/// Columns: where a client really stands.
const COLUMNS: [(&str, Option<Phase>); 5] = [
    ("idle", Some(Phase::Idle)),
    ("connecting", Some(Phase::Connecting)),
    ("connected", Some(Phase::Connected)),
    ("disconnecting", Some(Phase::Disconnecting)),
    ("destroyed", None),
];
/// Rows: what it tells its application, `isConnected` and `isPending`.
const ROWS: [(&str, (bool, bool)); 4] = [
    ("neither", (false, false)),
    ("isPending", (false, true)),
    ("isConnected", (true, false)),
    ("isConnected, isPending", (true, true)),
];

/// A column and a row.
type GridCell = (usize, usize);

/// Who has been through a transition: the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Scenarios,
    Recordings,
    Exploration,
}

impl Who {
    const ALL: [Self; 3] = [Self::Scenarios, Self::Recordings, Self::Exploration];

    const fn words(self) -> &'static str {
        match self {
            Self::Scenarios => "in scenarios",
            Self::Recordings => "in recordings of the real SDK, and no scenario",
            Self::Exploration => "reached by exploration alone: a prediction",
        }
    }

    const fn color(self) -> &'static str {
        match self {
            Self::Scenarios => "#0b6b64",
            Self::Recordings => "#6f35c4",
            Self::Exploration => "#c2540a",
        }
    }

    /// Colours are not all that tells them apart.
    const fn dashes(self) -> &'static str {
        match self {
            Self::Scenarios => "none",
            Self::Recordings => "9 4",
            Self::Exploration => "2 4",
        }
    }
}

/// All transitions between two places, or within one.
#[derive(Default)]
struct Arrow {
    transitions: BTreeSet<Transition>,
    who: Option<Who>,
    /// How many have been taken by whom, in the order of [`Who`].
    counts: [usize; 3],
}

/// The picture as SVG.
#[must_use]
pub fn picture(reached: &Reached) -> String {
    let all: BTreeSet<Transition> =
        reached.by_scenarios.iter().chain(&reached.by_exploration).chain(recorded()).copied().collect();
    let mut between: BTreeMap<(GridCell, GridCell), Arrow> = BTreeMap::new();
    let mut states: BTreeMap<GridCell, (BTreeSet<ClientState>, Who)> = BTreeMap::new();
    for transition in &all {
        let by = [&reached.by_scenarios, recorded(), &reached.by_exploration].map(|set| set.contains(transition));
        let first = by.iter().zip(Who::ALL).find(|(is_by, _)| **is_by);
        let who = first.map_or(Who::Exploration, |(_, who)| who);
        let (from, to) = (place_of(&transition.from), place_of(&transition.to));
        let arrow = between.entry((from, to)).or_default();
        arrow.transitions.insert(*transition);
        arrow.counts.iter_mut().zip(by).for_each(|(count, is_by)| *count += usize::from(is_by));
        arrow.who = Some(arrow.who.map_or(who, |known| known.min(who)));
        for state in [transition.from, transition.to] {
            let (of_place, known) = states.entry(place_of(&state)).or_insert_with(|| (BTreeSet::new(), who));
            of_place.insert(state);
            *known = who.min(*known);
        }
    }
    let mut svg = head(&all);
    words(&mut svg);
    // Those that matter most are drawn last, above the others.
    for who in Who::ALL.into_iter().rev() {
        for ((from, to), arrow) in between.iter().filter(|((from, to), arrow)| from != to && arrow.who == Some(who)) {
            draw_arrow(&mut svg, *from, *to, arrow, who);
        }
    }
    for (place, (of_place, who)) in &states {
        let within = between.get(&(*place, *place)).map_or(0, |within| within.transitions.len());
        draw_place(&mut svg, *place, of_place.len(), within, *who);
    }
    legend(&mut svg);
    svg.push_str("</svg>\n");
    svg
}

fn place_of(state: &ClientState) -> GridCell {
    let phase = (!state.is_destroyed).then_some(state.phase);
    let column = COLUMNS.iter().position(|(_, of)| *of == phase).unwrap_or(COLUMNS.len() - 1);
    let told = (state.is_connected, state.is_pending);
    (column, ROWS.iter().position(|(_, of)| *of == told).unwrap_or_default())
}

fn middle((column, row): GridCell) -> Coordinates {
    let at = |index: usize, size: f64| size * (index as f64 + 0.5);
    Coordinates { x: MARGIN.x + at(column, CELL.x), y: MARGIN.y + at(row, CELL.y) }
}

fn name_of((column, row): GridCell) -> String {
    format!("{} ({})", COLUMNS[column].0, ROWS[row].0)
}

fn head(all: &BTreeSet<Transition>) -> String {
    let width = MARGIN.x + CELL.x * COLUMNS.len() as f64;
    let height = MARGIN.y + CELL.y * ROWS.len() as f64 + LEGEND;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"machine-title machine-desc\" font-family=\"system-ui, sans-serif\" \
         font-size=\"13\" fill=\"{INK}\">\n<title id=\"machine-title\">The states of a client, and who has been there</title>\n\
         <desc id=\"machine-desc\">{} of a client between where it really stands and what it tells its application. Each \
         arrow stands for the transitions between two places, and names them.</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n<defs>\n",
        counted(all.len(), "transition"),
    );
    for who in Who::ALL {
        let (id, color) = (who as usize, who.color());
        let _ = writeln!(
            svg,
            "<marker id=\"machine-{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\" fill=\"{color}\"/></marker>"
        );
    }
    svg.push_str("</defs>\n");
    svg
}

/// What the columns and rows mean.
fn words(svg: &mut String) {
    let _ = writeln!(svg, "<text x=\"16\" y=\"26\" fill=\"{MUTED}\">where it really stands</text>");
    let _ =
        writeln!(svg, "<text x=\"16\" y=\"{}\" fill=\"{MUTED}\">what it tells its application</text>", MARGIN.y - 10.0);
    for (column, (word, _)) in COLUMNS.iter().enumerate() {
        let x = middle((column, 0)).x;
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"26\" text-anchor=\"middle\" font-weight=\"600\">{word}</text>");
    }
    for (row, (words, _)) in ROWS.iter().enumerate() {
        let y = middle((0, row)).y;
        for (line, word) in words.split_inclusive(", ").enumerate() {
            let y = y + 4.0 + 16.0 * line as f64;
            let _ = writeln!(svg, "<text x=\"16\" y=\"{y}\" font-weight=\"600\">{}</text>", word.trim_end());
        }
        let line = y - CELL.y / 2.0;
        let end = MARGIN.x + CELL.x * COLUMNS.len() as f64 - 16.0;
        let _ = writeln!(svg, "<path d=\"M16 {line}H{end}\" stroke=\"#d8dfe6\"/>");
    }
}

fn draw_place(svg: &mut String, place: GridCell, states: usize, within: usize, who: Who) {
    let Coordinates { x, y } = middle(place);
    let (left, top) = (x - BOX.x / 2.0, y - BOX.y / 2.0);
    let (color, dashes) = (who.color(), who.dashes());
    let _ = writeln!(
        svg,
        "<g><title>{}: {}, {} within</title><rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"9\" \
         fill=\"#ffffff\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
         <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
         <text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{MUTED}\">{within} within</text></g>",
        name_of(place),
        counted(states, "state"),
        counted(within, "transition"),
        BOX.x,
        BOX.y,
        y - 3.0,
        counted(states, "state"),
        y + 14.0,
    );
}

fn draw_arrow(svg: &mut String, from: GridCell, to: GridCell, arrow: &Arrow, who: Who) {
    let Curve { path, label } = curve(middle(from), middle(to), BOX);
    let inputs: BTreeSet<String> = arrow.transitions.iter().map(|transition| transition.input.to_string()).collect();
    let named: Vec<&str> = inputs.iter().take(MAX_INPUTS).map(String::as_str).collect();
    let more = if inputs.len() > MAX_INPUTS { ", .." } else { "" };
    let count = arrow.transitions.len();
    let width = 1.2 + (count as f64).ln() * 0.5;
    let (color, dashes, id) = (who.color(), who.dashes(), who as usize);
    let [by_scenarios, by_recordings, by_exploration] = arrow.counts;
    let _ = writeln!(
        svg,
        "<g><title>{} to {}: {}, {by_scenarios} in scenarios, {by_recordings} recorded, {by_exploration} explored: \
         {}{more}</title><path d=\"{path}\" fill=\"none\" stroke=\"{color}\" \
         stroke-width=\"{width:.1}\" stroke-dasharray=\"{dashes}\" marker-end=\"url(#machine-{id})\"/>\
         <text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{color}\" stroke=\"#ffffff\" \
         stroke-width=\"3\" paint-order=\"stroke\">{count}</text></g>",
        name_of(from),
        name_of(to),
        counted(count, "transition"),
        named.join(", "),
        label.x,
        label.y + 4.0,
    );
}

fn legend(svg: &mut String) {
    let y = MARGIN.y + CELL.y * ROWS.len() as f64 + 30.0;
    let mut x = 16.0;
    for who in Who::ALL {
        let (color, dashes) = (who.color(), who.dashes());
        let _ = writeln!(
            svg,
            "<path d=\"M{x} {}h36\" stroke=\"{color}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
             <text x=\"{}\" y=\"{y}\">{}</text>",
            y - 4.0,
            x + 44.0,
            who.words()
        );
        x += 80.0 + 7.2 * who.words().len() as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_transition_is_in_an_arrow_of_whoever_has_been_through_it() {
        let mut reached = Reached::default();
        let transitions = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<BTreeSet<_>>();
        reached.by_scenarios = transitions(&["idle | connect() | connecting, request"]);
        reached.by_exploration = transitions(&["disconnecting, request | end due | destroyed"]);
        let svg = picture(&reached);
        let arrow = |title: &str| svg.lines().find(|line| line.contains(title)).map(str::to_owned).unwrap_or_default();
        let known = arrow("<title>idle (neither) to connecting (isPending): ");
        assert!(
            known.contains(" 1 in scenarios, 4 recorded, 0 explored: connect()")
                && known.contains(Who::Scenarios.color()),
            "{svg}"
        );
        let new = arrow("<title>disconnecting (isConnected, isPending) to destroyed (neither): 1 ");
        assert!(
            new.contains(" 0 in scenarios, 0 recorded, 1 explored: end due") && new.contains(Who::Exploration.color()),
            "{svg}"
        );
        let recorded = arrow("<title>connecting (isPending) to idle (neither): ");
        assert!(
            recorded.contains(" 0 in scenarios, 13 recorded, 0 explored: ")
                && recorded.contains(Who::Recordings.color()),
            "{svg}"
        );
    }

    #[test]
    fn it_is_whole_and_brings_nothing_from_elsewhere() {
        let svg = picture(&Reached::default());
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n") && svg.len() < 40_000, "{}", svg.len());
        for tag in ["g", "text", "title", "desc", "marker", "defs"] {
            assert_eq!(svg.matches(&format!("<{tag}")).count(), svg.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        for foreign in ["href", "<style", "style=", "<script", "NaN"] {
            assert!(!svg.contains(foreign), "{foreign}");
        }
        assert!(svg.contains("role=\"img\"") && svg.contains("<desc id=\"machine-desc\">"), "{svg}");
    }
}
