-- Recordings that somebody deleted: more of schema.sql, which says what columns' names mean.

-- Who deleted what of a camera, and why. Rows are never removed.
create table deletion (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  -- What was asked for; segments that have a part in it went whole.
  from_ns integer not null,
  to_ns integer not null check (to_ns > from_ns),
  reason text not null check (reason <> ''),
  segments integer not null check (segments >= 0),
  bytes integer not null check (bytes >= 0),
  -- Whose pictures went with it.
  alerts integer not null check (alerts >= 0),
  -- Who did it, by the name that they had then.
  deleted_by_account blob not null check (length(deleted_by_account) = 16),
  deleted_by_name text not null,
  deleted_at_ns integer not null
) strict;

-- What was deleted of a camera, newest first.
create index deletion_by_camera on deletion (camera, deleted_at_ns, id);

-- The segments of deletions. Their files go right after; what a power failure leaves goes at the next start.
create table deleted_segment (
  segment_id blob primary key check (length(segment_id) = 16),
  deletion_id blob not null references deletion (id)
) strict, without rowid;
