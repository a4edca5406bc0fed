"""The hourly candles the oracles run on: which files, which bars, how they are written back.

Bars are rows of the file in order. Missing hours stay missing: no row is inserted, so a window of n
bars is n rows and a per-bar return may span more than an hour.
"""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

SYMBOLS = ("BTC_USDT", "ETH_USDT", "DOGE_USDT")
COLUMNS = ["open", "high", "low", "close", "volume"]


def load(data: Path, symbol: str, timeframe: str = "1h") -> pd.DataFrame:
    """OHLCV of `symbol`, indexed by the open time of the bar (UTC)."""
    return read(data / f"binance_{symbol}_{timeframe}.parquet")


def read(path: Path) -> pd.DataFrame:
    """One Parquet file with a `timestamp` column or index and the five OHLCV columns."""
    frame = pd.read_parquet(path)
    if "timestamp" in frame.columns:
        frame = frame.set_index("timestamp")
    return frame[COLUMNS].astype(np.float64)


def stamp(time: pd.Timestamp) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def as_integers(prices: pd.Series) -> tuple[np.ndarray, int]:
    """Prices times 10**decimals as exact integers, by the shortest decimal text of each float.

    Candle prices are decimals with few digits; a float64 holds only their nearest binary fraction.
    In integers a sum of prices has no rounding, so "these two averages are equal" is a fact.
    """
    exact = [Decimal(repr(float(p))).normalize() for p in prices]
    decimals = max(max(-d.as_tuple().exponent, 0) for d in exact)
    integers = np.array([int(d.scaleb(decimals)) for d in exact], dtype=np.int64)
    return integers, decimals
