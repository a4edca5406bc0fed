//! scratch
use strat_lang::{diag::Sink, source::FileId, syntax::*};
#[test] fn scratch() {
    for f in std::env::var("SCRATCH").unwrap_or_default().split(':').filter(|s| !s.is_empty()) {
        let text = std::fs::read_to_string(f).unwrap();
        let mut sink = Sink::new();
        let t = std::time::Instant::now();
        let file = parse(FileId(0), &text, &mut sink);
        println!("== {f} {:?} items {}", t.elapsed(), file.items.len());
        let map = strat_lang::source::LineIndex::new(&text);
        for d in sink.into_sorted() {
            let p = map.line_col(&text, d.span.start);
            let e = map.line_col(&text, d.span.end);
            println!("{}:{}-{}:{} {} {} | hint {:?} fix {:?}", p.line, p.column, e.line,e.column, d.code, d.message, d.hint, d.fix.map(|f| f.title));
        }
        if std::env::var_os("TREE").is_some() { println!("{file:#?}"); }
    }
}
