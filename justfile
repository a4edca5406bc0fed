# Recipes for https://just.systems; each is one command that can be typed by hand as well.

stratc := "cargo run --quiet --release --bin stratc --"

# Everything that must pass before a change is taken.
test:
    bash .ci/run

# Format Rust and Strat sources.
fmt:
    cargo fmt --all
    {{ stratc }} fmt strategies stdlib

# The quick look while working: types and lints, then the programs.
check:
    cargo clippy --workspace --all-targets
    {{ stratc }} check strategies stdlib

# Measure: the five screens, then the executors.
bench:
    cargo bench --package strat-benches --bench screens
    cargo bench --package strat-benches --bench executors

# From an empty folder to a screen and a backtest.
quickstart:
    cargo build --release --bin stratc
    {{ stratc }} quickstart

# Rewrite the expectations of all fixtures; read the difference before keeping it.
bless:
    STRATC_BLESS=1 cargo test --workspace
