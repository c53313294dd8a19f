-- Recordings that somebody deleted; the schema says what it means.

create table deletion (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),

  camera text not null check (camera <> ''),

  from_ns integer not null,
  to_ns integer not null check (to_ns > from_ns),
  reason text not null check (reason <> ''),
  segments integer not null check (segments >= 1),
  bytes integer not null check (bytes >= 0),

  deleted_by_account blob not null check (length(deleted_by_account) = 16),
  deleted_by_name text not null,
  deleted_at_ns integer not null
) strict;

create index deletion_by_camera on deletion (camera, deleted_at_ns, id);

create table deleted_segment (
  segment_id blob primary key check (length(segment_id) = 16),
  deletion_id blob not null references deletion (id)
) strict, without rowid;
