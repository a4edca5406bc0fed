//! The reports that `docs/diagnostics.md` shows are what really comes out. The page's own programs are
//! checked: a block that begins with "```strat NAME" is the file NAME.

use std::fs;

use crate::docs::check_page;
use crate::sandbox::Sandbox;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/diagnostics.md");

/// The programs of the page: name and text.
fn programs(page: &str) -> Vec<(&str, &str)> {
    page.split("```strat ")
        .skip(1)
        .filter_map(|block| block.split_once("```")?.0.split_once('\n'))
        .collect()
}

#[cfg(unix)]
#[test]
fn the_reports_of_the_page_come_out() {
    let page = fs::read_to_string(PAGE).unwrap();
    let programs = programs(&page);
    assert!(programs.len() >= 5, "{programs:?}");
    let sandbox = Sandbox::with(&programs);
    check_page(PAGE, &sandbox, 4);
}
