"""Checks the oracles against the specification's own tables and against a second implementation.

    python tests/oracles/verify.py --data DIR --spec DIR

DIR of --spec is the specification folder (with `oracle/`). Prints one line per check and exits with 1 if any
of those that must hold does not.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import talib

import formulas as f
import replay
import rolling
from candles import SYMBOLS, load, read
from edge import MISSING, edge_series
from screens import COST_BARS, COST_SYMBOL, COSTS, WINDOWS
from signals import BB_GRID, FAST, SLOW, Combo, all_combos, vectorbt_cross
from simulate import METRICS, metrics, portfolio, table
from ties import last_unequal_cross

SPEC_TABLES = {
    "sma_crossover": ("sma_crossover_seed_grid", ["fast_window", "slow_window"]),
    "rsi_mean_reversion": ("rsi_mean_reversion", ["rsi_period", "oversold", "overbought"]),
    "bollinger_breakout": ("bollinger_breakout", ["bb_period", "bb_std"]),
    "ema_rsi_combo": ("ema_rsi_combo", ["ema_period", "rsi_entry"]),
    "volatility_breakout": ("volatility_breakout", ["breakout_period", "volume_factor", "adx_low", "adx_high"]),
}
failures = []


def report(name: str, good: bool, detail: str) -> None:
    print(f"{'ok  ' if good else 'FAIL'} {name}: {detail}")
    if not good:
        failures.append(name)


def close_enough(a: np.ndarray, b: np.ndarray) -> bool:
    """1e-9 relative, or 1e-12 absolute: a Sharpe ratio or return that cancels to almost nothing keeps the
    absolute rounding noise of its terms (about 1e-14 here), which is then large beside it."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        near = np.abs(a - b) <= np.maximum(1e-9 * np.maximum(np.abs(a), np.abs(b)), 1e-12)
    return bool((same | near).all())


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest relative difference; equal infinities and two NaNs count as equal, one NaN as infinite."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(all="ignore"):
        gap = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
    return float(np.where(same, 0.0, np.nan_to_num(gap, nan=np.inf)).max())


def spec_screens(spec: Path) -> None:
    """The specification's five tables and its trade list, from its own candles."""
    df = read(spec / "oracle" / "ohlcv.parquet")
    combos = list(all_combos(df))
    got = table(combos, metrics(portfolio(df["close"], combos)))
    for screen, (file, names) in SPEC_TABLES.items():
        want = pd.read_csv(spec / "oracle" / "screening" / f"{file}.csv").sort_values(names, kind="stable")
        mine = got[got["screen"] == screen].copy()
        mine[names] = mine[[f"p{i + 1}" for i in range(len(names))]].astype(float).to_numpy()
        mine = mine.sort_values(names, kind="stable")
        # The specification writes 0 where vectorbt answers NaN: win rate and profit factor of no trades.
        idle = mine["num_trades"] == 0
        mine.loc[idle, ["win_rate", "profit_factor"]] = 0.0
        columns = [m for m in METRICS if m in want.columns]
        worst = {m: apart(mine[m], want[m]) for m in columns}
        good = len(mine) == len(want) and (mine[names].to_numpy() == want[names].to_numpy()).all()
        report(f"specification, {screen}", good and max(worst.values()) <= 1e-9,
               f"{len(mine)} rows, {len(columns)} metrics, largest relative difference {max(worst.values()):.1e}")
    combo = next(c for c in combos if c.params == (10, 50))
    mine = portfolio(df["close"], [combo]).trades.records
    want = pd.read_csv(spec / "oracle" / "screening" / "trades_sma_10_50.csv")
    pairs = {"size": "Size", "entry_price": "Avg Entry Price", "entry_fees": "Entry Fees", "exit_fees": "Exit Fees",
             "exit_price": "Avg Exit Price", "pnl": "PnL", "return": "Return"}
    worst = max(apart(mine[a], want[b]) for a, b in pairs.items()) if len(mine) == len(want) else np.inf
    report("specification, trades of SMA 10/50", worst <= 1e-9, f"{len(mine)} trades, {worst:.1e}")


