-- By what alerts are looked for: more of schema.sql, which says what columns' names mean.

-- Pages of what nobody has settled: few among very many.
create index alert_waiting on alert (opened_at_ns, id, camera, severity, state, owner_name, verdict)
where state <> 'resolved';

-- Pages of one camera's alerts, and how many it has a day.
create index alert_by_camera on alert (camera, opened_at_ns, id, severity, state, owner_name, verdict);

-- Pages of somebody's alerts, and of what alerts were: true alarms are rare.
create index alert_by_owner on alert (owner_name, opened_at_ns, id, camera, severity, state, verdict)
where owner_name is not null;
create index alert_by_verdict on alert (verdict, opened_at_ns, id, camera, severity, state, owner_name)
where verdict is not null;

-- What an alert tells of, once each, beside its time: the kinds of its findings (finding.bag), and what some person in it
-- wears or carries for sure (wears.mask). So that a rare one is found without the alerts between.
create table alert_trait (
  trait text not null check (trait glob 'finding.?*' or trait glob 'wears.?*'),
  -- Both of the alert, as they stand there.
  opened_at_ns integer not null,
  alert_id blob not null references alert (id) on delete cascade,
  camera text not null,
  primary key (trait, opened_at_ns, alert_id)
) strict, without rowid;

-- What an alert has, and what goes with it.
create index trait_by_alert on alert_trait (alert_id, trait);

-- What a camera's alerts have.
create index trait_by_camera on alert_trait (trait, camera, opened_at_ns, alert_id);

-- The words of an alert's notes, once each: in small letters and without marks, as they are searched.
create table alert_word (
  word text not null check (word <> ''),
  -- As in alert_trait.
  opened_at_ns integer not null,
  alert_id blob not null references alert (id) on delete cascade,
  camera text not null,
  primary key (word, opened_at_ns, alert_id)
) strict, without rowid;

create index word_by_alert on alert_word (alert_id, word);
create index word_by_camera on alert_word (word, camera, opened_at_ns, alert_id);
