//! A small Rocket.Chat server with generated rooms, for trying Salon and for its tests.
