//! A demo server for tests that are not async themselves.

use salon::demo_server::{DemoOptions, DemoServer};

/// A demo server on a runtime of its own.
pub(crate) struct Server {
    pub(crate) demo: DemoServer,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    pub(crate) fn start(options: DemoOptions) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let demo = runtime.block_on(DemoServer::start(options)).unwrap();
        Self {
            demo,
            _runtime: runtime,
        }
    }
}
