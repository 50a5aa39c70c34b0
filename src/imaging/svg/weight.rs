//! What a drawing takes once it is read: far more than its text where a few lines are used often.

use std::collections::HashSet;

use resvg::usvg::{Group, Node, Tree};

/// Kept no longer than the pixels of a few photographs, which take as much.
pub(super) const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Measured: 46,656 copies of a path take 60 MB.
const BYTES_OF_NODE: usize = 1250;

/// Two coordinates, and what is done with them; once more for the outline of its stroke.
const BYTES_OF_POINT: usize = 20;

/// Attributes, colours and pictures that are no nodes of their own, by their text.
const BYTES_OF_TEXT_BYTE: usize = 10;

/// About what the tree of so long a text takes.
pub(super) fn of(tree: &Tree, text_len: usize) -> usize {
    let mut seen = Seen::default();
    seen.group(tree.root());
    seen.n_bytes
        .max(text_len.saturating_mul(BYTES_OF_TEXT_BYTE))
}

#[derive(Default)]
struct Seen {
    n_bytes: usize,
    /// Masks, patterns and the like that many may share, by where they are.
    shared: HashSet<*const Group>,
}

impl Seen {
    fn group(&mut self, group: &Group) {
        for node in group.children() {
            self.n_bytes = self.n_bytes.saturating_add(BYTES_OF_NODE);
            match node {
                Node::Group(group) => self.group(group),
                Node::Text(text) => self.group(text.flattened()),
                Node::Path(path) => {
                    let points = path.data().points().len() * BYTES_OF_POINT;
                    self.n_bytes = self.n_bytes.saturating_add(points);
                }
                Node::Image(_) => {}
            }
            node.subroots(|root| {
                if self.shared.insert(std::ptr::from_ref(root)) {
                    self.group(root);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// So many copies of a path, each level of them as many times the one before.
    fn copies(levels: &[usize]) -> String {
        let mut svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><defs>\
            <path id='l0' d='M0 0h9v9z'/>"
            .to_owned();
        for (level, times) in levels.iter().enumerate() {
            let copy = format!("<use href='#l{level}'/>").repeat(*times);
            svg = [svg, format!("<g id='l{}'>{copy}</g>", level + 1)].concat();
        }
        svg + &format!("</defs><use href='#l{}'/></svg>", levels.len())
    }

    fn weight(svg: &str) -> usize {
        of(&parse(svg.as_bytes()).unwrap(), svg.len())
    }

    #[test]
    fn copies_count_as_often_as_they_are_there() {
        let svg = copies(&[6; 6]);
        assert!(svg.len() < 1500);
        let mega = weight(&svg) / 1_000_000;
        assert!((55..150).contains(&mega), "{mega} MB");
        assert!(weight(&copies(&[1])) < 10_000);
    }

    #[test]
    fn what_is_shared_counts_once() {
        let of_clipped = |n: usize| {
            let clip = "<path d='M0 0h9v9z'/>".repeat(100);
            let shape = "<path d='M0 0h9v9z' clip-path='url(#c)'/>".repeat(n);
            weight(&format!(
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>\
                 <clipPath id='c'>{clip}</clipPath>{shape}</svg>"
            ))
        };
        let (ten, twenty) = (of_clipped(10), of_clipped(20));
        assert!(twenty - ten < 50_000, "{ten}, {twenty}");
    }
}
