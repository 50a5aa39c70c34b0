//! What each command starts.

use std::sync::Arc;

use super::runner::{JobEnd, Runner};
use super::session::{Attempt, Leaving};
use super::{desktop, desktop_notices, digest_job, rooms};
use crate::domain::{ByteCount, RoomId, ServerUrl, Upload};
use crate::protocol::{ClientError, Command, Event, Generation};
use crate::rocketchat::{probe, resend_email_code};

impl Runner {
    pub(super) fn on_command(&mut self, command: Command) {
        match command {
            Command::ProbeServer { server, typed } => self.probe(server, typed),
            Command::LogIn {
                request,
                generation,
            } => {
                self.note(generation);
                let known = self.identity.clone();
                let log_in = self.services.clone().log_in(request, known, generation);
                self.sign_in(log_in);
            }
            Command::ResendCode {
                server,
                email_or_username,
            } => self.resend_code(server, email_or_username),
            Command::ResumeSession {
                account,
                generation,
            } => {
                self.note(generation);
                let stored = self
                    .stored
                    .take_if(|(known, _)| known.key() == account.key());
                let stored = stored.map(|(_, stored)| stored);
                let resume = self.services.clone().resume(account, stored, generation);
                self.sign_in(resume);
            }
            Command::KeepSession => self.keep_session(),
            Command::Reconnect => {
                if let Some(live) = &self.live {
                    live.link.monitor.look_now();
                }
            }
            Command::SignOut => self.sign_out(Leaving::SavesStay),
            Command::SignOutAndForget => self.sign_out(Leaving::NothingStays),
            Command::ForgetAccount(account) => {
                let forget = self.services.clone().forget_other(account);
                self.spawn_to_the_end(forget);
            }
            Command::LoadRooms { generation } => self.load_rooms(generation),
            Command::RestoreListing { room } => self.restore_listing(room),
            Command::FindRoom { name, generation } => self.find_room(name, generation),
            Command::PickFolder { start } => {
                let dialog = self.config.folder_dialog.clone();
                let events = self.services.events.clone();
                self.spawn_quiet(desktop::pick_folder(dialog, start, events));
            }
            Command::SurveySave { .. }
            | Command::StartSave { .. }
            | Command::StartSaves(_)
            | Command::PauseSave(_)
            | Command::ResumeSaves(_)
            | Command::RetrySave(_)
            | Command::CancelSave(_)
            | Command::AnswerClash { .. }
            | Command::ForgetSave(_) => self.on_save_command(command),
            Command::FindSavedFiles { room } => self.find_saved_files(room),
            Command::NotifyDesktop { title, text } => {
                self.spawn_quiet(desktop_notices::notify(title, text));
            }
            Command::ShowTaskbarProgress(share) => {
                self.taskbar.send_replace(share);
            }
            Command::KeepSettings(settings) => {
                self.set_thumbnail_cache(settings.thumbnail_cache);
                self.settings.send_replace(Some(*settings));
            }
            Command::Open(target) => {
                let events = self.services.events.clone();
                self.spawn_quiet(desktop::open(target, events));
            }
            Command::ClearCache => self.clear_cache(),
            Command::StartErrand { .. } | Command::StopErrand(_) => self.on_errand_command(command),
            Command::ComputeSha256(upload) => self.compute_sha256(upload),
        }
    }

    fn keep_session(&mut self) {
        if let Some(live) = &self.live {
            let session = live.link.last_client().session().clone();
            let keep = self.services.clone().keep(session);
            self.spawn_to_the_end(keep);
        }
    }

    fn compute_sha256(&mut self, upload: Arc<Upload>) {
        if let Some(live) = &self.live {
            let (link, originals) = (Arc::clone(&live.link), Arc::clone(&live.originals));
            self.spawn_quiet(digest_job::compute_sha256(link, originals, upload));
        } else {
            let events = self.services.events.clone();
            self.spawn_quiet(digest_job::refuse_sha256(events, upload));
        }
    }

