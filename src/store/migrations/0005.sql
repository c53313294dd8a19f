-- What the scores of alerts are made of; schema.sql says what it means.
create table score_part (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  part text not null check (part <> ''),
  words_vi text not null,
  words_en text not null,
  log_odds real not null,
  primary key (alert_id, position)
) strict, without rowid;
