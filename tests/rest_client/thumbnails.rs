//! The server's own thumbnails.

use salon::domain::RoomKind;
use serde_json::json;

use crate::stub::{Reply, Stub};
use crate::{client, room};

#[tokio::test]
async fn thumbnails_are_found_by_the_image_they_show() {
    let stub = Stub::start(|_| {
        Reply::json(
            200,
            &json!({ "files": [
                { "_id": "th1", "name": "thumb-1.png", "typeGroup": "thumb", "rid": "r1",
                    "originalFileId": "up1", "size": 900, "user": { "_id": "u1", "name": "Bo" },
                    "identify": { "size": { "width": 480, "height": 269 } } },
                { "_id": "up9", "name": "no thumbnail", "typeGroup": "image", "rid": "r1" },
                { "_id": "th2", "typeGroup": "thumb", "rid": "r1", "originalFileId": "up2",
                    "user": { "_id": "u1", "name": "Bo" } },
            ], "count": 3, "offset": 100, "total": 103, "success": true }),
        )
    })
    .await;
    let page = client(stub.server())
        .thumbnails(&room("r1", RoomKind::GroupDirect), 100)
        .await
        .unwrap();
    let originals: Vec<&str> = page
        .thumbnails
        .iter()
        .map(|thumbnail| thumbnail.original.as_str())
        .collect();
    assert_eq!(originals, ["up1", "up2"]);
    assert_eq!((page.position_count, page.total), (3, 103));
    assert_eq!(page.people.len(), 1);
    let asked = &stub.asked()[0];
    assert_eq!(asked.path, "/api/v1/im.files");
    assert_eq!(asked.query("typeGroup"), Some("thumb"));
    assert_eq!(asked.query("offset"), Some("100"));
}
