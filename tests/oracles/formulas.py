"""The shared indicators as pandas formulas, sections 1 to 3 of the indicator specification.

Every function takes and returns a Series of the input's length. Exponential means are pandas' own:
`adjust=False`, `ignore_na=False`. Rolling windows are NaN until n non-NaN rows are in the window.
"""

import numpy as np
import pandas as pd

Series = pd.Series


def wilder(x: Series, n: int) -> Series:
    """Mean with alpha 1/n, seeded with the first value, NaN until n values have been seen."""
    return x.ewm(alpha=1 / n, min_periods=n, adjust=False).mean()


def sma(x: Series, n: int) -> Series:
    return x.rolling(n).mean()


def ema(x: Series, n: int) -> Series:
    """Mean with alpha 2/(n+1), seeded with the first value, valid from there."""
    return x.ewm(span=n, adjust=False).mean()


def wma(x: Series, n: int) -> Series:
    """Weights 1 (oldest) to n (newest)."""
    weights = np.arange(1, n + 1, dtype=np.float64)
    total = weights.sum()
    return x.rolling(n).apply(lambda w: float(np.dot(w, weights)) / total, raw=True)


def stdev(x: Series, n: int) -> Series:
    """Sample standard deviation: divides by n-1."""
    return x.rolling(n).std(ddof=1)


def highest(x: Series, n: int) -> Series:
    return x.rolling(n).max()


def lowest(x: Series, n: int) -> Series:
    return x.rolling(n).min()


def roc(x: Series, n: int) -> Series:
    """Percent change over n rows."""
    return 100 * (x / x.shift(n) - 1)


def volume_ratio(volume: Series, n: int) -> Series:
    """Volume over its own mean of n rows, the current row included."""
    return volume / volume.rolling(n).mean()


def gain_loss(x: Series) -> tuple[Series, Series]:
    """Rises and falls from row to row; a missing difference (row 0, gaps) counts as neither."""
    d = x.diff().fillna(0.0)
    return d.clip(lower=0), -d.clip(upper=0)


def rsi_of(gain: Series, loss: Series, n: int) -> Series:
    """NaN where no loss was ever seen, also when there were gains."""
    g, l = wilder(gain, n), wilder(loss, n)
    return 100 - 100 / (1 + g / l.where(l != 0))


def rsi(x: Series, n: int) -> Series:
    return rsi_of(*gain_loss(x), n)


def macd(x: Series, fast: int, slow: int, signal: int) -> tuple[Series, Series, Series]:
    """Line, signal, histogram."""
    line = ema(x, fast) - ema(x, slow)
    mean = ema(line, signal)
    return line, mean, line - mean


def true_range(h: Series, l: Series, c: Series) -> Series:
    """Where the previous close is missing (row 0, after a gap): high - low."""
    before = c.shift()
    return pd.concat([h - l, (h - before).abs(), (l - before).abs()], axis=1).max(axis=1)


def atr(h: Series, l: Series, c: Series, n: int) -> Series:
    """Simple mean of the true range, not Wilder's."""
    return true_range(h, l, c).rolling(n).mean()


def moves(h: Series, l: Series, reference_ties: bool = False) -> tuple[Series, Series]:
    """+DM and -DM; a missing move (row 0, gaps) counts as 0.

    Where up == down > 0, Wilder gives 0 and 0. `reference_ties` gives what the reference does: it
    compares down with the already filtered +DM, so -DM = down.
    """
    up, down = h.diff(), -l.diff()
    plus = up.where((up > down) & (up > 0), 0.0)
    rival = plus if reference_ties else up
    return plus, down.where((down > rival) & (down > 0), 0.0)


def adx_of(tr: Series, plus: Series, minus: Series, n: int) -> Series:
    a = wilder(tr, n)
    p, m = 100 * wilder(plus, n) / a, 100 * wilder(minus, n) / a
    return wilder(100 * (p - m).abs() / (p + m).where(p + m != 0), n)


def adx(h: Series, l: Series, c: Series, n: int, reference_ties: bool = False) -> Series:
    return adx_of(true_range(h, l, c), *moves(h, l, reference_ties), n)


def bollinger(x: Series, n: int, k: float) -> tuple[Series, Series, Series]:
    """Upper, middle, lower."""
    mid, sd = sma(x, n), stdev(x, n)
    return mid + k * sd, mid, mid - k * sd


def bb_width(upper: Series, mid: Series, lower: Series) -> Series:
    return (upper - lower) / mid


def bb_pct(x: Series, upper: Series, lower: Series) -> Series:
    """Place of x between the bands; NaN where they coincide."""
    return (x - lower) / (upper - lower).where(upper != lower)
