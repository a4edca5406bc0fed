//! Saving and loading, on generated bars.

mod files;

use files::{HOUR, NEW_YEAR, bits, btc, columns, hours, load_all, write};
use proptest::prelude::*;
use strat_data::{DataError, Preload, Range, Store};
use strat_market::{Bar, Bars, When};

/// Any double, with the special ones often.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<u64>().prop_map(f64::from_bits),
        2 => Just(f64::NAN),
        1 => Just(f64::from_bits(0x7ff8_0000_0000_0001)),
        1 => Just(-0.0),
        1 => Just(0.0),
        4 => (1u32..1_000_000).prop_map(|cents| f64::from(cents) / 100.0),
    ]
}

fn bars() -> impl Strategy<Value = Bars> {
    let unit = prop_oneof![
        Just(1i64),
        Just(1000),
        Just(1_000_000),
        Just(3_600_000_000_000)
    ];
    let row = (1i64..1000, [value(), value(), value(), value(), value()]);
    (unit, -1000i64..1000, proptest::collection::vec(row, 1..60)).prop_map(|(unit, start, rows)| {
        let mut time = start * unit;
        let mut out = Bars::default();
        for (step, [open, high, low, close, volume]) in rows {
            time += step * unit;
            out.push(Bar {
                time,
                open,
                high,
                low,
                close,
                volume,
            });
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn load_gives_what_save_took_bit_for_bit(bars in bars()) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        store.save(&btc(), &bars).unwrap();
        let loaded = load_all(&store).unwrap();
        prop_assert_eq!(bits(&loaded.bars), bits(&bars));
    }

    #[test]
    fn a_range_is_the_same_slice_however_the_file_is_cut(
        hours_there in proptest::collection::btree_set(0i64..100, 1..60),
        group in 1usize..70,
        from in -10i64..110,
        length in 0i64..120,
        preload in prop_oneof![Just(Preload::None), Just(Preload::All), (0usize..80).prop_map(Preload::Bars)],
    ) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        let all = hours(hours_there.iter().copied());
        write(&store.path(&btc()), columns(&all), group);
        let (first, last) = (NEW_YEAR + from * HOUR, NEW_YEAR + (from + length) * HOUR);
        let range = Range { from: Some(When::Instant(first)), to: Some(When::Instant(last)), preload };
        let inside: Vec<usize> = (0..all.len()).filter(|&t| (first..=last).contains(&all.time[t])).collect();
        match (inside.first(), store.load(&btc(), &range)) {
            (None, result) => {
                let nothing = matches!(result, Err(DataError::NoBarsInRange { .. }));
                prop_assert!(nothing);
            }
            (Some(&start), result) => {
                let loaded = result.unwrap();
                let before = match preload {
                    Preload::None => 0,
                    Preload::Bars(bars) => bars.min(start),
                    Preload::All => start,
                };
                prop_assert_eq!(loaded.start, before);
                prop_assert_eq!(loaded.bars, all.slice(start - before..start + inside.len()));
            }
        }
    }
}
