"""Picks the inputs that are committed, from lines "REACH PATH" on standard input (the example `reach`
with `--each`): for each reach a share of the places, spread evenly over the sizes. Usage: pick.py OUT"""

import hashlib
import pathlib
import sys

# Reach (0 text, 1 tree, 2 check, 3 code) and how many of it.
PLACES = {3: 150, 2: 30, 1: 60, 0: 60}
MOST_BYTES, MOST_EACH = 500_000, 3_000


def main(out: pathlib.Path) -> None:
    found = {reach: {} for reach in PLACES}
    for line in sys.stdin:
        reach, path = line.rstrip("\n").split(" ", 1)
        data = pathlib.Path(path).read_bytes()
        if 0 < len(data) <= MOST_EACH:
            found[int(reach)][hashlib.sha1(data).hexdigest()[:16]] = data
    picked = {}
    for reach, places in PLACES.items():
        inputs = sorted(found[reach].items(), key=lambda item: (len(item[1]), item[0]))
        step = max(1.0, len(inputs) / places)
        picked |= dict(inputs[int(i * step)] for i in range(min(places, len(inputs))))
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    total = 0
    for name, data in sorted(picked.items()):
        if total + len(data) <= MOST_BYTES:
            total += len(data)
            (out / name).write_bytes(data)
    print(f"{len(picked)} inputs, {total} bytes")


main(pathlib.Path(sys.argv[1]))
