//! What a template would give, before anything is written.

use std::collections::HashSet;

use super::{Item, PortablePath, Template};

/// Names of some images, and how well the template keeps all of them apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// Of the first images, as many as were asked for.
    pub paths: Vec<PortablePath>,
    /// How many images have a path that an earlier one has already, judged as the strictest
    /// system would: these get a number.
    pub n_clashes: usize,
}

impl Template {
    /// Names `items`, and shows the first `n_shown`.
    pub fn preview<'a, I: IntoIterator<Item = Item<'a>>>(
        &self,
        items: I,
        n_shown: usize,
    ) -> Preview {
        let mut preview = Preview::default();
        let mut taken = HashSet::new();
        for item in items {
            let path = self.path(&item);
            if !taken.insert(path.key()) {
                preview.n_clashes += 1;
            }
            if preview.paths.len() < n_shown {
                preview.paths.push(path);
            }
        }
        preview
    }
}
