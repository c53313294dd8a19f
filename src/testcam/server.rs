//! The RTSP server, and its switches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gstreamer as gst;
use gstreamer::glib;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;
use gstreamer_rtsp as gst_rtsp;
use gstreamer_rtsp_server::prelude::*;
use gstreamer_rtsp_server::{
    RTSP_PERM_MEDIA_FACTORY_ACCESS, RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, RTSP_TOKEN_MEDIA_FACTORY_ROLE, RTSPAuth,
    RTSPFilterResult, RTSPMediaFactory, RTSPServer, RTSPToken,
};

use super::feed::Feed;
use super::footage::{self, Codec, Footage};
use super::{Result, TestCameraError};
use crate::base::worker::Worker;
use crate::base::{Clock as _, Shutdown, ShutdownHandle, SystemClock};

const H264: &str = include_str!("../../pipelines/testcam-serve-h264.launch");
const H265: &str = include_str!("../../pipelines/testcam-serve-h265.launch");
const SOUND: &str = include_str!("../../pipelines/testcam-serve-sound.launch");
const MJPEG: &str = include_str!("../../pipelines/testcam-serve-mjpeg.launch");

/// Role of whoever has not logged in.
const ANYONE: &str = "anyone";

/// One address of the server.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Begins with a slash.
    pub path: String,
    pub content: Content,
    pub auth: Auth,
    /// How far in its footage it is when the server starts.
    pub phase: Duration,
    /// Plays so many times as fast as it was filmed, as a camera whose clock runs fast.
    pub times: u32,
}

#[derive(Debug, Clone)]
pub enum Content {
    Video(Arc<Footage>),
    /// No picture at all.
    Sound,
    /// A codec that the appliance does not take.
    Mjpeg,
}

/// Who may see a mount. One server speaks one method: where mounts differ in it, clients may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    None,
    Basic { user: String, password: String },
    Digest { user: String, password: String },
}

impl Mount {
    pub fn new(path: impl Into<String>, footage: Arc<Footage>) -> Self {
        Self { path: path.into(), content: Content::Video(footage), auth: Auth::None, phase: Duration::ZERO, times: 1 }
    }

    pub fn with_auth(self, auth: Auth) -> Self {
        Self { auth, ..self }
    }

    pub fn in_phase(self, phase: Duration) -> Self {
        Self { phase, ..self }
    }

    pub fn hastened(self, times: u32) -> Self {
        Self { times, ..self }
    }
}

/// Simulated cameras on one port of the loopback address. Dropping it closes them.
pub struct TestCameras {
    /// Where they listen.
    pub port: u16,
    server: RTSPServer,
    context: glib::MainContext,
    listening: Mutex<Option<glib::SourceId>>,
    mounts: BTreeMap<String, Served>,
    main_loop: glib::MainLoop,
    stop_feeding: Option<ShutdownHandle>,
    workers: Vec<Worker>,
    clock: Arc<SystemClock>,
}

struct Served {
    factory: RTSPMediaFactory,
    feed: Option<Arc<Feed>>,
}

impl TestCameras {
    /// Serves `mounts` on any free port.
    ///
    /// # Errors
    /// When GStreamer lacks a plugin or there is no port.
    pub fn start(mounts: Vec<Mount>) -> Result<Self> {
        Self::start_on(0, mounts)
    }

    /// Serves `mounts` on `port`.
    ///
    /// # Errors
    /// When GStreamer lacks a plugin or the port is taken.
    pub fn start_on(port: u16, mounts: Vec<Mount>) -> Result<Self> {
        footage::init()?;
        let server = RTSPServer::new();
        server.set_address("127.0.0.1");
        server.set_service(&port.to_string());
        set_auth(&server, &mounts);
        // One thread for all clients would make each wait for the key frames of those before it.
        if let Some(threads) = server.thread_pool() {
            threads.set_max_threads(CLIENT_THREADS);
        }
        let context = glib::MainContext::new();
        let main_loop = glib::MainLoop::new(Some(&context), false);
        let mut cameras = Self {
            port,
            server,
            context,
            listening: Mutex::new(None),
            mounts: BTreeMap::new(),
            clock: Arc::new(SystemClock::new()),
            main_loop: main_loop.clone(),
            stop_feeding: None,
            workers: Vec::new(),
        };
        cameras.serve(mounts)?;
        cameras.resume()?;
        cameras.workers.push(worker("testcam-rtsp", move || main_loop.run())?);
        let bound = cameras.server.bound_port();
        cameras.port = u16::try_from(bound).map_err(|_| TestCameraError::new("the server has no port"))?;
        Ok(cameras)
    }

