//! The line before a save.

use crate::domain::ByteCount;
use crate::saving::Survey;
use crate::state::user_message::{grouped, images};

/// What there is to save, in one line.
pub(super) fn survey_line(survey: &Survey, room: &str, free: Option<ByteCount>) -> String {
    let Survey {
        count,
        bytes,
        there_count,
        missing_bytes,
        clash_count,
        expected_count,
        is_partial,
        ..
    } = survey;
    let listed = match expected_count {
        Some(expected) => format!("{} of about {}", grouped(*count), images(*expected)),
        None if *is_partial => format!("{} so far", images(*count)),
        None => images(*count),
    };
    let there = grouped(*there_count);
    let clashes = match clash_count {
        0 => String::new(),
        count => format!(", {} share a name with another", grouped(*count)),
    };
    let free = free.map_or_else(String::new, |free| format!(", {free} free"));
    format!(
        "{room}: {listed}, {bytes}; {there} there already, {missing_bytes} to fetch{clashes}{free}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_before_a_save_says_what_there_is() {
        let mut survey = Survey::default();
        survey.count = 1_243;
        survey.bytes = ByteCount(3_400_000_000);
        survey.there_count = 1_200;
        survey.missing_bytes = ByteCount(50_000_000);
        let free = Some(ByteCount(1_000_000_000));
        assert_eq!(
            survey_line(&survey, "#general", free),
            "#general: 1,243 images, 3.4 GB; 1,200 there already, 50 MB to fetch, 1 GB free"
        );
        survey.clash_count = 12;
        let text = survey_line(&survey, "#general", free);
        assert!(
            text.ends_with("50 MB to fetch, 12 share a name with another, 1 GB free"),
            "{text}"
        );
        survey.is_partial = true;
        let text = survey_line(&survey, "#general", None);
        assert!(text.contains("1,243 images so far"), "{text}");
        survey.expected_count = Some(5_000);
        let text = survey_line(&survey, "#general", None);
        assert!(text.contains("1,243 of about 5,000 images"), "{text}");
    }
}
