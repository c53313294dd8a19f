-- Who did what, and which recordings were made: chains of hashes. The rest of schema.sql, which says what columns' names mean.

-- The audit log. Entries are only added; each is linked to all before it. Kept for ever.
create table audit (
  -- From 1, without a gap. Never given twice: what is missing at the end shows.
  position integer primary key autoincrement,
  at_ns integer not null,
  -- Who, by the name that they had then; null for the appliance itself and for whoever sits at the machine.
  account text check (account <> ''),
  -- From where; null for the appliance itself.
  address text check (address <> ''),
  -- What: an act of src/access/audit.rs.
  act text not null check (act <> ''),
  -- What it was about. Ids of the configuration and of alerts; both may be gone since.
  camera text check (camera <> ''),
  alert_id blob check (length(alert_id) = 16),
  -- The rest in words; never a password, a token, or an address with either.
  detail text check (detail <> ''),
  -- SHA-256 of the link before and this entry's content: src/base/chain.rs.
  link blob not null check (length(link) = 32)
) strict;

create trigger audit_is_not_changed before update on audit begin
  select raise(abort, 'entries of the audit log are not changed');
end;

create trigger audit_is_not_removed before delete on audit begin
  select raise(abort, 'entries of the audit log are not removed');
end;

-- What is filtered by; pages are read newest first.
create index audit_by_time on audit (at_ns, position);
create index audit_by_account on audit (account, position);
create index audit_by_act on audit (act, position);

-- The configuration's text when it last counted, passwords in it masked: whether somebody changed it while the appliance was
-- off. One row at most.
create table known_configuration (
  only integer primary key check (only = 1),
  text text not null
) strict;

-- Who looked at an alert.
create index audit_by_alert on audit (alert_id, position) where alert_id is not null;

-- Finished segments, one chain a camera and day. A row stays while anything of its day does, also where its segment is gone.
create table segment_link (
  camera text not null check (camera <> ''),
  -- Of the segment's start, in UTC, as its folder is called: 2026-02-16.
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- From 1, without a gap, in the order in which they were finished.
  position integer not null check (position >= 1),
  segment_id blob not null unique check (length(segment_id) = 16),
  started_at_ns integer not null,
  duration_ns integer not null check (duration_ns >= 0),
  size_bytes integer not null check (size_bytes >= 0),
  -- Of the file's bytes.
  sha256 blob not null check (length(sha256) = 32),
  link blob not null check (length(link) = 32),
  -- Why it is not there any more: retention removed it, or its file was gone when the appliance looked. Null while it is there.
  gone text check (gone in ('removed', 'missing')),
  primary key (camera, day, position)
) strict, without rowid;

-- The last link of each chain that the appliance has signed; renewed each hour while it grows.
create table chain_head (
  chain text not null check (chain in ('audit', 'segments')),
  -- Empty for the audit log.
  camera text not null,
  -- Of a chain of segments its day; of the audit log the day of the signature, in UTC.
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  position integer not null check (position >= 1),
  link blob not null check (length(link) = 32),
  signed_at_ns integer not null,
  -- 1 once nothing of the day is kept any more and its links are gone: the signature says so, too.
  folded integer not null check (folded in (0, 1)),
  -- Ed25519, by the device's key.
  signature blob not null check (length(signature) = 64),
  primary key (chain, camera, day)
) strict, without rowid;

create index head_by_time on chain_head (signed_at_ns);

-- What retention has removed of a camera and the audit log does not tell yet: it does once an hour.
create table removal (
  camera text primary key check (camera <> ''),
  segments integer not null check (segments >= 1),
  bytes integer not null check (bytes >= 0),
  -- Of the first one's start, and the last one's.
  from_ns integer not null,
  to_ns integer not null
) strict, without rowid;
