"""What the library has beyond TA-Lib, worked out anew with numpy: every window on its own, every recurrence as a loop.

The series is made by a formula, so that nothing of a market is recorded. The columns of the table are named by the
expressions whose values they hold: `python tests/oracles/beyond.py --out tests/oracles/beyond`.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

BARS = 360
NAN = float("nan")


def series() -> dict[str, np.ndarray]:
    """Waves on a drift, with noise of a small generator, a flat stretch, bars without volume and a spike."""
    state, noise = 12345, []
    for _ in range(4 * BARS):
        state = (1103515245 * state + 12345) % 2**31
        noise.append(state / 2**30 - 1)
    n = np.array(noise).reshape(4, BARS)
    t = np.arange(BARS)
    close = 100 + 0.05 * t + 8 * np.sin(t / 9) + 3 * np.sin(t / 2.3) + np.cumsum(n[0]) * 0.8
    close[150:175] = close[150]
    close[220] *= 3
    close = np.round(close, 2)
    before = np.concatenate([[100.0], close[:-1]])
    opened = np.round(before + 0.4 * n[1], 2)
    high = np.round(np.maximum(opened, close) + np.abs(n[2]) * 1.5, 2)
    low = np.round(np.minimum(opened, close) - np.abs(n[3]) * 1.5, 2)
    for prices in (opened, high, low):
        prices[151:175] = close[150]
    volume = np.round(1000 + 400 * n[1] + 300 * np.abs(n[0]), 1)
    volume[40:43] = 0
    volume[160:172] = 0
    return {"open": opened, "high": high, "low": low, "close": close, "volume": volume}


def rolling(f, n, *xs):
    """f of each window of n values; NaN where one is missing."""
    out = np.full(len(xs[0]), NAN)
    for t in range(n - 1, len(out)):
        windows = [x[t - n + 1 : t + 1] for x in xs]
        if all(np.isfinite(w).all() for w in windows):
            out[t] = f(*windows)
    return out


def lag(x, n=1):
    return np.concatenate([np.full(n, NAN), x[:-n]])


def follow(x, k, seed=None):
    y = np.full(len(x), NAN)
    last = NAN
    for t, v in enumerate(x):
        if np.isfinite(v):
            last = v if np.isnan(last) else last + k * (v - last)
            y[t] = last
    return y


def ema(x, n):
    return follow(x, 2 / (n + 1))


def sma(x, n):
    return rolling(np.mean, n, x)


def wma(x, n):
    return rolling(lambda w: w @ np.arange(1, n + 1) / (n * (n + 1) / 2), n, x)


def stdev(x, n):
    return rolling(lambda w: 0.0 if np.ptp(w) == 0 else np.std(w, ddof=1), n, x)


def true_range(h, l, c):
    before = np.concatenate([[c[0]], c[:-1]])
    tr = np.maximum(h - l, np.maximum(abs(h - before), abs(l - before)))
    tr[0] = h[0] - l[0]
    return tr


def wilder(x, n):
    y = follow(x, 1 / n)
    y[: n - 1] = NAN
    return y


def kama(x, n, fast, slow):
    y = np.full(len(x), NAN)
    last = x[n - 1]
    for t in range(n, len(x)):
        way = np.abs(np.diff(x[t - n : t + 1])).sum()
        e = 1 if way == 0 else abs(x[t] - x[t - n]) / way
        c = (e * (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1)) ** 2
        last = last + c * (x[t] - last)
        y[t] = last
    return y


def t3(x, n, v):
    e = [x]
    for _ in range(6):
        e.append(ema(e[-1], n))
    return (
        -(v**3) * e[6]
        + (3 * v**2 + 3 * v**3) * e[5]
        + (-6 * v**2 - 3 * v - 3 * v**3) * e[4]
        + (1 + 3 * v + v**3 + 3 * v**2) * e[3]
    )


def alma(x, n, offset, sigma):
    i = np.arange(n)
    w = np.exp(-((i - offset * (n - 1)) ** 2) / (2 * (n / sigma) ** 2))
    return rolling(lambda v: v @ w / w.sum(), n, x)


def super_smoother(x, n):
    a = np.exp(-np.sqrt(2) * np.pi / n)
    b = 2 * a * np.cos(np.sqrt(2) * np.pi / n)
    y = [x[0], x[0]]
    for t in range(1, len(x)):
        y.append((1 - b + a * a) * (x[t] + x[t - 1]) / 2 + b * y[-1] - a * a * y[-2])
    return np.array(y[1:])


def gaussian(x, n, poles):
    b = (1 - np.cos(2 * np.pi / n)) / (2 ** (1 / poles) - 1)
    k = -b + np.sqrt(b * b + 2 * b)
    for _ in range(poles):
        x = follow(x, k)
    return x


def kalman(x, transition, noise):
    """The filter with matrices; the first value is the level, slope 0, variances 1."""
    f, q = np.array(transition, float), np.diag(noise).astype(float)
    h = np.zeros(len(f))
    h[0] = 1
    state, p = h * x[0], np.eye(len(f))
    out = [state]
    for v in x[1:]:
        state, p = f @ state, f @ p @ f.T + q
        gain = p @ h / (h @ p @ h + 1)
        state, p = state + gain * (v - state[0]), p - np.outer(gain, h @ p)
        out.append(state)
    return np.array(out)


def supertrend_textbook(h, l, c, n, m):
    a = wilder(true_range(h, l, c), n)
    up, down = (h + l) / 2 + m * a, (h + l) / 2 - m * a
    value, side = np.full(len(c), NAN), np.full(len(c), NAN)
    for t in range(n - 1, len(c)):
        if t >= n:
            up[t] = up[t] if up[t] < up[t - 1] or c[t - 1] > up[t - 1] else up[t - 1]
            down[t] = down[t] if down[t] > down[t - 1] or c[t - 1] < down[t - 1] else down[t - 1]
            side[t] = side[t - 1]
            if side[t] == -1 and c[t] > up[t]:
                side[t] = 1
            elif side[t] == 1 and c[t] < down[t]:
                side[t] = -1
        else:
            side[t] = 1 if c[t] > up[t] else -1
        value[t] = down[t] if side[t] == 1 else up[t]
    return value, side


def vwap_since(tp, v, starts):
    out = np.full(len(tp), NAN)
    begin = None
    for t in range(len(tp)):
        begin = t if starts[t] else begin
        if begin is not None and v[begin : t + 1].sum() > 0:
            out[t] = np.average(tp[begin : t + 1], weights=v[begin : t + 1])
    return out


def point_of_control(h, l, c, v, n, m):
    tp = (h + l + c) / 3
    out = np.full(len(c), NAN)
    for t in range(n - 1, len(c)):
        w = slice(t - n + 1, t + 1)
        lo, hi = l[w].min(), h[w].max()
        step = (hi - lo) / m
        bins = np.zeros(m)
        if step > 0:
            np.add.at(bins, np.minimum(np.floor((tp[w] - lo) / step).astype(int), m - 1), v[w])
        out[t] = lo + (int(bins.argmax()) + 0.5) * step
    return out


def heikin_ashi(o, h, l, c):
    shut = (o + h + l + c) / 4
    begin = [(o[0] + c[0]) / 2]
    for t in range(1, len(o)):
        begin.append((begin[-1] + shut[t - 1]) / 2)
    begin = np.array(begin)
    return begin, np.maximum(h, np.maximum(begin, shut)), np.minimum(l, np.minimum(begin, shut)), shut


def zigzag(h, l, r):
    """Walks forward; nothing of a pivot is written before the bar that confirms it."""
    side, top, bottom, pivot, at = 0, (h[0], 0), (l[0], 0), NAN, 0
    rows = [(NAN, NAN, 0, 0)]
    for t in range(1, len(h)):
        was = side
        if side != 1 and l[t] >= bottom[0] and h[t] >= bottom[0] * (1 + r):
            side, (pivot, at), top = 1, bottom, (h[t], t)
        elif side != -1 and h[t] <= top[0] and l[t] <= top[0] * (1 - r):
            side, (pivot, at), bottom = -1, top, (l[t], t)
        else:
            top = (h[t], t) if h[t] > top[0] else top
            bottom = (l[t], t) if l[t] < bottom[0] else bottom
        rows.append((pivot, t - at if pivot == pivot else NAN, side, int(side != was)))
    return np.array(rows, float).T


def pivot(x, left, right, sign):
    out = np.full(len(x), NAN)
    for t in range(left + right, len(x)):
        i = t - right
        around = np.concatenate([x[i - left : i], x[i + 1 : t + 1]])
        if (sign * x[i] > sign * around).all():
            out[t] = x[i]
    return out


def of_the_day(values, hours=24):
    """The value of each finished day, from the day's last bar on."""
    out = np.full(BARS, NAN)
    for t in range(hours - 1, BARS):
        day = (t + 1) // hours - 1
        out[t] = values(slice(day * hours, (day + 1) * hours))
    return out


