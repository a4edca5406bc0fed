"""A small series made to be awkward: 400 hourly bars, the same on every machine.

Bars     what is there
0-19     close rises on every bar: no loss has been seen yet
120-159  flat: open = high = low = close, volume not zero
180      no volume; 200-224 no volume for longer than the volume average looks back
240      all five columns missing; 260-262 three such bars in a row
300      high and close a thousand times the price, gone again one bar later
else     a random walk in cents
"""

import numpy as np
import pandas as pd

BARS = 400
RISING, FLAT = range(0, 20), range(120, 160)
NO_VOLUME = (180, *range(200, 225))
MISSING = (240, 260, 261, 262)
SPIKE = 300


class Draws:
    """A 32-bit linear congruential generator (Numerical Recipes): integers only, so no platform matters."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def upto(self, most: int) -> int:
        """An integer in 0..most."""
        self.state = (1_664_525 * self.state + 1_013_904_223) % 2**32
        return (self.state >> 8) % (most + 1)


def edge_series() -> pd.DataFrame:
    """OHLCV indexed by open time. Prices are whole cents, volumes whole thousandths."""
    draws, rows = Draws(20_240_101), []
    close = 10_000
    for bar in range(BARS):
        before = close
        if bar in FLAT:
            row = [before, before, before, before, 5_000]
        else:
            step = 1 + draws.upto(60) if bar in RISING else draws.upto(240) - 120
            close = before + step
            start = before + draws.upto(10) - 5
            top = max(start, close) + draws.upto(80)
            bottom = min(start, close) - draws.upto(80)
            row = [start, top, bottom, close, 1_000 + draws.upto(9_000)]
        if bar in NO_VOLUME:
            row[4] = 0
        if bar == SPIKE:
            row[1], row[3] = row[1] * 1_000, row[3] * 1_000
        rows.append([np.nan] * 5 if bar in MISSING else [x / 100 for x in row[:4]] + [row[4] / 1_000])
    index = pd.date_range("2024-01-01", periods=BARS, freq="1h", tz="UTC", name="timestamp")
    return pd.DataFrame(rows, index=index, columns=["open", "high", "low", "close", "volume"])
