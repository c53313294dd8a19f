-- What cameras have learned; schema.sql says what it means.
create table camera_memory (
  camera text not null check (camera <> ''),
  kind text not null check (kind <> ''),
  body blob not null check (length(body) <= 1048576),
  saved_at_ns integer not null,
  primary key (camera, kind)
) strict, without rowid;
