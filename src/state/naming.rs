//! The choices of names that most people need, as templates and back.

/// Which folders are made inside the folder that is saved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubFolders {
    /// None.
    None,
    /// One for each day.
    Day,
    /// One for each person.
    Person,
    /// One with the room's name.
    Room,
    /// One for the server, and in it one for the room.
    ServerAndRoom,
}

/// What files are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileNames {
    /// As the person who posted them called them.
    Original,
    /// Day, time, person and original name, so that they sort by time.
    Dated,
}

impl SubFolders {
    /// All of them, the default first.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Day,
        Self::Person,
        Self::Room,
        Self::ServerAndRoom,
    ];

    /// The beginning of the template.
    const fn template(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Day => "{date}/",
            Self::Person => "{user}/",
            Self::Room => "{room}/",
            Self::ServerAndRoom => "{server}/{room}/",
        }
    }
}

impl FileNames {
    /// All of them, the default first.
    pub const ALL: [Self; 2] = [Self::Original, Self::Dated];

    /// The end of the template.
    const fn template(self) -> &'static str {
        match self {
            Self::Original => "{name}",
            Self::Dated => "{date}_{time}_{user}_{name}",
        }
    }
}

/// The template of these choices.
pub fn template_of(folders: SubFolders, names: FileNames) -> String {
    format!("{}{}", folders.template(), names.template())
}

/// The choices that make this template: each is missing where it is a person's own.
pub fn choices_in(template: &str) -> (Option<SubFolders>, Option<FileNames>) {
    let name = template.rsplit('/').next().unwrap_or_default();
    let folders = template.strip_suffix(name).unwrap_or_default();
    let folders = SubFolders::ALL
        .into_iter()
        .find(|it| it.template() == folders);
    let names = FileNames::ALL.into_iter().find(|it| it.template() == name);
    (folders, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_found_again_in_its_template() {
        for folders in SubFolders::ALL {
            for names in FileNames::ALL {
                let template = template_of(folders, names);
                assert_eq!(
                    choices_in(&template),
                    (Some(folders), Some(names)),
                    "{template}"
                );
            }
        }
    }

    #[test]
    fn a_template_of_ones_own_is_no_choice() {
        assert_eq!(choices_in("{n}"), (Some(SubFolders::None), None));
        assert_eq!(
            choices_in("{user}/{date}/{name}"),
            (None, Some(FileNames::Original))
        );
        assert_eq!(choices_in(""), (Some(SubFolders::None), None));
    }
}
