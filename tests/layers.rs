//! The layers: which module of `src` may name which, and which crates. In one crate the compiler
//! does not hold them, so this reads every path in the sources, in `use` and in code, and leaves
//! out the tests at the foot of a file.

use std::fs;
use std::path::{Path, PathBuf};

/// A module of `src` · those of ours that it may name · crates, or paths in them, that it must not
/// name (`*`: any in `Cargo.toml`) · exceptions to these.
#[rustfmt::skip]
const LAYERS: [[&str; 4]; 15] = [
    ["domain", "", "* std::fs", "hashbrown humansize jiff memchr percent_encoding secrecy thiserror unicode_normalization url"],
    ["imaging", "domain", "eframe egui egui_extras reqwest tokio", ""],
    ["storage", "domain", "eframe egui egui_extras reqwest tokio", ""],
    ["rocketchat", "domain", "eframe egui egui_extras", ""],
    ["protocol", "domain imaging rocketchat storage", "eframe egui egui_extras reqwest tokio", "tokio::sync"],
    ["backend", "domain imaging protocol rocketchat saving storage", "eframe egui egui_extras", ""],
    ["saving", "domain imaging protocol rocketchat storage", "eframe egui egui_extras reqwest", ""],
    ["state", "domain protocol", "eframe egui egui_extras reqwest tokio std::fs", ""],
    ["ui", "domain protocol state", "eframe reqwest tokio std::fs", ""],
    ["app", "backend domain protocol state ui", "reqwest", ""],
    ["cli", "domain", "eframe egui egui_extras reqwest tokio", ""],
    ["start", "app backend cli demo_server domain protocol rocketchat storage", "", ""],
    ["command_line", "cli domain imaging protocol rocketchat saving state storage", "eframe egui egui_extras reqwest", ""],
    ["main", "cli command_line start", "", ""],
    // Sharing the client's code would hide a mistake made on both sides.
    ["demo_server", "", "eframe egui egui_extras", ""],
];

#[test]
fn every_module_names_only_what_its_layer_may() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let files = sources(&root.join("src"));
    assert!(files.len() > 10, "the sources were not found");

    let breaches: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let source = fs::read_to_string(file).unwrap();
            breaches(file.strip_prefix(root).unwrap(), &source, &manifest)
        })
        .collect();

    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
