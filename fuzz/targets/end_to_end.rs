//! What checks without errors compiles, and the three executors give the same bits.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use strat_tests::properties::{self, LONGEST, Reach, text_of};

fuzz_target!(|data: &[u8]| -> Corpus {
    if data.len() > LONGEST {
        return Corpus::Reject;
    }
    strat_fuzz::count(properties::end_to_end(&text_of(data)));
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    strat_fuzz::mutate(data, size, max_size, seed, Reach::Code)
});
