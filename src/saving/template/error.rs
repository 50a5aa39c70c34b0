//! What can be wrong with a template.

use thiserror::Error;

/// Why a text is no template. Reads as a sentence that says where and what to do; positions
/// count characters, the first is 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// Nothing at all.
    #[error("The template is empty. Write {{name}} to keep the original names")]
    Empty,
    /// A word in braces that means nothing.
    #[error(
        "{{{word}}} at character {at} is not known. {}{}",
        suggestion(*nearest),
        known_words()
    )]
    UnknownWord {
        /// What stands in the braces.
        word: String,
        /// Of the opening brace.
        at: usize,
        /// The known word that looks most like it.
        nearest: Option<&'static str>,
    },
    /// `{` without `}`.
    #[error(
        "The {{ at character {at} is not closed. Add }}, or write {{{{ for a brace in the name"
    )]
    UnclosedBrace {
        /// Of the brace.
        at: usize,
    },
    /// `}` without `{`.
    #[error(
        "The }} at character {at} closes nothing. Remove it, or write }}}} for a brace in the name"
    )]
    StrayBrace {
        /// Of the brace.
        at: usize,
    },
    /// Two slashes in a row.
    #[error("There is no folder name before the / at character {at}. Remove that /")]
    EmptyFolder {
        /// Of the second slash.
        at: usize,
    },
    /// A slash at the end.
    #[error("There is no file name after the last /. Add one, such as {{name}}")]
    EmptyFile,
    /// It begins with a slash, a drive or a home folder.
    #[error(
        "The template begins with {start}, but its folders are made inside the folder that you \
         save to. Leave {start} out"
    )]
    Absolute {
        /// What it begins with.
        start: String,
    },
    /// A backslash.
    #[error("The \\ at character {at} cannot be part of a name. Write / between folders")]
    Backslash {
        /// Of the backslash.
        at: usize,
    },
    /// A part of dots alone, such as `..`.
    #[error(
        "{dots} at character {at} leads out of the folder that you save to, or nowhere. Write a \
         name instead"
    )]
    Dots {
        /// The part.
        dots: String,
        /// Of its first character.
        at: usize,
    },
    /// More folders in one another than every system can open.
    #[error("These are {n_folders} folders in one another. Use {most} at most")]
    TooDeep {
        /// How many there are.
        n_folders: usize,
        /// How many there may be.
        most: usize,
    },
}

fn suggestion(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |word| format!("Did you mean {{{word}}}? "))
}

fn known_words() -> String {
    let words: Vec<_> = super::parse::WORDS
        .iter()
        .map(|(word, _)| format!("{{{word}}}"))
        .collect();
    format!("Known are {}", words.join(" "))
}
