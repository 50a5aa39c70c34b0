//! What there is to save, before it begins: how many, how large, what is there, what fits.

use jiff::Timestamp;

use crate::domain::ByteCount;
use crate::saving::{Checked, Planned, TargetFolder};
use crate::state::user_message::{grouped, images};
use crate::storage::OnClash;

/// The sums of what was listed by now.
#[derive(Debug, Clone, Default)]
pub(super) struct Survey {
    pub(super) count: usize,
    pub(super) bytes: ByteCount,
    pub(super) there_count: usize,
    /// What has still to be fetched, as far as the listing says.
    pub(super) missing_bytes: ByteCount,
    /// How much of that is not on the disk yet.
    pub(super) needed_bytes: ByteCount,
    /// When the newest of them was posted.
    pub(super) newest: Option<Timestamp>,
    /// Whether there is more, which is listed while this is being saved.
    pub(super) is_partial: bool,
    /// How many there seem to be then, if that is known.
    pub(super) expected_count: Option<usize>,
}

impl Survey {
    /// Looks at an upload, and counts it.
    pub(super) fn take(
        &mut self,
        planned: Planned,
        target: &TargetFolder,
        on_clash: OnClash,
    ) -> Checked {
        let upload = &planned.upload;
        self.count += 1;
        self.bytes += upload.size.unwrap_or_default();
        self.newest = self.newest.max(upload.uploaded_at);
        let checked = target.check(planned, on_clash);
        self.there_count += usize::from(checked.presence.is_settled());
        self.missing_bytes += checked.missing();
        self.needed_bytes += checked.needed();
        checked
    }

    /// By how much it does not fit, if it does not.
    pub(super) fn lack(&self, free: Option<ByteCount>) -> Option<ByteCount> {
        let lack = self.needed_bytes.0.checked_sub(free?.0)?;
        (lack > 0).then_some(ByteCount(lack))
    }

    /// In one line.
    pub(super) fn text(&self, room: &str, free: Option<ByteCount>) -> String {
        let Self {
            count,
            bytes,
            there_count,
            missing_bytes,
            ..
        } = self;
        let listed = match self.expected_count {
            Some(expected) => format!("{} of about {}", grouped(*count), images(expected)),
            None if self.is_partial => format!("{} so far", images(*count)),
            None => images(*count),
        };
        let there = grouped(*there_count);
        let free = free.map_or_else(String::new, |free| format!(", {free} free"));
        format!("{room}: {listed}, {bytes}; {there} there already, {missing_bytes} to fetch{free}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_before_a_save_says_what_there_is_and_what_fits() {
        let mut survey = Survey {
            count: 1_243,
            bytes: ByteCount(3_400_000_000),
            there_count: 1_200,
            missing_bytes: ByteCount(50_000_000),
            needed_bytes: ByteCount(40_000_000),
            newest: None,
            is_partial: false,
            expected_count: None,
        };
        let free = Some(ByteCount(1_000_000_000));
        assert_eq!(
            survey.text("#general", free),
            "#general: 1,243 images, 3.4 GB; 1,200 there already, 50 MB to fetch, 1 GB free"
        );
        assert_eq!(survey.lack(free), None);
        assert_eq!(survey.lack(None), None);
        let lack = survey.lack(Some(ByteCount(30_000_000)));
        assert_eq!(lack, Some(ByteCount(10_000_000)));
        survey.is_partial = true;
        assert!(
            survey
                .text("#general", None)
                .contains("1,243 images so far")
        );
        survey.expected_count = Some(5_000);
        let text = survey.text("#general", None);
        assert!(text.contains("1,243 of about 5,000 images"), "{text}");
    }
}
