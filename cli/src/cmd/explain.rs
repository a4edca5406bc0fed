//! `stratc explain`: what a code means, why it is refused, and how it is repaired.

use serde_json::{Value, json};
use strat_lang::diag::explain::{Part, page, parts};
use strat_lang::diag::{Code, Phase, suggest};
use strat_lang::source::FileId;
use strat_lang::syntax::{TokenKind, lex};

use crate::args::{ExplainArgs, PageFormat};
use crate::failure::{Done, Failure};
use crate::terminal;

/// Prints the page of a code, or the list of all codes.
pub fn run(args: &ExplainArgs) -> Done {
    let code = args.code.as_deref().map(known).transpose()?;
    let text = match (code, args.format) {
        (Some(code), PageFormat::Text) => shown(code, terminal::colour_on_stdout()),
        (Some(code), PageFormat::Json) => lines(&described(code, true)),
        (None, PageFormat::Text) => list(terminal::colour_on_stdout()),
        (None, PageFormat::Json) => {
            let all = Code::ALL.iter().map(|code| described(*code, false));
            lines(&Value::Array(all.collect()))
        }
    };
    terminal::print(&text)
}

/// The code of a name, or what may have been meant.
fn known(text: &str) -> Done<Code> {
    Code::from_text(text).ok_or_else(|| {
        let codes = Code::ALL.iter().map(|code| code.text());
        let near = suggest::did_you_mean(&text.to_ascii_uppercase(), codes);
        Failure::Misuse(match near {
            Some(near) => format!("there is no code `{text}`; did you mean `{near}`?"),
            None => format!("there is no code `{text}`; `stratc explain` lists all of them"),
        })
    })
}

fn described(code: Code, with_page: bool) -> Value {
    let mut entry = json!({ "code": code.text(), "summary": code.summary() });
    if with_page && let Value::Object(fields) = &mut entry {
        fields.insert("page".to_owned(), page(code).unwrap_or_default().into());
    }
    entry
}

fn lines(value: &Value) -> String {
    format!("{value:#}\n")
}

/// All codes with their summaries, by phase.
fn list(colour: bool) -> String {
    let mut text = String::new();
    for phase in Phase::ALL {
        text.push_str(&format!("{}\n", bold(&capitalised(phase.title()), colour)));
        for code in Code::ALL.iter().filter(|code| code.phase() == *phase) {
            text.push_str(&format!("  {code}  {}\n", code.summary()));
        }
        text.push('\n');
    }
    text.push_str("A page about each: stratc explain CODE\n");
    text
}

/// The page of a code for people.
fn shown(code: Code, colour: bool) -> String {
    let mut text = format!("{}\n", bold(&format!("{code}: {}", code.summary()), colour));
    for part in parts(page(code).unwrap_or_default()) {
        match part {
            Part::Prose(prose) => text.push_str(&format!("\n{prose}\n")),
            // It speaks to those who write pages.
            Part::NoProgram(_) => {}
            Part::Block { kind, text: block } => {
                let (language, name) = kind.split_once(" file=").unwrap_or((kind, ""));
                let block = match language {
                    "strat" | "strat-error" if colour => highlighted(block),
                    _ => block.to_owned(),
                };
                text.push('\n');
                if !name.is_empty() {
                    text.push_str(&format!("  {name}:\n"));
                }
                for line in block.lines() {
                    text.push_str(format!("    {line}").trim_end());
                    text.push('\n');
                }
            }
        }
    }
    text
}

/// A program with the colours of its tokens; each line ends without one.
fn highlighted(program: &str) -> String {
    let mut text = String::with_capacity(program.len() * 2);
    let mut done = 0;
    for token in lex(FileId(0), program, &mut strat_lang::diag::Sink::new()) {
        let colour = match token.kind {
            TokenKind::Comment | TokenKind::Doc => "2",
            TokenKind::Keyword(_) => "34",
            TokenKind::Number | TokenKind::Str => "36",
            _ => continue,
        };
        let gap = done..token.span.start as usize;
        text.push_str(program.get(gap).unwrap_or_default());
        text.push_str(&terminal::in_colour(token.text(program), colour));
        done = token.span.end as usize;
    }
    text.push_str(program.get(done..).unwrap_or_default());
    text
}

fn bold(text: &str, colour: bool) -> String {
    if colour {
        terminal::in_colour(text, "1")
    } else {
        text.to_owned()
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_in_either_case_and_a_slip_is_answered() {
        assert_eq!(known("e0201").ok(), Some(Code::UnknownName));
        let told = |text: &str| match known(text) {
            Err(Failure::Misuse(told)) => told,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            told("E020"),
            "there is no code `E020`; did you mean `E0201`?"
        );
        assert_eq!(
            told("banana"),
            "there is no code `banana`; `stratc explain` lists all of them"
        );
    }

    #[test]
    fn colours_change_no_letter() {
        let program = "// é\nlet x = \"a\" + 5 %\n";
        let mut plain = highlighted(program);
        for colour in ["\u{1b}[2m", "\u{1b}[34m", "\u{1b}[36m", "\u{1b}[0m"] {
            assert!(plain.contains(colour), "{colour:?}");
            plain = plain.replace(colour, "");
        }
        assert_eq!(plain, program);
    }

    #[test]
    fn every_code_is_in_the_list_once() {
        let list = list(false);
        for code in Code::ALL {
            assert_eq!(list.matches(code.text()).count(), 1, "{code}");
        }
    }
}
