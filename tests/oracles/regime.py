"""The spec's regime series as a small table: results only, no bars.

    python tests/oracles/regime.py --spec DIR --out tests/oracles

`DIR` is the specification with its `oracle/` folder.
"""

import argparse
import pathlib

import pandas

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--spec", type=pathlib.Path, required=True)
parser.add_argument("--out", type=pathlib.Path, required=True)
args = parser.parse_args()

series = pandas.read_parquet(args.spec / "oracle" / "regime_series.parquet")
lines = ["raw,class,confidence,width"]
for row in series.itertuples():
    width = row.bb_width_percentile_seed
    lines.append(f"{row.raw_regime_seed},{row.regime_seed},{row.confidence_seed!r},{width!r}")
target = args.out / "regime" / "series.csv"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text("\n".join(lines) + "\n", encoding="utf-8")