def line(y, x):
    """Slope and intercept of least squares."""
    if np.ptp(y) == 0:
        return np.array([0.0, y[0]])
    m = np.stack([np.ones(len(x)), x], 1)
    return np.linalg.lstsq(m - [0, x.mean()], y, rcond=None)[0] @ [[0, 1], [1, -x.mean()]]


def t_of_first(d, columns):
    m = np.stack(columns, 1)
    b, *_ = np.linalg.lstsq(m, d, rcond=None)
    s2 = ((d - m @ b) ** 2).sum() / (len(d) - len(columns))
    return b[0] / np.sqrt(s2 * np.linalg.inv(m.T @ m)[0, 0])


def adf(x, lags, constant=True):
    d = np.diff(x)[lags:]
    columns = [x[lags:-1]] + [np.diff(x)[:-1]] * lags
    if constant:
        columns = [c - c.mean() for c in columns]
        d = d - d.mean()
        # The constant is a coefficient, too.
        t = t_of_first(d, columns)
        return t * np.sqrt((len(d) - len(columns) - 1) / (len(d) - len(columns)))
    return t_of_first(d, columns)


def engle_granger(y, x, lags):
    b, a = line(y, x)
    return adf(y - a - b * x, lags, constant=False)


def half_life(x):
    b, _ = line(np.diff(x), x[:-1])
    return -np.log(2) / np.log(1 + b) if -1 < b < 0 else NAN


