//! What a drawing refers to: how much there would be to draw once all of it is in its place.
//!
//! `resvg` puts a copy where something is used, so ten lines that each use the one before ten
//! times are ten thousand million elements; and it follows references that lead back to where
//! they came from until the stack ends, which no one can catch.

use std::collections::{HashMap, HashSet};

use roxmltree::{Document, Node, NodeId};

use super::super::ImageError;
use super::too_large;

/// Elements within each other, and references on the way, together: people's have tens.
const MAX_DEPTH: usize = 100;

/// Elements and letters, each as often as it is drawn.
const MAX_WEIGHT: u64 = 300_000;

/// So many bytes of a path weigh as much as an element.
const PATH_BYTES: u64 = 64;

/// Rules of style sheets times elements: each is tried on each.
const MAX_STYLING: u64 = 50_000_000;

/// What may refer in circles: each is compared with all of the others.
const MAX_RESOURCES: usize = 5_000;

/// Whether the drawing can be resolved.
///
/// # Errors
///
/// [`ImageError::TooLarge`] when it is nested too deeply, refers in a circle, or would be too much
/// once resolved.
pub(super) fn check(document: &Document<'_>) -> Result<(), ImageError> {
    let rules = style_rules(document);
    let n_nodes = document.descendants().count() as u64;
    if (rules.len() as u64).saturating_mul(n_nodes) > MAX_STYLING {
        return Err(too_large("a drawing of too many styles"));
    }
    let is_resource = |name| matches!(name, "pattern" | "mask" | "clipPath" | "filter" | "marker");
    let names = document.descendants().map(|node| node.tag_name().name());
    if names.filter(|name| is_resource(*name)).count() > MAX_RESOURCES {
        return Err(too_large("a drawing of too many patterns and masks"));
    }
    let mut graph = Graph::new(document, rules);
    let weight = graph.weight(document.root_element(), 0)?;
    if weight > MAX_WEIGHT {
        return Err(too_large("a drawing of too many elements"));
    }
    Ok(())
}

/// A rule of a style sheet that refers to something, and whom it may be about.
struct Rule<'a> {
    /// Of these one is enough.
    classes: HashSet<&'a str>,
    id: Option<&'a str>,
    /// Counts where neither class nor id does.
    element: Option<&'a str>,
    is_for_all: bool,
    declarations: &'a str,
}

/// Read carelessly: a rule may be taken to be about more elements than it is, never about fewer.
fn style_rules<'a>(document: &'a Document<'_>) -> Vec<Rule<'a>> {
    let sheets = document
        .descendants()
        .filter(|node| node.tag_name().name() == "style");
    sheets
        .flat_map(|sheet| sheet.children().filter_map(|child| child.text()))
        .flat_map(|text| text.split('}'))
        .flat_map(|rule| {
            let (selectors, declarations) = rule.rsplit_once('{').unwrap_or(("*", rule));
            selectors
                .split(',')
                .map(move |selector| Rule::new(selector, declarations))
        })
        .collect()
}

impl<'a> Rule<'a> {
    fn new(selector: &'a str, declarations: &'a str) -> Self {
        let is_between = |c: char| c.is_whitespace() || matches!(c, '>' | '+' | '~');
        let last = selector.trim_end().rsplit(is_between).next();
        let last = last.unwrap_or(selector);
        let after = |mark| {
            last.split(mark)
                .skip(1)
                .map(|it| it.split(['.', '#']).next())
        };
        let classes: HashSet<&str> = after('.').flatten().collect();
        let id = after('#').flatten().next();
        Self {
            element: Some(last).filter(|_| classes.is_empty() && id.is_none()),
            classes,
            id,
            is_for_all: selector.contains(['*', '[', ':', '\\', '/', '@']),
            declarations,
        }
    }

    fn may_match(&self, node: Node<'_, '_>) -> bool {
        let values = |name: &'static str| {
            let attributes = node.attributes().filter(move |it| it.name() == name);
            attributes.map(|attribute| attribute.value())
        };
        self.is_for_all
            || self.element == Some(node.tag_name().name())
            || values("id").any(|id| self.id == Some(id))
            || values("class")
                .flat_map(str::split_whitespace)
                .any(|class| self.classes.contains(class))
    }
}

/// Where somebody is taken, which is not drawn: links and animations.
const NOT_DRAWN: [&str; 7] = [
    "a",
    "animate",
    "animateMotion",
    "animateTransform",
    "mpath",
    "script",
    "set",
];

/// Properties that everything inside has as well.
fn is_inherited(property: &str) -> bool {
    ["fill", "stroke", "marker"]
        .iter()
        .any(|inherited| property.trim().starts_with(inherited))
}

struct Graph<'a, 'input> {
    by_id: HashMap<&'a str, Vec<Node<'a, 'input>>>,
    rules: Vec<Rule<'a>>,
    /// `None` while its own references are followed.
    weights: HashMap<NodeId, Option<u64>>,
}

