-- By what alerts are looked for: more of schema.sql, which says what columns' names mean.

-- Pages of what nobody has settled: few among very many.
create index alert_waiting on alert (opened_at_ns, id, camera, severity, state, owner_name, verdict)
where state <> 'resolved';

-- Pages of one camera's alerts, and how many it has a day.
create index alert_by_camera on alert (camera, opened_at_ns, id, severity, state, owner_name, verdict);

-- What an alert tells of, once each, beside its time: the kinds of its findings (finding.bag), and what some person in it
-- wears or carries for sure (wears.mask). So that a rare one is found without the alerts between.
create table alert_trait (
  trait text not null check (trait glob 'finding.?*' or trait glob 'wears.?*'),
  -- Of the alert, as it stands there.
  opened_at_ns integer not null,
  alert_id blob not null references alert (id) on delete cascade,
  primary key (trait, opened_at_ns, alert_id)
) strict, without rowid;

-- What an alert has, and what goes with it.
create index trait_by_alert on alert_trait (alert_id, trait);
