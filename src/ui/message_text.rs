//! What strangers write, as plain text, and where its links lead.

/// A text without what would turn it around or hide in it; lines stay.
pub(super) fn plain(text: &str) -> String {
    let is_override = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept = text
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_override(*c)));
    kept.collect::<String>().trim().to_owned()
}

/// The web addresses in a text, each once, as a browser would read them: with the name of the
/// host in letters that cannot be mistaken.
pub(super) fn links(text: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(start) = next_link(rest) {
        let (_, from) = rest.split_at(start);
        let end = from
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ')' | ']' | '|'))
            .unwrap_or(from.len());
        let (link, behind) = from.split_at(end);
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '`']);
        if let Ok(url) = url::Url::parse(link)
            && url.host().is_some()
            && !links.iter().any(|known| known == url.as_str())
        {
            links.push(url.into());
        }
        rest = behind;
    }
    links
}

/// Only the web: nothing else is ever opened for a stranger.
fn next_link(text: &str) -> Option<usize> {
    let starts = ["https://", "http://"];
    starts.iter().filter_map(|start| text.find(start)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_markup_and_lead_where_they_say() {
        let text = "see [the docs](https://example.org/a?b=c), <http://x.test|this> and \
                    https://example.org/a?b=c. Not javascript:alert(1) or file:///etc/passwd.";
        assert_eq!(links(text), ["https://example.org/a?b=c", "http://x.test/"]);
        // A Cyrillic letter that looks like a Latin one.
        assert_eq!(
            links("https://ex\u{430}mple.org"),
            ["https://xn--exmple-4nf.org/"]
        );
        assert_eq!(links("https:// http://"), [""; 0]);
    }

    #[test]
    fn text_keeps_its_lines_and_nothing_that_hides() {
        assert_eq!(plain(" a\nb\u{202e}c\u{7} \n"), "a\nbc");
    }
}
