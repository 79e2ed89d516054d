//! Where a front listens.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use kandy_mock_server::{Front, FrontOptions, StartError};

use crate::support::*;

fn on(port: u16) -> FrontOptions {
    FrontOptions { address: (Ipv4Addr::LOCALHOST, port).into(), both_loopbacks: true, ..FrontOptions::default() }
}

fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

fn status(address: SocketAddr) -> u16 {
    struct At(SocketAddr);
    impl Serves for At {
        fn rest(&self) -> SocketAddr {
            self.0
        }
        fn ws(&self) -> SocketAddr {
            self.0
        }
    }
    login(&At(address)).unwrap().status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_loopback_addresses_have_the_same_port() {
    let front = start_with(on(0)).await;
    let port = front.address().port();
    assert_eq!(front.address(), (Ipv4Addr::LOCALHOST, port).into());
    assert_eq!(status(front.address()), 200);
    let other: SocketAddr = (Ipv6Addr::LOCALHOST, port).into();
    if has_ipv6() {
        assert_eq!(status(other), 200);
    }
    let refused = Front::start(on(port), Arc::new(())).await.unwrap_err();
    assert!(matches!(refused, StartError::Listen { address, .. } if address == front.address()), "{refused}");
    soon(front.shutdown()).await;
    assert!(TcpStream::connect(other).is_err(), "it ends with the server");
    start_with(on(0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_is_taken_on_either_is_taken() {
    if !has_ipv6() {
        return;
    }
    let taken = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    let refused = Front::start(on(address.port()), Arc::new(())).await.unwrap_err();
    assert!(matches!(refused, StartError::Listen { address: of, .. } if of == address), "{refused}");
    let front = start_with(FrontOptions { both_loopbacks: false, ..on(0) }).await;
    let alone = (Ipv6Addr::LOCALHOST, front.address().port());
    assert!(TcpStream::connect(alone).is_err(), "an address that is named is the only one");
}
