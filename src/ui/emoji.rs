//! Emoji by the names that the chat has for them.

/// The emoji for `:thumbsup:`; the name itself for one that the server made up.
pub(super) fn shown(code: &str) -> &str {
    let name = code.trim_matches(':');
    emojis::get_by_shortcode(name).map_or(code, |emoji| emoji.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_drawn_and_others_are_told() {
        assert_eq!(shown(":thumbsup:"), "\u{1f44d}");
        assert_eq!(shown(":tada:"), "\u{1f389}");
        assert_eq!(shown(":party_parrot_42:"), ":party_parrot_42:");
    }
}
