-- Attributes of persons; schema.sql says what they mean.
create table attribute (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  attribute text not null check (attribute in ('mask', 'hat', 'gloves', 'bag')),
  track blob not null check (length(track) = 16),
  answer text not null check (answer in ('yes', 'no', 'unknown')),
  confidence real not null check (confidence between 0 and 1),
  frames integer not null check (frames >= 0),
  pixels integer not null check (pixels >= 0),
  has_crop integer not null check (has_crop in (0, 1)),
  primary key (alert_id, position, attribute)
) strict, without rowid;
