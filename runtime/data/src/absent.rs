//! What to say when there is no file for what was asked: what is there instead.

use std::collections::BTreeMap;
use std::fs;

use strat_market::{Symbol, Timeframe};

use crate::key::Key;
use crate::parquet;
use crate::store::Store;

pub(crate) use parquet::is_absent;

/// Symbols a message can carry.
const MOST: usize = 12;

/// What there is instead of `key`, as a clause: other timeframes and symbols of the exchange
/// first, else other exchanges, else other folders.
pub(crate) fn instead(store: &Store, key: &Key) -> String {
    let there = keys(store);
    let same_exchange = listed(
        there.iter().filter(|other| other.exchange == key.exchange),
        &key.symbol,
    );
    let mut parts = Vec::new();
    if let Some(list) = same_exchange {
        parts.push(list);
    }
    let mut others: BTreeMap<&str, Vec<&Key>> = BTreeMap::new();
    for other in there.iter().filter(|other| other.exchange != key.exchange) {
        others
            .entry(other.exchange.as_str())
            .or_default()
            .push(other);
    }
    for (exchange, keys) in others {
        // With data of the exchange asked for, another one matters only if it has the symbol.
        let matters = parts.is_empty() || keys.iter().any(|other| other.symbol == key.symbol);
        if matters && let Some(list) = listed(keys.into_iter(), &key.symbol) {
            parts.push(format!("from {exchange} {list}"));
        }
    }
    if let Some(folders) = folders(store, key, parts.is_empty()) {
        parts.push(folders);
    }
    if parts.is_empty() {
        return "the folder holds no data files (EXCHANGE_BASE_QUOTE_TIMEFRAME.parquet); name another one with --data DIR, or make synthetic data to try with `stratc data generate-sample`".to_owned();
    }
    format!("there is: {}", parts.join("; "))
}

/// What the files of a store are about, sorted.
fn keys(store: &Store) -> Vec<Key> {
    let names = store.file_names().unwrap_or_default();
    let mut keys: Vec<Key> = names
        .iter()
        .filter_map(|name| Key::from_file_name(name).ok())
        .collect();
    keys.sort();
    keys
}

/// `BTC/USDT 1h 4h, ETH/USDT 1h`, with the symbol that was asked for first.
fn listed<'a>(keys: impl Iterator<Item = &'a Key>, first: &Symbol) -> Option<String> {
    let mut symbols: BTreeMap<(bool, &Symbol), Vec<Timeframe>> = BTreeMap::new();
    for key in keys {
        symbols
            .entry((&key.symbol != first, &key.symbol))
            .or_default()
            .push(key.timeframe);
    }
    if symbols.is_empty() {
        return None;
    }
    let mut out: Vec<String> = Vec::new();
    for ((_, symbol), timeframes) in symbols.iter().take(MOST) {
        let mut text = symbol.to_string();
        for timeframe in timeframes {
            text.push_str(&format!(" {timeframe}"));
        }
        out.push(text);
    }
    if symbols.len() > MOST {
        out.push(format!("and {} more symbols", symbols.len() - MOST));
    }
    Some(out.join(", "))
}

/// Folders inside this one that have what was asked for, or, where this one has nothing, any data.
fn folders(store: &Store, key: &Key, anything: bool) -> Option<String> {
    let entries = fs::read_dir(store.dir()).ok()?;
    let mut hits = Vec::new();
    for entry in entries.flatten() {
        let inner = Store::open(entry.path());
        if !inner.dir().is_dir() {
            continue;
        }
        let has = inner.path(key).is_file() || (anything && !keys(&inner).is_empty());
        if has {
            hits.push(format!("--data {}", inner.dir().display()));
        }
    }
    if hits.is_empty() {
        return None;
    }
    hits.sort_unstable();
    hits.truncate(MOST);
    Some(format!("data in other folders ({})", hits.join(", ")))
}
