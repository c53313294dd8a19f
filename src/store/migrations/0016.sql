-- Pictures of alerts go in their time, and with what somebody deletes; the schema says what it means.
alter table alert add column pictures_removed_at_ns integer;
alter table alert add column pictures_removed_by text check (pictures_removed_by in ('retention', 'deletion'))
check ((pictures_removed_by is null) = (pictures_removed_at_ns is null));

create index alert_with_pictures on alert (last_seen_at_ns, id)
where pictures_removed_at_ns is null or pictures_removed_at_ns < closed_at_ns;

-- Of a stretch of which there is no video any more, the pictures may be deleted.
create table new_deletion (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  from_ns integer not null,
  to_ns integer not null check (to_ns > from_ns),
  reason text not null check (reason <> ''),
  segments integer not null check (segments >= 0),
  bytes integer not null check (bytes >= 0),
  alerts integer not null check (alerts >= 0),
  deleted_by_account blob not null check (length(deleted_by_account) = 16),
  deleted_by_name text not null,
  deleted_at_ns integer not null
) strict;

insert into new_deletion
    (id, appliance, camera, from_ns, to_ns, reason, segments, bytes, alerts, deleted_by_account, deleted_by_name,
     deleted_at_ns)
select id, appliance, camera, from_ns, to_ns, reason, segments, bytes, 0, deleted_by_account, deleted_by_name,
       deleted_at_ns
from deletion;

drop table deletion;
alter table new_deletion rename to deletion;
create index deletion_by_camera on deletion (camera, deleted_at_ns, id);

-- So that a configuration that was changed while the appliance was off is told.
create table known_configuration (
  only integer primary key check (only = 1),
  text text not null
) strict;
