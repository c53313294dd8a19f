-- Which alerts belong together across cameras; schema.sql says what it means. Alerts of before have no case.
create table case_file (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  opened_at_ns integer not null,
  joined_id blob references case_file (id)
) strict;

create index case_by_time on case_file (opened_at_ns, id) where joined_id is null;

create index case_by_joined on case_file (joined_id) where joined_id is not null;

alter table alert add column case_id blob references case_file (id);

create index alert_by_case on alert (case_id) where case_id is not null;
