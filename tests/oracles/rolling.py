"""pandas' rolling mean, rolling deviation and exponential mean, operation by operation.

Written out because the last bit matters: where two averages are exactly equal (see ties.json), only the same
operations in the same order give the same sign. verify.py checks that these equal pandas bit for bit on the
candles and on the edge series. Inputs without NaN.
"""

import numpy as np
from numba import njit


@njit
def mean(x, n):
    """One running sum, never restarted, with two Kahan compensations: one for the values that leave, one for
    those that enter. The leaving value goes first. A window of equal values gives that value."""
    out = np.full(len(x), np.nan)
    total, entered, left, run = 0.0, 0.0, 0.0, 0
    for i in range(len(x)):
        if i >= n:
            y = -x[i - n] - left
            t = total + y
            left = t - total - y
            total = t
        y = x[i] - entered
        t = total + y
        entered = t - total - y
        total = t
        run = run + 1 if i > 0 and x[i] == x[i - 1] else 1
        if i >= n - 1:
            out[i] = x[i] if run >= n else total / n
    return out


@njit
def enter(v, count, m, squares, compensation):
    """Welford's update; `count` includes v."""
    before = m - compensation
    y = v - compensation
    t = y - m
    compensation = t + m - y
    m = m + t / count
    return m, squares + (v - before) * (v - m), compensation


@njit
def leave(v, count, m, squares, compensation):
    """Its inverse; `count` is without v."""
    before = m - compensation
    y = v - compensation
    t = y - m
    compensation = t + m - y
    m = m - t / count
    return m, squares - (v - before) * (v - m), compensation


@njit
def stdev(x, n):
    """Sample deviation from running squares, one compensation each for entering and leaving values.

    Only when the squares fall below zero is the window summed afresh. What a violent stretch leaves behind in
    them is otherwise never cleared: in the quiet after it the result is good to seven digits, and a flat
    window need not give 0.
    """
    out = np.full(len(x), np.nan)
    m, squares, entered, left = 0.0, 0.0, 0.0, 0.0
    for i in range(len(x)):
        if i >= n:
            m, squares, left = leave(x[i - n], n - 1, m, squares, left)
        m, squares, entered = enter(x[i], min(i + 1, n), m, squares, entered)
        if squares < 0.0:
            m, squares, entered, left = 0.0, 0.0, 0.0, 0.0
            start = max(0, i - n + 1)
            for j in range(start, i + 1):
                m, squares, entered = enter(x[j], j - start + 1, m, squares, entered)
        if i >= n - 1:
            out[i] = np.sqrt(squares / (n - 1))
    return out


@njit
def ema(x, alpha):
    """Exponential mean, adjust=False. A value equal to the state leaves it untouched."""
    out = np.empty(len(x))
    state = x[0]
    keep = 1.0 - alpha
    for i in range(len(x)):
        if i > 0 and x[i] != state:
            state = (keep * state + alpha * x[i]) / (keep + alpha)
        out[i] = state
    return out


def alpha_of_span(n: int) -> float:
    """alpha as pandas makes it from a span: through the centre of mass."""
    return 1.0 / (1.0 + (n - 1) / 2.0)


def alpha_of_wilder(n: int) -> float:
    """alpha as pandas makes it from alpha=1/n: through the centre of mass, which is not always 1/n again."""
    a = 1 / n
    return 1.0 / (1.0 + (1.0 - a) / a)
