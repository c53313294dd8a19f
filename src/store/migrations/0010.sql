-- Kept stretches of video, minutes with motion, and what alerts are looked for by; schema_recordings.sql and
-- schema_search.sql say what it means.
create table kept_stretch (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  from_ns integer not null,
  to_ns integer not null check (to_ns > from_ns),
  reason text not null check (reason <> ''),
  kept_by_account blob not null check (length(kept_by_account) = 16),
  kept_by_name text not null,
  kept_at_ns integer not null,
  released_by_account blob check (length(released_by_account) = 16),
  released_by_name text,
  released_at_ns integer,
  check ((released_at_ns is null) = (released_by_account is null)),
  check ((released_at_ns is null) = (released_by_name is null))
) strict;

create index kept_by_camera on kept_stretch (camera, kept_at_ns, id);

create index kept_in_force on kept_stretch (camera, from_ns, to_ns) where released_at_ns is null;

create table motion_minute (
  camera text not null check (camera <> ''),
  minute integer not null,
  seconds integer not null check (seconds between 1 and 60),
  primary key (camera, minute)
) strict, without rowid;

create index alert_waiting on alert (opened_at_ns, id, camera, severity, state, owner_name, verdict)
where state <> 'resolved';

create index alert_by_camera on alert (camera, opened_at_ns, id, severity, state, owner_name, verdict);

create table alert_trait (
  trait text not null check (trait glob 'finding.?*' or trait glob 'wears.?*'),
  opened_at_ns integer not null,
  alert_id blob not null references alert (id) on delete cascade,
  primary key (trait, opened_at_ns, alert_id)
) strict, without rowid;

create index trait_by_alert on alert_trait (alert_id, trait);

insert into alert_trait
select distinct 'finding.' || kind, opened_at_ns, id from finding join alert on alert.id = finding.alert_id;

insert into alert_trait
select distinct 'wears.' || attribute, opened_at_ns, id from attribute join alert on alert.id = attribute.alert_id
where answer = 'yes';

-- How long each is stands there as well, so that a day is read from the index alone.
drop index segment_by_time;
create index segment_by_time on segment (camera, started_at_ns, duration_ns);
