"""Bars where a comparison of the screens is decided by rounding, and what exact arithmetic says there.

Candle prices are short decimals, so two averages of closes can be exactly equal. Their float64 values then
differ by rounding or not at all, depending on how the sum was made, and the sign of that difference is a
signal. The same holds for the width of the Bollinger bands when the close that enters the window equals the
one that leaves it. Both are compared here in integers, which have no rounding.
"""

from itertools import product

import numpy as np
import pandas as pd

import formulas as f
from candles import as_integers, stamp
from signals import BB_GRID, EMA_GRID, FAST, RSI_GRID, SLOW, VB_GRID, Combo, all_combos, wider

TOLERANCE = 1e-12
TIE_COLUMNS = ["symbol", "bars", "screen", "p1", "p2", "bar", "time", "pandas_sign", "exact", "moves_signal"]


class Exact:
    """One series of closes in integers."""

    def __init__(self, close: pd.Series) -> None:
        self.close, self.bars = close, len(close)
        self.integers, self.decimals = as_integers(close)
        self.scale = np.longdouble(10) ** self.decimals

    def total(self, n: int, values: np.ndarray | None = None) -> np.ndarray:
        """Exact sum of the last n values; 0 in the first n-1 rows."""
        run = np.concatenate([[0], np.cumsum(self.integers if values is None else values)])
        out = np.zeros(self.bars, dtype=np.int64)
        out[n - 1:] = run[n:] - run[:-n]
        return out

    def spread(self, n: int) -> np.ndarray:
        """n * sum of squares - square of sum: the variance times n(n-1), exact."""
        return n * self.total(n, self.integers**2) - self.total(n) ** 2

    def mean(self, n: int) -> np.ndarray:
        return self.masked(self.total(n) / np.longdouble(n) / self.scale, n)

    def stdev(self, n: int) -> np.ndarray:
        """Rounded once, in extended precision."""
        return self.masked(np.sqrt(self.spread(n).astype(np.longdouble) / (n * (n - 1))) / self.scale, n)

    def masked(self, values: np.ndarray, n: int) -> np.ndarray:
        values[:n - 1] = np.nan
        return values

    def sign_of_difference(self, fast: int, slow: int) -> np.ndarray:
        """Sign of mean(fast) - mean(slow)."""
        return np.sign(self.total(fast) * slow - self.total(slow) * fast)

    def cross(self, fast: int, slow: int) -> tuple[np.ndarray, np.ndarray]:
        return crosses(self.sign_of_difference(fast, slow), np.arange(self.bars) >= max(fast, slow) - 1)

    def width_sign(self) -> np.ndarray:
        """Sign of the change of the bands' relative width (20, 2) from bar to bar; 0 where undefined."""
        variance, total = self.spread(20).astype(object), self.total(20).astype(object)
        left, right = variance[20:] * total[19:-1] ** 2, variance[19:-1] * total[20:] ** 2
        return np.concatenate([np.zeros(20, np.int64), [(a > b) - (a < b) for a, b in zip(left, right)]])

    def bands(self, close: pd.Series, n: int, k: float) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Upper, middle, lower in extended precision."""
        mid, sd = self.mean(n), self.stdev(n)
        return tuple(pd.Series(x, index=close.index) for x in (mid + k * sd, mid, mid - k * sd))


def crosses(sign: np.ndarray, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Above fires where the sign is + and the last non-zero one was -; below mirrors it."""
    last = pd.Series(np.where(valid & (sign != 0), sign, np.nan)).ffill()
    before = last.shift().to_numpy()
    return (sign == 1) & valid & (before == -1), (sign == -1) & valid & (before == 1)


