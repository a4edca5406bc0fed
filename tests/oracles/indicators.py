"""Records indicators by the pandas formulas of the specification and by TA-Lib.

    python tests/oracles/indicators.py --data DIR --out DIR

Into --out goes `indicators/`: two market series (outputs only, sampled rows) and the edge series in full.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import talib

import formulas as f
from candles import as_integers, load, stamp
from edge import edge_series
from screens import write

SYMBOLS, BARS = ("BTC_USDT", "DOGE_USDT"), 3_000
FULL, EVERY = 320, 9  # warm-up and convergence row by row, then every ninth
LENGTHS, SHORT, MACDS, BANDS = (20, 50), (14, 7), ((12, 26, 9), (5, 35, 5)), ((20, 2.0), (30, 2.5))
Columns = dict[str, pd.Series]


def shared(df: pd.DataFrame) -> Columns:
    """Sections 1 to 3 of the indicator specification."""
    h, l, c, v = (df[k] for k in ("high", "low", "close", "volume"))
    out: Columns = {}
    for n in LENGTHS:
        out |= {f"sma_{n}": f.sma(c, n), f"ema_{n}": f.ema(c, n), f"stdev_{n}": f.stdev(c, n),
                f"highest_{n}": f.highest(h, n), f"lowest_{n}": f.lowest(l, n),
                f"volume_ratio_{n}": f.volume_ratio(v, n), f"roc_{n}": f.roc(c, n)}
    out["true_range"] = f.true_range(h, l, c)
    for n in SHORT:
        out |= {f"wma_{n}": f.wma(c, n), f"rsi_{n}": f.rsi(c, n), f"atr_{n}": f.atr(h, l, c, n),
                f"adx_{n}": f.adx(h, l, c, n)}
    for p in MACDS:
        out |= named("macd macd_signal macd_hist", p, f.macd(c, *p))
    for p in BANDS:
        out |= bands(p, c, *f.bollinger(c, *p))
    return out


def bands(p: tuple, c: pd.Series, upper: pd.Series, mid: pd.Series, lower: pd.Series) -> Columns:
    return named("bb_upper bb_mid bb_lower bb_width bb_pct", p,
                 (upper, mid, lower, f.bb_width(upper, mid, lower), f.bb_pct(c, upper, lower)))


def named(names: str, params: tuple, series: tuple) -> Columns:
    return {"_".join(map(str, (name, *params))): s for name, s in zip(names.split(), series, strict=True)}


def ta(df: pd.DataFrame) -> Columns:
    """TA-Lib on the rows that have a price; NaN on the others."""
    whole = df.dropna()
    h, l, c = (whole[k].to_numpy() for k in ("high", "low", "close"))
    out = {}
    for n in LENGTHS:
        out[f"ta_ema_{n}"] = talib.EMA(c, n)
    for n in SHORT:
        out |= {f"ta_rsi_{n}": talib.RSI(c, n), f"ta_atr_{n}": talib.ATR(h, l, c, n), f"ta_adx_{n}": talib.ADX(h, l, c, n)}
    for p in MACDS:
        out |= named("ta_macd ta_macd_signal ta_macd_hist", p, talib.MACD(c, *p))
    for n, k in BANDS:
        out |= named("ta_bb_upper ta_bb_mid ta_bb_lower", (n, k), talib.BBANDS(c, n, k, k, matype=0))
    return {name: pd.Series(x, index=whole.index).reindex(df.index) for name, x in out.items()}


def skipping(recurrence: Callable[..., pd.Series], *inputs: pd.Series) -> pd.Series:
    """A recurrence that leaves its state alone on rows where an input is missing, and is NaN there."""
    rows = pd.concat(inputs, axis=1, keys=range(len(inputs))).dropna()
    return recurrence(*(rows[i] for i in rows)).reindex(inputs[0].index)


def dropna(df: pd.DataFrame) -> Columns:
    """The recursive indicators on the frame without its missing rows, put back in place."""
    keep = ("ema_", "macd", "rsi_", "adx_")
    found = shared(df.dropna())
    return {f"{k}__dropna": s.reindex(df.index) for k, s in found.items() if k.startswith(keep)}


def rec(df: pd.DataFrame) -> Columns:
    """The same by the rule of stratc's `rec`, where that differs from dropping rows: a difference against
    a missing row is itself missing (row 0 still counts as no move), and the recurrence skips it."""
    h, l, c = (df[k] for k in ("high", "low", "close"))
    first = pd.Series(np.arange(len(df)) == 0, index=df.index)
    here = c.diff().notna() | first
    gain, loss = (s.where(here) for s in f.gain_loss(c))
    moves = [s.where(here) for s in (f.true_range(h, l, c), *f.moves(h, l))]
    out = {}
    for n in SHORT:
        out[f"rsi_{n}__rec"] = skipping(lambda g, x, n=n: f.rsi_of(g, x, n), gain, loss)
        out[f"adx_{n}__rec"] = skipping(lambda t, p, m, n=n: f.adx_of(t, p, m, n), *moves)
    return out


def exact(df: pd.DataFrame) -> Columns:
    """Deviation and bands without rounding errors: from integer sums, each window on its own."""
    c = df["close"]
    present = c.notna().to_numpy()
    integers, decimals = as_integers(c.fillna(1.0))
    out: Columns = {}

    def deviation(n: int) -> tuple[pd.Series, pd.Series]:
        mean, sd = np.full(len(c), np.nan), np.full(len(c), np.nan)
        for i in range(n - 1, len(c)):
            if present[i - n + 1:i + 1].all():
                window = [int(x) for x in integers[i - n + 1:i + 1]]
                spread = n * sum(x * x for x in window) - sum(window) ** 2
                mean[i] = sum(window) / (n * 10**decimals)
                sd[i] = np.sqrt(np.longdouble(spread) / (n * (n - 1))) / np.longdouble(10) ** decimals
        return pd.Series(mean, index=c.index), pd.Series(sd, index=c.index)

    for n in LENGTHS:
        out[f"stdev_{n}__exact"] = deviation(n)[1]
    for n, k in BANDS:
        mid, sd = deviation(n)
        found = bands((n, k), c, mid + k * sd, mid, mid - k * sd)
        out |= {f"{name}__exact": s for name, s in found.items() if not name.startswith("bb_mid")}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    out = args.out / "indicators"
    for symbol in SYMBOLS:
        df = load(args.data, symbol).iloc[:BARS]
        if len(df) < BARS:
            raise SystemExit(f"{symbol}: {len(df)} bars, expected at least {BARS}")
        table = pd.DataFrame(shared(df) | ta(df))
        table.insert(0, "bar", np.arange(BARS))
        rows = (table["bar"] < FULL) | ((table["bar"] - FULL) % EVERY == 0)
        write(table[rows], out / f"{symbol}_1h_first_{BARS}.csv")
    df = edge_series()
    table = df.assign(**shared(df), **ta(df), **dropna(df), **rec(df), **exact(df))
    table.insert(0, "timestamp", [stamp(t) for t in df.index])
    table.insert(0, "bar", np.arange(len(df)))
    write(table, out / "edge.csv")


if __name__ == "__main__":
    main()
