//! Signing in and out, lock-out, the first account, and what administrators and others may change of accounts.

use std::net::IpAddr;
use std::sync::OnceLock;

use axum::Extension;
use axum::extract::ConnectInfo;
use canhdem::access::{SecondFactor, SetupToken, password};
use canhdem::http::Peer;

use super::*;

const PASSWORD: &str = "mười hai con giáp";

/// Somebody whose password is [`PASSWORD`].
fn known(name: &str, role: Role) -> Account {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| password::hash(PASSWORD, [3; 16]));
    Account { password_hash: hash.clone(), ..account(name, role) }
}

impl Office {
    fn has_account(&self, account: &Account) {
        self.state.store.add_account(account).expect("written").expect("added");
    }
}

/// As a browser at this address has it.
fn at(app: &Router, address: &str) -> Router {
    let address: IpAddr = address.parse().expect("an address");
    app.clone().layer(Extension(ConnectInfo(Peer(SocketAddr::new(address, 4711)))))
}

async fn request(app: &Router, method: &str, path: &str, cookie: &str, sent: &Value) -> Answer {
    let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "localhost:8080");
    let request = request.header("origin", "http://localhost:8080").header("content-type", "application/json");
    let request = if cookie.is_empty() { request } else { request.header("cookie", cookie) };
    send(app.clone(), request.body(Body::from(sent.to_string())).expect("a request")).await
}

async fn try_in(app: &Router, name: &str, password: &str) -> Answer {
    request(app, "POST", "/session", "", &json!({"name": name, "password": password})).await
}

/// Name and value of the cookie that was set.
#[track_caller]
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

async fn me(app: &Router, cookie: &str) -> Answer {
    request(app, "GET", "/me", cookie, &Value::Null).await
}

#[tokio::test]
async fn who_knows_the_password_is_let_in() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    let app = office.stranger();
    me(&app, "").await.check_problem(401, "sign in first");
    let entered = try_in(&app, "lan", PASSWORD).await;
    assert_eq!(entered.status, 200, "{}", entered.text());
    let set = entered.header("set-cookie").to_owned();
    let flags: Vec<_> = set.split("; ").skip(1).collect();
    assert_eq!(flags, ["Path=/", "HttpOnly", "SameSite=Strict"]);
    assert_eq!((cookie(&entered).starts_with("canhdem="), cookie(&entered).len()), (true, 8 + 64));
    let told = me(&app, &cookie(&entered)).await.json();
    assert_eq!(told, entered.json());
    assert_eq!((&told["name"], &told["role"], &told["cameras"]), (&json!("lan"), &json!("guard"), &Value::Null));
    assert_eq!((&told["language"], &told["permissions"]), (&Value::Null, &json!(["look", "settle", "arm"])));
    assert_eq!(told["expires_at"], "2026-02-18T01:30:00.000+07:00");
    assert!(!told.to_string().contains("argon2id"));

    let other = cookie(&try_in(&app, "lan", PASSWORD).await);
    assert_ne!(other, cookie(&entered), "a token of its own");
    let out = request(&app, "DELETE", "/session", &other, &Value::Null).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").starts_with("canhdem=; ") && out.header("set-cookie").ends_with("; Max-Age=0"));
    me(&app, &other).await.check_problem(401, "sign in");
    assert_eq!(me(&app, &cookie(&entered)).await.status, 200);
    let again = cookie(&try_in(&app, "lan", PASSWORD).await);
    assert_eq!(request(&app, "DELETE", "/session?everywhere=true", &again, &Value::Null).await.status, 204);
    for cookie in [cookie(&entered), again, "canhdem=nonsense".to_owned(), format!("canhdem={}", "0".repeat(64))] {
        me(&app, &cookie).await.check_problem(401, "sign in");
    }
}

