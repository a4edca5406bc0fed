//! Tokens cover the text; items lie in it.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target};
use strat_tests::properties::{self, LONGEST, Reach, text_of};

fuzz_target!(|data: &[u8]| -> Corpus {
    if data.len() > LONGEST {
        return Corpus::Reject;
    }
    strat_fuzz::count(properties::lex(&text_of(data)));
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    strat_fuzz::mutate(data, size, max_size, seed, Reach::Text)
});