def spec_indicators(spec: Path) -> None:
    """The specification's indicator columns, by the formulas used here."""
    df = read(spec / "oracle" / "ohlcv.parquet")
    h, l, c, v = (df[k] for k in ("high", "low", "close", "volume"))
    want = pd.read_parquet(spec / "oracle" / "indicators.parquet")
    upper, mid, lower = f.bollinger(c, 20, 2.0)
    mine = {f"sma_{n}": f.sma(c, n) for n in (7, 20, 50, 200)} | {f"ema_{n}": f.ema(c, n) for n in (7, 20, 50, 200)}
    mine |= {f"rsi_{n}": f.rsi(c, n) for n in (7, 10, 14, 21)} | {f"atr_{n}": f.atr(h, l, c, n) for n in (10, 14)}
    mine |= dict(zip(("macd", "macd_signal", "macd_hist"), f.macd(c, 12, 26, 9)))
    mine |= dict(wma_14=f.wma(c, 14), bb_upper=upper, bb_mid=mid, bb_lower=lower,
                 volume_ratio=f.volume_ratio(v, 20), adx_14=f.adx(h, l, c, 14))
    worst = {k: apart_scaled(x, want[k]) for k, x in mine.items()}
    report("specification, shared indicators", max(worst.values()) <= 1e-9,
           f"{len(worst)} columns, largest {max(worst, key=worst.get)} {max(worst.values()):.1e}")
    loose = max(apart_scaled(f.bb_width(upper, mid, lower), want["bb_width"]),
                apart_scaled(f.bb_pct(c, upper, lower), want["bb_pct"]))
    report("specification, bb_width and bb_pct", loose <= 1e-7, f"{loose:.1e}")
    want = pd.read_parquet(spec / "oracle" / "indicators_talib.parquet")
    a = [x.to_numpy() for x in (h, l, c)]
    mine = dict(rsi_14=talib.RSI(a[2], 14), atr_14=talib.ATR(*a, 14), adx_14=talib.ADX(*a, 14),
                ema_50=talib.EMA(a[2], 50), macd=talib.MACD(a[2])[0])
    worst = {k: apart_scaled(pd.Series(x), want[k]) for k, x in mine.items()}
    report("specification, TA-Lib indicators", max(worst.values()) <= 1e-9, f"{max(worst.values()):.1e}")


def apart_scaled(a: pd.Series, b: pd.Series) -> float:
    """Largest difference relative to the column's own scale, for columns that pass through zero."""
    a, b = a.to_numpy(), b.to_numpy()
    if (np.isnan(a) != np.isnan(b)).any():
        return np.inf
    return float(np.nanmax(np.abs(a - b)) / np.nanmax(np.abs(b)))


def crossing_rule(df: pd.DataFrame, combos: list[Combo], name: str) -> None:
    """Firing again after an equal bar changes signals, never a result: one is already long then."""
    sma = [c for c in combos if c.screen == "sma_crossover"]
    other = [c for c in all_combos(df, cross=last_unequal_cross) if c.screen == "sma_crossover"]
    again = sum(int((a.entries & ~b.entries).sum() + (a.exits & ~b.exits).sum()) for a, b in zip(sma, other))
    lost = sum(int((b.entries & ~a.entries).sum() + (b.exits & ~a.exits).sum()) for a, b in zip(sma, other))
    close = df["close"]
    same = metrics(portfolio(close, sma)).equals(metrics(portfolio(close, other)))
    report(f"{name}, equal re-arms", same and lost == 0, f"{again} repeated signals, metrics identical: {same}")


def adx_tie_rule(df: pd.DataFrame, combos: list[Combo], values: pd.DataFrame, name: str) -> None:
    """Wilder's rule on up == down, used here, against the reference's. A finding, not a check."""
    h, l = df["high"], df["low"]
    ties = int(((h.diff() == -l.diff()) & (h.diff() > 0)).sum())
    pick = [i for i, c in enumerate(combos) if c.screen == "volatility_breakout"]
    other = [c for c in all_combos(df, adx=lambda *a: f.adx(*a, reference_ties=True))
             if c.screen == "volatility_breakout"]
    theirs = metrics(portfolio(df["close"], other))
    mine = values.iloc[pick].reset_index(drop=True)
    changed = int((~((mine == theirs) | (mine.isna() & theirs.isna())).all(axis=1)).sum())
    print(f"note {name}, ADX with up == down: {ties} bars; the reference's rule changes {changed} of {len(pick)} rows")


