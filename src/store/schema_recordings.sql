-- What is known of recordings beside the segments: more of schema.sql, which says what columns' names mean.

-- Stretches of video that somebody keeps. Rows are never removed: who let go of evidence, and when, is evidence itself.
create table kept_stretch (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  from_ns integer not null,
  to_ns integer not null check (to_ns > from_ns),
  -- Why it must not go.
  reason text not null check (reason <> ''),
  -- Who keeps it, by the name that they had then.
  kept_by_account blob not null check (length(kept_by_account) = 16),
  kept_by_name text not null,
  kept_at_ns integer not null,
  -- Who let go of it; null while it is kept.
  released_by_account blob check (length(released_by_account) = 16),
  released_by_name text,
  released_at_ns integer,
  check ((released_at_ns is null) = (released_by_account is null)),
  check ((released_at_ns is null) = (released_by_name is null))
) strict;

-- What somebody has kept of a camera, newest first.
create index kept_by_camera on kept_stretch (camera, kept_at_ns, id);

-- What must not be removed now.
create index kept_in_force on kept_stretch (camera, from_ns, to_ns) where released_at_ns is null;

-- Minutes in which something moved before a camera: those in which every picture of it was looked at for a while.
create table motion_minute (
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  -- Since 1970-01-01 UTC.
  minute integer not null,
  -- Of its seconds, in how many.
  seconds integer not null check (seconds between 1 and 60),
  primary key (camera, minute)
) strict, without rowid;