    fn restore_listing(&mut self, room: RoomId) {
        if let Some(live) = &self.live {
            let library = Arc::clone(&live.library);
            self.spawn_quiet(async move { library.restore(room).await });
        }
    }

    fn find_saved_files(&mut self, room: RoomId) {
        if let Some(live) = &self.live {
            let library = Arc::clone(&live.library);
            self.spawn_quiet(async move { library.find_saved_files(room).await });
        }
    }

    fn probe(&mut self, server: ServerUrl, typed: String) {
        if let Some(older) = self.probing.take() {
            older.abort();
        }
        let services = self.services.clone();
        self.probing = Some(self.spawn(async move {
            tokio::time::sleep(services.timings.probe_debounce).await;
            let result = probe(&services.http, &server).await;
            let identity = result.clone().ok();
            let event = Event::ServerProbed { typed, result };
            services.events.send(event).await;
            identity.map_or(JobEnd::Nothing, |identity| {
                JobEnd::Probed(Box::new(identity))
            })
        }));
    }

    fn resend_code(&mut self, server: ServerUrl, email_or_username: String) {
        let services = self.services.clone();
        self.spawn_quiet(async move {
            let sent = resend_email_code(&services.http, &server, &email_or_username).await;
            services.events.send(Event::CodeResent(sent)).await;
        });
    }

    fn sign_in(&mut self, attempt: impl Future<Output = Attempt> + Send + 'static) {
        if let Some(older) = self.signing_in.take() {
            older.abort();
        }
        let attempt = async move { JobEnd::SignIn(Box::new(attempt.await)) };
        self.signing_in = Some(self.spawn(attempt));
    }

    fn sign_out(&mut self, leaving: Leaving) {
        if let Some(attempt) = self.signing_in.take() {
            attempt.abort();
        }
        let stored = self.stored.take();
        let services = self.services.clone();
        if let Some(live) = self.live.take() {
            live.link.cancel.cancel();
            self.errands.handing.clear();
            self.spawn_to_the_end(services.sign_out(live, leaving));
        } else if let Some((account, _)) = stored {
            self.spawn_to_the_end(services.forget(account, leaving));
        } else {
            self.spawn_quiet(async move {
                let event = Event::SignedOut { keyring: None };
                services.events.send(event).await;
            });
        }
    }

    fn load_rooms(&mut self, generation: Generation) {
        self.note(generation);
        if let Some(live) = &self.live {
            live.load_rooms(generation);
            return;
        }
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let result = Err(ClientError::SessionExpired);
            let event = Event::RoomsLoaded { generation, result };
            events.send(event).await;
        });
    }

    fn find_room(&mut self, name: String, generation: Generation) {
        self.note(generation);
        if let Some(live) = &self.live {
            let find = rooms::find(Arc::clone(&live.link), name, generation);
            self.spawn_quiet(find);
            return;
        }
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let event = Event::RoomFound {
                generation,
                name,
                result: Err(ClientError::SessionExpired),
            };
            events.send(event).await;
        });
    }

    fn set_thumbnail_cache(&mut self, capacity: ByteCount) {
        if self.config.thumbnail_cache_capacity == capacity {
            return;
        }
        self.config.thumbnail_cache_capacity = capacity;
        if let Some(live) = &self.live {
            let shelf = Arc::clone(&live.shelf);
            self.spawn_quiet(async move { shelf.set_capacity(capacity).await });
        }
    }

    fn clear_cache(&mut self) {
        let caches = self
            .live
            .as_ref()
            .map(|live| (Arc::clone(&live.originals), Arc::clone(&live.shelf)));
        let events = self.services.events.clone();
        self.spawn_quiet(async move {
            let (originals, thumbnails) = match caches {
                Some((originals, shelf)) => {
                    tokio::join!(originals.clear_cache(), shelf.clear())
                }
                None => (Ok(ByteCount(0)), Ok(ByteCount(0))),
            };
            let event = match originals.and_then(|freed| Ok(freed + thumbnails?)) {
                Ok(freed) => Event::CacheCleared { freed },
                Err(error) => Event::StorageTrouble(error),
            };
            events.send(event).await;
        });
    }
}