#[rustfmt::skip]
fn each_kind_of_breach_is_found() {
    let manifest = "[dependencies]\ntokio-util = \"1\"\nserde = { version = \"1\" }\njiff = \"1\"\n";
    for (path, source, named) in [
        ("src/state/listing.rs", "use crate::backend::Runner;", "crate::backend::Runner"),
        ("src/state/listing.rs", "use crate::{domain::Room, ui};", "crate::ui"),
        ("src/state/listing.rs", "fn f() { super::super::app::run(); }", "super::super::app::run"),
        ("src/state/mod.rs", "pub(crate) use super::ui::*;", "super::ui::*"),
        ("src/state/a.rs", "fn f(c: &egui::Color32) {}", "egui::Color32"),
        ("src/state/a.rs", "use std::{fmt, fs::{self, File as F}};", "std::fs::self"),
        ("src/state/a.rs", "const A: &str = r#\" \" \"#; use eframe;", "eframe"),
        ("src/protocol/mod.rs", "use tokio::{sync::mpsc, time};", "tokio::time"),
        ("src/domain/room.rs", "#[derive(serde::Serialize)] struct R;", "serde::Serialize"),
        ("src/domain/room.rs", "use ::tokio_util as t;", "tokio_util"),
        ("src/demo_server/a.rs", "use crate::rocketchat::wire;", "crate::rocketchat::wire"),
        ("src/main.rs", "use salon::helpers;", "salon::helpers"),
        ("src/helpers.rs", "", "nothing: it has no layer"),
    ] {
        let found = breaches(Path::new(path), source, manifest);
        assert_eq!(found.first(), Some(&format!("{path} names {named}")), "{source}");
    }
    for (path, source) in [
        ("src/protocol/mod.rs", "use tokio::sync::{mpsc, watch}; use crate::domain::*;"),
        ("src/domain/a.rs", "use super::Room; fn f() -> jiff::Span { Span::<u8>::new() }"),
        ("src/state/a.rs", "// crate::ui\n/* egui::Ui /* */ egui::Id */ const A: &str = \"\\\"egui::\";"),
        ("src/state/a.rs", "fn a<'egui>(c: char) -> bool { c == '\"' || c == '\\'' } // tokio::time"),
        ("src/state/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests { use egui::Ui; }"),
    ] {
        assert_eq!(breaches(Path::new(path), source, manifest), [""; 0], "{source}");
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn breaches(file: &Path, source: &str, manifest: &str) -> Vec<String> {
    let stem = file.with_extension("");
    let mut module: Vec<_> = stem
        .iter()
        .skip(1)
        .filter_map(|part| part.to_str())
        .collect();
    module.pop_if(|last| matches!(*last, "mod" | "lib"));
    let Some(own) = module.first() else {
        return Vec::new();
    }; // lib.rs names them all
    let Some(layer) = LAYERS.iter().find(|[name, ..]| name == own) else {
        return vec![format!("{} names nothing: it has no layer", file.display())];
    };
    paths(&tokens(source))
        .iter()
        .filter(|path| is_breach(layer, module.len(), path, manifest))
        .map(|path| format!("{} names {}", file.display(), path.join("::")))
        .collect()
}

fn is_breach(layer: &[&str; 4], depth: usize, path: &[&str], manifest: &str) -> bool {
    let [own, ours, banned, allowed] = layer.map(|cell| cell.split(' ').collect::<Vec<_>>());
    let n_up = path.iter().take_while(|part| **part == "super").count();
    let module = match path.first() {
        Some(&"crate" | &"salon") => path.get(1),
        Some(&"super") if n_up == depth => path.get(n_up),
        Some(&"super" | &"self") | None => return false,
        Some(first) => {
            let is_in = |list: &[&str]| {
                list.iter()
                    .any(|it| path.starts_with(&it.split("::").collect::<Vec<_>>()))
            };
            let is_crate = banned.contains(&"*") && is_dependency(first, manifest);
            return (is_in(&banned) || is_crate) && !is_in(&allowed);
        }
    };
    module.is_some_and(|module| !own.contains(module) && !ours.contains(module))
}

fn is_dependency(name: &str, manifest: &str) -> bool {
    let mut keys = manifest.lines().filter_map(|line| line.split_once('='));
    keys.any(|(key, _)| key.trim().replace('-', "_") == name)
}

/// Every path of two or more parts, and those of one part after `use`.
fn paths<'a>(tokens: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut found = Vec::new();
    let mut rest = tokens;
    let mut before = "";
    while let Some((token, tail)) = rest.split_first() {
        let is_start = is_name(token) && before != "::" || *token == "::" && !is_name(before);
        if *token == "use" {
            rest = path_tree(tail, &[], &mut found);
        } else if is_start && before != ">" {
            let mut here = Vec::new();
            rest = path_tree(rest, &[], &mut here);
            found.extend(here.into_iter().filter(|path| path.len() > 1));
        } else {
            rest = tail;
        }
        before = token;
    }
    found
}

/// Reads `a::b`, `a::{b, c::d}` or `a::*`, after its `use`, and returns what follows it.
fn path_tree<'t, 'a>(
    mut rest: &'t [&'a str],
    prefix: &[&'a str],
    found: &mut Vec<Vec<&'a str>>,
) -> &'t [&'a str] {
    let mut path = prefix.to_vec();
    let mut is_open = true; // after `::`: another part may follow
    while let Some((token, tail)) = rest.split_first() {
        if *token == "::" {
            is_open = true;
        } else if is_open && *token == "{" && (path.is_empty() || path.len() > prefix.len()) {
            rest = tail;
            while let Some((token, tail)) = rest.split_first() {
                rest = match *token {
                    "}" => return tail,
                    name if is_name(name) || name == "*" => path_tree(rest, &path, found),
                    _ => tail,
                };
            }
            return rest;
        } else if is_open && (is_name(token) || *token == "*") {
            path.push(token);
            is_open = false;
        } else {
            break;
        }
        rest = tail;
    }
    found.push(path);
    match rest {
        ["as", _alias, tail @ ..] => tail,
        _ => rest,
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_') && !matches!(token, "as" | "use")
}

/// Names, `::` and single characters; no comments, no text.
fn tokens(source: &str) -> Vec<&str> {
    let mut rest = source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or(source);
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let len = match rest.find(|c: char| !c.is_alphanumeric() && c != '_') {
            Some(0) if rest.starts_with("::") => 2,
            Some(0) => first.len_utf8(),
            end => end.unwrap_or(rest.len()),
        };
        let (token, tail) = rest.split_at(len);
        rest = match (token, tail) {
            ("/", _) if tail.starts_with('/') => after(tail, "\n"),
            ("/", _) if tail.starts_with('*') => after_comment(tail),
            ("\"", _) => after_text(tail, '"'),
            ("'", _) if tail.starts_with('\\') || tail.chars().nth(1) == Some('\'') => {
                after_text(tail, '\'')
            }
            ("r" | "br" | "cr", _) if tail.trim_start_matches('#').starts_with('"') => {
                let n_hashes = tail.len() - tail.trim_start_matches('#').len();
                let tail = tail.trim_start_matches('#').trim_start_matches('"');
                after(tail, &format!("\"{}", "#".repeat(n_hashes)))
            }
            _ => {
                if !first.is_whitespace() {
                    found.push(token);
                }
                tail
            }
        };
    }
    found
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, tail)| tail)
}

fn after_text(text: &str, end: char) -> &str {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == end {
            break;
        }
    }
    chars.as_str()
}

/// The rest after a comment, which may hold others; `text` starts at its first `*`.
fn after_comment(text: &str) -> &str {
    let (inside, tail) = text.split_once("*/").unwrap_or((text, ""));
    (0..inside.matches("/*").count()).fold(tail, |tail, _| after(tail, "*/"))
}
