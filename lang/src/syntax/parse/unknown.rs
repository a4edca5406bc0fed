//! Text where a statement should begin: what may stand there, and what was probably meant.

use super::block;
use super::body::Segment;
use super::reader::Reader;
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::syntax::keyword::Keyword;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;
use crate::syntax::words::{CLAUSES, ItemWord, Place};

/// What an item inside braces is told.
pub(super) fn misplaced_item(
    reader: &mut Reader<'_, '_>,
    word: ItemWord,
    place: Place,
    segment: &Segment,
) {
    let article = if word == ItemWord::Enum { "an" } else { "a" };
    let message = format!(
        "{article} `{}` cannot stand inside {}",
        word.text(),
        place.name()
    );
    reader.sink.push(
        Diagnostic::error(Code::Syntax, reader.stream.span(segment.from), message)
            .hint("close the braces of the item before it, or move it out"),
    );
}

/// A statement of a reserved word in a place that has none of them.
pub(super) fn misplaced_keyword(
    reader: &mut Reader<'_, '_>,
    word: Keyword,
    place: Place,
    segment: &Segment,
) {
    let text = word.text();
    let message = format!("`{text}` does not stand in {}", place.name());
    reader.sink.push(
        Diagnostic::error(
            Code::MisplacedStatement,
            reader.stream.span(segment.from),
            message,
        )
        .hint(may_stand(place)),
    );
}

/// What may stand in a place, as a hint.
fn may_stand(place: Place) -> String {
    let words: Vec<String> = (place.words().iter())
        .chain(place.keywords())
        .map(|word| format!("`{word}`"))
        .collect();
    match (place, words.split_last()) {
        (Place::Risk, _) => {
            "its rows are a limit, a value and what a breach does: `max_daily_loss 5% => halt`"
                .to_owned()
        }
        (Place::Router, _) => {
            "its rows are a class, `=>` and strategies, then `override`, `suggest` and `on switch`"
                .to_owned()
        }
        (Place::Test, _) => {
            "a test holds `with`, `timeframe`, columns such as `close = [5, 4, 3]`, and `expect`"
                .to_owned()
        }
        (Place::Strategy, _) => {
            "its statements begin with `let`, `enter`, `exit`, `stop`, `take_profit`, `trail` or another such word"
                .to_owned()
        }
        (_, Some((last, rest))) if !rest.is_empty() => {
            format!("{} holds {} and {last}", place.name(), rest.join(", "))
        }
        (_, Some((last, _))) => format!("{} holds {last}", place.name()),
        (_, None) => format!("{} holds nothing of this kind", place.name()),
    }
}

/// What a word of another language, or of everyday speech, is here.
pub(super) fn foreign(text: &str) -> Option<&'static str> {
    Some(match text {
        "buy" => "enter long when …",
        "sell" => "enter short when …` or `exit when …",
        "short" => "enter short when …",
        "long" | "entry" => "enter long when …",
        "enter_long" | "go_long" => "enter long when …",
        "enter_short" | "go_short" => "enter short when …",
        "close_position" | "exit_long" | "exit_short" => "exit when …",
        "def" | "function" | "func" => {
            "fn name(x) { return … }` outside of the strategy, or `let name = …"
        }
        "var" | "const" | "val" | "auto" | "double" | "float" | "int" | "bool" | "set" => "let",
        "input" => "param",
        "stop_loss" | "stoploss" | "sl" => "stop 3%",
        "takeprofit" | "tp" | "target" | "profit_target" => "take_profit 4%",
        "trailing_stop" | "trailing" | "trailstop" => "trail 1.5%",
        "import" | "from" | "include" => {
            "use name from \"file.strat\"` at the top of the file; the library needs no `use"
        }
        "class" => "strategy Name { … }",
        "minimal_roi" | "roi" => "take_profit { 0m => 10%  1h => 6% }",
        "plot" | "print" | "alert" => return None,
        _ => return None,
    })
}

/// The form of a statement with the share that stands behind the foreign word: `stop_loss 5%` is
/// `stop 5%`, and so is `stoploss = -0.05`.
pub(super) fn with_value(form: &str, stream: &Stream<'_>, segment: &Segment) -> String {
    let Some((word, share)) = form.rsplit_once(' ').filter(|(_, share)| {
        share
            .strip_suffix('%')
            .is_some_and(|n| n.parse::<f64>().is_ok())
    }) else {
        return form.to_owned();
    };
    let behind = (segment.from + 1..segment.to.min(segment.from + 4))
        .find(|i| stream.kind(*i) == Some(TokenKind::Number));
    let text = behind.map_or("", |i| stream.text_of(i));
    let written = match text.parse::<f64>() {
        _ if text.ends_with('%') && text.len() <= 8 => text.to_owned(),
        Ok(v) if v > 0.0 && v < 1.0 => format!("{}%", (v * 1e6).round() / 1e4),
        Ok(v) if (1.0..100.0).contains(&v) => format!("{v}%"),
        _ => share.to_owned(),
    };
    format!("{word} {written}")
}

