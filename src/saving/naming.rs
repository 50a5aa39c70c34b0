//! What the files of a save are called.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Planned;
use super::template::{ExtensionRule, Item, Place, Template, TemplateError};
use crate::domain::{Room, ServerUrl, Upload};

/// Names the images of one room.
#[derive(Debug, Clone)]
pub struct Naming {
    template: Template,
    zone: TimeZone,
    room: String,
    server: ServerUrl,
}

impl Naming {
    /// Understands a template; times are those of this machine's zone.
    ///
    /// # Errors
    ///
    /// When the template means nothing; the error's text says where and what to do.
    pub fn new(template: &str, room: &Room, server: ServerUrl) -> Result<Self, TemplateError> {
        Ok(Self {
            template: Template::parse(template)?,
            zone: TimeZone::system(),
            room: room.title.clone(),
            server,
        })
    }

    /// Says where a file goes.
    pub fn plan(&self, upload: Arc<Upload>, place: Place) -> Planned {
        let item = Item {
            upload: &upload,
            room: &self.room,
            server: &self.server,
            place,
            media_type: &upload.essence(),
            // What the file holds is known when it is here.
            extension: ExtensionRule::Keep,
            zone: &self.zone,
        };
        let path = self.template.path(&item).within(Path::new(""));
        Planned { upload, path }
    }
}
