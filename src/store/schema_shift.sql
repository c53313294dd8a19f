-- Response plans, ways of tracks, shifts and what a daily report tells: the rest of schema.sql, which says what columns' names mean.

-- What the office wanted done about an alert, as it read while the camera wrote the alert.
create table plan_step (
  alert_id blob not null references alert (id) on delete cascade,
  -- From 0, in the office's order.
  position integer not null check (position >= 0),
  step text not null check (step <> ''),
  primary key (alert_id, position)
) strict, without rowid;

-- The way of a track of an alert, to be drawn over the clip.
create table alert_trail (
  alert_id blob not null references alert (id) on delete cascade,
  track blob not null check (length(track) = 16),
  -- A JSON array, oldest point first, of arrays: milliseconds since 1970, and left, top, width and height in pixels of
  -- the analysed input.
  points text not null check (json_valid(points)),
  primary key (alert_id, track)
) strict, without rowid;

-- What one shift writes down for the next. Rows are only added.
create table shift_note (
  -- In the order in which they were written, whatever the clock said.
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  appliance blob not null references appliance (id),
  at_ns integer not null,
  -- Who wrote it, by the name that they had then.
  account blob not null check (length(account) = 16),
  name text not null,
  note text not null check (note <> '')
) strict;

-- Who went on duty and off it. Rows are only added.
create table duty (
  -- In the order in which it was said, whatever the clock said.
  seq integer primary key,
  appliance blob not null references appliance (id),
  at_ns integer not null,
  -- Who, by the name that they had then.
  account blob not null check (length(account) = 16),
  name text not null,
  is_on integer not null check (is_on in (0, 1))
) strict;

create index duty_by_time on duty (at_ns, seq);

-- When a camera gave no picture. Those of one camera follow one another; kept for 400 days.
create table camera_outage (
  seq integer primary key,
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  from_ns integer not null,
  -- Null while it lasts.
  until_ns integer,
  -- Why, as it was first told; null where that was not known.
  reason text check (reason <> '')
) strict;

create index outage_by_time on camera_outage (camera, from_ns);

-- At most one a camera.
create unique index outage_open on camera_outage (camera) where until_ns is null;