#[tokio::test]
async fn refusals_do_not_tell_who_there_is() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    office.has_account(&Account { disabled_at: Some(seconds(0)), ..known("minh", Role::Guard) });
    let app = office.stranger();
    let mut told = Vec::new();
    for (n, (name, password)) in
        [("lan", "sai mật khẩu rồi"), ("nobody", PASSWORD), ("minh", PASSWORD), ("Lan!", PASSWORD)]
            .into_iter()
            .enumerate()
    {
        let refused = try_in(&at(&app, &format!("10.0.0.{n}")), name, password).await;
        refused.check_problem(401, "name and password do not belong together");
        assert!(refused.headers.get("set-cookie").is_none());
        told.push(refused.text());
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
}

#[tokio::test]
async fn five_failures_lock_account_and_address_with_the_same_words_for_all() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    office.has_account(&known("minh", Role::Guard));
    let app = office.stranger();
    let mut told = Vec::new();
    for (name, address) in [("lan", "10.0.0.1"), ("nobody", "10.0.0.2")] {
        let from = at(&app, address);
        for _ in 0..5 {
            try_in(&from, name, "sai mật khẩu rồi").await.check_problem(401, "do not belong together");
        }
        let locked = try_in(&from, name, PASSWORD).await;
        locked.check_problem(429, "try again in five minutes");
        assert_eq!(locked.header("retry-after"), "300");
        told.push(locked.text());
        try_in(&at(&app, "10.0.0.9"), name, PASSWORD).await.check_problem(429, "five minutes");
        try_in(&from, "minh", PASSWORD).await.check_problem(429, "five minutes");
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(try_in(&at(&app, "10.0.0.9"), "minh", PASSWORD).await.status, 200, "somebody else, elsewhere");
    office.clock.advance(Duration::from_secs(299));
    try_in(&at(&app, "10.0.0.1"), "lan", PASSWORD).await.check_problem(429, "five minutes");
    office.clock.advance(Duration::from_secs(1));
    assert_eq!(try_in(&at(&app, "10.0.0.1"), "lan", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn slow_failures_lock_nobody_and_a_lock_signs_nobody_out() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    let app = office.stranger();
    let inside = cookie(&try_in(&app, "lan", PASSWORD).await);
    for _ in 0..6 {
        try_in(&app, "lan", "sai mật khẩu rồi").await.check_problem(401, "do not belong");
        office.clock.advance(Duration::from_secs(8));
    }
    for _ in 0..4 {
        try_in(&app, "lan", "sai mật khẩu rồi").await;
    }
    try_in(&app, "lan", PASSWORD).await.check_problem(429, "five minutes");
    assert_eq!(me(&app, &inside).await.status, 200);
}

#[tokio::test]
async fn a_session_ends_idle_or_old() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    let app = office.stranger();
    let hour = Duration::from_secs(3600);
    let idle = cookie(&try_in(&app, "lan", PASSWORD).await);
    let used = cookie(&try_in(&app, "lan", PASSWORD).await);
    for _ in 0..7 {
        office.clock.advance(hour);
        assert_eq!(me(&app, &used).await.status, 200);
    }
    office.clock.advance(hour);
    me(&app, &idle).await.check_problem(401, "sign in");
    for _ in 8..24 {
        assert_eq!(me(&app, &used).await.status, 200);
        office.clock.advance(hour);
    }
    me(&app, &used).await.check_problem(401, "sign in");
}

#[tokio::test]
async fn the_first_account_takes_the_token_and_there_is_one_first_only() {
    let office = Office::new();
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &(office.clock.clone() as _)).expect("opens");
    let (token, text) = SetupToken::new([9; 20]);
    let app = canhdem::http::app(AppState { store, setup: Some(token), ..office.state.clone() });
    let setup = async || request(&app, "GET", "/setup", "", &Value::Null).await.json();
    assert_eq!(setup().await, json!({"needed": true, "language": "vi"}));
    let sent = |token: &str, name: &str, password: &str| json!({"token": token, "name": name, "password": password});
    let set_up = async |sent: Value| request(&at(&app, "10.0.0.1"), "POST", "/setup", "", &sent).await;
    set_up(sent("AAAA", "hai", PASSWORD)).await.check_problem(401, "not the token");
    set_up(sent(&text, "Hai!", PASSWORD)).await.check_problem(422, "lowercase letters");
    set_up(sent(&text, "hai", "ngắn")).await.check_problem(422, "at least 12 characters");
    set_up(sent(&text, "hai.hai.hai", "hai.hai.hai")).await.check_problem(422, "not the account's name");
    assert_eq!(setup().await["needed"], true);
    let made = set_up(sent(&text.to_lowercase(), "hai", PASSWORD)).await;
    assert_eq!((made.status.as_u16(), &made.json()["role"]), (201, &json!("admin")), "{}", made.text());
    assert_eq!(me(&app, &cookie(&made)).await.json()["name"], "hai", "and is signed in");
    assert_eq!(setup().await["needed"], false);
    set_up(sent(&text, "ba", PASSWORD)).await.check_problem(409, "there is an account already");
    assert_eq!(try_in(&app, "hai", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn guesses_of_the_token_are_counted() {
    let office = Office::new();
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &(office.clock.clone() as _)).expect("opens");
    let (token, text) = SetupToken::new([9; 20]);
    let app = canhdem::http::app(AppState { store, setup: Some(token), ..office.state.clone() });
    let sent = |token: &str| json!({"token": token, "name": "hai", "password": PASSWORD});
    for _ in 0..5 {
        request(&app, "POST", "/setup", "", &sent("AAAA")).await.check_problem(401, "not the token");
    }
    request(&app, "POST", "/setup", "", &sent(&text)).await.check_problem(429, "five minutes");
}

#[tokio::test]
async fn an_administrator_keeps_the_accounts() {
    let office = Office::new();
    let app = office.stranger();
    let admin = office.cookie.as_str();
    let wanted = json!({"name": "lan", "role": "guard", "password": PASSWORD, "cameras": ["kho"]});
    let made = request(&app, "POST", "/accounts", admin, &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let expected = json!({
        "id": made["id"], "name": "lan", "role": "guard", "cameras": ["kho"], "totp": false,
        "created_at": "2026-02-17T01:30:00.000+07:00", "disabled_at": null,
    });
    assert_eq!(made, expected);
    request(&app, "POST", "/accounts", admin, &wanted).await.check_problem(422, "has this name already");
    for (field, value, detail) in [
        ("role", json!("king"), "unknown variant"),
        ("password", json!("ngắn"), "at least 12"),
        ("cameras", json!(["nha-xe"]), "no camera is called \"nha-xe\""),
        ("name", json!("Lan Anh"), "lowercase"),
    ] {
        let mut wrong = wanted.clone();
        wrong["name"] = "khac".into();
        wrong[field] = value;
        let refused = request(&app, "POST", "/accounts", admin, &wrong).await;
        refused.check_problem(if field == "role" { 400 } else { 422 }, detail);
    }
    let list = request(&app, "GET", "/accounts", admin, &Value::Null).await.json();
    let names: Vec<_> = list["items"].as_array().expect("items").iter().map(|item| item["name"].as_str()).collect();
    assert_eq!(names, [Some("admin"), Some("lan")]);

    let address = format!("/accounts/{}", made["id"].as_str().expect("an id"));
    let change = async |sent: Value| request(&app, "PATCH", &address, admin, &sent).await;
    let inside = cookie(&try_in(&app, "lan", PASSWORD).await);
    let changed = change(json!({"role": "supervisor", "cameras": null})).await.json();
    assert_eq!((&changed["role"], &changed["cameras"]), (&json!("supervisor"), &Value::Null));
    assert_eq!(me(&app, &inside).await.json()["role"], "supervisor", "it counts at once");
    let other = "một mật khẩu khác";
    assert_eq!(change(json!({"password": other})).await.status, 200);
    me(&app, &inside).await.check_problem(401, "sign in");
    try_in(&app, "lan", PASSWORD).await.check_problem(401, "do not belong");
    let inside = cookie(&try_in(&app, "lan", other).await);
    assert_eq!(change(json!({"disabled": true})).await.json()["disabled_at"], "2026-02-17T01:30:00.000+07:00");
    me(&app, &inside).await.check_problem(401, "sign in");
    try_in(&app, "lan", other).await.check_problem(401, "do not belong");
    assert_eq!(change(json!({"disabled": false})).await.json()["disabled_at"], Value::Null);
    assert_eq!(try_in(&app, "lan", other).await.status, 200);
    change(json!({"totp": true})).await.check_problem(422, "sets it up themselves");
    change(json!({"rolle": "guard"})).await.check_problem(400, "rolle");

    assert_eq!(request(&app, "DELETE", &address, admin, &Value::Null).await.status, 204);
    request(&app, "DELETE", &address, admin, &Value::Null).await.check_problem(404, "no account has the id");
    let own = me(&app, admin).await.json()["id"].as_str().expect("an id").to_owned();
    let own = format!("/accounts/{own}");
    request(&app, "DELETE", &own, admin, &Value::Null).await.check_problem(409, "last administrator");
    request(&app, "PATCH", &own, admin, &json!({"role": "guard"})).await.check_problem(409, "last administrator");
    request(&app, "PATCH", &own, admin, &json!({"disabled": true})).await.check_problem(409, "last administrator");
}

#[tokio::test]
async fn ones_own_password_and_language() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Auditor));
    let app = office.stranger();
    let [here, elsewhere] = [try_in(&app, "lan", PASSWORD).await, try_in(&app, "lan", PASSWORD).await];
    let (here, elsewhere) = (cookie(&here), cookie(&elsewhere));
    let change = async |current: &str, password: &str| {
        request(&app, "POST", "/me/password", &here, &json!({"current": current, "password": password})).await
    };
    let other = "một mật khẩu khác";
    let refused = change("không phải nó", other).await;
    refused.check_problem(422, "is not your password");
    assert_eq!(refused.json()["field"], "current");
    change(PASSWORD, "ngắn").await.check_problem(422, "at least 12");
    assert_eq!(change(PASSWORD, other).await.status, 204);
    assert_eq!(me(&app, &here).await.status, 200);
    me(&app, &elsewhere).await.check_problem(401, "sign in");
    assert_eq!(try_in(&app, "lan", other).await.status, 200);
    let told = request(&app, "PATCH", "/me", &here, &json!({"language": "en"})).await;
    assert_eq!((told.status.as_u16(), &told.json()["language"]), (200, &json!("en")));
    assert_eq!(me(&app, &here).await.json()["language"], "en");
    for _ in 0..4 {
        change("không phải nó", other).await.check_problem(422, "is not your password");
    }
    change(other, PASSWORD).await.check_problem(429, "five minutes");
}

