//! Text that is marked up: an SVG drawing, or a web page where an image should be.

/// Whether the bytes are a web page: a log-in form or an error where an image should be.
pub fn looks_like_html(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 11] = [
        b"<!doctype html",
        b"<html",
        b"<head",
        b"<body",
        b"<title",
        b"<meta",
        b"<script",
        b"<center",
        b"<h1",
        b"<div",
        b"<p>",
    ];
    let start = after_xml_prolog(bytes);
    STARTS
        .iter()
        .any(|tag| starts_with_ignoring_case(start, tag))
}

/// Whether the bytes are an SVG drawing, with whatever may come before its first element.
pub(super) fn is_svg(bytes: &[u8]) -> bool {
    let start = after_xml_prolog(bytes);
    let is_element = |name: &[u8]| {
        let next = start.strip_prefix(name).and_then(<[u8]>::first);
        next.is_some_and(|next| next.is_ascii_whitespace() || matches!(next, b'>' | b'/'))
    };
    is_element(b"<svg") || is_element(b"<svg:svg")
}

/// What follows byte order mark, XML declaration, document type and comments.
fn after_xml_prolog(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut rest = after_blanks_and_comments(bytes);
    if rest.starts_with(b"<?xml") {
        rest = after_blanks_and_comments(after(rest, b"?>"));
    }
    if starts_with_ignoring_case(rest, b"<!doctype svg") {
        let opening = rest.iter().find(|c| matches!(c, b'[' | b'>'));
        let end: &[u8] = if opening == Some(&b'[') { b"]>" } else { b">" };
        rest = after_blanks_and_comments(after(rest, end));
    }
    rest
}

fn after_blanks_and_comments(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes.trim_ascii_start();
    while rest.starts_with(b"<!--") {
        rest = after(rest, b"-->").trim_ascii_start();
    }
    rest
}

/// What follows the first `mark`; nothing when there is none.
fn after<'a>(bytes: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let found = bytes.windows(mark.len()).position(|window| window == mark);
    found
        .and_then(|at| bytes.get(at + mark.len()..))
        .unwrap_or_default()
}

fn starts_with_ignoring_case(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes
        .get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_found_behind_its_prolog() {
        assert!(is_svg(b"<svg xmlns='http://www.w3.org/2000/svg'/>"));
        assert!(is_svg(
            b"\xEF\xBB\xBF  <?xml version='1.0'?>\n<!-- a > b --><!-- --><svg>"
        ));
        assert!(is_svg(
            b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x.dtd'>\n<svg\n>"
        ));
        assert!(is_svg(b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg:svg>"));
        assert!(!is_svg(b"<svgfoo>"));
        assert!(!is_svg(b"<html><svg></svg></html>"));
        assert!(!is_svg(b"<!-- never closed <svg>"));
        assert!(!is_svg(b""));
    }

    #[test]
    fn a_page_is_told_from_json_and_drawings() {
        assert!(looks_like_html(b"\n<!DOCTYPE html><html>"));
        assert!(looks_like_html(b"<!-- proxy --> <HTML lang=en>"));
        assert!(looks_like_html(
            b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C'><html>"
        ));
        assert!(!looks_like_html(b"{\"error\":\"<html>\"}"));
        assert!(!looks_like_html(b"<svg></svg>"));
        assert!(!looks_like_html(b""));
    }
}