def last_unequal_cross(a: pd.Series, b: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The crossing rule that does not fire again after an equal bar, on the values as they are."""
    fires = crosses(np.sign((a - b).fillna(0.0).to_numpy()), (a.notna() & b.notna()).to_numpy())
    return tuple(pd.Series(x, index=a.index) for x in fires)


def exact_changes(df: pd.DataFrame) -> list[Combo]:
    """The combos whose signals differ when averages, bands and widths are compared without rounding."""
    exact = Exact(df["close"])
    changed = []
    recorded = all_combos(df, cross=last_unequal_cross)
    free = all_combos(df, bands=exact.bands, widening=lambda d: pd.Series(exact.width_sign() > 0, index=d.index))
    for old, new in zip(recorded, free, strict=True):
        if new.screen == "sma_crossover":
            entries, exits = (pd.Series(x, index=df.index) for x in exact.cross(*new.params))
            new = new._replace(entries=entries, exits=exits)
        if not (old.entries.equals(new.entries) and old.exits.equals(new.exits)):
            changed.append(new)
    return changed


def sma_ties(close: pd.Series, symbol: str) -> tuple[list[list], dict]:
    """Ties of the crossover screen: rows of TIE_COLUMNS and a summary."""
    exact = Exact(close)
    bars = exact.bars
    means = {n: f.sma(close, n).to_numpy() for n in sorted({*FAST, *SLOW})}
    rows, tied, wrong_elsewhere, nearest = [], set(), 0, np.inf
    for fast, slow in product(FAST, SLOW):
        if fast == slow:  # equal everywhere: never crosses
            continue
        valid = np.arange(bars) >= max(fast, slow) - 1
        truth = np.where(valid, exact.sign_of_difference(fast, slow), 0)
        difference = np.where(valid, means[fast] - means[slow], 0.0)
        relative = np.where(valid, np.abs(difference) / means[slow], np.inf)
        sign = np.sign(difference).astype(np.int64)
        tie = valid & (truth == 0)
        wrong_elsewhere += int((valid & ~tie & (sign != truth)).sum())
        nearest = min(nearest, float(relative[~tie].min()))
        differ = np.logical_or.reduce([a != b for a, b in zip(crosses(sign, valid), crosses(truth, valid))])
        for bar in np.flatnonzero(tie | (relative <= TOLERANCE)):
            tied.add((fast, slow))
            after = bar + 1
            while after < bars - 1 and truth[after] == 0:
                after += 1
            rows.append([symbol, bars, "sma_crossover", fast, slow, int(bar), stamp(close.index[bar]),
                         int(sign[bar]), bool(tie[bar]), bool(differ[bar:after + 1].any())])
    summary = dict(
        symbol=symbol, bars=bars, price_decimals=exact.decimals, ties=len(rows),
        of_which_exact=sum(r[8] for r in rows), of_which_pandas_finds_equal=sum(r[7] == 0 for r in rows),
        of_which_move_a_cross=sum(r[9] for r in rows), combos_with_ties=len(tied),
        wrong_signs_away_from_ties=wrong_elsewhere, nearest_relative_distance_away_from_ties=nearest)
    return rows, summary


def width_ties(df: pd.DataFrame) -> dict:
    """Bars where the bands' width is exactly what it was one bar before, and what pandas makes of them."""
    truth = Exact(df["close"]).width_sign()
    found = wider(df).to_numpy()
    defined = np.arange(len(df)) >= 20
    tie = defined & (truth == 0)
    return dict(width_ties=int(tie.sum()), width_ties_that_pandas_finds_wider=int((tie & found).sum()),
                width_wrong_away_from_ties=int((defined & ~tie & (found != (truth > 0))).sum()))


def rolling_errors(close: pd.Series) -> dict:
    """Largest relative error of pandas' own rolling mean and deviation."""
    exact = Exact(close)

    def worst(value: pd.Series, truth: np.ndarray) -> float:
        apart = np.abs(value.to_numpy().astype(np.longdouble) - truth)[truth > 0] / truth[truth > 0]
        return float(apart.max())

    return dict(sma_relative_error=max(worst(f.sma(close, n), exact.mean(n)) for n in sorted({*FAST, *SLOW})),
                stdev_relative_error=max(worst(f.stdev(close, n), exact.stdev(n)) for n in BB_GRID[0]))


def margins(df: pd.DataFrame) -> list[dict]:
    """For each other kind of comparison: the nearest two sides come, relative to the larger.

    An implementation whose indicators are more accurate than `nearest` gets the same signals. `equal` counts
    bars where both sides are the same float.
    """
    h, l, c, v = (df[k] for k in ("high", "low", "close", "volume"))
    found = {}

    def add(screen: str, comparison: str, a: pd.Series, b: pd.Series | float, case: str) -> None:
        b = pd.Series(b, index=a.index) if np.isscalar(b) else b
        gap = ((a - b).abs() / np.maximum(a.abs(), b.abs())).to_numpy()
        gap = np.where(np.isnan(gap), np.inf, gap)
        kind = found.setdefault((screen, comparison), dict(nearest=np.inf, case="", time="", equal=0))
        if gap.min() < kind["nearest"]:
            kind |= dict(nearest=float(gap.min()), case=case, time=stamp(a.index[int(gap.argmin())]))
        found[screen, comparison] = kind | dict(equal=kind["equal"] + int((gap == 0).sum()))

    periods, oversold, overbought = RSI_GRID
    for n, level in product(periods, (*oversold, *overbought)):
        add("rsi_mean_reversion", "rsi : level", f.rsi(c, n), float(level), f"rsi({n}), {level}")
    for n, k in product(*BB_GRID):
        upper, _, lower = f.bollinger(c, n, k)
        add("bollinger_breakout", "close : band", c, upper, f"upper({n}, {k})")
        add("bollinger_breakout", "close : band", c, lower, f"lower({n}, {k})")
    # On row 0 every exponential mean is the close itself: equal by definition, in any implementation.
    for n in EMA_GRID[0]:
        add("ema_rsi_combo", "close : ema, from row 1", c[1:], f.ema(c, n)[1:], f"ema({n})")
    rsi, adx, ratio = f.rsi(c, 14), f.adx(h, l, c, 14), f.volume_ratio(v, 20)
    for level in (*EMA_GRID[1], 75):
        add("ema_rsi_combo", "rsi : level", rsi, float(level), str(level))
    for level in (40, 70, 85):
        add("volatility_breakout", "rsi : level", rsi, float(level), str(level))
    for level in (10, 15, 25, 30):
        add("volatility_breakout", "adx : level", adx, float(level), str(level))
    add("volatility_breakout", "adx : adx one bar before", adx, adx.shift(), "")
    for level in (*VB_GRID[1], 1.0):
        add("volatility_breakout", "volume_ratio : factor", ratio, float(level), str(level))
    # Both sides are prices of the file, so an equality here is a fact, not a matter of rounding.
    for n in VB_GRID[0]:
        add("volatility_breakout", "close : highest high before (no rounding)", c, f.highest(h, n).shift(1), str(n))
    return [dict(screen=s, comparison=k, **v) for (s, k), v in found.items()]