/// What a telephone shows now.
fn code(office: &Office, secret: &str) -> String {
    SecondFactor::from_base32(secret).expect("a secret").code(office.state.clock.now())
}

#[tokio::test]
async fn a_second_factor_is_set_up_wanted_and_given_up() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    let app = office.stranger();
    let inside = cookie(&try_in(&app, "lan", PASSWORD).await);
    let new = request(&app, "POST", "/me/totp", &inside, &Value::Null).await.json();
    let secret = new["secret"].as_str().expect("a secret").to_owned();
    assert_eq!(new["address"], format!("otpauth://totp/canhdem:lan?secret={secret}&issuer=canhdem"));
    let set = async |password: &str, code: &str| {
        request(&app, "PUT", "/me/totp", &inside, &json!({"password": password, "secret": secret, "code": code})).await
    };
    set(PASSWORD, "000000").await.check_problem(422, "six digits are wrong");
    set("không phải nó", &code(&office, &secret)).await.check_problem(422, "not your password");
    assert_eq!(me(&app, &inside).await.json()["totp"], false);
    assert_eq!(set(PASSWORD, &code(&office, &secret)).await.json()["totp"], true);

    let enter = async |code: &str| {
        let sent = json!({"name": "lan", "password": PASSWORD, "totp": code});
        request(&app, "POST", "/session", "", &sent).await
    };
    let missing = try_in(&app, "lan", PASSWORD).await;
    missing.check_problem(401, "six digits");
    assert_eq!(missing.json()["field"], "totp");
    enter(&code(&office, &secret)).await.check_problem(401, "used already");
    office.clock.advance(Duration::from_secs(30));
    try_in(&app, "lan", "sai mật khẩu rồi").await.check_problem(401, "do not belong together");
    let now = code(&office, &secret);
    assert_eq!(enter(&now).await.status, 200);
    enter(&now).await.check_problem(401, "used already");
    office.clock.advance(Duration::from_secs(30));
    assert_eq!(enter(&code(&office, &secret)).await.status, 200);

    let remove =
        async |password: &str| request(&app, "DELETE", "/me/totp", &inside, &json!({"password": password})).await;
    remove("không phải nó").await.check_problem(422, "not your password");
    assert_eq!(remove(PASSWORD).await.json()["totp"], false);
    assert_eq!(try_in(&app, "lan", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn where_administrators_need_a_second_factor_they_do_nothing_before() {
    let office = Office::new();
    let mut config = (*office.state.config).clone();
    config.web.require_totp_for_admins = true;
    let app = canhdem::http::app(AppState { settings: Settings::fixed(Arc::new(config)), ..office.state.clone() });
    for account in [known("hai", Role::Admin), known("lan", Role::Guard)] {
        office.has_account(&account);
    }
    let cameras = async |cookie: &str| request(&app, "GET", "/cameras", cookie, &Value::Null).await;
    assert_eq!(cameras(&cookie(&try_in(&app, "lan", PASSWORD).await)).await.status, 200, "a guard needs none");
    let entered = try_in(&app, "hai", PASSWORD).await;
    assert_eq!((entered.status.as_u16(), &entered.json()["must_enrol"]), (200, &json!(true)));
    let admin = cookie(&entered);
    cameras(&admin).await.check_problem(403, "second factor");
    let secret = request(&app, "POST", "/me/totp", &admin, &Value::Null).await.json()["secret"].clone();
    let code = code(&office, secret.as_str().expect("a secret"));
    let sent = json!({"password": PASSWORD, "secret": secret, "code": code});
    assert_eq!(request(&app, "PUT", "/me/totp", &admin, &sent).await.json()["must_enrol"], false);
    assert_eq!(cameras(&admin).await.status, 200);
    let given_up = request(&app, "DELETE", "/me/totp", &admin, &json!({"password": PASSWORD})).await;
    given_up.check_problem(409, "administrators need a second factor");
}

#[tokio::test]
async fn signing_in_is_for_our_own_page() {
    let office = Office::new();
    office.has_account(&known("lan", Role::Guard));
    let sent = || Body::from(json!({"name": "lan", "password": PASSWORD}).to_string());
    let post = || {
        let request = Request::post("/api/v1/session").header("host", "localhost:8080");
        request.header("content-type", "application/json")
    };
    for (name, value) in
        [("origin", "http://evil.example"), ("origin", "https://localhost:8080"), ("sec-fetch-site", "cross-site")]
    {
        let request = post().header(name, value).body(sent()).expect("a request");
        send(office.stranger(), request).await.check_problem(403, "other sites");
    }
    let own = post().header("origin", "http://localhost:8080").header("sec-fetch-site", "same-origin");
    assert_eq!(send(office.stranger(), own.body(sent()).expect("a request")).await.status, 200);
}

#[tokio::test]
async fn counters_are_for_this_machine_or_who_is_signed_in() {
    let office = Office::new();
    let count = async |address: &str, cookie: Option<&str>| {
        let request = Request::get("/metrics").header("host", "localhost:8080");
        let request = cookie.into_iter().fold(request, |request, cookie| request.header("cookie", cookie));
        ask(at(&office.stranger(), address), request).await
    };
    assert_eq!(count("127.0.0.1", None).await.status, 200);
    assert_eq!(count("::ffff:127.0.0.1", None).await.status, 200);
    count("10.0.0.5", None).await.check_problem(401, "sign in first");
    assert_eq!(count("10.0.0.5", Some(&office.cookie)).await.status, 200);
}
