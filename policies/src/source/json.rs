//! JSON text → tree: one pass, no recursion, strings left where they stand unless they are escaped.

use std::sync::Arc;

use super::{Document, Reader, Reading, scalar};
use crate::tree::{NodeId, Overflow, Scalar, Source, Span, Value};

/// Reads one or more JSON values, one after the other, as `kubectl` does.
pub(super) fn read(source: &Arc<Source>) -> Reading {
    let mut scanner = Scanner { text: source.text(), at: 0, reader: Reader::new(source) };
    if scanner.text.starts_with('\u{feff}') {
        scanner.at = '\u{feff}'.len_utf8();
    }
    let mut index = 0;
    loop {
        scanner.skip_space();
        if scanner.at >= scanner.text.len() {
            break;
        }
        let mark = scanner.reader.builder.tree().len();
        scanner.reader.builder.start_document();
        match scanner.document() {
            Ok(()) => {
                let root = NodeId::at(mark);
                if scanner.reader.builder.tree().value(root) != Value::Null {
                    scanner.reader.documents.push(Document { index, root });
                }
                scanner.reader.report_duplicates();
            }
            Err(message) => {
                let at = scanner.at.min(scanner.text.len());
                let width = scanner.text[at..].chars().next().map_or(0, char::len_utf8);
                scanner.reader.problem(format!("this is not JSON: {message}"), Span::new(at, at + width));
                scanner.reader.builder.rewind(mark);
                // Nothing marks where the next value would begin.
                break;
            }
        }
        index += 1;
    }
    scanner.reader.finish()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    reader: Reader<'a>,
}

type Step = Result<(), String>;

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn document(&mut self) -> Step {
        self.value()?;
        while self.reader.builder.is_open() {
            self.skip_space();
            self.continue_collection()?;
        }
        Ok(())
    }

    /// One step inside the innermost open collection: its next element or pair, or its end.
    fn continue_collection(&mut self) -> Step {
        let in_mapping = self.reader.builder.expects_key();
        let first = self.reader.builder.is_fresh();
        match (self.peek(), in_mapping) {
            (Some(b'}'), true) | (Some(b']'), false) => {
                self.at += 1;
                self.reader.builder.close(self.at, &mut self.reader.duplicates);
                return Ok(());
            }
            (Some(b','), _) if !first => {
                self.at += 1;
                self.skip_space();
                if matches!(self.peek(), Some(b'}' | b']')) {
                    return Err("a comma with nothing after it".into());
                }
            }
            (Some(_), _) if first => {}
            (Some(_), true) => return Err("expected `,` or `}`".into()),
            (Some(_), false) => return Err("expected `,` or `]`".into()),
            (None, _) => return Err("the text ends inside a value".into()),
        }
        if in_mapping {
            if self.peek() != Some(b'"') {
                return Err("expected a key in double quotes".into());
            }
            self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err("expected `:` after a key".into());
            }
            self.at += 1;
            self.skip_space();
        }
        self.value()
    }

    fn value(&mut self) -> Step {
        let overflow = |overflow: Overflow| overflow.to_string();
        match self.peek() {
            Some(b'{') => {
                self.reader.builder.open_mapping(Span::new(self.at, self.at + 1)).map_err(overflow)?;
                self.at += 1;
                Ok(())
            }
            Some(b'[') => {
                self.reader.builder.open_sequence(Span::new(self.at, self.at + 1)).map_err(overflow)?;
                self.at += 1;
                Ok(())
            }
            Some(b'"') => self.string(),
            Some(b't') => self.word("true", &Scalar::Bool(true)),
            Some(b'f') => self.word("false", &Scalar::Bool(false)),
            Some(b'n') => self.word("null", &Scalar::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => Err("expected a value".into()),
            None => Err("the text ends where a value should be".into()),
        }
    }

    fn word(&mut self, word: &str, value: &Scalar<'_>) -> Step {
        if !self.text[self.at..].starts_with(word) {
            return Err("expected a value".into());
        }
        self.reader.builder.scalar(value, Span::new(self.at, self.at + word.len()));
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Step {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = rest.bytes().take_while(|byte| is_part(byte)).count();
        let text = &rest[..length];
        let value = match text.parse::<i64>() {
            // JSON allows no leading zero and no plus sign; its own grammar decides.
            Ok(value) if serde_json::from_str::<serde_json::Number>(text).is_ok() => Scalar::Int(value),
            _ => match serde_json::from_str::<f64>(text) {
                Ok(value) => scalar::through_json(value),
                Err(_) => return Err("this is no number".into()),
            },
        };
        self.reader.builder.scalar(&value, Span::new(self.at, self.at + length));
        self.at += length;
        Ok(())
    }

    fn string(&mut self) -> Step {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut at = start + 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(0..0x20) => {
                    self.at = at;
                    return Err("a string may not hold a raw control character".into());
                }
                Some(_) => at += 1,
                None => return Err("this string has no end".into()),
            }
        }
        let span = Span::new(start, at + 1);
        if escaped {
            let quoted = self.text.get(start..=at).unwrap_or_default();
            let decoded: String = serde_json::from_str(quoted).map_err(|_| "a malformed escape in a string")?;
            self.reader.builder.scalar(&Scalar::Decoded(&decoded), span);
        } else {
            self.reader.builder.scalar(&Scalar::Written(start + 1, at - start - 1), span);
        }
        self.at = at + 1;
        Ok(())
    }
}
