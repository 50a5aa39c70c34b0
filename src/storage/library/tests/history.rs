//! A room that changes between readings.

use super::*;
use crate::domain::PageIndex;

const fn page(index: usize) -> ListingWindow {
    ListingWindow::Page(PageIndex(index))
}

#[test]
fn new_images_leave_what_is_known_where_it_was() {
    let machine = Machine::new();
    let library = machine.open();
    let mut server = Server::with(250);
    server.read_all(&library, &mut Listing::default());
    for _ in 0..30 {
        server.post();
    }
    server.read(&library, &mut Listing::default(), page(0));
    assert_eq!(ids(&stored(&library).unwrap()), server.ids());
}

#[test]
fn a_page_of_which_a_part_was_read_is_not_known() {
    let machine = Machine::new();
    let library = machine.open();
    let mut server = Server::with(450);
    server.read(&library, &mut Listing::default(), page(0));
    for _ in 0..30 {
        server.post();
    }
    server.read(&library, &mut Listing::default(), page(0));
    let listing = stored(&library).unwrap();
    assert_eq!((listing.len(), listing.known_count()), (480, 100));
    assert_eq!(ids(&listing), server.ids()[..100]);
}

#[test]
fn hidden_positions_take_no_place_and_do_not_hide_their_page() {
    let machine = Machine::new();
    let library = machine.open();
    let server = Server::with(100);
    let mut page = server.answer(page(0), None);
    page.uploads.truncate(97);
    page.hidden_count = 3;
    library.keep_page(PageReading {
        room: room(),
        anchor: None,
        window: ListingWindow::Page(PageIndex(0)),
        page,
    });
    let listing = stored(&library).unwrap();
    assert_eq!((listing.len(), listing.known_count()), (97, 97));
}

#[test]
fn an_image_that_was_deleted_goes_with_the_reading_that_shows_it() {
    let machine = Machine::new();
    let library = machine.open();
    let mut server = Server::with(350);
    let mut listing = Listing::default();
    server.read_all(&library, &mut listing);
    server.numbers.remove(150);
    listing.refresh();
    server.read_all(&library, &mut listing);
    assert_eq!(ids(&stored(&library).unwrap()), server.ids());
    let gone = server.ids()[0].clone();
    library.forget(&room(), &gone);
    assert!(!ids(&stored(&library).unwrap()).contains(&gone));
}

#[test]
fn a_room_that_became_empty_is_empty() {
    let machine = Machine::new();
    let library = machine.open();
    let mut server = Server::with(150);
    server.read_all(&library, &mut Listing::default());
    server.numbers.clear();
    server.read(&library, &mut Listing::default(), page(0));
    let listing = stored(&library).unwrap();
    assert_eq!((listing.total(), listing.known_count()), (Some(0), 0));
}

/// Whatever happens between and during readings, and wherever the program ends: a list that
/// begins with what is kept here is the server's once nothing of it is missing.
#[test]
fn after_any_history_a_restored_list_ends_as_the_server_has_it() {
    for seed in 0..24 {
        let mut random = fastrand::Rng::with_seed(seed);
        let machine = Machine::new();
        let mut library = machine.open();
        let mut server = Server::with(random.u32(0..700));
        let mut listing = Listing::default();
        for _ in 0..40 {
            match random.u8(0..10) {
                0 => server.post(),
                1 => (0..random.u8(1..130)).for_each(|_| server.post()),
                2 | 3 if !server.numbers.is_empty() => {
                    let position = random.usize(..server.numbers.len());
                    server.numbers.remove(position);
                }
                4 => listing.refresh(),
                5 => {
                    library.close();
                    library = machine.open();
                    listing = stored(&library).unwrap_or_default();
                }
                _ => {
                    let missing = listing.all_missing_windows();
                    if let Some(window) = random.choice(missing) {
                        server.read(&library, &mut listing, window);
                    }
                }
            }
        }
        let mut restored = stored(&library).unwrap_or_default();
        server.read_all(&library, &mut restored);
        assert_eq!(ids(&restored), server.ids(), "seed {seed}");
        let again = stored(&library).unwrap();
        assert_eq!(ids(&again), server.ids(), "seed {seed}, kept");
        assert_eq!(machine.told(), []);
    }
}
