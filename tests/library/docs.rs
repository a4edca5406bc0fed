//! The doc comments of the library's functions, read from its text.

use strat_stdlib::FILES;
use strat_tests::calls::functions;

/// A parameter of a function.
pub struct Param {
    pub name: String,
    /// Whether it counts bars.
    pub is_bars: bool,
    /// Whether it is a number or a share that is chosen, not a series.
    pub is_number: bool,
}

/// How a comment says which numbers a parameter may be.
const BOUNDS: [&str; 3] = ["range `", "above ", "at least "];

/// A function and the lines of its comment, without `///`.
pub struct Documented {
    pub file: &'static str,
    pub name: String,
    pub params: Vec<Param>,
    pub lines: Vec<String>,
}

/// All functions of the library.
pub fn documented() -> Vec<Documented> {
    FILES
        .iter()
        .flat_map(|(file, text)| of_text(file, text))
        .collect()
}

fn of_text(file: &'static str, text: &str) -> Vec<Documented> {
    functions(text)
        .into_iter()
        .map(|f| Documented {
            file,
            lines: comment(text, &f.name.name),
            name: f.name.name.to_string(),
            params: f
                .params
                .iter()
                .map(|p| Param {
                    name: p.name.name.to_string(),
                    is_bars: p.ty.as_ref().is_some_and(|ty| ty.name == "bars"),
                    is_number: p.ty.as_ref().map_or(p.default.is_some(), |ty| {
                        ty.name == "number" || ty.name == "ratio"
                    }),
                })
                .collect(),
        })
        .collect()
}

/// The `///` lines above a function.
fn comment(text: &str, name: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let head = format!("fn {name}(");
    let at = lines.iter().position(|line| line.starts_with(&head));
    // A silenced lint stands between the comment and the function.
    let above = lines[..at.unwrap_or(0)].iter().rev();
    let above = above.skip_while(|line| line.starts_with("// allow "));
    let mut comment: Vec<String> = above
        .map_while(|line| line.strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
        .collect();
    comment.reverse();
    comment
}

impl Documented {
    /// The examples: from `Example:` to the end of its paragraph.
    pub fn examples(&self) -> Vec<String> {
        let mut examples: Vec<String> = Vec::new();
        let mut is_open = false;
        for line in &self.lines {
            if let Some(rest) = line.strip_prefix("Example:") {
                examples.push(rest.trim().to_owned());
                is_open = true;
            } else if line.trim().is_empty() {
                is_open = false;
            } else if let (true, Some(last)) = (is_open, examples.last_mut()) {
                last.push(' ');
                last.push_str(line.trim());
            }
        }
        examples
    }

    /// The line of the list that begins with `start`, with the lines that go on with it.
    fn entry(&self, start: &str) -> Option<String> {
        let at = self.lines.iter().position(|line| line.starts_with(start))?;
        let further = self.lines[at + 1..].iter();
        let further = further.take_while(|line| line.starts_with(' ') && !line.trim().is_empty());
        let lines = std::iter::once(&self.lines[at]).chain(further);
        Some(lines.map(|line| line.trim()).collect::<Vec<_>>().join(" "))
    }

    /// What its comment lacks.
    pub fn lacks(&self) -> Vec<String> {
        let mut lacks = Vec::new();
        let summary = self.lines.first().map_or("", String::as_str);
        if !summary.ends_with('.') {
            lacks.push("a first line that ends with a full stop".to_owned());
        }
        // Between the summary and the list stands what is computed, as code.
        let is_further = |line: &&String| line.starts_with("- ") || line.starts_with("Example:");
        let formula = self.lines.iter().skip(1);
        let mut formula = formula.take_while(|line| !is_further(line));
        if !formula.any(|line| line.contains('`')) {
            lacks.push("a formula in backticks".to_owned());
        }
        for param in &self.params {
            let name = &param.name;
            let is_bounded = |text: &str| BOUNDS.iter().any(|words| text.contains(words));
            let start = format!("- `{name}`:");
            match self.entry(&start) {
                None => lacks.push(format!("a line \"{start} …\"")),
                // How many values there must be has the length as its range.
                Some(text) if param.is_bars && name != "least" && !text.contains("range `") => {
                    lacks.push(format!("\"range `…`\" of `{name}`"));
                }
                Some(text) if param.is_number && !is_bounded(&text) => {
                    lacks.push(format!("which values `{name}` may have"));
                }
                Some(_) => {}
            }
        }
        for start in ["- Lookback:", "- Edges:", "- Source:", "Example:"] {
            if self.entry(start).is_none() {
                lacks.push(format!("a line \"{start} …\""));
            }
        }
        lacks
    }
}

#[test]
fn what_a_comment_lacks_is_found() {
    let text = "\
/// Mean.
///
/// `sum / n`
///
/// - `x`: the series, of any unit.
/// - `n`: values in the window;
///   range `1..10`.
/// - `m`: how much;
///   above 0.
/// - Lookback: `n - 1`.
/// - Edges: `na` where a value is missing.
/// - Source: common.
///
/// Example: `f(close, 1)` over close 1 is 1.
fn f(x: series, n: bars, m: number) {
    return x
}
";
    let lacks = |text: &str| of_text("test.strat", text)[0].lacks();
    assert_eq!(lacks(text), Vec::<String>::new());
    for (line, without, lack) in [
        ("/// Mean.", "/// Mean", "full stop"),
        ("/// `sum / n`\n", "", "formula"),
        ("/// - `x`: the series, of any unit.\n", "", "`x`"),
        ("///   range `1..10`.\n", "", "range"),
        ("///   above 0.\n", "", "which values"),
        ("/// - Edges: `na` where a value is missing.\n", "", "Edges"),
        ("/// - Source: common.\n", "", "Source"),
        (
            "/// Example: `f(close, 1)` over close 1 is 1.\n",
            "",
            "Example",
        ),
    ] {
        let found = lacks(&text.replace(line, without));
        assert!(
            found.len() == 1 && found[0].contains(lack),
            "{lack}: {found:?}"
        );
    }
}
