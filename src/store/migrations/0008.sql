-- What cameras have learned; schema.sql says what it means.
create table camera_memory (
  camera text not null check (camera <> ''),
  kind text not null check (kind <> ''),
  body blob not null check (length(body) <= 1048576),
  saved_at_ns integer not null,
  primary key (camera, kind)
) strict, without rowid;

-- What guards do with alerts, and what that teaches.
alter table alert add column looks text not null default '{}' check (json_valid(looks));
alter table alert add column owner_account blob check (length(owner_account) = 16)
  check ((owner_account is null) = (state = 'new'));
alter table alert add column owner_name text check ((owner_name is null) = (state = 'new'));
alter table alert add column claimed_at_ns integer check ((claimed_at_ns is null) = (state = 'new'));
alter table alert add column verdict text check (verdict in ('true_alarm', 'false_alarm'))
  check ((verdict is null) = (state <> 'resolved'));
alter table alert add column false_alarm_reason text
  check (false_alarm_reason in ('insect', 'light', 'animal', 'staff', 'other'))
  check ((false_alarm_reason is null) = (verdict is not 'false_alarm'));
alter table alert add column resolved_at_ns integer check ((resolved_at_ns is null) = (verdict is null));
alter table alert add column escalated_at_ns integer;

drop index alert_by_time;
create index alert_by_time on alert (opened_at_ns, id, camera, severity, state, owner_name, verdict);

create index alert_unclaimed on alert (opened_at_ns, id) where state = 'new' and escalated_at_ns is null;

create table alert_action (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  at_ns integer not null,
  account blob check (length(account) = 16),
  name text,
  act text not null check (act in ('claimed', 'taken_over', 'resolved', 'corrected', 'escalated', 'noted')),
  verdict text check (verdict in ('true_alarm', 'false_alarm')),
  false_alarm_reason text check (false_alarm_reason in ('insect', 'light', 'animal', 'staff', 'other')),
  note text check (note <> ''),
  words text,
  primary key (alert_id, position),
  check ((account is null) = (name is null)),
  check ((verdict is null) = (act not in ('resolved', 'corrected'))),
  check ((false_alarm_reason is null) = (verdict is not 'false_alarm')),
  check ((words is null) = (note is null))
) strict, without rowid;

create index action_by_words on alert_action (words, alert_id) where words is not null;

create table lesson (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  alert_id blob not null references alert (id) on delete cascade,
  x real not null,
  y real not null,
  height real not null,
  path text not null check (path in ('unknown', 'steady', 'erratic')),
  seen_at_ns integer not null,
  reason text not null check (reason in ('insect', 'light', 'animal')),
  given_by text not null,
  given_at_ns integer not null,
  until_ns integer not null
) strict;

create index lesson_by_alert on lesson (alert_id);
