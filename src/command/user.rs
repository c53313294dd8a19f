//! `canhdem user`: accounts, for whoever sits at the machine. Also while the appliance runs, which lets in and out at
//! once whom this changes.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;

use super::{Usage, output};
use crate::access::{self, password};
use crate::app;
use crate::base::{IdSource, SharedClock, SystemClock, secret};
use crate::config::Config;
use crate::store::{Account, AccountBook};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// The configuration file.
    #[arg(long, value_name = "FILE", global = true, default_value = "canhdem.toml")]
    config: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add an account.
    Add {
        name: String,
        #[arg(long, value_enum, default_value_t = Role::Guard)]
        role: Role,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set another password, and sign the account out everywhere. An account that was disabled is not any more.
    Passwd {
        name: String,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
        /// Take away the second factor, too: for who has lost the telephone.
        #[arg(long)]
        remove_totp: bool,
    },
    /// Every account.
    List,
    /// Let nobody sign in with an account, and sign it out everywhere.
    Disable { name: String },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    Guard,
    Supervisor,
    Admin,
    Auditor,
}

impl From<Role> for access::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Guard => Self::Guard,
            Role::Supervisor => Self::Supervisor,
            Role::Admin => Self::Admin,
            Role::Auditor => Self::Auditor,
        }
    }
}

/// # Errors
/// When the account cannot be as it is wanted.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let config = Config::load(&args.config)?;
    let clock: SharedClock = Arc::new(SystemClock::new());
    app::make_private_folder(&config.data_dir)?;
    let mut book = AccountBook::open(&config.data_dir, &clock)?;
    let now = clock.now();
    match &args.action {
        Action::Add { name, role, password_stdin } => {
            // Before anybody types a password in vain.
            access::check_name(name).map_err(|error| Usage(error.to_string()))?;
            if book.named(name)?.is_some() {
                return Err(anyhow::anyhow!("{name}: an account has this name already"));
            }
            let account = new_account(name, (*role).into(), &ask_password(*password_stdin)?, now)?;
            book.add(&account)?.with_context(|| name.clone())?;
            tracing::info!(target: "audit", name, role = account.role.name(), "account added at the machine");
            output::line(format!("canhdem: {name} may sign in, as {}", account.role.name()))?;
        }
        Action::Passwd { name, password_stdin, remove_totp } => {
            let account = known(&mut book, name)?;
            let hash = checked_hash(&ask_password(*password_stdin)?, name)?;
            let remove_totp = *remove_totp;
            let changed = book.change(account.id, |account| {
                account.password_hash = hash;
                account.disabled_at = None;
                if remove_totp {
                    account.totp_secret = None;
                }
            })?;
            changed.with_context(|| name.clone())?;
            tracing::info!(target: "audit", name, remove_totp, "password set at the machine");
            output::line(format!("canhdem: {name} has another password, and was signed out everywhere"))?;
        }
        Action::List => {
            for account in book.all()? {
                output::line(describe(&account))?;
            }
        }
        Action::Disable { name } => {
            let account = known(&mut book, name)?;
            let changed = book.change(account.id, |account| account.disabled_at = account.disabled_at.or(Some(now)))?;
            changed.with_context(|| name.clone())?;
            tracing::info!(target: "audit", name, "account disabled at the machine");
            output::line(format!("canhdem: nobody can sign in as {name} any more"))?;
        }
    }
    Ok(())
}

/// # Errors
/// Where name or password are not good enough.
pub(super) fn new_account(name: &str, role: access::Role, password: &str, now: Timestamp) -> anyhow::Result<Account> {
    access::check_name(name).map_err(|error| Usage(error.to_string()))?;
    let hash = checked_hash(password, name)?;
    Ok(Account::new(IdSource::random().next(now), name, role, hash, now))
}

fn checked_hash(password: &str, name: &str) -> anyhow::Result<String> {
    password::check(password, name).map_err(|error| Usage(error.to_string()))?;
    Ok(password::hash(password, secret::random().context("a salt cannot be made")?))
}

fn known(book: &mut AccountBook, name: &str) -> anyhow::Result<Account> {
    book.named(name)?.with_context(|| format!("{name}: there is no such account; `canhdem user list` shows them"))
}

fn ask_password(from_stdin: bool) -> anyhow::Result<String> {
    if from_stdin {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !io::stdin().is_terminal() {
        return Err(Usage("there is no terminal to ask for a password: use --password-stdin".to_owned()).into());
    }
    let typed = rpassword::prompt_password("Password: ").context("the terminal")?;
    if rpassword::prompt_password("Once more: ").context("the terminal")? != typed {
        return Err(Usage("the two passwords are not alike".to_owned()).into());
    }
    Ok(typed)
}

fn describe(account: &Account) -> String {
    let mut words = vec![account.name.clone(), account.role.name().to_owned()];
    if let Some(cameras) = &account.cameras {
        words.push(format!("cameras {}", cameras.iter().cloned().collect::<Vec<_>>().join(",")));
    }
    if account.totp_secret.is_some() {
        words.push("second factor".to_owned());
    }
    if let Some(at) = account.disabled_at {
        words.push(format!("disabled since {at}"));
    }
    words.join("\t")
}
