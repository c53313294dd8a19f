//! Connections: how many are open at once, and how long one may stay without a word. A file handle is held by each, and
//! cameras and recordings need those.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

use super::Peer;

#[derive(Debug, Clone, Copy)]
struct Limits {
    all: usize,
    of_one_address: usize,
    /// Without a byte either way; between once and twice this long.
    silence: Duration,
}

/// The service may have 8192 handles. A wall of 64 live cameras is 64 connections of one address; the events have a
/// heartbeat of seconds.
const LIMITS: Limits = Limits { all: 1024, of_one_address: 256, silence: Duration::from_secs(150) };

/// Who is in.
#[derive(Debug, Default)]
struct Inside(Mutex<HashMap<IpAddr, usize>>);

impl Inside {
    fn enter(self: &Arc<Self>, address: IpAddr, limits: Limits) -> Option<Place> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_one = inside.get(&address).copied().unwrap_or(0);
        if of_one >= limits.of_one_address || inside.values().sum::<usize>() >= limits.all {
            return None;
        }
        inside.insert(address, of_one + 1);
        Some(Place { inside: Arc::clone(self), address })
    }
}

/// Given back when it is dropped.
#[derive(Debug)]
struct Place {
    inside: Arc<Inside>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.inside.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = inside.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

/// Lets in whom there is a place for, and closes the others at once.
pub(super) struct Doors {
    tcp: TcpListener,
    inside: Arc<Inside>,
    limits: Limits,
}

impl Doors {
    pub(super) fn new(tcp: TcpListener) -> Self {
        Self::with(tcp, LIMITS)
    }

    fn with(tcp: TcpListener, limits: Limits) -> Self {
        Self { tcp, inside: Arc::default(), limits }
    }
}

impl Listener for Doors {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.tcp).await;
            if let Some(place) = self.inside.enter(address.ip().to_canonical(), self.limits) {
                return (Connection::new(stream, place, self.limits.silence), address);
            }
            tracing::debug!(%address, "too many connections: closed");
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

impl Connected<IncomingStream<'_, Doors>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// One that is open. Reading and writing fail once nothing has passed for too long.
pub(super) struct Connection {
    stream: TcpStream,
    _place: Place,
    silence: Duration,
    /// Something has passed since `look` was set.
    has_passed: bool,
    look: Pin<Box<Sleep>>,
}

impl Connection {
    fn new(stream: TcpStream, place: Place, silence: Duration) -> Self {
        Self { stream, _place: place, silence, has_passed: false, look: Box::pin(sleep(silence)) }
    }

    /// What reading or writing came to, unless it waits for too long.
    fn watched<T>(&mut self, context: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.has_passed = true;
            return result;
        }
        while self.look.as_mut().poll(context).is_ready() {
            if !std::mem::take(&mut self.has_passed) {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let next = self.look.deadline() + self.silence;
            self.look.as_mut().reset(next);
        }
        Poll::Pending
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_read(context, buffer);
        this.watched(context, result)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.watched(context, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.stream).poll_write_vectored(context, parts);
        this.watched(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const LIMITS: Limits = Limits { all: 8, of_one_address: 2, silence: Duration::from_secs(3600) };

    async fn doors(limits: Limits) -> (Doors, SocketAddr) {
        let doors = Doors::with(TcpListener::bind("127.0.0.1:0").await.expect("bound"), limits);
        let address = doors.local_addr().expect("an address");
        (doors, address)
    }

    #[test]
    fn places_are_counted_by_address_and_in_all() {
        let inside = Arc::<Inside>::default();
        let enter = |last: u8| inside.enter(IpAddr::from([192, 168, 1, last]), LIMITS);
        let both = (enter(1).expect("a place"), enter(1).expect("a place"));
        assert!(enter(1).is_none(), "two of one address");
        let others: Vec<Place> = (2..8).filter_map(enter).collect();
        assert_eq!(others.len(), 6);
        assert!(enter(9).is_none(), "eight in all");
        drop(both);
        assert!(enter(9).is_some() && enter(1).is_some());
        drop(others);
        assert!(inside.0.lock().expect("not poisoned").is_empty());
    }

    #[tokio::test]
    async fn one_too_many_is_closed_until_another_has_gone() {
        let (mut doors, address) = doors(LIMITS).await;
        let connect = || async { TcpStream::connect(address).await.expect("connected") };
        let (mut first, _second) = (connect().await, connect().await);
        let (mut kept, _) = doors.accept().await;
        let _also_kept = doors.accept().await;
        let (mut third, mut byte) = (connect().await, [0; 1]);
        let refused = tokio::select! {
            _ = doors.accept() => panic!("let in"),
            read = third.read(&mut byte) => read,
        };
        // Closed, or reset.
        assert!(!matches!(refused, Ok(1..)), "{refused:?}");
        first.write_all(b"a").await.expect("written");
        assert_eq!(kept.read_u8().await.expect("read"), b'a');
        drop(kept);
        let _fourth = connect().await;
        doors.accept().await;
    }

    #[tokio::test]
    async fn who_says_nothing_is_sent_away() {
        let (mut doors, address) = doors(Limits { silence: Duration::from_millis(20), ..LIMITS }).await;
        let _silent = TcpStream::connect(address).await.expect("connected");
        let (mut connection, _) = doors.accept().await;
        let read = connection.read(&mut [0; 1]).await;
        assert_eq!(read.expect_err("too long").kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_word_buys_time() {
        let (mut doors, address) = doors(LIMITS).await;
        let mut talker = TcpStream::connect(address).await.expect("connected");
        let (mut connection, _) = doors.accept().await;
        talker.write_all(b"a").await.expect("written");
        connection.read_u8().await.expect("read");
        // As if its time had come.
        connection.look.as_mut().reset(tokio::time::Instant::now());
        connection.look.as_mut().await;
        let waits = std::future::poll_fn(|context| {
            let read = Pin::new(&mut connection).poll_read(context, &mut ReadBuf::new(&mut [0; 1]));
            Poll::Ready(read.is_pending())
        });
        assert!(waits.await);
        assert!(connection.look.deadline() > tokio::time::Instant::now());
        assert!(!connection.has_passed);
    }
}
