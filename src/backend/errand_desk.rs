//! Errands of a person who waits for them: each is a task that can be given up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::task::AbortHandle;

use super::clipboard::Clipboard;
use super::conversation_reader;
use super::desktop::on_thread;
use super::handed_name::{Handing, handed_name};
use super::handing_over::HandingDesk;
use super::image_job::{Workshop, original};
use super::message_finder::MessageFinder;
use super::runner::Runner;
use crate::domain::{ByteCount, PixelSize, Upload};
use crate::imaging::{self, Target};
use crate::protocol::{
    ClientError, Command, CopiedFiles, CopyTrouble, DownloadError, Errand, ErrandEnd, ErrandId,
    Event, EventSender, ImageFailure, MessageTrouble,
};
use crate::storage::{Dirs, Rights};

/// Files that are fetched at the same time, each held in memory until it is written.
const MAX_FETCHES: usize = 3;

/// Pixels of a drawing (SVG), which has none of its own: what a large screen shows.
const DRAWING_EDGE_PX: u32 = 2_560;

/// The most that any file can say.
const MAX_EDGE_PX: u32 = 65_535;

/// Where there is no program, that is known sooner.
const SURELY_OPENED: Duration = Duration::from_secs(3);

/// What errands are done with, whoever is signed in.
pub(super) struct ErrandDesk {
    clipboard: Clipboard,
    pub(super) handing: Arc<HandingDesk>,
}

/// The tasks of errands.
#[derive(Default)]
pub(super) struct RunningErrands(HashMap<ErrandId, AbortHandle>);

impl RunningErrands {
    fn stop(&mut self, id: ErrandId) {
        if let Some(task) = self.0.remove(&id) {
            task.abort();
        }
    }
}

impl Runner {
    pub(super) fn on_errand_command(&mut self, command: Command) {
        if let Command::StartErrand { id, errand } = command {
            self.start_errand(id, errand);
        } else if let Command::StopErrand(id) = command {
            self.running_errands.stop(id);
        }
    }

    fn start_errand(&mut self, id: ErrandId, errand: Errand) {
        let events = self.services.events.clone();
        let Some(live) = &self.live else {
            let end = Box::new(signed_out(&errand));
            self.spawn_quiet(async move { events.send(Event::ErrandEnded { id, end }).await });
            return;
        };
        let cancel = live.link.cancel.clone();
        let (finder, workshop) = (Arc::clone(&live.messages), Arc::clone(&live.workshop));
        let desk = Arc::clone(&self.errands);
        let task = self.spawn(async move {
            let work = desk.perform(id, errand, (&finder, &workshop), &events);
            if let Some(end) = cancel.run_until_cancelled(work).await {
                let end = Box::new(end);
                events.send(Event::ErrandEnded { id, end }).await;
            }
            super::runner::JobEnd::Nothing
        });
        self.running_errands.0.retain(|_, task| !task.is_finished());
        self.running_errands.0.insert(id, task);
    }
}

impl ErrandDesk {
    pub(super) fn new(dirs: Dirs) -> Self {
        Self {
            clipboard: Clipboard::default(),
            handing: Arc::new(HandingDesk::new(dirs)),
        }
    }

    async fn perform(
        &self,
        id: ErrandId,
        errand: Errand,
        (finder, workshop): (&MessageFinder, &Workshop),
        events: &EventSender,
    ) -> ErrandEnd {
        match errand {
            Errand::FindMessage { room, upload } => {
                finder.recall().await;
                let found = finder.find(&room, &upload).await;
                finder.keep().await;
                ErrandEnd::MessageFound(found)
            }
            Errand::ReadConversation { room, upload } => {
                finder.recall().await;
                let read = conversation_reader::read(finder, &room, &upload).await;
                finder.keep().await;
                ErrandEnd::ConversationRead(read.map(Box::new))
            }
            Errand::CopyImage(upload) => {
                ErrandEnd::ImageCopied(self.copy_image(workshop, &upload).await)
            }
            Errand::CopyFiles(uploads) => {
                let copied = self.copy_files(id, workshop, uploads, events).await;
                ErrandEnd::FilesCopied(copied)
            }
            Errand::OpenCopy(upload) => {
                ErrandEnd::CopyOpened(self.open_copy(workshop, &upload).await)
            }
        }
    }

    async fn copy_image(
        &self,
        workshop: &Workshop,
        upload: &Upload,
    ) -> Result<PixelSize, CopyTrouble> {
        let bytes = bytes_of(workshop, upload).await?;
        let received = bytes.len() as u64;
        let is_drawing = imaging::sniff(&bytes) == Some("SVG");
        let max_edge_px = if is_drawing {
            DRAWING_EDGE_PX
        } else {
            MAX_EDGE_PX
        };
        let decoded = workshop
            .decoders
            .decode(bytes, Target::Full { max_edge_px })
            .await;
        let (place, image) = match decoded {
            Ok(decoded) => decoded,
            Err(error) => {
                let failure = workshop.blame(upload, received, error).await;
                return Err(CopyTrouble::Image(failure));
            }
        };
        let size = image.size;
        // The memory is counted until the clipboard has a form of its own.
        self.clipboard.set_image(image).await?;
        drop(place);
        Ok(size)
    }

