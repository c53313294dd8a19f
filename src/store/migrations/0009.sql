-- Spots where somebody loitered at night, and how long vehicles that passed were in view; schema.sql says what it means.
create table loitering (
  track blob primary key check (length(track) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  zone text not null check (zone <> ''),
  x real not null check (x between 0 and 1),
  y real not null check (y between 0 and 1),
  at_ns integer not null
) strict;

create index loitering_by_time on loitering (camera, at_ns, track);

create index passage_without_stop on passage (camera, first_at_ns, last_at_ns) where stopped = 0;
