//! `Math.random()`, which the world decides.

/// Where a session's random numbers come from. The same source gives the same numbers again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Random {
    /// The same number each time, from 0 to below 1.
    Fixed(f64),
    /// Numbers that follow from a seed.
    Seeded(u64),
}

/// What a seed grows by with each number (Steele and others, "Fast Splittable Pseudorandom Number Generators", 2014).
const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    /// The next number, from 0 to below 1.
    pub(crate) fn next(&mut self) -> f64 {
        match self {
            Self::Fixed(number) => *number,
            Self::Seeded(state) => {
                *state = state.wrapping_add(GOLDEN_GAMMA);
                let mut mixed = *state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                mixed ^= mixed >> 31;
                #[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds")]
                let number = (mixed >> 11) as f64 / (1_u64 << 53) as f64;
                number
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_numbers_again_and_another_seed_gives_others() {
        let numbers = |seed: u64| {
            let mut random = Random::Seeded(seed);
            (0..100).map(|_| random.next()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
        assert!(numbers(7).iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers(7).iter().sum::<f64>() / 100.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }

    #[test]
    fn a_fixed_number_stays() {
        let mut random = Random::Fixed(0.25);
        assert_eq!([random.next(), random.next()], [0.25, 0.25]);
    }
}
