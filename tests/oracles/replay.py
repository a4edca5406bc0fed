"""A second portfolio simulator, written from the rules in the README alone and run in extended precision.

It shows that the rules as written are the rules vectorbt follows, and how far vectorbt's float64 results
are from the true ones.
"""

import numpy as np
import pandas as pd

from signals import Combo

Real = np.longdouble
BARS_PER_YEAR = 8760


def trades(close: np.ndarray, combo: Combo) -> list[tuple[int, int, str]]:
    """(entry bar, exit bar, reason); an open trade ends on the last bar with reason "open"."""
    entry, exit_ = combo.entries.to_numpy(), combo.exits.to_numpy()
    entry, exit_ = entry & ~exit_, exit_ & ~entry
    out, start = [], 0
    while (begin := first(entry, start)) is not None:
        leave = first(exit_, begin + 1)
        stop = None
        if combo.stop is not None:
            stop = first(close <= close[begin] * (1 - combo.stop), begin + 1)
        if stop is not None and (leave is None or stop <= leave):
            out.append((begin, stop, "stop"))
        elif leave is not None:
            out.append((begin, leave, "signal"))
        else:
            out.append((begin, len(close) - 1, "open"))
            break
        start = out[-1][1] + 1
    return out


def first(flags: np.ndarray, start: int) -> int | None:
    """First set bar at or after start."""
    rest = flags[start:]
    at = int(rest.argmax()) if len(rest) else 0
    return start + at if len(rest) and rest[at] else None


def metrics(prices: pd.Series, combo: Combo, fees: float, slippage: float, stop_slips: bool = False) -> list[float]:
    """total_return, sharpe_ratio, max_drawdown, win_rate, profit_factor, num_trades."""
    close = prices.to_numpy()
    exact, fee, slip = close.astype(Real), Real(fees), Real(slippage)
    cash, equity, profits = Real(10_000), np.empty(len(close), Real), []
    at = 0
    for begin, end, reason in trades(close, combo):
        equity[at:begin] = cash
        buy = exact[begin] * (1 + slip)
        size = cash / (buy * (1 + fee))
        entry_fee = cash - size * buy
        equity[begin:end + 1] = size * exact[begin:end + 1]
        if reason == "open":
            profits.append(size * (exact[end] - buy) - entry_fee)
            at = len(close)
            break
        sell = exact[end] * (1 - (slip if reason == "signal" or stop_slips else 0))
        cash = size * sell * (1 - fee)
        profits.append(size * (sell - buy) - entry_fee - size * sell * fee)
        equity[end], at = cash, end + 1
    equity[at:] = cash
    returns = np.diff(equity, prepend=Real(10_000)) / np.concatenate([[Real(10_000)], equity[:-1]])
    spread = returns.std(ddof=1)
    sharpe = returns.mean() / spread * np.sqrt(Real(BARS_PER_YEAR)) if spread > 0 else np.inf
    drawdown = (equity / np.maximum.accumulate(equity) - 1).min()
    pnl = np.array(profits, Real)
    gain, loss = pnl[pnl > 0].sum(), -pnl[pnl < 0].sum()
    rate = (pnl > 0).mean() if len(pnl) else np.nan
    factor = np.nan if not len(pnl) else gain / loss if loss else np.inf if gain else np.nan
    return [float(x) for x in (equity[-1] / 10_000 - 1, sharpe, drawdown, rate, factor, len(pnl))]
