//! How the program starts: with a window, on the demo server, or as the demo server.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

use crate::app::{AppConfig, Start};
use crate::backend::BackendConfig;
use crate::cli::{DemoServerArgs, OnOff, WindowArgs};
use crate::demo_server::{DemoOptions, DemoServer, Quirks, Storage, Thumbnails};
use crate::domain::{Credentials, LogInRequest, ServerUrl};
use crate::protocol::Settings;
use crate::rocketchat::Http;
use crate::storage::{DemoStore, Dirs, KeyringStore, SessionStore, load_settings};

/// Name of the window for the system: desktop entry, task bar.
const APP_ID: &str = "salon";

type StartResult<T> = Result<T, Box<dyn Error>>;

/// Sends this program's own messages to standard error; other crates' only when they fail:
/// they warn of desktops without this or that at every start.
pub fn log_to_stderr(level: LevelFilter) {
    let filter = EnvFilter::new(format!("error,salon={level}"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .finish();
    // Only fails when a test has set one before.
    tracing::subscriber::set_global_default(subscriber).ok();
}

/// Writes why the program could not start.
pub fn report(error: &dyn Error) {
    // Nobody is left to tell when standard error is closed.
    writeln!(std::io::stderr(), "salon: {error}").ok();
}

/// Runs the demo server until it is interrupted.
///
/// # Errors
/// When the port is taken, or the folder of images cannot be read.
pub fn demo_server(args: DemoServerArgs) -> StartResult<()> {
    let mut quirks = Quirks::default();
    if args.images.is_some() {
        quirks.storage = Storage::FileSystem;
    }
    if args.thumbnails == OnOff::Off {
        quirks.thumbnails = Thumbnails::NotMade;
    }
    let options = DemoOptions {
        port: args.port,
        images: args.images,
        quirks,
        ..DemoOptions::default()
    };
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let server = DemoServer::start(options).await?;
        let mut out = std::io::stdout();
        writeln!(out, "{}", server.banner())?;
        out.flush()?;
        until_interrupted().await?;
        Ok(())
    })
}

#[cfg(unix)]
async fn until_interrupted() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn until_interrupted() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When there is no display, no graphics driver, or no place for settings.
pub fn window(args: &WindowArgs) -> StartResult<()> {
    if args.demo {
        demo_window(args)
    } else {
        own_window(args)
    }
}

fn own_window(args: &WindowArgs) -> StartResult<()> {
    let dirs = dirs_of(args)?;
    let (settings, trouble) = load_settings(&dirs);
    run(AppConfig {
        settings,
        default_folder: default_folder(),
        backend: BackendConfig::new(dirs, Arc::new(KeyringStore::default()), Http::new()?),
        log_in: None,
        offered_server: args.server.clone(),
        trouble,
    })
}

/// The demo looks as the person likes it, and leaves nothing behind.
fn demo_window(args: &WindowArgs) -> StartResult<()> {
    let (own, _trouble) = load_settings(&dirs_of(args)?);
    let settings = Settings {
        accounts: Vec::new(),
        last_server: None,
        ..own
    };
    let folder = tempfile::Builder::new().prefix("salon-demo-").tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("demo-server")
        .enable_all()
        .build()?;
    let server = runtime.block_on(DemoServer::start(DemoOptions::default()))?;
    let account = server
        .accounts()
        .into_iter()
        .next()
        .ok_or("the demo has no account")?;
    let request = LogInRequest {
        server: ServerUrl::parse_base(&server.base_url())?,
        credentials: Credentials::Password {
            user: account.user,
            password: SecretString::from(account.password),
            code: None,
        },
    };
    let store: Arc<dyn SessionStore> = Arc::new(DemoStore::default());
    let result = run(AppConfig {
        settings,
        default_folder: default_folder(),
        backend: BackendConfig::new(Dirs::under(folder.path()), store, Http::new()?),
        log_in: Some(request),
        offered_server: None,
        trouble: None,
    });
    drop(server);
    result
}

fn run(config: AppConfig) -> StartResult<()> {
    let size = window_size(config.settings.window_size);
    let viewport = egui::ViewportBuilder::default()
        .with_app_id(APP_ID)
        .with_title("Salon")
        .with_icon(Arc::new(icon()?))
        .with_inner_size(size)
        .with_min_inner_size([480.0, 360.0]);
    let options = eframe::NativeOptions {
        viewport,
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let start = Start::new(config)?;
    let creator: eframe::AppCreator<'_> =
        Box::new(|creation| Ok(Box::new(start.open(&creation.egui_ctx))));
    eframe::run_native(APP_ID, options, creator)?;
    Ok(())
}

/// What was remembered, as far as a window can have that size: settings may hold anything.
fn window_size(kept: Option<[f32; 2]>) -> [f32; 2] {
    const USUAL: [f32; 2] = [1180.0, 760.0];
    match kept {
        Some([width, height]) if width.is_finite() && height.is_finite() => {
            [width.clamp(480.0, 8192.0), height.clamp(360.0, 8192.0)]
        }
        _ => USUAL,
    }
}

fn icon() -> StartResult<egui::IconData> {
    Ok(eframe::icon_data::from_png_bytes(include_bytes!(
        "../assets/icon-256.png"
    ))?)
}

fn dirs_of(args: &WindowArgs) -> StartResult<Dirs> {
    Ok(match &args.data_dir {
        Some(root) => Dirs::under(root),
        None => Dirs::of_this_user()?,
    })
}

/// `~/Pictures/Salon`, or `~/Salon` where there is no such folder.
fn default_folder() -> PathBuf {
    let home = etcetera::home_dir().unwrap_or_else(|_no_home| PathBuf::from("."));
    let pictures = home.join("Pictures");
    let parent: &Path = if pictures.is_dir() { &pictures } else { &home };
    parent.join("Salon")
}

#[cfg(test)]
mod tests {
    use super::window_size;

    #[test]
    #[expect(
        clippy::float_cmp,
        reason = "numbers that are passed through or replaced"
    )]
    fn absurd_window_sizes_are_put_right() {
        assert_eq!(window_size(None), [1180.0, 760.0]);
        assert_eq!(window_size(Some([f32::NAN, 760.0])), [1180.0, 760.0]);
        assert_eq!(window_size(Some([1e9, 0.01])), [8192.0, 360.0]);
        assert_eq!(window_size(Some([1000.0, 700.0])), [1000.0, 700.0]);
    }
}
