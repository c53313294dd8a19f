-- Arming and disarming by hand; schema.sql says what it means.
create table arming_order (
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  appliance blob not null references appliance (id),
  act text not null check (act in ('arm', 'disarm')),
  camera text check (camera <> ''),
  camera_group text check (camera_group <> ''),
  from_ns integer not null,
  until_ns integer not null check (until_ns > from_ns),
  reason text not null check (reason <> ''),
  created_at_ns integer not null,
  withdrawn_at_ns integer,
  check (camera is null or camera_group is null)
) strict;
