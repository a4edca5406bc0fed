"""The five screens as entry and exit signals, section 2 of the screening specification.

A signal on a bar uses data up to and including that bar. A comparison with NaN is false.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

import pandas as pd
import vectorbt as vbt  # noqa: F401  (registers the .vbt accessor)

import formulas as f

FAST, SLOW = range(5, 55, 5), range(20, 200, 10)
RSI_GRID = ((7, 10, 14, 21), (20, 25, 30, 35), (65, 70, 75, 80))
BB_GRID = ((10, 15, 20, 25, 30), (1.5, 2.0, 2.5, 3.0))
EMA_GRID = ((20, 50, 100), (30, 35, 40))
VB_GRID = ((10, 15, 20, 25, 30), (1.2, 1.5, 2.0, 2.5), ((10, 25), (15, 30), (15, 25)))
STOP = 0.03

Cross = Callable[[pd.Series, pd.Series], tuple[pd.Series, pd.Series]]
Bands = Callable[[pd.Series, int, float], tuple[pd.Series, pd.Series, pd.Series]]


class Combo(NamedTuple):
    """One row of a screen: parameters in grid order, signals, stop distance (None: no stop)."""

    screen: str
    params: tuple
    entries: pd.Series
    exits: pd.Series
    stop: float | None


def vectorbt_cross(a: pd.Series, b: pd.Series) -> tuple[pd.Series, pd.Series]:
    """vectorbt's own state machine, as the reference uses it: below, above, equal, above fires twice."""
    return a.vbt.crossed_above(b), a.vbt.crossed_below(b)


def wider(df: pd.DataFrame) -> pd.Series:
    """Whether the Bollinger bands (20, 2) are wider, relative to their middle, than one bar before."""
    width = f.bb_width(*f.bollinger(df["close"], 20, 2.0))
    return width > width.shift()


def all_combos(df: pd.DataFrame, cross: Cross = vectorbt_cross, bands: Bands = f.bollinger,
               widening: Callable[[pd.DataFrame], pd.Series] = wider, adx: Callable[..., pd.Series] = f.adx,
               ) -> Iterator[Combo]:
    """All 333 combos in grid order. Each argument replaces one rule whose rounding or edge case is studied."""
    yield from sma_crossover(df, cross)
    yield from rsi_mean_reversion(df)
    yield from bollinger_breakout(df, bands)
    yield from ema_rsi_combo(df)
    yield from volatility_breakout(df, widening, adx)


def sma_crossover(df: pd.DataFrame, cross: Cross) -> Iterator[Combo]:
    averages = {n: f.sma(df["close"], n) for n in sorted({*FAST, *SLOW})}
    for fast, slow in product(FAST, SLOW):
        yield Combo("sma_crossover", (fast, slow), *cross(averages[fast], averages[slow]), None)


def rsi_mean_reversion(df: pd.DataFrame) -> Iterator[Combo]:
    periods, oversold, overbought = RSI_GRID
    for n in periods:
        r = f.rsi(df["close"], n)
        for low, high in product(oversold, overbought):
            yield Combo("rsi_mean_reversion", (n, low, high), r < low, r > high, None)


def bollinger_breakout(df: pd.DataFrame, bands: Bands) -> Iterator[Combo]:
    c = df["close"]
    for n, k in product(*BB_GRID):
        upper, _, lower = bands(c, n, k)
        yield Combo("bollinger_breakout", (n, k), c > upper, c < lower, None)


def ema_rsi_combo(df: pd.DataFrame) -> Iterator[Combo]:
    c = df["close"]
    r = f.rsi(c, 14)
    for n, level in product(*EMA_GRID):
        e = f.ema(c, n)
        yield Combo("ema_rsi_combo", (n, level), (c > e) & (r < level), (c < e) | (r > 75), None)


def volatility_breakout(df: pd.DataFrame, widening: Callable, adx_of: Callable) -> Iterator[Combo]:
    h, l, c, v = df["high"], df["low"], df["close"], df["volume"]
    r, adx, e, ratio = f.rsi(c, 14), adx_of(h, l, c, 14), f.ema(c, 20), f.volume_ratio(v, 20)
    exits = (r > 85) | ((c < e) & (c.shift() >= e.shift()) & (ratio > 1.0))
    always = widening(df) & (adx > adx.shift()) & (r >= 40) & (r <= 70) & (v > 0)
    periods, factors, ranges = VB_GRID
    for n, factor, (low, high) in product(periods, factors, ranges):
        entries = (c > f.highest(h, n).shift(1)) & (ratio > factor) & (adx >= low) & (adx <= high) & always
        yield Combo("volatility_breakout", (n, factor, low, high), entries, exits, STOP)
