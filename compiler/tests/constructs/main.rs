//! Constructs that need more than a graph of series: the open trade, plans, pools, other feeds.
//! Units are written by hand, node by node, so that every corner of a definition can be reached.

mod agree;
mod calendar;
mod feeds;
mod hand;
mod market;
mod pools;
mod print;
mod source;
mod trade;
