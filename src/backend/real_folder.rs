//! Folders as the ledger names them: absolute and without links.

use std::path::{Component, Path, PathBuf};

use crate::storage::plain_path;

/// The same folder without links, also where it is still to be made. `None` where that cannot
/// be told.
pub(super) fn real_folder(folder: &Path) -> Option<PathBuf> {
    let mut above = folder.ancestors();
    let (there, real) = above.find_map(|it| Some((it, std::fs::canonicalize(it).ok()?)))?;
    let mut below = folder.strip_prefix(there).ok()?.components();
    below.try_fold(plain_path(&real).to_path_buf(), |real, part| {
        let is_name = matches!(part, Component::Normal(_));
        is_name.then(|| real.join(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_folder_behind_a_link_is_known_before_it_is_made() {
        let disk = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(disk.path()).unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        let real = |folder: &str| real_folder(&root.join(folder));
        assert_eq!(real("link"), Some(root.join("real")));
        assert_eq!(real("link/a/b"), Some(root.join("real/a/b")));
        assert_eq!(real("real/a"), Some(root.join("real/a")));
        assert_eq!(real("link/a/../b"), None);
    }
}
