//! A storage elsewhere, which a server redirects to.

use salon::protocol::{Connection, DownloadError, Event, ImageFailure, SaveFailure, SaveSelection};

use crate::support::scripted_server::{Behaviour, ScriptedServer};
use crate::support::wish;
use crate::*;

#[tokio::test]
async fn a_storage_that_is_away_costs_its_files_and_not_the_connection() {
    let server = ScriptedServer::start(150);
    server.world().images[0].behaviour = Behaviour::StorageGone;
    let (mut backend, room, mut listing) = listed(&server).await;
    let known = uploads(&listing);
    let away = DownloadError::StorageUnreachable {
        host: "127.0.0.1".to_owned(),
    };
    backend.want_images(vec![wish(&known[0], TILE)]);
    let failed = failure(&mut backend).await;
    assert_eq!(failed, ImageFailure::Download(away.clone()));
    assert_eq!(server.asked("/file-upload/image00000"), 3);
    backend.want_images(Vec::new());
    backend.page(&room, &mut listing).await;
    assert_eq!(listing.known_count(), 150);
    save(&backend, &room, SaveSelection::Uploads(known[..3].to_vec()));
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 2);
    assert_eq!(report.stopped_by, None);
    let failures: Vec<_> = report.failed.iter().map(|(_, why)| why.clone()).collect();
    assert_eq!(failures, [SaveFailure::Download(away)]);
    let offline = backend
        .passed(|event| matches!(event, Event::ConnectionChanged(Connection::Offline { .. })));
    assert_eq!(offline, 0);
}