    /// `rtsp://127.0.0.1:port/path`
    pub fn url(&self, path: &str) -> String {
        format!("rtsp://127.0.0.1:{}{path}", self.port)
    }

    /// Sends nothing more, with all connections open; or goes on.
    pub fn stall(&self, path: &str, stalled: bool) {
        if let Some(feed) = self.feed(path) {
            feed.set_stalled(stalled);
        }
    }

    /// Sends noise where pictures should be; or goes on.
    pub fn garbage(&self, path: &str, garbage: bool) {
        if let Some(feed) = self.feed(path) {
            feed.set_garbage(garbage);
        }
    }

    /// Sends so many times as many pictures a second as it should; once, and it behaves.
    pub fn flood(&self, path: &str, times: u32) {
        if let Some(feed) = self.feed(path) {
            feed.flood(times, self.clock.monotonic());
        }
    }

    /// Ends the stream in good order; whoever connects anew gets a new one.
    pub fn end(&self, path: &str) {
        if let Some(feed) = self.feed(path) {
            feed.end();
        }
    }

    /// Plays something else from now on. With another codec its clients are cut off, because a
    /// session's codec is fixed; else they see the change in mid-flight.
    pub fn switch_footage(&self, path: &str, footage: Arc<Footage>) {
        let Some(served) = self.mounts.get(path) else { return };
        let Some(feed) = &served.feed else { return };
        let other_codec = feed.footage().codec != footage.codec;
        served.factory.set_launch(description(footage.codec));
        feed.set_footage(footage);
        if other_codec {
            self.drop_out(path);
            self.restore(path);
        }
    }

    /// The camera is gone: its address is not found, its clients are cut off.
    pub fn drop_out(&self, path: &str) {
        if let Some(mounts) = self.server.mount_points() {
            mounts.remove_factory(path);
        }
        self.cut_off(Some(path));
    }

    /// The camera is back.
    pub fn restore(&self, path: &str) {
        if let (Some(mounts), Some(served)) = (self.server.mount_points(), self.mounts.get(path)) {
            mounts.add_factory(path, served.factory.clone());
        }
    }

    /// As if the machine were switched off: nothing listens, all clients are cut off.
    pub fn kill(&self) {
        if let Some(source) = self.listening.lock().unwrap_or_else(PoisonError::into_inner).take()
            && let Some(source) = self.context.find_source_by_id(&source)
        {
            source.destroy();
        }
        self.cut_off(None);
    }

    /// Listens again, on the same port.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn resume(&self) -> Result<()> {
        let mut listening = self.listening.lock().unwrap_or_else(PoisonError::into_inner);
        if listening.is_none() {
            self.server.set_service(&self.port.to_string());
            let source = self.server.attach(Some(&self.context));
            let source = source.map_err(|_| TestCameraError::new(format!("port {} is taken", self.port)))?;
            *listening = Some(source);
        }
        Ok(())
    }

    /// How long they have been playing, whoever looks.
    pub fn playing_for(&self) -> Duration {
        self.clock.monotonic()
    }

    fn feed(&self, path: &str) -> Option<&Arc<Feed>> {
        self.mounts.get(path)?.feed.as_ref()
    }

    fn serve(&mut self, mounts: Vec<Mount>) -> Result<()> {
        let points = self.server.mount_points().ok_or_else(|| TestCameraError::new("the server has no mounts"))?;
        let (handle, shutdown) = Shutdown::new();
        self.stop_feeding = Some(handle);
        for (number, mount) in mounts.into_iter().enumerate() {
            let factory = factory(&mount);
            let feed = if let Content::Video(footage) = mount.content {
                let feed = Arc::new(Feed::new(footage, mount.phase, mount.times));
                connect(&factory, &feed);
                let (feeding, clock, shutdown) = (Arc::clone(&feed), Arc::clone(&self.clock), shutdown.clone());
                let run = move || feeding.run(&clock, &shutdown);
                self.workers.push(worker(&format!("testcam-{number}"), run)?);
                Some(feed)
            } else {
                None
            };
            points.add_factory(&mount.path, factory.clone());
            self.mounts.insert(mount.path, Served { factory, feed });
        }
        Ok(())
    }

    /// Closes the connections of those who watch `path`, or of all.
    fn cut_off(&self, path: Option<&str>) {
        self.server.client_filter(Some(&mut |_, client| {
            let mut watches = path.is_none();
            client.session_filter(Some(&mut |_, session| {
                watches |= path.is_some_and(|path| session.media(path).0.is_some());
                RTSPFilterResult::Keep
            }));
            if watches { RTSPFilterResult::Remove } else { RTSPFilterResult::Keep }
        }));
    }
}