def replayed(close: pd.Series, combos: list[Combo], values: pd.DataFrame, name: str, fees: float = 0.001,
             slippage: float = 0.0, stop_slips: bool = False) -> None:
    """vectorbt against the rules in the README, in extended precision."""
    mine = pd.DataFrame([replay.metrics(close, c, fees, slippage, stop_slips) for c in combos], columns=METRICS)
    worst = {m: apart(mine[m], values[m]) for m in METRICS}
    good = all(close_enough(mine[m], values[m]) for m in METRICS)
    report(f"{name}, replay", good, ", ".join(f"{m} {w:.1e}" for m, w in worst.items()))


def same_bits(df: pd.DataFrame, name: str) -> None:
    """rolling.py against pandas, on candles without gaps."""
    c, v = df["close"], df["volume"]
    x, gain = c.to_numpy(), f.gain_loss(c)[0]
    pairs = [(rolling.mean(x, n), f.sma(c, n)) for n in sorted({*FAST, *SLOW}) if n <= len(c)]
    pairs += [(rolling.mean(v.to_numpy(), 20), f.sma(v, 20))]
    pairs += [(rolling.stdev(x, n), f.stdev(c, n)) for n in (5, 7, *BB_GRID[0])]
    pairs += [(rolling.ema(x, rolling.alpha_of_span(n)), f.ema(c, n)) for n in (20, 50, 100)]
    pairs += [(rolling.ema(gain.to_numpy(), rolling.alpha_of_wilder(n)),
               gain.ewm(alpha=1 / n, adjust=False).mean()) for n in (7, 10, 14, 21)]
    same = sum(np.array_equal(a, b.to_numpy(), equal_nan=True) for a, b in pairs)
    report(f"{name}, rolling.py is pandas", same == len(pairs), f"{same} of {len(pairs)} columns equal bit for bit")


def stop_rule() -> None:
    """The stop fires at exactly entry * (1 - stop), fills at that close, and never slips unless told to."""
    bar = pd.date_range("2024-01-01", periods=6, freq="1h")
    level = 100.0 * (1 - 0.03)
    flags = lambda *on: pd.Series([i in on for i in range(6)], index=bar)  # noqa: E731
    cases = {"at the level": level, "one step above": np.nextafter(level, 200), "below": 90.0}
    for case, price in cases.items():
        close = pd.Series([100.0, 100.0, price, 99.0, 98.0, 97.5], index=bar)
        combo = Combo("", (), flags(1, 2), flags(4), 0.03)
        for mode, slips in (("stoplimit", False), ("stopmarket", True)):
            t = portfolio(close, [combo], fees=0.0, slippage=0.01, stop_exit_price=mode).trades.records
            fires = price <= level
            want = (2, price * (1 - 0.01 * slips)) if fires else (4, 98.0 * (1 - 0.01))
            good = len(t) == 1 and t["exit_idx"][0] == want[0] and abs(t["exit_price"][0] / want[1] - 1) < 1e-15
            report(f"stop {case}, {mode}", bool(good), f"exit bar {t['exit_idx'][0]} at {t['exit_price'][0]!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--spec", type=Path, required=True)
    args = parser.parse_args()
    stop_rule()
    spec_screens(args.spec)
    spec_indicators(args.spec)
    edge = edge_series()
    for part, start, end in (("before the gaps", 0, MISSING[0]), ("with the spike", MISSING[-1] + 1, len(edge))):
        same_bits(edge[start:end], f"edge series {part}")
    for symbol in SYMBOLS:
        candles = load(args.data, symbol)
        for bars in WINDOWS:
            df = candles.iloc[-bars:]
            name, close, combos = f"{symbol} {bars}", df["close"], list(all_combos(df, cross=vectorbt_cross))
            values = metrics(portfolio(close, combos))
            same_bits(df, name)
            crossing_rule(df, combos, name)
            adx_tie_rule(df, combos, values, name)
            replayed(close, combos, values, name)
            if (symbol, bars) == (COST_SYMBOL, COST_BARS):
                for mode, slips in (("stoplimit", False), ("stopmarket", True)):
                    values = metrics(portfolio(close, combos, **COSTS, stop_exit_price=mode))
                    replayed(close, combos, values, f"{name} with costs, {mode}", **COSTS, stop_slips=slips)
    raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
