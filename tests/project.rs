//! What the files around the code say of each other.

use std::fs;
use std::path::Path;

#[test]
fn the_readme_names_only_files_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let links = readme
        .split("](")
        .skip(1)
        .filter_map(|it| it.split(')').next());
    let quoted = readme.split('`').skip(1).step_by(2).filter(|it| {
        ["src/", "tests/", "assets/"]
            .iter()
            .any(|folder| it.starts_with(folder))
    });

    let missing: Vec<_> = links
        .filter(|link| !link.starts_with("https://"))
        .chain(quoted)
        .filter(|path| !root.join(path).exists())
        .collect();

    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_target_of_the_makefile_has_its_script() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let makefile = fs::read_to_string(root.join("Makefile")).unwrap();
    let scripts: Vec<_> = makefile
        .lines()
        .filter_map(|line| line.split_once('@'))
        .collect();

    assert_eq!(scripts.len(), 4);
    for (_, script) in scripts {
        assert!(root.join(script).is_file(), "{script}");
    }
}
