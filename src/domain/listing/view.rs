//! A list as the view lays it out: page after page.

use std::ops::Range;

use jiff::Timestamp;

use super::Listing;
use super::names::Needle;
use super::packed::Facts;
use super::page::{Page, Place};
use super::unpacked::Uploads;
use crate::domain::{PageIndex, UploadId};

/// One page as the view lays it out.
#[derive(Debug, Clone, Copy)]
pub struct PageView<'a> {
    /// Which page; `None` for what is newer than the first.
    pub index: Option<PageIndex>,
    /// The position of its first image.
    pub start: usize,
    /// How many positions it takes.
    pub len: usize,
    /// Another one whenever its images change, and no two pages of a list have the same; 0
    /// while it was not read.
    pub version: u64,
    list: &'a Listing,
    page: Option<&'a Page>,
}

impl<'a> PageView<'a> {
    /// Whether it was read.
    pub const fn is_known(&self) -> bool {
        self.page.is_some()
    }

    /// Its images; `None` while it was not read.
    pub fn uploads(&self) -> Option<Uploads> {
        Some(self.list.unpacked(self.page?))
    }

    /// The ids of its images; none while it was not read.
    pub fn ids(&self) -> impl Iterator<Item = UploadId> + 'a {
        let page = self.page.into_iter();
        page.flat_map(|page| page.packed.ids())
    }

    /// When its images were uploaded, or changed where that is not known; none while it was
    /// not read.
    pub fn times(&self) -> impl Iterator<Item = Option<Timestamp>> + 'a {
        let page = self.page.into_iter();
        let times = page.flat_map(|page| page.packed.times());
        times.map(|(uploaded_at, updated_at)| uploaded_at.or(updated_at))
    }

    /// When its images were uploaded; none while it was not read.
    pub fn uploaded_at(&self) -> impl Iterator<Item = Option<Timestamp>> + 'a {
        let page = self.page.into_iter();
        let times = page.flat_map(|page| page.packed.times());
        times.map(|(uploaded_at, _)| uploaded_at)
    }

    /// What sums over its images are made of; none while it was not read.
    pub fn facts(&self) -> impl Iterator<Item = Facts<'a>> {
        let dictionary = &self.list.dictionary;
        let page = self.page.into_iter();
        page.flat_map(|page| page.packed.facts(dictionary))
    }

    pub(super) fn find(&self, needle: &Needle<'_>, found: impl FnMut(u32)) {
        if let Some(page) = self.page {
            page.packed.find(needle, found);
        }
    }
}

impl Listing {
    /// All pages in order, read or not.
    pub fn pages(&self) -> impl Iterator<Item = PageView<'_>> {
        let pages = (0..self.page_count()).filter_map(|index| self.page_view(index));
        self.front_view().into_iter().chain(pages)
    }

    /// The pages that overlap `positions`, in order.
    pub fn pages_in(&self, positions: Range<usize>) -> impl Iterator<Item = PageView<'_>> {
        let (front, first) = match self.locate(positions.start) {
            Some((Place::Front, _)) => (self.front_view(), 0),
            Some((Place::Page(index), _)) => (None, index),
            None => (None, usize::MAX),
        };
        let pages = (first..self.page_count()).filter_map(|index| self.page_view(index));
        front
            .into_iter()
            .chain(pages)
            .take_while(move |page| page.start < positions.end)
    }

    fn front_view(&self) -> Option<PageView<'_>> {
        let front = self.front.as_ref()?;
        Some(PageView {
            index: None,
            start: 0,
            len: front.packed.len(),
            version: front.stamp,
            list: self,
            page: Some(front),
        })
    }

    fn page_view(&self, index: usize) -> Option<PageView<'_>> {
        let (start, end) = (*self.starts.get(index)?, *self.starts.get(index + 1)?);
        let page = self.page_at(Place::Page(index));
        Some(PageView {
            index: Some(PageIndex(index)),
            start,
            len: end - start,
            version: page.map_or(0, |page| page.stamp),
            list: self,
            page,
        })
    }
}
