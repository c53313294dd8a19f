-- Accounts and sessions: the rest of schema.sql, which says what columns' names mean.

-- Who may use the page.
create table account (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  -- As it is typed to sign in: a-z, 0-9, dots and hyphens.
  name text not null unique check (name <> ''),
  role text not null check (role in ('guard', 'supervisor', 'admin', 'auditor')),
  -- A PHC string, with its salt and what it cost.
  password_hash text not null check (password_hash like '$argon2id$%'),
  -- Ids of the only cameras that it may see, in JSON; null for all. Some may have been removed since.
  cameras text check (json_type(cameras) = 'array'),
  -- Of the page; null for the configured one.
  language text check (language in ('vi', 'en')),
  -- Shared with a telephone's authenticator; null without a second factor.
  totp_secret blob check (length(totp_secret) >= 16),
  -- The step of 30 s since 1970 of the last code that was used: none is good twice.
  totp_last_step integer,
  created_at_ns integer not null,
  -- Since when nobody can sign in with it; null where somebody can.
  disabled_at_ns integer
) strict;

-- Who is signed in. Rows that are over go when somebody signs in.
create table session (
  -- Of the token that the browser holds: whoever reads this cannot use it.
  token_sha256 blob primary key check (length(token_sha256) = 32),
  account_id blob not null references account (id) on delete cascade,
  created_at_ns integer not null,
  -- Written at most once a minute.
  last_seen_at_ns integer not null,
  -- It is over then at the latest.
  expires_at_ns integer not null
) strict, without rowid;

-- Signing out everywhere, and the oldest of too many.
create index session_by_account on session (account_id, created_at_ns);
