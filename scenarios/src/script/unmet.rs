//! What a script asks for in vain: a fault that no request meets, a command that meets no socket or subscription, a
//! disturbance whose moment does not come.

use std::collections::BTreeMap;

use kandy_mock_server::command::Verb;
use kandy_mock_server::{Command, CommandOutput, FaultFilter, FaultId, Point};
use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::marks::CallSite;
use super::scan::{Piece, PieceKind, offset_of, pieces};
use super::surroundings::Surroundings;
use crate::doubt::{CommandTarget, Doubt, MAX_DOUBTS};
use crate::step::{Done, Step};
use crate::world::{Unmet as Unhappened, World};

/// How many faults are remembered before those that were met are forgotten: more than there can be at once.
const MAX_PUT: usize = 4_000;

/// The faults of a run, and which of them were given up before anything met them.
#[derive(Debug, Default)]
pub(super) struct UnmetWatch {
    /// How many there were: the platform numbers them in this order.
    count: u64,
    /// Those that may still be unmet, by number.
    put: BTreeMap<u64, (CallSite, Point)>,
    given_up: Vec<(CallSite, Point)>,
    met_none: Vec<MetNone>,
    /// Which call let each thing go wrong, in their order.
    disturbed: Vec<CallSite>,
}

/// A command that met none.
#[derive(Debug)]
struct MetNone {
    place: CallSite,
    verb: &'static str,
    user: String,
    target: CommandTarget,
}

/// A step of which something should come.
#[derive(Clone, Debug)]
pub(super) enum Watched {
    Put(Point),
    Clear(FaultFilter),
    /// It counts what it meets of a user's.
    Counts {
        verb: &'static str,
        user: String,
        target: CommandTarget,
    },
}

impl Watched {
    pub(super) fn of(step: &Step) -> Option<Self> {
        let Step::Command(command) = step else { return None };
        let (user, target) = match command {
            Command::Fail { point, .. } => return Some(Self::Put(*point)),
            Command::Clear { rules } => return Some(Self::Clear(rules.clone())),
            Command::Reset => return Some(Self::Clear(FaultFilter::default())),
            Command::Cut { target }
            | Command::Close { target, .. }
            | Command::Silence { target }
            | Command::Send { target, .. }
            | Command::SendRaw { target, .. } => (target.shown(), CommandTarget::Socket),
            Command::Gone { user, .. } => (user.clone(), CommandTarget::Socket),
            Command::EndSubscription { user } => (user.clone(), CommandTarget::Subscription),
            _ => return None,
        };
        Some(Self::Counts { verb: Verb::of(command).name, user, target })
    }
}

impl UnmetWatch {
    /// A step is about to be made.
    pub(super) fn before(&mut self, watched: &Watched, world: &Surroundings) {
        match watched {
            Watched::Clear(rules) => self.give_up(rules.clone(), world),
            Watched::Put(_) if self.put.len() >= MAX_PUT => {
                let unmet = world.look(|platform| platform.unmet_faults(FaultFilter::default()));
                let numbers: Vec<u64> = unmet.into_iter().map(FaultId::number).collect();
                self.put.retain(|number, _| numbers.binary_search(number).is_ok());
            }
            Watched::Put(_) | Watched::Counts { .. } => {}
        }
    }

    /// It was made, by the call at `place`, and this came of it.
    pub(super) fn after(&mut self, watched: Watched, done: &Done, place: &CallSite) {
        match watched {
            Watched::Put(point) => {
                self.count += 1;
                self.put.insert(self.count, (place.clone(), point));
            }
            Watched::Clear(_) => {}
            Watched::Counts { verb, user, target } => {
                let is_told = || self.met_none.iter().any(|known| known.place == *place && known.user == user);
                let met_none = matches!(done, Done::Command(CommandOutput::Count(0)));
                if met_none && self.met_none.len() < MAX_DOUBTS && !is_told() {
                    self.met_none.push(MetNone { place: place.clone(), verb, user, target });
                }
            }
        }
    }

    /// The call at a place lets one thing go wrong.
    pub(super) fn disturbs(&mut self, place: &CallSite) {
        // There are no more than a schedule has.
        self.disturbed.push(place.clone());
    }

