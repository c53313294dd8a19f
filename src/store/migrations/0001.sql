-- From nothing to version 1; schema.sql says what it means.
create table appliance (
  only integer primary key check (only = 1),
  id blob not null unique check (length(id) = 16)
) strict;

create table alert (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  zone text,
  opened_at_ns integer not null,
  last_seen_at_ns integer not null,
  closed_at_ns integer,
  severity text not null check (severity in ('notice', 'warning', 'critical')),
  score real not null check (score between 0 and 1),
  state text not null check (state in ('new', 'claimed', 'resolved')),
  reason_vi text not null,
  reason_en text not null,
  frame_width integer not null check (frame_width > 0),
  frame_height integer not null check (frame_height > 0)
) strict;

create index alert_by_time on alert (opened_at_ns, id, camera, severity, state);

create index alert_unfinished on alert (opened_at_ns, id) where closed_at_ns is null;

create index alert_by_end on alert (last_seen_at_ns, opened_at_ns, camera);

create table finding (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  kind text not null check (kind in (
    'person', 'face_covered', 'head_covered', 'gloves', 'bag', 'vehicle', 'plate_absent',
    'plate_unreadable', 'plate_suspect', 'plate_wanted', 'loitering', 'seen_before',
    'protected_room', 'camera_tampered', 'camera_offline'
  )),
  track blob not null check (length(track) = 16),
  confidence real not null check (confidence between 0 and 1),
  at_ns integer not null,
  x real not null,
  y real not null,
  w real not null,
  h real not null,
  zone text,
  weight real not null,
  primary key (alert_id, position)
) strict, without rowid;

create table segment (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  path text not null unique check (path <> '' and path not like '/%'),
  codec text not null check (codec in ('h264', 'h265')),
  started_at_ns integer not null,
  duration_ns integer not null check (duration_ns >= 0),
  size_bytes integer not null check (size_bytes >= 0),
  complete integer not null check (complete in (0, 1))
) strict;

create index segment_by_time on segment (camera, started_at_ns);

create index segment_by_length on segment (camera, duration_ns);

create table event (
  seq integer primary key autoincrement,
  kind text not null check (kind in ('alert', 'camera')),
  alert_id blob references alert (id) on delete cascade,
  camera text check (camera <> ''),
  check ((kind = 'alert') = (alert_id is not null)),
  check ((kind = 'camera') = (camera is not null))
) strict;

create index event_by_alert on event (alert_id) where alert_id is not null;
