//! `salon save`.

use std::cell::RefCell;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::asking::ask;
use super::people::People;
use super::show::Show;
use super::start::Start;
use super::trouble::{Exit, Trouble};
use crate::cli::{ClashChoice, SaveArgs, Since};
use crate::domain::{ByteCount, Room, Upload, links};
use crate::rocketchat::{Client, ClientError};
use crate::saving::template::{Place, Template};
use crate::saving::{
    Checked, CopyChanges, DRAFT_LIFETIME, Extras, JobEnd, JobReport, Naming, RoomLister, SaveJob,
    SaveOptions, Survey, TargetFolder, free_at, save_all,
};
use crate::storage::{ClashRule, OnClash, SaveChoices};

/// What is listed may be ahead of what is saved by so many files.
const QUEUE: usize = 64;

pub(super) async fn run(args: &SaveArgs) -> Result<ExitCode, Trouble> {
    let choices = choices(args);
    // Before anybody is asked for anything.
    Template::parse(&args.template)
        .map_err(|error| Trouble::new(Exit::Usage, format!("--template: {error}"), ""))?;
    let cancel = CancellationToken::new();
    let interrupted = cancel.clone();
    tokio::spawn(async move {
        match tokio::signal::ctrl_c().await {
            Ok(()) => {
                interrupted.cancel();
                // Whoever presses it again does not want to wait for a disk that hangs.
                if tokio::signal::ctrl_c().await.is_ok() {
                    end_now();
                }
            }
            Err(error) => tracing::warn!(%error, "Ctrl+C will not stop cleanly"),
        }
    });
    let show = if args.json { Show::Json } else { Show::text() };
    let show = RefCell::new(show);
    let started = Box::pin(Start::new(args, &show));
    let Some(start) = cancel.run_until_cancelled(started).await else {
        return Ok(Trouble::job_end(&JobEnd::Cancelled).report());
    };
    let Start {
        client,
        room,
        target,
        library,
        for_others,
    } = start?;
    let server = client.session().server.clone();
    let naming = Naming::new(&args.template, &room, server)
        .map_err(|error| Trouble::new(Exit::Usage, format!("--template: {error}"), ""))?;
    let changes = CopyChanges {
        is_position_removed: args.strip_position,
        credit_link: args.credit.then(|| links::room_link(&for_others, &room)),
    };
    let extras = Extras::new(
        &choices,
        for_others,
        room.clone(),
        target.path(),
        library.clone(),
    );
    let work = Work {
        args,
        show: &show,
        cancel: &cancel,
        options: options(args),
        changes,
        lister: RoomLister::new(client.clone(), room.clone(), since(args, &target)),
        client,
        room,
        target: Arc::new(target),
        survey: Survey::default(),
        naming,
        people: People::new(&choices, library.as_ref()),
        extras,
    };
    let result = Box::pin(work.run()).await;
    if let Some(library) = library {
        library.close();
    }
    result
}

#[expect(clippy::exit, reason = "a person insists")]
fn end_now() -> ! {
    std::process::exit(Exit::Interrupted as i32)
}

fn options(args: &SaveArgs) -> SaveOptions {
    SaveOptions {
        on_clash: match args.on_clash {
            ClashChoice::Skip => OnClash::Skip,
            ClashChoice::Number => OnClash::Number,
            ClashChoice::Overwrite => OnClash::Overwrite,
        },
        stall_timeout: args.stall_timeout,
        patience: args.account.patience,
        first_pause: Duration::from_millis(500),
        is_extension_corrected: args.correct_extensions,
        needs_sha256: args.json || choices(args).needs_sha256(),
    }
}

fn choices(args: &SaveArgs) -> SaveChoices {
    SaveChoices {
        template: args.template.clone(),
        on_clash: match args.on_clash {
            ClashChoice::Skip => ClashRule::Skip,
            ClashChoice::Number => ClashRule::Number,
            ClashChoice::Overwrite => ClashRule::Overwrite,
        },
        corrects_extensions: args.correct_extensions,
        has_sidecars: args.sidecars,
        has_index: args.index,
        has_page: args.page,
        strips_position: args.strip_position,
        has_credit: args.credit,
    }
}

fn since(args: &SaveArgs, target: &TargetFolder) -> Option<jiff::Timestamp> {
    match args.since? {
        Since::Time(time) => Some(time),
        Since::Last => target.saved_until().map(|until| until - DRAFT_LIFETIME),
    }
}

struct Work<'a> {
    args: &'a SaveArgs,
    show: &'a RefCell<Show>,
    cancel: &'a CancellationToken,
    options: SaveOptions,
    changes: CopyChanges,
    client: Client,
    room: Room,
    target: Arc<TargetFolder>,
    lister: RoomLister,
    survey: Survey,
    naming: Naming,
    people: People,
    extras: Option<Extras>,
}

/// Images that were listed.
struct Batch {
    checked: Vec<Checked>,
    is_last: bool,
}

/// How listing ended.
enum Listed {
    Whole,
    /// Whoever saves wants no more.
    Enough,
    Failed(Trouble),
}

