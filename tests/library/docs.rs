//! The doc comments of the library's functions, read from its text.

use strat_stdlib::FILES;
use strat_tests::calls::functions;

/// A function and the lines of its comment, without `///`.
pub struct Documented {
    pub file: &'static str,
    pub name: String,
    pub params: Vec<String>,
    pub lines: Vec<String>,
}

/// All functions of the library.
pub fn documented() -> Vec<Documented> {
    FILES
        .iter()
        .flat_map(|(file, text)| {
            functions(text).into_iter().map(move |f| Documented {
                file,
                lines: comment(text, &f.name.name),
                name: f.name.name.to_string(),
                params: f.params.iter().map(|p| p.name.name.to_string()).collect(),
            })
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

    /// What its comment lacks.
    pub fn lacks(&self) -> Vec<String> {
        let mut lacks = Vec::new();
        let has = |start: &str| self.lines.iter().any(|line| line.starts_with(start));
        let summary = self.lines.first().map_or("", String::as_str);
        if !summary.ends_with('.') {
            lacks.push("a first line that ends with a full stop".to_owned());
        }
        for param in &self.params {
            if !has(&format!("- `{param}`:")) {
                lacks.push(format!("a line \"- `{param}`: …\""));
            }
        }
        for start in ["- Lookback:", "Example:"] {
            if !has(start) {
                lacks.push(format!("a line \"{start} …\""));
            }
        }
        lacks
    }
}
