-- Vehicles that came by, and plates that are known or watched; schema.sql says what they mean.
create table plate_entry (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  kind text not null check (kind in ('known', 'watched')),
  pattern text not null check (pattern <> ''),
  note text not null,
  reason text not null check (reason <> ''),
  created_at_ns integer not null,
  expires_at_ns integer
) strict;

create table passage (
  track blob primary key check (length(track) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  class text not null check (class in ('car', 'motorcycle', 'bus', 'truck')),
  first_at_ns integer not null,
  last_at_ns integer not null,
  stopped integer not null check (stopped in (0, 1)),
  verdict text not null check (verdict in ('readable', 'unreadable', 'absent', 'not_assessable')),
  confidence real not null check (confidence between 0 and 1),
  color text check (color in ('white', 'yellow', 'blue', 'red', 'green')),
  frames integer not null check (frames >= 0),
  pixels integer not null check (pixels >= 0),
  night text check (night glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  has_vehicle_crop integer not null check (has_vehicle_crop in (0, 1)),
  has_plate_crop integer not null check (has_plate_crop in (0, 1)),
  entry_id blob references plate_entry (id) on delete set null,
  entry_exact integer not null check (entry_exact in (0, 1))
) strict;

create index passage_by_time on passage (first_at_ns, track, camera, class, verdict, night);

create index passage_by_end on passage (last_at_ns, track);

create index passage_by_entry on passage (entry_id) where entry_id is not null;

create table plate_candidate (
  track blob not null references passage (track) on delete cascade,
  position integer not null check (position between 0 and 2),
  text text not null check (text <> ''),
  probability real not null check (probability between 0 and 1),
  letters text not null,
  backwards text not null,
  primary key (track, position)
) strict, without rowid;

create index candidate_by_beginning on plate_candidate (letters, position, track);
create index candidate_by_end on plate_candidate (backwards, track);

create table plate_suspicion (
  track blob not null references passage (track) on delete cascade,
  position integer not null check (position >= 0),
  suspicion text not null check (suspicion in (
    'unknown_code', 'unknown_series', 'color_mismatch', 'class_mismatch', 'seen_elsewhere'
  )),
  primary key (track, position)
) strict, without rowid;

create index finding_by_track on finding (track);