impl Work<'_> {
    async fn run(mut self) -> Result<ExitCode, Trouble> {
        let surveyed = self.cancel.run_until_cancelled(self.survey_first()).await;
        let Some(surveyed) = surveyed else {
            return Ok(Trouble::job_end(&JobEnd::Cancelled).report());
        };
        let first = surveyed?;
        let free = free_at(self.target.path());
        self.show
            .borrow_mut()
            .plan(&self.room.title, self.target.path(), &self.survey, free);
        if let Some(lack) = self.survey.lack(free) {
            return Err(self.does_not_fit(lack, free));
        }
        let (sender, receiver) = mpsc::channel(QUEUE);
        let job = SaveJob {
            client: self.client.clone(),
            target: Arc::clone(&self.target),
            options: self.options,
            changes: self.changes.clone(),
            local_copies: None,
            cancel: self.cancel.clone(),
        };
        let show = self.show;
        let mut extras = self.extras.take();
        let saved = save_all(job, receiver, |event| {
            if let Some(extras) = &mut extras {
                extras.take_in(&event);
            }
            show.borrow().event(&event);
        });
        let (report, listed) = tokio::join!(saved, self.feed(sender, first, free));
        let troubles = extras.map_or_else(Vec::new, Extras::finish);
        Ok(self.end(&report, listed, &troubles))
    }

    /// Lists as much as the server gives in a minute, so that the line before the save is right
    /// for all but the largest rooms.
    async fn survey_first(&mut self) -> Result<Batch, Trouble> {
        let mut first = Vec::new();
        loop {
            match self.lister.next().await {
                Ok(Some(uploads)) => {
                    let named = self.named(uploads).await?;
                    first.extend(self.take(named));
                }
                Ok(None) => {
                    return Ok(Batch {
                        checked: first,
                        is_last: true,
                    });
                }
                Err(ClientError::RateLimited { .. }) if !first.is_empty() => {
                    self.survey.is_partial = true;
                    // The room's number says nothing of what was posted since some day.
                    let is_everything = since(self.args, &self.target).is_none();
                    self.survey.expected_count = self.lister.total().filter(|_| is_everything);
                    return Ok(Batch {
                        checked: first,
                        is_last: false,
                    });
                }
                Err(_) => {
                    let next = self.next_patiently().await?;
                    first.extend(self.take(next.unwrap_or_default()));
                }
            }
        }
    }

    fn take(&mut self, uploads: Vec<Arc<Upload>>) -> Vec<Checked> {
        let on_clash = self.options.on_clash;
        let total = self.lister.total().unwrap_or_default();
        let checked = uploads.into_iter().map(|upload| {
            // They come newest first.
            let place = Place::newest_first(self.survey.count, total);
            let planned = self.naming.plan(upload, place);
            self.survey.take(planned, Some(&self.target), on_clash)
        });
        checked.collect()
    }

    async fn next_patiently(&mut self) -> Result<Option<Vec<Arc<Upload>>>, Trouble> {
        let show = self.show;
        let told = |pause| show.borrow().waiting(pause);
        let lister = &mut self.lister;
        let asked = ask(self.options.patience, told, async || lister.next().await);
        let listed = asked.await.map_err(|error| Trouble::client(&error))?;
        match listed {
            Some(uploads) => self.named(uploads).await.map(Some),
            None => Ok(None),
        }
    }

    async fn named(&mut self, uploads: Vec<Arc<Upload>>) -> Result<Vec<Arc<Upload>>, Trouble> {
        let show = self.show;
        let told = |pause| show.borrow().waiting(pause);
        let named = self
            .people
            .name(uploads, &self.client, self.options.patience, told);
        named.await
    }

    fn does_not_fit(&self, lack: ByteCount, free: Option<ByteCount>) -> Trouble {
        let needed = self.survey.needed_bytes;
        let free = free.unwrap_or_default();
        Trouble::new(
            Exit::Disk,
            format!("{needed} do not fit: {free} are free, {lack} too few"),
            format!(
                "Free that much, or choose another disk: {}",
                self.target.path().display()
            ),
        )
    }

    /// Hands over what was listed, and lists the rest.
    async fn feed(
        &mut self,
        sender: mpsc::Sender<Checked>,
        first: Batch,
        free: Option<ByteCount>,
    ) -> Listed {
        let mut batch = first;
        loop {
            for checked in batch.checked {
                if sender.send(checked).await.is_err() {
                    return Listed::Enough;
                }
            }
            if batch.is_last {
                return Listed::Whole;
            }
            let next = tokio::select! {
                () = sender.closed() => return Listed::Enough,
                next = self.next_patiently() => next,
            };
            let next = match next {
                Ok(next) => next,
                Err(trouble) => return Listed::Failed(trouble),
            };
            batch = Batch {
                is_last: next.is_none(),
                checked: self.take(next.unwrap_or_default()),
            };
            self.show.borrow().grown(&self.survey);
            if let Some(lack) = self.survey.lack(free) {
                return Listed::Failed(self.does_not_fit(lack, free));
            }
        }
    }

    fn end(&self, report: &JobReport, listed: Listed, not_written: &[String]) -> ExitCode {
        let early_end = report.early_end.as_ref().map(Trouble::job_end);
        let trouble = early_end.or(match listed {
            Listed::Failed(trouble) => Some(trouble),
            Listed::Whole | Listed::Enough => None,
        });
        for text in not_written {
            self.show.borrow().not_written(text);
        }
        self.show.borrow().summary(report, trouble.as_ref());
        if let Some(trouble) = trouble {
            return trouble.report();
        }
        self.remember(report);
        if report.failed.is_empty() && report.left_count == 0 && not_written.is_empty() {
            Exit::Done.into()
        } else {
            Exit::SomeFailed.into()
        }
    }

    fn remember(&self, report: &JobReport) {
        let has_gap = matches!(self.args.since, Some(Since::Time(_))) || !report.is_without_gap();
        if let Some(newest) = self.survey.newest
            && !has_gap
        {
            let known = self.target.saved_until();
            let until = known.map_or(newest, |known| known.max(newest));
            self.target.remember_saved_until(until, choices(self.args));
        }
    }
}
