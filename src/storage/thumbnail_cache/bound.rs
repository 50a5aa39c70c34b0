//! Keeps the thumbnail cache within its bound.

use rusqlite::{Result, TransactionBehavior};

use super::database::{Database, delete};

/// Pages that are moved at once while the file shrinks: other writers wait so long.
const SHRINK_PAGES: i64 = 2000;

/// Rows that are deleted in one transaction at most.
const EVICT_ROWS: i64 = 2000;

impl Database {
    /// Deletes the least recently used thumbnails until `incoming` bytes have room within
    /// `capacity`, with a sixteenth to spare, so that it is not to be done for each new one; and
    /// makes the file no longer than that.
    pub(super) fn fit(&mut self, capacity: u64, incoming: u64) -> Result<()> {
        // An image fills its last page by half, and its row and indexes take some room.
        let incoming = incoming + incoming / 2;
        let goal = (capacity - capacity / 16).saturating_sub(incoming);
        let mut limit = capacity.saturating_sub(incoming);
        loop {
            let used = self.used_bytes()?;
            if used <= limit || self.evict(used.saturating_sub(goal))? == 0 {
                break;
            }
            limit = goal;
        }
        if self.file_bytes()? > capacity {
            self.shrink(capacity)?;
            // Only then does the file end where its last page does.
            self.checkpoint("PASSIVE")?;
        }
        Ok(())
    }

    /// Deletes the oldest, `excess` bytes of them; tells how many.
    fn evict(&mut self, excess: u64) -> Result<usize> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut count = 0;
        {
            let mut oldest = transaction
                .prepare_cached("SELECT id, length FROM entry ORDER BY used LIMIT ?1")?;
            let rows = oldest.query_map([EVICT_ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let rows: Vec<(i64, i64)> = rows.collect::<Result<_>>()?;
            let mut freed = 0_u64;
            for (row, length) in rows {
                if freed >= excess {
                    break;
                }
                delete(&transaction, row)?;
                freed += u64::try_from(length).unwrap_or_default();
                count += 1;
            }
        }
        transaction.commit()?;
        Ok(count)
    }

    pub(super) fn shrink(&self, capacity: u64) -> Result<()> {
        loop {
            let before = self.file_bytes()?;
            if before <= capacity {
                return Ok(());
            }
            let surplus = (before - capacity).div_ceil(self.page_bytes);
            let pages = i64::try_from(surplus).map_or(SHRINK_PAGES, |n| n.min(SHRINK_PAGES));
            // Gives a row for each page, which must be taken.
            let mut vacuum = self
                .connection
                .prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
            let mut rows = vacuum.query([])?;
            while rows.next()?.is_some() {}
            if self.file_bytes()? >= before {
                return Ok(());
            }
        }
    }
}
