//! The one comparison of figures and of whole screens: every bit counts.

use strat_engine::Metrics;
use strat_screen::ScreenResult;

/// The six figures by name, as bits; a ratio that does not exist is no number at all.
fn bits(m: &Metrics) -> [(&'static str, Option<u64>); 6] {
    let Metrics {
        total_return,
        sharpe_ratio,
        max_drawdown,
        win_rate,
        profit_factor,
        num_trades,
    } = m;
    [
        ("total_return", Some(total_return.to_bits())),
        ("sharpe_ratio", sharpe_ratio.map(f64::to_bits)),
        ("max_drawdown", Some(max_drawdown.to_bits())),
        ("win_rate", Some(win_rate.to_bits())),
        ("profit_factor", Some(profit_factor.to_bits())),
        ("num_trades", Some(u64::from(*num_trades))),
    ]
}

/// Holds figures against others.
///
/// # Errors
/// The first figure that differs.
pub fn same_figures(want: &Metrics, got: &Metrics) -> Result<(), String> {
    for ((name, w), (_, g)) in bits(want).into_iter().zip(bits(got)) {
        if w != g {
            return Err(format!("{name} differs: {got:?}, not {want:?}"));
        }
    }
    Ok(())
}

/// Holds a screen against another, row by row. Only the number of threads may differ.
///
/// # Errors
/// The first thing that differs.
pub fn same_screen(want: &ScreenResult, got: &ScreenResult) -> Result<(), String> {
    let about = |r: &ScreenResult| {
        let ScreenResult {
            params,
            flags,
            rows,
            excluded,
            bars,
            threads: _,
            rules,
            costs,
        } = r;
        (
            params.clone(),
            flags.clone(),
            rows.len(),
            *excluded,
            *bars,
            *rules,
            *costs,
        )
    };
    if about(want) != about(got) {
        return Err(format!("{:?}, not {:?}", about(got), about(want)));
    }
    for (place, (w, g)) in want.rows.iter().zip(&got.rows).enumerate() {
        let set =
            |r: &strat_screen::Row| -> Vec<u64> { r.params.iter().map(|p| p.to_bits()).collect() };
        if (w.index, set(w), w.flags) != (g.index, set(g), g.flags) {
            return Err(format!("row {place} is {g:?}, not {w:?}"));
        }
        same_figures(&w.metrics, &g.metrics)
            .map_err(|e| format!("row {place} {:?}: {e}", w.params))?;
    }
    Ok(())
}

#[test]
fn one_bit_of_one_figure_counts() {
    let right = Metrics {
        total_return: 0.1,
        sharpe_ratio: Some(1.5),
        max_drawdown: -0.2,
        win_rate: 0.5,
        profit_factor: f64::INFINITY,
        num_trades: 4,
    };
    assert_eq!(same_figures(&right, &right), Ok(()));
    let next = |x: f64| f64::from_bits(x.to_bits() + 1);
    for wrong in [
        Metrics {
            total_return: next(0.1),
            ..right
        },
        Metrics {
            sharpe_ratio: Some(next(1.5)),
            ..right
        },
        Metrics {
            sharpe_ratio: None,
            ..right
        },
        Metrics {
            max_drawdown: next(-0.2),
            ..right
        },
        Metrics {
            win_rate: next(0.5),
            ..right
        },
        Metrics {
            profit_factor: f64::MAX,
            ..right
        },
        Metrics {
            num_trades: 5,
            ..right
        },
    ] {
        assert!(same_figures(&right, &wrong).is_err(), "{wrong:?}");
    }
    let zero = Metrics {
        total_return: 0.0,
        ..right
    };
    let minus = Metrics {
        total_return: -0.0,
        ..right
    };
    assert!(same_figures(&zero, &minus).is_err());
}
