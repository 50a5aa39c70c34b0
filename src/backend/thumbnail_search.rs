//! Where in the listing of thumbnails those of a page of images are.

use jiff::Timestamp;

use crate::domain::LISTING_PAGE_SIZE;
use crate::rocketchat::ThumbnailPage;

/// A stretch of time, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) newest: Timestamp,
    pub(super) oldest: Timestamp,
}

/// A page of images that was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SeenPage {
    pub(super) offset: usize,
    pub(super) image_total: usize,
    pub(super) span: Span,
}

/// From the first to the last of these times.
pub(super) fn span(times: impl Iterator<Item = Timestamp>) -> Option<Span> {
    times.fold(None, |span, at| {
        let (newest, oldest) = span.map_or((at, at), |span: Span| (span.newest, span.oldest));
        Some(Span {
            newest: newest.max(at),
            oldest: oldest.min(at),
        })
    })
}

/// The same part of the list of thumbnails; the same offset while its length is not known.
pub(super) fn first_offset(seen: SeenPage, total: Option<usize>) -> usize {
    match total {
        Some(total) if seen.image_total > 0 => seen.offset * total / seen.image_total,
        Some(_) | None => seen.offset,
    }
}

/// Where to look for what this answer did not reach.
pub(super) fn next_offset(seen: SeenPage, offset: usize, page: &ThumbnailPage) -> Option<usize> {
    let Some(read) = span(page.thumbnails.iter().filter_map(|one| one.uploaded_at)) else {
        // Behind the end: now its place is known.
        let better = first_offset(seen, Some(page.total));
        return (better < offset && page.total > 0).then_some(better);
    };
    let end = offset + page.position_count;
    if seen.span.oldest < read.oldest && end < page.total {
        Some(end)
    } else if seen.span.newest > read.newest && offset > 0 {
        Some(offset.saturating_sub(LISTING_PAGE_SIZE))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UploadId;
    use crate::rocketchat::Thumbnail;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(offset: usize, image_total: usize, newest: i64, oldest: i64) -> SeenPage {
        SeenPage {
            offset,
            image_total,
            span: Span {
                newest: at(newest),
                oldest: at(oldest),
            },
        }
    }

    fn page(seconds: std::ops::Range<i64>, total: usize) -> ThumbnailPage {
        let position_count = seconds.clone().count();
        let thumbnails = seconds.rev().map(|second| Thumbnail {
            original: UploadId::from(format!("original{second}")),
            id: UploadId::from(format!("thumbnail{second}")),
            name: "thumb-a.jpg".to_owned(),
            size: None,
            dimensions: None,
            uploaded_at: Some(at(second)),
        });
        ThumbnailPage {
            thumbnails: thumbnails.collect(),
            position_count,
            total,
            people: Vec::new(),
        }
    }

    #[test]
    fn the_search_begins_at_the_same_part_of_the_other_list() {
        assert_eq!(first_offset(seen(500, 1000, 9, 1), Some(400)), 200);
        assert_eq!(first_offset(seen(500, 1000, 9, 1), None), 500);
    }

    #[test]
    fn the_search_goes_on_where_the_answer_ended() {
        let wanted = seen(300, 1000, 700, 600);
        assert_eq!(next_offset(wanted, 300, &page(650..750, 1000)), Some(400));
        assert_eq!(next_offset(wanted, 300, &page(550..650, 1000)), Some(200));
        assert_eq!(next_offset(wanted, 300, &page(590..710, 1000)), None);
        assert_eq!(next_offset(wanted, 300, &page(0..0, 100)), Some(30));
    }
}
