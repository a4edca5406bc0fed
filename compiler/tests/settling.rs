//! How many bars a recurrence needs to forget its seed.

use strat_abi::Program;
use strat_compiler::{Executor, compile};
use strat_lang::sema::{Library, check_expr};
use strat_lang::source::{MemoryWorld, SourceMap};

const LIBRARY: Library = Library {
    files: strat_stdlib::FILES,
};

#[test]
fn recurrences_settle_by_their_own_rate() {
    let settle = |expr: &str| {
        let mut map = SourceMap::default();
        let checked = check_expr(&mut map, &MemoryWorld::new(), &LIBRARY, expr, None);
        assert!(!checked.has_errors(), "{expr}: {:?}", checked.diagnostics);
        let program = compile(&checked.units[0], Executor::Interp).unwrap();
        program.resolve(&[]).unwrap()
    };
    // (1 - 2 / 21)^n < 1e-9 from n = 208 on.
    assert_eq!(settle("ema(close, 20)").settle, Some(208));
    // Wilder keeps 13 / 14, seeded with one value or with a mean of 14.
    assert_eq!(settle("wilder(close, 14)").settle, Some(13 + 280));
    assert_eq!(settle("ta_wilder(close, 14)").settle, Some(13 + 280));
    assert_eq!(settle("ta_wilder_sum(close, 14)").settle, Some(12 + 280));
    // No recurrence: the lookback is enough. A running total never settles.
    assert_eq!(settle("sma(close, 20)").settle, Some(19));
    assert_eq!(settle("rsi(close, 14)").lookback, 13);
    assert_eq!(settle("adx(14)").lookback, 26);
    // A branch that is never taken needs no past.
    assert_eq!(settle("ta_ma(close, 5, SMA)").lookback, 4);
    assert_eq!(settle("ta_ma(close, 5, DEMA)").lookback, 8);
    assert!(settle("adx(14)").settle.is_some_and(|bars| bars > 300));
}