    /// The run has ended, of the script that messages call `main`. `takes_number` says whether the call at a place does
    /// something with what it gives.
    pub(super) fn end(
        mut self,
        world: &Surroundings,
        main: &str,
        takes_number: impl Fn(&CallSite) -> bool,
    ) -> Vec<Doubt> {
        self.give_up(FaultFilter::default(), world);
        let unmet = std::mem::take(&mut self.given_up).into_iter();
        let unmet = unmet.map(|(place, point)| Doubt::UnmetFault { place: place.told(main), point });
        let met_none = std::mem::take(&mut self.met_none).into_iter().filter(|met_none| !takes_number(&met_none.place));
        let met_none = met_none.map(|MetNone { place, verb, user, target }| {
            let place = place.told(main);
            Doubt::MetNone { place, verb, user, target }
        });
        let of_schedule = match world.with_clients() {
            Ok(World::Sim(sim)) => sim.unmet().collect(),
            _ => Vec::new(),
        };
        let of_schedule = of_schedule.into_iter().filter_map(|Unhappened { disturbance, by_script, has_come }| {
            let place = self.disturbed.get(by_script?)?.told(main);
            Some(Doubt::UnmetDisturbance { place, disturbance, has_come })
        });
        let mut doubts: Vec<Doubt> = unmet.chain(met_none).chain(of_schedule).collect();
        doubts.truncate(MAX_DOUBTS);
        doubts
    }

    fn give_up(&mut self, rules: FaultFilter, world: &Surroundings) {
        if self.put.is_empty() {
            return;
        }
        let unmet = world.look(|platform| platform.unmet_faults(rules));
        let unmet = unmet.into_iter().filter_map(|id| self.put.remove(&id.number()));
        let room = MAX_DOUBTS.saturating_sub(self.given_up.len());
        self.given_up.extend(unmet.take(room));
    }
}

/// Whether the method call at `position` is more than a statement of its own: whether something takes what it gives.
pub(super) fn takes_result(ast: &AST, text: &str, position: Position) -> bool {
    let (mut is_statement, mut is_lost) = (false, false);
    for (part, is_outermost) in [(ast.clone_statements_only(), true), (ast.clone_functions_only(), false)] {
        part.walk(&mut |path: &[ASTNode<'_>]| {
            if let [
                around @ ..,
                ASTNode::Stmt(Stmt::Expr(_)),
                ASTNode::Expr(Expr::Dot(..)),
                ASTNode::Expr(Expr::MethodCall(_, at)),
            ] = path
                && *at == position
            {
                is_statement = true;
                is_lost = loses_value(around, is_outermost);
            }
            !is_statement
        });
    }
    !is_statement || (!is_lost && is_given_on(text, position))
}

/// Whether the value of a statement is lost for what is around it, even if it is the last of its block: a loop takes none,
/// and nothing takes that of a script.
fn loses_value(around: &[ASTNode<'_>], is_outermost: bool) -> bool {
    for node in around.iter().rev() {
        match node {
            ASTNode::Stmt(Stmt::For(..) | Stmt::While(..) | Stmt::Do(..)) => return true,
            ASTNode::Stmt(Stmt::If(..) | Stmt::Switch(..) | Stmt::Block(_) | Stmt::TryCatch(..)) => {}
            _ => return false,
        }
    }
    is_outermost
}

/// Whether the call is all that a closure does, or the last of a block without a semicolon, so that they give what it gives.
fn is_given_on(text: &str, position: Position) -> bool {
    let Some(start) = offset_of(text, position) else { return false };
    let before: Vec<_> = pieces(text, 0).take_while(|piece| piece.start < start).collect();
    // What it is called on is a name, or names with dots between.
    let mut before = before.iter().rev();
    let mut piece = before.next();
    while piece.is_some_and(|piece| piece.is(".") || piece.is("?.")) {
        before.next();
        piece = before.next();
    }
    // Rhai leaves a `return` out where it changes nothing.
    if piece.is_some_and(|piece| piece.is_word("return")) {
        return true;
    }
    if piece.is_some_and(|piece| piece.is("||")) {
        return !is_of_listener(before);
    }
    if piece.is_some_and(|piece| piece.is("|")) {
        // Behind the bracket that opens the parameters.
        before.find(|piece| piece.is("|"));
        return !is_of_listener(before);
    }
    let mut depth = 0_usize;
    let mut rest = pieces(text, start);
    let close = rest.find(|piece| {
        if piece.opens() {
            depth += 1;
        } else if piece.closes() {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && piece.is(")")
    });
    close.is_some() && rest.next().is_some_and(|next| !next.is(";"))
}

/// Whether a closure is a listener, whose value nobody takes; `before` is what stands before it, backwards.
fn is_of_listener<'p, 't: 'p>(before: impl Iterator<Item = &'p Piece<'t>>) -> bool {
    let before: Vec<_> = before.take(4).collect();
    match before[..] {
        [bracket, verb, dot, ..] if bracket.is("(") => verb.is_word("subscribe") && dot.is("."),
        [comma, event, bracket, verb] => {
            comma.is(",") && event.kind == PieceKind::Text && bracket.is("(") && verb.is_word("on")
        }
        _ => false,
    }
}
