"""vectorbt's portfolio on a list of combos, and the six metrics exactly as it answers them."""

import numpy as np
import pandas as pd
import vectorbt as vbt

from candles import stamp
from signals import Combo

METRICS = ["total_return", "sharpe_ratio", "max_drawdown", "win_rate", "profit_factor", "num_trades"]
INITIAL_CASH = 10_000
# The optional Rust engine of vectorbt must not replace the one that made the record.
vbt.settings["engine"] = "numba"


def portfolio(close: pd.Series, combos: list[Combo], fees: float = 0.001, slippage: float = 0.0,
              stop_exit_price: str = "stoplimit") -> vbt.Portfolio:
    """One column per combo. Only closes are given, so stops too are tested and filled on closes."""
    keys = range(len(combos))
    return vbt.Portfolio.from_signals(
        close,
        pd.concat([c.entries for c in combos], axis=1, keys=keys),
        pd.concat([c.exits for c in combos], axis=1, keys=keys),
        sl_stop=np.array([[np.nan if c.stop is None else c.stop for c in combos]]),
        stop_exit_price=stop_exit_price,
        fees=fees, slippage=slippage, init_cash=INITIAL_CASH, freq="1h",
    )


def metrics(pf: vbt.Portfolio) -> pd.DataFrame:
    """The six metrics, one row per combo, nothing replaced: inf and NaN as they come."""
    values = [pf.total_return(), pf.sharpe_ratio(), pf.max_drawdown(),
              pf.trades.win_rate(), pf.trades.profit_factor(), pf.trades.count()]
    return pd.DataFrame(dict(zip(METRICS, (np.asarray(v) for v in values))))


def table(combos: list[Combo], values: pd.DataFrame) -> pd.DataFrame:
    """Screen and parameters p1..p4 (blank where a screen has fewer) before the metrics, grid order."""
    head = pd.DataFrame([[c.screen, *map(str, c.params), *[""] * (4 - len(c.params))] for c in combos],
                        columns=["screen", "p1", "p2", "p3", "p4"])
    return pd.concat([head, values], axis=1)


def trade_list(close: pd.Series, combo: Combo) -> pd.DataFrame:
    """Every trade of one combo, an open one last. Bars count from 0 at the start of the window."""
    t = portfolio(close, [combo]).trades.records
    prices, stop = close.to_numpy(), combo.stop
    # vectorbt keeps no reason. With closes only, a stop is what closes a trade wherever its price is reached.
    stopped = np.zeros(len(t), bool) if stop is None else prices[t["exit_idx"]] <= t["entry_price"] * (1 - stop)
    reason = np.where(t["status"] == 0, "open", np.where(stopped, "stop", "signal"))
    return pd.DataFrame(dict(
        entry_bar=t["entry_idx"], entry_time=[stamp(close.index[i]) for i in t["entry_idx"]],
        exit_bar=t["exit_idx"], exit_time=[stamp(close.index[i]) for i in t["exit_idx"]],
        size=t["size"], entry_price=t["entry_price"], entry_fees=t["entry_fees"],
        exit_price=t["exit_price"], exit_fees=t["exit_fees"], pnl=t["pnl"],
        **{"return": t["return"]}, reason=reason,
    ))
