"""Records vectorbt's answers to the 333 combos on real candles.

    python tests/oracles/screens.py --data DIR --out DIR

DIR of --data holds `binance_{SYMBOL}_1h.parquet`; into --out go `screens/`, `trades/` and `ties.json`.
"""

import argparse
import json
from pathlib import Path

import pandas as pd

from candles import SYMBOLS, load
from signals import all_combos
from simulate import metrics, portfolio, table, trade_list
from ties import TIE_COLUMNS, TOLERANCE, exact_changes, margins, rolling_errors, sma_ties, width_ties

WINDOWS = (35_050, 8_760)
COST_SYMBOL, COST_BARS = "BTC_USDT", 8_760
COSTS = dict(fees=0.0005, slippage=0.0005)
TRADED = [("sma_crossover", (10, 50)), ("sma_crossover", (50, 190)), ("rsi_mean_reversion", (14, 30, 70)),
          ("bollinger_breakout", (20, 2.0)), ("ema_rsi_combo", (100, 40)),
          ("volatility_breakout", (10, 1.2, 15, 30))]


def write(frame: pd.DataFrame, path: Path) -> None:
    """Shortest text that reads back as the same float64."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, na_rep="nan", lineterminator="\n")


def write_json(content: dict, path: Path) -> None:
    """JSON with one line per row of each list, so that a change can be read."""
    def text(value: object) -> str:
        if isinstance(value, list) and value and isinstance(value[0], list | dict):
            return "[\n  " + ",\n  ".join(json.dumps(v) for v in value) + "\n ]"
        return json.dumps(value)

    body = ",\n".join(f' "{key}": {text(value)}' for key, value in content.items())
    path.write_text("{\n" + body + "\n}\n")


def record_costs(close: pd.Series, combos: list, name: str, out: Path) -> None:
    write(table(combos, metrics(portfolio(close, combos, **COSTS))), out / f"{name}_costs.csv")
    stopped = [c for c in combos if c.stop is not None]
    write(table(stopped, metrics(portfolio(close, stopped, **COSTS, stop_exit_price="stopmarket"))),
          out / f"{name}_costs_stopmarket.csv")


def record_trades(close: pd.Series, combos: list, name: str, out: Path) -> None:
    for combo in combos:
        if (combo.screen, combo.params) in TRADED:
            file = "_".join(map(str, (name, combo.screen, *combo.params)))
            write(trade_list(close, combo), out / f"{file}.csv")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    tables, trades = args.out / "screens", args.out / "trades"

    found = dict(tolerance=TOLERANCE, summary=[], other_comparisons=[], tie_columns=TIE_COLUMNS, ties=[])
    for symbol in SYMBOLS:
        candles = load(args.data, symbol)
        for bars in WINDOWS:
            if len(candles) < bars:
                raise SystemExit(f"{symbol}: {len(candles)} bars, expected at least {bars}")
            df = candles.iloc[-bars:]
            close, name = df["close"], f"{symbol}_{bars}"
            combos = list(all_combos(df))
            write(table(combos, metrics(portfolio(close, combos))), tables / f"{name}.csv")

            rows, summary = sma_ties(close, symbol)
            changed = exact_changes(df)
            if changed:
                write(table(changed, metrics(portfolio(close, changed))), tables / f"{name}_exact.csv")
            found["ties"] += rows
            found["summary"].append(summary | width_ties(df) | dict(combos_that_change_when_exact=len(changed))
                                    | rolling_errors(close))
            found["other_comparisons"] += [dict(symbol=symbol, bars=bars, **m) for m in margins(df)]

            if (symbol, bars) == (COST_SYMBOL, COST_BARS):
                record_costs(close, combos, name, tables)
                record_trades(close, combos, name, trades)
            print(f"{name}: {len(combos)} combos, {len(rows)} ties, {len(changed)} combos change when exact")
    write_json(found, args.out / "ties.json")


if __name__ == "__main__":
    main()
