//! Templates that are none.

use super::super::{Template, TemplateError};

#[test]
fn a_bad_template_says_where_and_what_to_do() {
    for (template, sentence) in [
        (
            "",
            "The template is empty. Write {name} to keep the original names",
        ),
        (
            "{date} {nmae}",
            "{nmae} at character 8 is not known. Did you mean {name}? Known are {date} {time} \
             {user} {name} {id} {n} {room} {server} {ext}",
        ),
        (
            "ü{}",
            "{} at character 2 is not known. Known are {date} {time} {user} {name} {id} {n} \
             {room} {server} {ext}",
        ),
        (
            "a {name",
            "The { at character 3 is not closed. Add }, or write {{ for a brace in the name",
        ),
        (
            "{room/{name}",
            "The { at character 1 is not closed. Add }, or write {{ for a brace in the name",
        ),
        (
            "name}",
            "The } at character 5 closes nothing. Remove it, or write }} for a brace in the name",
        ),
        (
            "{room}//{name}",
            "There is no folder name before the / at character 8. Remove that /",
        ),
        (
            "{room}/",
            "There is no file name after the last /. Add one, such as {name}",
        ),
        (
            "/home/{name}",
            "The template begins with /, but its folders are made inside the folder that you \
             save to. Leave / out",
        ),
        (
            "C:/{name}",
            "The template begins with C:, but its folders are made inside the folder that you \
             save to. Leave C: out",
        ),
        (
            "{room}\\{name}",
            "The \\ at character 7 cannot be part of a name. Write / between folders",
        ),
        (
            "{room}/../{name}",
            ".. at character 8 leads out of the folder that you save to, or nowhere. Write a \
             name instead",
        ),
        (
            "a/b/c/d/e/f/g/h/i/{name}",
            "These are 9 folders in one another. Use 8 at most",
        ),
    ] {
        let error = Template::parse(template).unwrap_err();
        assert_eq!(error.to_string(), sentence, "{template}");
    }
}

#[test]
fn what_leaves_the_folder_or_names_nothing_is_no_template() {
    let refused = |template| Template::parse(template).is_err();
    for template in [
        "~",
        "~/a",
        "\\\\host\\share",
        ".",
        "{room}/. .",
        " / ",
        "{",
        "}",
        "{{}",
    ] {
        assert!(refused(template), "{template}");
    }
}

#[test]
fn the_word_that_was_meant_is_suggested() {
    for (typed, meant) in [
        ("username", "user"),
        ("extension", "ext"),
        ("dates", "date"),
    ] {
        let error = Template::parse(&format!("{{{typed}}}")).unwrap_err();
        let TemplateError::UnknownWord { nearest, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(nearest, Some(meant), "{typed}");
    }
}
