#!/usr/bin/env bash
# Gathers what fuzzing starts from: every .strat file of the repository into fuzz/seeds (each once,
# by its hash), a call of each function of the library, and the words of the language into
# fuzz/strat.dict. Neither is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mkdir -p fuzz/seeds
# e0501_calls unfolds up to the limit on purpose: as a seed it would only cost time.
find . -name '*.strat' -not -path './target/*' -not -path './fuzz/*' -not -name 'e0501_calls.strat' -size -4097c -print0 |
    while IFS= read -r -d '' file; do
        cp "$file" "fuzz/seeds/$(sha1sum <"$file" | cut -c 1-16)"
    done
# One seed per function and strategy of the files that are too long, too.
find . -name '*.strat' -not -path './target/*' -not -path './fuzz/*' -size +4096c -print0 |
    while IFS= read -r -d '' file; do
        awk -v out="fuzz/seeds/$(sha1sum <"$file" | cut -c 1-12)" '
            /^(fn|strategy|screen|regime|router|risk|portfolio|test) / { n++ }
            n { print > (out "-" n) }' "$file"
    done
cp tests/corpus/inputs/* fuzz/seeds/ 2>/dev/null || true
cargo run --quiet -p strat-tests --example dictionary -- fuzz/seeds >fuzz/strat.dict
echo "$(find fuzz/seeds -type f | wc -l) seeds, $(wc -l <fuzz/strat.dict) words"