    async fn copy_files(
        &self,
        id: ErrandId,
        workshop: &Workshop,
        uploads: Vec<Arc<Upload>>,
        events: &EventSender,
    ) -> Result<CopiedFiles, CopyTrouble> {
        let mut copied = CopiedFiles {
            count: 0,
            bytes: ByteCount(0),
            failed: None,
        };
        let known = uploads.iter().filter_map(|upload| upload.size);
        let batch = self.handing.begin(known.sum()).await?;
        let mut paths = Vec::with_capacity(uploads.len());
        let fetches: Vec<_> = uploads
            .iter()
            .map(|upload| file_to_hand_over(workshop, upload, Handing::Copied))
            .collect();
        // In their order: that is the order in which they are pasted.
        let mut fetched = futures_util::stream::iter(fetches).buffered(MAX_FETCHES);
        for index in 0..uploads.len() {
            match fetched.next().await {
                Some(Ok((name, bytes))) => {
                    copied.bytes += ByteCount(bytes.len() as u64);
                    let rights = Rights::Usual;
                    paths.push(self.handing.write(&batch, name, bytes, rights).await?);
                }
                Some(Err(CopyTrouble::Image(failure))) => {
                    let (count, first) = copied.failed.take().unwrap_or((0, failure));
                    copied.failed = Some((count + 1, first));
                }
                Some(Err(other)) => return Err(other),
                None => break,
            }
            let done = index + 1;
            events.send(Event::ErrandAdvanced { id, done }).await;
        }
        copied.count = paths.len();
        match (paths.is_empty(), copied.failed.take()) {
            (true, Some((_, failure))) => Err(CopyTrouble::Image(failure)),
            (_, failed) => {
                copied.failed = failed;
                self.clipboard.set_files(paths).await?;
                self.handing.keep_on_clipboard(batch);
                Ok(copied)
            }
        }
    }

    async fn open_copy(&self, workshop: &Workshop, upload: &Upload) -> Result<(), CopyTrouble> {
        let (name, bytes) = file_to_hand_over(workshop, upload, Handing::Opened).await?;
        let batch = self.handing.begin(ByteCount(bytes.len() as u64)).await?;
        let rights = Rights::ReadOnly;
        let path = self.handing.write(&batch, name, bytes, rights).await?;
        self.handing.keep_opened(&batch);
        // Some systems answer only when the program is closed again.
        let opened = on_thread("salon-open", move || open::that(path));
        match tokio::time::timeout(SURELY_OPENED, opened).await {
            Ok(Some(Ok(()))) | Err(_) => Ok(()),
            Ok(_) => {
                self.handing.leave_opened(&batch);
                Err(CopyTrouble::NoProgram)
            }
        }
    }
}

async fn bytes_of(workshop: &Workshop, upload: &Upload) -> Result<bytes::Bytes, CopyTrouble> {
    let bytes = workshop.originals.bytes(original(upload)).await;
    bytes.map_err(|error| CopyTrouble::Image(ImageFailure::Download(error)))
}

/// What is only handed over is not worth the place of what was looked at in the cache.
async fn file_to_hand_over(
    workshop: &Workshop,
    upload: &Upload,
    handing: Handing,
) -> Result<(String, bytes::Bytes), CopyTrouble> {
    let file = original(upload);
    let bytes = if let Some(bytes) = workshop.originals.cached(file).await {
        bytes
    } else {
        let fetched = workshop.originals.fetch_once(file).await;
        fetched.map_err(|error| CopyTrouble::Image(ImageFailure::Download(error)))?
    };
    Ok((handed_name(&upload.name, &bytes, handing)?, bytes))
}

fn signed_out(errand: &Errand) -> ErrandEnd {
    let message = || MessageTrouble::Client(ClientError::SessionExpired);
    let copy = || {
        let expired = DownloadError::Client(ClientError::SessionExpired);
        CopyTrouble::Image(ImageFailure::Download(expired))
    };
    match errand {
        Errand::FindMessage { .. } => ErrandEnd::MessageFound(Err(message())),
        Errand::ReadConversation { .. } => ErrandEnd::ConversationRead(Err(message())),
        Errand::CopyImage(_) => ErrandEnd::ImageCopied(Err(copy())),
        Errand::CopyFiles(_) => ErrandEnd::FilesCopied(Err(copy())),
        Errand::OpenCopy(_) => ErrandEnd::CopyOpened(Err(copy())),
    }
}