def hurst(x, n):
    spreads = np.array([stdev(x - lag(x, 2**k), n) for k in range(5)])
    out = np.full(len(x), NAN)
    for t in range(len(x)):
        s = spreads[:, t]
        if np.isfinite(s).all() and (s > 0).all():
            out[t] = np.polyfit(np.log(2.0 ** np.arange(5)), np.log(s), 1)[0]
    return out


def yang_zhang(o, h, l, c, n):
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    rs = sma(np.log(h / c) * np.log(h / o) + np.log(l / c) * np.log(l / o), n)
    return np.sqrt(stdev(np.log(o / lag(c)), n) ** 2 + k * stdev(np.log(c / o), n) ** 2 + (1 - k) * rs)


def columns(s):
    o, h, l, c, v = (s[k] for k in ("open", "high", "low", "close", "volume"))
    tp, lr = (h + l + c) / 3, np.log(c / lag(c))
    ret = c / lag(c) - 1
    out = {}
    out["hull_ma(close, 16)"] = wma(2 * wma(c, 8) - wma(c, 16), 4)
    e1 = ema(c, 10)
    out["dema(close, 10)"] = 2 * e1 - ema(e1, 10)
    out["tema(close, 10)"] = 3 * e1 - 3 * ema(e1, 10) + ema(ema(e1, 10), 10)
    out["t3(close, 5, 0.7)"] = t3(c, 5, 0.7)
    out["kama(close, 10, 2, 30)"] = kama(c, 10, 2, 30)
    out["alma(close, 9, 0.85, 6.0)"] = alma(c, 9, 0.85, 6)
    out["alma(close, 21, 0.5, 3.0)"] = alma(c, 21, 0.5, 3)
    out["super_smoother(close, 10)"] = super_smoother(c, 10)
    for poles in (1, 2, 3, 4):
        out[f"gaussian(close, 14, {poles})"] = gaussian(c, 14, poles)
    out["kalman_level(close, 0.01).value"] = kalman(c, [[1]], [0.01])[:, 0]
    for i, name in enumerate(("level", "slope")):
        out[f"kalman_trend(close, 0.01, 0.001).{name}"] = kalman(c, [[1, 1], [0, 1]], [0.01, 0.001])[:, i]
    value, side = supertrend_textbook(h, l, c, 10, 3.0)
    out["supertrend_textbook(10, 3.0).value"], out["supertrend_textbook(10, 3.0).direction"] = value, side
    hi = {n: rolling(np.max, n, h) for n in (9, 20, 26, 52)}
    lo = {n: rolling(np.min, n, l) for n in (9, 20, 26, 52)}
    mid = {n: (hi[n] + lo[n]) / 2 for n in hi}
    out["donchian(20).upper"], out["donchian(20).mid"] = hi[20], mid[20]
    out["ichimoku().conversion"], out["ichimoku().base"] = mid[9], mid[26]
    out["ichimoku().span_a"] = lag((mid[9] + mid[26]) / 2, 26)
    out["ichimoku().span_b"], out["ichimoku().behind"] = lag(mid[52], 26), lag(c, 26)
    out["vwap()"] = vwap_since(tp, v, np.arange(BARS) == 0)
    out["vwap_session()"] = vwap_since(tp, v, np.arange(BARS) % 24 == 0)
    out["vwap_anchored(bar_index == 100)"] = vwap_since(tp, v, np.arange(BARS) == 100)
    out["point_of_control(30, 12)"] = point_of_control(h, l, c, v, 30, 12)
    out["point_of_control(48, 24)"] = point_of_control(h, l, c, v, 48, 24)
    for name, x in zip(("open", "high", "low", "close"), heikin_ashi(o, h, l, c)):
        out[f"heikin_ashi().{name}"] = x
    for name, x in zip(("pivot", "age", "direction", "confirmed"), zigzag(h, l, 0.05)):
        out[f"zigzag(5%).{name}"] = x
    out["pivot_high(5, 5)"], out["pivot_low(3, 2)"] = pivot(h, 5, 5, 1), pivot(l, 3, 2, -1)
    high, low = of_the_day(lambda d: h[d].max()), of_the_day(lambda d: l[d].min())
    p = (high + low + of_the_day(lambda d: c[d][-1])) / 3
    out["floor_pivots().p"], out["floor_pivots().r1"], out["floor_pivots().s3"] = p, 2 * p - low, low - 2 * (high - p)
    sd = stdev(c, 20)
    out["z_score(close, 20)"] = (c - sma(c, 20)) / np.where(sd == 0, NAN, sd)
    flat = lambda w: np.ptp(w) == 0
    out["correlation(close, volume, 30)"] = rolling(
        lambda a, b: NAN if flat(a) or flat(b) else np.corrcoef(a, b)[0, 1], 30, c, v
    )
    out["covariance(close, high, 30)"] = rolling(lambda a, b: np.cov(a, b)[0, 1], 30, c, h)
    out["beta(close, open, 30)"] = rolling(lambda a, b: NAN if flat(b) else line(a, b)[0], 30, ret, o / lag(o) - 1)
    steps = np.arange(14.0)
    fit = [rolling(lambda w, i=i: line(w, steps)[i], 14, c) for i in (0, 1)]
    out["linear_regression(close, 14).slope"], out["linear_regression(close, 14).intercept"] = fit
    out["linear_regression(close, 14).value"] = fit[1] + 13 * fit[0]
    out["linear_regression(close, 14).r2"] = rolling(
        lambda w: NAN if flat(w) else np.corrcoef(w, steps)[0, 1] ** 2, 14, c
    )
    out["linear_regression(close, 14).error"] = rolling(
        lambda w: 0 if flat(w) else np.sqrt(((w - np.polyval(line(w, steps), steps)) ** 2).sum() / 12), 14, c
    )
    out["hedge_ratio(close, volume, 50).ratio"] = rolling(lambda y, x: line(y, x)[0], 50, c, v)
    out["hedge_ratio(close, volume, 50).intercept"] = rolling(lambda y, x: line(y, x)[1], 50, c, v)
    for lags in (0, 1):
        out[f"adf(close, 60, {lags})"] = rolling(lambda w: adf(w, lags), 60, c)
        out[f"engle_granger(close, open, 60, {lags}).statistic"] = rolling(
            lambda y, x: engle_granger(y, x, lags), 60, c, o
        )
        out[f"engle_granger(close, volume, 60, {lags}).statistic"] = rolling(
            lambda y, x: engle_granger(y, x, lags), 60, c, v
        )
    out["half_life(close, 60)"] = rolling(half_life, 60, c)
    out["hurst(ln(close), 100)"] = hurst(np.log(c), 100)
    out["volatility_close(20)"] = stdev(lr, 20)
    out["volatility_close(20, 8760.0)"] = stdev(lr, 20) * np.sqrt(8760)
    hl, co = np.log(h / l), np.log(c / o)
    out["volatility_parkinson(20)"] = np.sqrt(sma(hl**2, 20) / (4 * np.log(2)))
    out["volatility_garman_klass(20)"] = np.sqrt(sma(0.5 * hl**2 - (2 * np.log(2) - 1) * co**2, 20))
    rs = np.log(h / c) * np.log(h / o) + np.log(l / c) * np.log(l / o)
    out["volatility_rogers_satchell(20)"] = np.sqrt(sma(rs, 20))
    out["volatility_yang_zhang(20)"] = yang_zhang(o, h, l, c, 20)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    s = series()
    table = s | columns(s)
    with (out / "series.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(table)
        for t in range(BARS):
            rows.writerow("nan" if np.isnan(x[t]) else f"{x[t]:.13g}" for x in table.values())


if __name__ == "__main__":
    main()