impl<'a, 'input> Graph<'a, 'input> {
    fn new(document: &'a Document<'input>, mut rules: Vec<Rule<'a>>) -> Self {
        rules.retain(|rule| rule.declarations.contains("url"));
        let mut by_id: HashMap<_, Vec<_>> = HashMap::new();
        for node in document.descendants() {
            // Whatever their namespace, they are taken for ids.
            let ids = node
                .attributes()
                .filter(|attribute| attribute.name() == "id");
            for id in ids {
                by_id.entry(id.value()).or_default().push(node);
            }
        }
        Self {
            by_id,
            rules,
            weights: HashMap::new(),
        }
    }

    /// How much is drawn for this element, as often as it is used below it.
    fn weight(&mut self, node: Node<'a, 'input>, depth: usize) -> Result<u64, ImageError> {
        if depth > MAX_DEPTH {
            return Err(too_large("a drawing that is nested too deeply"));
        }
        match self.weights.get(&node.id()) {
            Some(Some(weight)) => return Ok(*weight),
            Some(None) => return Err(too_large("a drawing that refers to itself")),
            None => {}
        }
        self.weights.insert(node.id(), None);
        let mut weight = own_weight(node);
        for child in node.children() {
            if child.is_element() {
                weight = weight.saturating_add(self.weight(child, depth + 1)?);
            } else {
                weight = weight.saturating_add(child.text().map_or(0, |text| text.len() as u64));
            }
        }
        let (mut once, mut for_each) = (0_u64, 0_u64);
        for (property, target) in self.references(node) {
            let referred = self.weight(target, depth + 1)?;
            let is_gradient = target.tag_name().name().ends_with("Gradient");
            if is_gradient {
                // Colours are not drawn once more.
            } else if is_inherited(property) {
                for_each = for_each.saturating_add(referred);
            } else {
                once = once.saturating_add(referred);
            }
        }
        weight = weight.saturating_add(weight.saturating_mul(for_each));
        weight = weight.saturating_add(once);
        self.weights.insert(node.id(), Some(weight));
        Ok(weight)
    }

    /// The properties of an element that refer to others, and to which.
    fn references(&self, node: Node<'a, 'input>) -> Vec<(&'static str, Node<'a, 'input>)> {
        let mut found: Vec<(&'static str, &'a str)> = Vec::new();
        for attribute in node.attributes() {
            match attribute.name() {
                "href" if !NOT_DRAWN.contains(&node.tag_name().name()) => {
                    let id = attribute.value().trim().strip_prefix('#');
                    found.extend(id.map(|id| (name_of("href"), id)));
                }
                "style" => found.extend(in_declarations(attribute.value())),
                name => found.extend(in_value(attribute.value()).map(|id| (name_of(name), id))),
            }
        }
        let rules = self.rules.iter().filter(|rule| rule.may_match(node));
        found.extend(rules.flat_map(|rule| in_declarations(rule.declarations)));
        let targets = found.into_iter().flat_map(|(property, id)| {
            let nodes = self.by_id.get(id).map(Vec::as_slice).unwrap_or_default();
            nodes.iter().map(move |node| (property, *node))
        });
        targets.collect()
    }
}

/// Only whether it is inherited counts; the name itself lives no longer than the document.
fn name_of(name: &str) -> &'static str {
    if is_inherited(name) { "fill" } else { "mask" }
}

/// An element, and its path or points by their length.
fn own_weight(node: Node<'_, '_>) -> u64 {
    let shape = node.attribute("d").or_else(|| node.attribute("points"));
    1 + shape.map_or(0, |shape| shape.len() as u64 / PATH_BYTES)
}

/// "fill: url(#a); opacity: 1".
fn in_declarations(declarations: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let mut before = declarations.split("url(").next().unwrap_or_default();
    declarations.split("url(").skip(1).flat_map(move |rest| {
        let property = before.rsplit(';').next().unwrap_or_default();
        before = rest;
        ids_at(rest).map(move |id| (name_of(property), id))
    })
}

/// "url(#a)", with quotes or without, also several.
fn in_value(value: &str) -> impl Iterator<Item = &str> {
    value.split("url(").skip(1).flat_map(ids_at)
}

/// The id as it is with and without quotes: one of them may be none of the document's.
fn ids_at(rest: &str) -> impl Iterator<Item = &str> {
    const QUOTES: [char; 2] = ['"', '\''];
    let start = rest.trim_start_matches(|c: char| c.is_whitespace() || QUOTES.contains(&c));
    let id = start.strip_prefix('#').unwrap_or_default();
    let bare = id.split([' ', ')']).next();
    let quoted = id.split(QUOTES).next().map(str::trim_end);
    bare.into_iter()
        .chain(quoted.filter(|it| Some(*it) != bare))
}
