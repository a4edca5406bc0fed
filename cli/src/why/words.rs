//! Source text on one line.

/// A piece of source on one line: comments left out, white space made one blank.
pub fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(without_comment).collect();
    let words: Vec<&str> = lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .collect();
    words.join(" ")
}

/// A line up to its comment; `//` inside a text is none.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '/' if !quoted && before == '/' => return line.get(..at - 1).unwrap_or(line),
            _ => {}
        }
        before = c;
    }
    line
}

/// A text cut to so many characters, with `…` where something is left out.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_line_breaks_go() {
        assert_eq!(one_line("a >\n   b // why\n + c"), "a > b + c");
        assert_eq!(one_line("close of \"A//B\" > 1"), "close of \"A//B\" > 1");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }
}
