"""Picks the inputs that are committed: for each target in turn the smallest of its corpus, so long as
both limits allow. Usage: pick.py CORPUS OUT"""

import hashlib
import pathlib
import sys

TARGETS = ["end_to_end", "check", "parse", "format", "lex"]
MOST_FILES, MOST_BYTES, MOST_EACH = 300, 500_000, 2_000


def main(corpus: pathlib.Path, out: pathlib.Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    queues = {}
    for target in TARGETS:
        files = [p for p in (corpus / target).iterdir() if p.is_file()]
        sizes = sorted((p.stat().st_size, p.name, p) for p in files)
        # Every n-th by size: small ones alone would all be broken words.
        sizes = [s for s in sizes if 0 < s[0] <= MOST_EACH]
        step = max(1, len(sizes) // (MOST_FILES // len(TARGETS) + 1))
        queues[target] = [path for *_, path in sizes[::step]]
    names, total = set(), 0
    while any(queues.values()):
        for target in TARGETS:
            if not queues[target]:
                continue
            data = queues[target].pop(0).read_bytes()
            name = hashlib.sha1(data).hexdigest()[:16]
            if name in names or len(names) >= MOST_FILES or total + len(data) > MOST_BYTES:
                continue
            names.add(name)
            total += len(data)
            (out / name).write_bytes(data)
    print(f"{len(names)} inputs, {total} bytes")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
