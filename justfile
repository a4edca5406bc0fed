# Recipes for https://just.systems; each is one command that can be typed by hand as well.

stratc := "cargo run --quiet --release --bin stratc --"

# Everything that must pass before a change is taken.
test:
    bash .ci/run

# Format Rust and Strat sources.
fmt:
    cargo fmt --all
    {{ stratc }} fmt strategies stdlib examples

# The quick look while working: types and lints, then the programs.
check:
    cargo clippy --workspace --all-targets
    {{ stratc }} check strategies stdlib examples

# Every function of TA-Lib with all parameter sets on all series; writes docs/talib.md. Takes minutes.
oracle-full:
    cargo test --release --package strat-tests --test talib -- --ignored the_full_matrix --nocapture

# Rolling sums and variances over ten million bars, against whole numbers; writes docs/drift.md. Takes minutes.
drift:
    cargo test --release --package strat-tests --test drift -- --ignored ten_million_bars --nocapture

# Measure: the five screens, the executors, the front end, and the way to code.
bench:
    cargo bench --package strat-benches --bench screens
    cargo bench --package strat-benches --bench executors
    cargo bench --package strat-benches --bench front_end
    cargo bench --package strat-benches --bench jit
    cargo bench --package strat-benches --bench talib
    cargo bench --package strat-benches --bench windows

# A screen and a backtest on synthetic data; data/ and results/ are not part of the repository.
quickstart:
    {{ stratc }} quickstart

# Rewrite the expectations of the fixtures; read the difference before keeping it.
bless:
    STRATC_BLESS=1 cargo test --package strat-lang
