//! From a text to a template.

use std::iter::Peekable;

use super::{Part, Template, TemplateError, Word};

/// The words that may stand in braces.
pub(super) const WORDS: [(&str, Word); 9] = [
    ("date", Word::Date),
    ("time", Word::Time),
    ("user", Word::User),
    ("name", Word::Name),
    ("id", Word::Id),
    ("n", Word::Number),
    ("room", Word::Room),
    ("server", Word::Server),
    ("ext", Word::Extension),
];

/// Names may have 240 bytes each, and Linux opens no path of more than 4096.
const MAX_FOLDERS: usize = 8;

/// What is more different is not a slip of the finger (1 is the same).
const LEAST_LIKENESS: f64 = 0.7;

pub(super) fn template(text: &str) -> Result<Template, TemplateError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TemplateError::Empty);
    }
    if let Some(start) = absolute_start(text) {
        return Err(TemplateError::Absolute { start });
    }
    let mut components = Vec::new();
    let mut parts = Parts::default();
    let mut start = 1;
    let mut chars = text.chars().zip(1..).peekable();
    while let Some((c, at)) = chars.next() {
        match c {
            '/' => {
                if parts.is_empty() {
                    return Err(TemplateError::EmptyFolder { at });
                }
                components.push(std::mem::take(&mut parts).finish(start)?);
                start = at + 1;
            }
            '\\' => return Err(TemplateError::Backslash { at }),
            '{' if take_if(&mut chars, '{') => parts.push(c),
            '{' => parts.0.push(Part::Value(word(&mut chars, at)?)),
            '}' if take_if(&mut chars, '}') => parts.push(c),
            '}' => return Err(TemplateError::StrayBrace { at }),
            _ => parts.push(c),
        }
    }
    if parts.is_empty() {
        return Err(TemplateError::EmptyFile);
    }
    if components.len() > MAX_FOLDERS {
        return Err(TemplateError::TooDeep {
            n_folders: components.len(),
            most: MAX_FOLDERS,
        });
    }
    let mut file = parts.finish(start)?;
    drop_extension(&mut file);
    Ok(Template {
        folders: components,
        file,
    })
}

/// `/`, `\\server`, `C:` and `~/`, as the systems write what does not begin here.
fn absolute_start(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let start = match (chars.next()?, chars.next()) {
        ('/', _) => "/",
        ('\\', _) => "\\",
        ('~', None | Some('/' | '\\')) => "~",
        (drive, Some(':')) if drive.is_ascii_alphabetic() => return Some(format!("{drive}:")),
        _ => return None,
    };
    Some(start.to_owned())
}

/// The parts of one component while it is read.
#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn push(&mut self, c: char) {
        match self.0.last_mut() {
            Some(Part::Literal(text)) => text.push(c),
            _ => self.0.push(Part::Literal(c.into())),
        }
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(
            |part| matches!(part, Part::Literal(text) if text.chars().all(char::is_whitespace)),
        )
    }

    fn finish(self, at: usize) -> Result<Vec<Part>, TemplateError> {
        match self.0.as_slice() {
            [Part::Literal(text)] if text.chars().all(|c| c == '.' || c.is_whitespace()) => {
                let dots = text.trim().to_owned();
                Err(TemplateError::Dots { dots, at })
            }
            _ => Ok(self.0),
        }
    }
}

/// `.{ext}` at the end says what happens anyway.
fn drop_extension(file: &mut Vec<Part>) {
    if let [.., Part::Literal(text), Part::Value(Word::Extension)] = file.as_mut_slice()
        && text.ends_with('.')
        && (text.len() > 1 || file.len() > 2)
    {
        file.pop();
        if let Some(Part::Literal(text)) = file.last_mut() {
            text.pop();
        }
        file.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
    }
}

fn take_if(chars: &mut Peekable<impl Iterator<Item = (char, usize)>>, wanted: char) -> bool {
    chars.next_if(|(c, _)| *c == wanted).is_some()
}

/// The word after a `{`, up to its `}`.
fn word(
    chars: &mut Peekable<impl Iterator<Item = (char, usize)>>,
    at: usize,
) -> Result<Word, TemplateError> {
    let mut typed = String::new();
    loop {
        match chars.next_if(|(c, _)| !matches!(c, '/' | '{')) {
            Some(('}', _)) => break,
            Some((c, _)) => typed.push(c),
            None => return Err(TemplateError::UnclosedBrace { at }),
        }
    }
    let wanted = typed.trim().to_lowercase();
    let known = WORDS.iter().find(|(name, _)| *name == wanted);
    known
        .map(|(_, word)| *word)
        .ok_or_else(|| TemplateError::UnknownWord {
            nearest: nearest(&wanted),
            word: typed,
            at,
        })
}

fn nearest(wanted: &str) -> Option<&'static str> {
    let likeness = |name: &str| strsim::jaro_winkler(wanted, name);
    WORDS
        .iter()
        .map(|(name, _)| (*name, likeness(name)))
        .filter(|(_, likeness)| *likeness >= LEAST_LIKENESS)
        .max_by(|(_, one), (_, other)| one.total_cmp(other))
        .map(|(name, _)| name)
}
