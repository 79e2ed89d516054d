//! Random JSON texts, such as platforms and applications may write, and worse.

/// Numbers that are on some edge.
const NUMBERS: [&str; 22] = [
    "0",
    "-0",
    "-0.0",
    "1e400",
    "-1e400",
    "1e-400",
    "9007199254740993",
    "9007199254740991",
    "18446744073709551616",
    "4294967296",
    "2147483647",
    "2147483648",
    "-2147483649",
    "1e21",
    "123456789012345680000",
    "0.000001",
    "1e-7",
    "5e-324",
    "1.7976931348623157e308",
    "10213537623112.8125",
    "7.0",
    "80",
];

/// Pieces of texts: digits and spaces, which are numbers, and letters that change with their case, halves among them.
const PIECES: [&str; 34] = [
    "7",
    "0x1F",
    "0b1",
    "0o7",
    "-",
    "+",
    ".",
    "5",
    "e3",
    "Infinity",
    " ",
    "\\t",
    "\\n",
    "\u{a0}",
    "\u{feff}",
    "\u{2028}",
    "a",
    "Z",
    "!'()*",
    "&=?",
    "%",
    "/",
    "\\\"",
    "\\\\",
    "\\u0000",
    "\u{df}",
    "\u{fb01}",
    "\u{130}\u{131}",
    "\u{17f}\u{212a}",
    "\u{3c2}\u{3a3}",
    "\u{1f600}",
    "\\ud83d",
    "\\ude00",
    "\\u00e9",
];

/// Names of members: indexes, which come first, and some that repeat. None is that of a method with which JavaScript
/// converts objects: a member of that name makes the conversion throw, which the port does not follow.
const NAMES: [&str; 12] =
    ["a", "b", "token", "10", "2", "01", "__proto__", "", "-1", "4294967295", "4294967294", "\\ud800"];

/// How deep lists and objects go.
const DEPTH: u32 = 4;

/// SplitMix64: the same texts in every run.
pub(crate) struct Random(u64);

impl Random {
    /// The numbers that follow from `seed`.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let index = self.below(all.len() as u64);
        all[usize::try_from(index).expect("it is below a length")]
    }
}

/// A text that is JSON, but for one in a hundred, which may not be.
pub(crate) fn json(random: &mut Random) -> String {
    let mut text = value(random, DEPTH);
    if random.below(100) == 0 {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[usize::try_from(random.below(places.len() as u64)).expect("it is below a length")];
        text.truncate(at);
        text.push_str(random.one_of(&["", "x", "1", "]", "}", "\"", ",", "\\"]));
    }
    text
}

fn value(random: &mut Random, depth: u32) -> String {
    match random.below(if depth == 0 { 8 } else { 11 }) {
        0 => random.one_of(&["null", "true", "false", " true\t"]).to_owned(),
        1 => random.one_of(&NUMBERS).to_owned(),
        2 | 3 => double(random),
        4 => i64::from_ne_bytes((random.next() >> random.below(64)).to_ne_bytes()).to_string(),
        5..=7 => text(random),
        8 => list(random, depth - 1),
        _ => object(random, depth - 1),
    }
}

/// A double of random bits, or one with few digits, in one of several forms.
fn double(random: &mut Random) -> String {
    let number = if random.below(2) == 0 {
        f64::from_bits(random.next())
    } else {
        let digits = (random.next() >> random.below(64)) as f64;
        digits / 10f64.powi(i32::try_from(random.below(40)).expect("it is small") - 10)
    };
    match random.below(3) {
        _ if !number.is_finite() => "1e999".to_owned(),
        0 => format!("{number:e}"),
        1 => format!("{number:.20e}"),
        _ => format!("{number}"),
    }
}

fn text(random: &mut Random) -> String {
    let pieces: String = (0..random.below(5)).map(|_| random.one_of(&PIECES)).collect();
    format!("\"{pieces}\"")
}

fn list(random: &mut Random, depth: u32) -> String {
    let elements: Vec<String> = (0..random.below(4)).map(|_| value(random, depth)).collect();
    format!("[{}]", elements.join(" , "))
}

fn object(random: &mut Random, depth: u32) -> String {
    let member = |random: &mut Random| format!("\"{}\":{}", random.one_of(&NAMES), value(random, depth));
    let members: Vec<String> = (0..random.below(5)).map(|_| member(random)).collect();
    format!("{{{}}}", members.join(", "))
}