/// Whether a class with its condition or value stands in a regime without its word.
fn is_class(stream: &Stream<'_>, segment: &Segment) -> bool {
    matches!(
        stream.kind(segment.from + 1),
        Some(
            TokenKind::Keyword(Keyword::When | Keyword::If)
                | TokenKind::Colon
                | TokenKind::FatArrow
        )
    )
}

/// Reports text where a statement of `place` should begin.
pub(super) fn stmt(reader: &mut Reader<'_, '_>, place: Place, segment: &Segment) {
    let stream = reader.stream;
    if stream.any_broken(segment.from, segment.to) {
        return;
    }
    let text = stream.text_of(segment.from);
    let span = stream.span(segment.from);
    let report = |message: String| Diagnostic::error(Code::Syntax, span, message);
    let begins_none = || report(format!("`{text}` begins no statement"));
    if let Some(word) = stream.keyword(segment.from) {
        let found = if word.begins_item() {
            let method = stream.text_of(segment.from + 2);
            report(format!("`{text}.{method}` begins no statement")).hint(match method {
                "exit" | "close" | "close_all" => "orders are statements: `exit \"tag\" when …`",
                _ => "orders are statements: `enter long \"tag\" when …`",
            })
        } else if word == Keyword::Feed {
            let name = stream.text_of(segment.from + 1);
            report("`feed` is a value and begins no statement".to_owned())
                .hint(format!("name it: `let {name} = feed {name}`"))
        } else if word == Keyword::If {
            let found = report("`if` chooses a value and begins no statement".to_owned());
            let braces = block::find_brace(stream, segment.from, segment.to);
            let has_then =
                (segment.from..segment.to).any(|i| stream.keyword(i) == Some(Keyword::Then));
            if place == Place::Strategy && (braces.is_some() || !has_then) {
                found.hint("the condition belongs to its order: `enter long when …`, `exit when …`")
            } else {
                found.hint("write `let x = if … then … else …`")
            }
        } else if word.begins_statement() {
            misplaced_keyword(reader, word, place, segment);
            return;
        } else {
            report(format!("expected a statement, found `{text}`"))
                .hint("a statement begins with its keyword")
        };
        reader.sink.push(found);
        return;
    }
    if stream.kind(segment.from) != Some(TokenKind::Name) {
        reader.sink.push(
            report(format!("expected a statement, found `{text}`"))
                .hint("a statement begins with its keyword"),
        );
        return;
    }
    let words = || place.words().iter().chain(place.keywords()).copied();
    let is_call = stream.kind(segment.from + 1) == Some(TokenKind::Dot);
    let found = if place == Place::Test && stream.kind(segment.from + 1) == Some(TokenKind::Colon) {
        let colon = stream.span(segment.from + 1);
        report(format!("a column is written `{text} = [5, 4, 3]`"))
            .fix("write `=`", vec![(colon, " =".to_owned())])
    } else if place == Place::Regime && is_class(stream, segment) {
        begins_none().hint(format!(
            "a class has a score: `score {text} = …`, with `num(…)` for a condition"
        ))
    } else if is_call
        && matches!(
            text,
            "ta" | "self" | "ctx" | "np" | "pd" | "dataframe" | "df"
        )
    {
        begins_none().hint("a value is named with `let`, an order is `enter … when …`")
    } else if let Some(form) = foreign(text).filter(|_| place == Place::Strategy) {
        begins_none().hint(format!("write `{}`", with_value(form, stream, segment)))
    } else if let Some(word) = did_you_mean(text, words()) {
        begins_none().hint(format!("did you mean `{word}`?"))
    } else if let Some(form) = foreign(text).filter(|form| *form == "let" || place == Place::Fn) {
        begins_none().hint(format!("write `{form}`"))
    } else if place == Place::Strategy && CLAUSES.contains(&text) {
        begins_none().hint(format!(
            "`{text}` is a clause of an order: it stands before the `when` of `enter` or `exit`"
        ))
    } else if let Some(other) = Place::of_word(text).filter(|other| *other != place) {
        report(format!("`{text}` begins no statement of {}", place.name()))
            .hint(format!("it stands in {}", other.name()))
    } else if place == Place::Fn {
        begins_none().hint("the value of a `fn` follows `return`")
    } else {
        begins_none().hint(may_stand(place))
    };
    reader.sink.push(found);
}
