//! What holds for every text, on texts made up at random.

use crate::check::{check_any, check_format, reports, tree};
use crate::generate::{program, strategy_soup, token_soup};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_parse_and_format(text in program()) {
        let (_, _, errors) = tree(&text);
        prop_assert_eq!(errors, 0, "{}\n{}", reports(&text), text);
        let formatted = strat_lang::fmt::format(&text).unwrap_or_default();
        check_format(&text, &formatted);
    }

    #[test]
    fn token_soups_never_panic(text in token_soup()) {
        check_any(&text);
    }

    #[test]
    fn soups_of_statements_never_panic(text in strategy_soup()) {
        check_any(&text);
    }

    #[test]
    fn any_text_never_panics(text in any::<String>()) {
        check_any(&text);
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_any(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_program_cut_anywhere_never_panics(text in program(), cut in any::<prop::sample::Index>()) {
        let at = cut.index(text.len() + 1);
        let end = (at..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
        check_any(text.get(..end).unwrap_or(""));
    }

    #[test]
    fn a_program_without_one_character_never_panics(text in program(), cut in any::<prop::sample::Index>()) {
        let count = text.chars().count();
        let at = cut.index(count.max(1));
        let rest: String = text.chars().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c).collect();
        check_any(&rest);
    }
}