impl Drop for TestCameras {
    fn drop(&mut self) {
        self.kill();
        self.stop_feeding = None;
        // A loop that is told to quit before it runs would run for ever; it hears this once it does.
        let main_loop = self.main_loop.clone();
        let quit = glib::source::idle_source_new(None, glib::Priority::HIGH, move || {
            main_loop.quit();
            glib::ControlFlow::Break
        });
        quit.attach(Some(&self.context));
        self.workers.clear();
    }
}

fn worker(name: &str, body: impl FnOnce() + Send + 'static) -> Result<Worker> {
    Worker::spawn(name, body).map_err(|error| TestCameraError::new(format!("no thread for {name}: {error}")))
}

fn description(codec: Codec) -> &'static str {
    match codec {
        Codec::H264 => H264,
        Codec::H265 => H265,
    }
}

/// One pipeline for all clients of a mount.
fn factory(mount: &Mount) -> RTSPMediaFactory {
    let factory = RTSPMediaFactory::new();
    factory.set_launch(match &mount.content {
        Content::Video(footage) => description(footage.codec),
        Content::Sound => SOUND,
        Content::Mjpeg => MJPEG,
    });
    factory.set_shared(true);
    // Who may not even see an address is told that there is none; who may see but not open it is
    // asked to log in.
    for (role, may_open) in [(ANYONE.to_owned(), mount.auth == Auth::None), (role(&mount.auth), true)] {
        let allowed = gst::Structure::builder(role)
            .field(RTSP_PERM_MEDIA_FACTORY_ACCESS.as_str(), true)
            .field(RTSP_PERM_MEDIA_FACTORY_CONSTRUCT.as_str(), may_open)
            .build();
        factory.add_role_from_structure(&allowed);
    }
    factory
}

fn connect(factory: &RTSPMediaFactory, feed: &Arc<Feed>) {
    let feed = Arc::clone(feed);
    factory.connect_media_configure(move |_, media| {
        // The feed keeps the pace: sent is what it gives, whatever the stamps say. Each PLAY sets this anew.
        media.connect_new_state(|media, _| media.set_rate_control(false));
        let source = media
            .element()
            .downcast::<gst::Bin>()
            .ok()
            .and_then(|bin| bin.by_name("source"))
            .and_then(|source| source.downcast::<gst_app::AppSrc>().ok());
        if let Some(source) = source {
            feed.attach(source);
        }
    });
}

/// Each account is a role of its own: it opens the mounts that name it, and those without a lock.
fn role(auth: &Auth) -> String {
    match auth {
        Auth::None => ANYONE.to_owned(),
        Auth::Basic { user, .. } => format!("basic-{user}"),
        Auth::Digest { user, .. } => format!("digest-{user}"),
    }
}

const CLIENT_THREADS: i32 = 16;

fn set_auth(server: &RTSPServer, mounts: &[Mount]) {
    let accounts: BTreeSet<_> = mounts.iter().map(|mount| role(&mount.auth)).collect();
    if accounts.len() == 1 && accounts.contains(ANYONE) {
        return;
    }
    let token =
        |auth: &Auth| RTSPToken::from_iter([(RTSP_TOKEN_MEDIA_FACTORY_ROLE.as_str(), role(auth).to_send_value())]);
    let auth = RTSPAuth::new();
    let mut methods = gst_rtsp::RTSPAuthMethod::None;
    for mount in mounts {
        match &mount.auth {
            Auth::None => {}
            Auth::Basic { user, password } => {
                auth.add_basic(&RTSPAuth::make_basic(user, password), &token(&mount.auth));
                methods = gst_rtsp::RTSPAuthMethod::Basic;
            }
            Auth::Digest { user, password } => {
                auth.add_digest(user, password, &token(&mount.auth));
                methods = gst_rtsp::RTSPAuthMethod::Digest;
            }
        }
    }
    auth.set_supported_methods(methods);
    let mut anyone = token(&Auth::None);
    auth.set_default_token(Some(&mut anyone));
    server.set_auth(Some(&auth));
}
