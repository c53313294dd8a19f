-- Who may use the page, and who is signed in; schema.sql says what it means.
create table account (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  name text not null unique check (name <> ''),
  role text not null check (role in ('guard', 'supervisor', 'admin', 'auditor')),
  password_hash text not null check (password_hash like '$argon2id$%'),
  cameras text check (json_type(cameras) = 'array'),
  language text check (language in ('vi', 'en')),
  totp_secret blob check (length(totp_secret) >= 16),
  totp_last_step integer,
  created_at_ns integer not null,
  disabled_at_ns integer
) strict;

create table session (
  token_sha256 blob primary key check (length(token_sha256) = 32),
  account_id blob not null references account (id) on delete cascade,
  created_at_ns integer not null,
  last_seen_at_ns integer not null,
  expires_at_ns integer not null
) strict, without rowid;

create index session_by_account on session (account_id, created_at_ns);
