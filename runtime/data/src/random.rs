//! Random numbers that are the same on every machine: integer arithmetic, IEEE operations and the
//! pinned functions of `libm`, nothing of the platform's own.

/// The generator xoshiro256++ of Blackman and Vigna, its state filled by SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: [u64; 4],
    /// The second of a pair of normal numbers, kept for the next call.
    spare: Option<f64>,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        let mut at = seed;
        let state = std::array::from_fn(|_| {
            at = at.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = at;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Random { state, spare: None }
    }

    fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let out = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        out
    }

    /// Uniform in 0 (included) to 1 (left out), in steps of 2^-53.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform between two numbers.
    pub(crate) fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // 1 - u lies above 0, so that its logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        let angle = std::f64::consts::TAU * self.unit();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // First outputs of the authors' C programs: SplitMix64 from 0, xoshiro256++ from 1, 2, 3, 4.
        assert_eq!(Random::new(0).state[0], 0xe220_a839_7b1d_cdaf);
        assert_eq!(Random::new(0).state[1], 0x6e78_9e6a_a1b9_65f4);
        let mut random = Random {
            state: [1, 2, 3, 4],
            spare: None,
        };
        let first: Vec<u64> = (0..4).map(|_| random.next()).collect();
        assert_eq!(
            first,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386
            ]
        );
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut random = Random::new(7);
        let n = 200_000;
        let normal: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(n);
        let variance = normal.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.01, "{mean}");
        assert!((variance - 1.0).abs() < 0.01, "{variance}");
        let within = normal.iter().filter(|x| x.abs() < 1.0).count();
        assert!((within as f64 / f64::from(n) - 0.6827).abs() < 0.005);
        let uniform: Vec<f64> = (0..n).map(|_| random.uniform(2.0, 4.0)).collect();
        assert!(uniform.iter().all(|x| (2.0..4.0).contains(x)));
        assert!((uniform.iter().sum::<f64>() / f64::from(n) - 3.0).abs() < 0.01);
    }
}
