-- Response plans and their ticks, ways of tracks, shifts, and when cameras gave no picture; the schema says what it means.
create table alert_action_new (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  at_ns integer not null,
  account blob check (length(account) = 16),
  name text,
  act text not null check (act in (
    'claimed', 'taken_over', 'resolved', 'corrected', 'escalated', 'noted', 'ticked', 'unticked'
  )),
  verdict text check (verdict in ('true_alarm', 'false_alarm')),
  false_alarm_reason text check (false_alarm_reason in ('insect', 'light', 'animal', 'staff', 'other')),
  note text check (note <> ''),
  words text,
  step text check (step <> ''),
  primary key (alert_id, position),
  check ((account is null) = (name is null)),
  check ((verdict is null) = (act not in ('resolved', 'corrected'))),
  check ((false_alarm_reason is null) = (verdict is not 'false_alarm')),
  check ((words is null) = (note is null)),
  check ((step is null) = (act not in ('ticked', 'unticked')))
) strict, without rowid;

insert into alert_action_new
  (alert_id, position, at_ns, account, name, act, verdict, false_alarm_reason, note, words)
select alert_id, position, at_ns, account, name, act, verdict, false_alarm_reason, note, words from alert_action;
drop table alert_action;
alter table alert_action_new rename to alert_action;

create index action_by_words on alert_action (words, alert_id) where words is not null;

create table plan_step (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  step text not null check (step <> ''),
  primary key (alert_id, position)
) strict, without rowid;

create table alert_trail (
  alert_id blob not null references alert (id) on delete cascade,
  track blob not null check (length(track) = 16),
  points text not null check (json_valid(points)),
  primary key (alert_id, track)
) strict, without rowid;

create table shift_note (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  appliance blob not null references appliance (id),
  at_ns integer not null,
  account blob not null check (length(account) = 16),
  name text not null,
  note text not null check (note <> '')
) strict;

create table duty (
  seq integer primary key,
  appliance blob not null references appliance (id),
  at_ns integer not null,
  account blob not null check (length(account) = 16),
  name text not null,
  is_on integer not null check (is_on in (0, 1))
) strict;

create index duty_by_time on duty (at_ns, seq);

create table camera_outage (
  seq integer primary key,
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  from_ns integer not null,
  until_ns integer,
  reason text check (reason <> '')
) strict;

create index outage_by_time on camera_outage (camera, from_ns);

create unique index outage_open on camera_outage (camera) where until_ns is null;
