//! The bytes of the images: headers, ranges, packing, storage elsewhere.

use std::time::Duration;

use reqwest::StatusCode;
use salon::demo_server::{Quirks, Ranges, Storage, Switch};

use crate::visit::{Visit, text, unlimited};

#[tokio::test]
async fn files_have_the_headers_of_their_store() {
    let visit = Visit::start(unlimited()).await;
    let file = visit.upload("photography", "coffee.jpg").await;
    let id = file["_id"].as_str().unwrap();
    let answer = visit.bytes_of(id).await;
    let headers = answer.headers().clone();
    let size = file["size"].to_string();
    assert_eq!(text(&headers, "content-length"), Some(size.as_str()));
    assert_eq!(text(&headers, "content-type"), Some("image/jpeg"));
    assert_eq!(text(&headers, "cache-control"), Some("max-age=31536000"));
    assert_eq!(
        text(&headers, "content-security-policy"),
        Some("default-src 'none'")
    );
    assert!(
        text(&headers, "content-disposition")
            .unwrap()
            .starts_with("attachment; filename*=UTF-8''")
    );
    assert!(headers.contains_key("last-modified") && !headers.contains_key("accept-ranges"));
    assert_eq!(answer.bytes().await.unwrap().len().to_string(), size);
    visit
        .admin()
        .change_quirks(|quirks| quirks.storage = Storage::FileSystem);
    assert_eq!(
        text(visit.bytes_of(id).await.headers(), "accept-ranges"),
        Some("bytes")
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.storage = Storage::Webdav);
    let streamed = visit.bytes_of(id).await;
    assert!(!streamed.headers().contains_key("content-length"));
    assert!(!streamed.headers().contains_key("content-type"));
    assert_eq!(streamed.bytes().await.unwrap().len().to_string(), size);
    visit
        .admin()
        .change_quirks(|quirks| quirks.storage = Storage::Unavailable);
    assert_eq!(
        visit.bytes_of(id).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn the_file_route_wants_a_slash_knows_no_names_and_never_says_401() {
    let visit = Visit::start(unlimited()).await;
    let id = visit.upload("photography", "coffee.jpg").await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let no_slash = visit.answer(&format!("file-upload/{id}")).await;
    assert_eq!(no_slash.status(), StatusCode::NOT_FOUND);
    let stranger = visit.bare_answer(&format!("file-upload/{id}/x")).await;
    assert_eq!(stranger.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        visit.bytes_of("nothing").await.status(),
        StatusCode::NOT_FOUND
    );
    let stale = visit
        .get(&format!("file-upload/{id}/x"))
        .header("Cookie", "rc_uid=a; rc_token=b");
    assert_eq!(stale.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let old = visit.answer(&format!("ufs/GridFS:Uploads/{id}.jpg")).await;
    assert_eq!(old.status(), StatusCode::OK);
    let etag = text(old.headers(), "etag").unwrap().to_owned();
    let again = visit
        .get(&format!("ufs/GridFS:Uploads/{id}"))
        .header("If-None-Match", etag);
    assert_eq!(
        again.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
    visit
        .admin()
        .change_quirks(|quirks| quirks.protect_files = Switch::Off);
    let open = visit.bare_answer(&format!("file-upload/{id}/x")).await;
    assert_eq!(open.status(), StatusCode::OK);
}

#[tokio::test]
async fn ranges_come_in_two_dialects() {
    let visit = Visit::start(unlimited()).await;
    let file = visit.upload("photography", "coffee.jpg").await;
    let (id, size) = (
        file["_id"].as_str().unwrap(),
        file["size"].as_u64().unwrap(),
    );
    let path = format!("file-upload/{id}/x");
    let ranged = |range: String| visit.get(&path).header("Range", range).send();
    let part = ranged("bytes=1000-".to_owned()).await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let wanted = format!("bytes 1000-{}/{size}", size - 1);
    assert_eq!(text(part.headers(), "content-range"), Some(wanted.as_str()));
    assert_eq!(part.bytes().await.unwrap().len() as u64, size - 1000);
    let beyond = ranged(format!("bytes={size}-")).await.unwrap();
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    visit
        .admin()
        .change_quirks(|quirks| quirks.ranges = Ranges::Legacy);
    assert_eq!(
        ranged("bytes=1000-".to_owned()).await.unwrap().status(),
        StatusCode::OK
    );
    let both = ranged(format!("bytes=1000-{}", size - 1)).await.unwrap();
    assert_eq!(both.status(), StatusCode::PARTIAL_CONTENT);
}

#[tokio::test]
async fn a_caller_that_accepts_gzip_gets_it_without_a_length() {
    let visit = Visit::start(unlimited()).await;
    let id = visit.upload("photography", "coffee.jpg").await["_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("file-upload/{id}/x");
    let packed = visit
        .get(&path)
        .header("Accept-Encoding", "gzip, br")
        .send()
        .await
        .unwrap();
    assert_eq!(text(packed.headers(), "content-encoding"), Some("gzip"));
    assert!(!packed.headers().contains_key("content-length"));
    let plain = visit
        .get(&path)
        .header("Accept-Encoding", "identity")
        .send()
        .await
        .unwrap();
    assert!(plain.headers().contains_key("content-length"));
}

#[tokio::test]
async fn storage_elsewhere_refuses_and_counts_whoever_brings_secrets() {
    let storage = Storage::S3 {
        expires: Duration::from_mins(1),
    };
    let visit = Visit::start(Quirks {
        storage,
        ..unlimited()
    })
    .await;
    let file = visit.upload("photography", "coffee.jpg").await;
    let redirect = visit.bytes_of(file["_id"].as_str().unwrap()).await;
    assert_eq!(redirect.status(), StatusCode::FOUND);
    assert!(!redirect.headers().contains_key("cache-control"));
    let location = text(redirect.headers(), "location").unwrap().to_owned();
    assert!(!location.starts_with(&visit.server.base_url()));
    let clean = visit.http.get(&location).send().await.unwrap();
    assert_eq!(
        clean.bytes().await.unwrap().len() as u64,
        file["size"].as_u64().unwrap()
    );
    assert_eq!(visit.admin().leaked_secrets(), 0);
    let leaky = visit
        .http
        .get(&location)
        .header("X-Auth-Token", &visit.token)
        .send()
        .await
        .unwrap();
    assert_eq!(leaky.status(), StatusCode::BAD_REQUEST);
    assert_eq!(visit.admin().leaked_secrets(), 1);
    let forged = location.replace("X-Amz-Expires=1", "X-Amz-Expires=2");
    assert_eq!(
        visit.http.get(forged).send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn every_listed_size_is_the_length_served() {
    let visit = Visit::start(unlimited()).await;
    for room in ["formats", "support", "photography"] {
        let rid = visit.room(room);
        let page = visit
            .json(&format!("api/v1/rooms.images?roomId={rid}&count=0"))
            .await;
        for file in page["files"].as_array().unwrap() {
            if file["name"] == "lost-by-the-store.jpg" {
                continue;
            }
            let answer = visit.bytes_of(file["_id"].as_str().unwrap()).await;
            assert_eq!(answer.status(), StatusCode::OK, "{}", file["name"]);
            let length = answer.bytes().await.unwrap().len() as u64;
            assert_eq!(Some(length), file["size"].as_u64(), "{}", file["name"]);
        }
    }
}
