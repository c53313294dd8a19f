-- The audit log and the chains of segments; the schema says what it means.

create table audit (
  position integer primary key autoincrement,
  at_ns integer not null,
  account text check (account <> ''),
  address text check (address <> ''),
  act text not null check (act <> ''),
  camera text check (camera <> ''),
  alert_id blob check (length(alert_id) = 16),
  detail text check (detail <> ''),
  link blob not null check (length(link) = 32)
) strict;

create trigger audit_is_not_changed before update on audit begin
  select raise(abort, 'entries of the audit log are not changed');
end;

create trigger audit_is_not_removed before delete on audit begin
  select raise(abort, 'entries of the audit log are not removed');
end;

create index audit_by_time on audit (at_ns, position);
create index audit_by_account on audit (account, position);
create index audit_by_act on audit (act, position);

create index audit_by_alert on audit (alert_id, position) where alert_id is not null;

create table segment_link (
  camera text not null check (camera <> ''),
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  position integer not null check (position >= 1),
  segment_id blob not null unique check (length(segment_id) = 16),
  started_at_ns integer not null,
  duration_ns integer not null check (duration_ns >= 0),
  size_bytes integer not null check (size_bytes >= 0),
  sha256 blob not null check (length(sha256) = 32),
  link blob not null check (length(link) = 32),
  gone text check (gone in ('removed', 'missing')),
  primary key (camera, day, position)
) strict, without rowid;

create table chain_head (
  chain text not null check (chain in ('audit', 'segments')),
  camera text not null,
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  position integer not null check (position >= 1),
  link blob not null check (length(link) = 32),
  signed_at_ns integer not null,
  folded integer not null check (folded in (0, 1)),
  signature blob not null check (length(signature) = 64),
  primary key (chain, camera, day)
) strict, without rowid;

create index head_by_time on chain_head (signed_at_ns);

create table removal (
  camera text primary key check (camera <> ''),
  segments integer not null check (segments >= 1),
  bytes integer not null check (bytes >= 0),
  from_ns integer not null,
  to_ns integer not null
) strict, without rowid;
