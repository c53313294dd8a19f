-- Who armed and disarmed by hand.
alter table arming_order add column given_by_account blob check (length(given_by_account) = 16);
alter table arming_order add column given_by_name text check ((given_by_name is null) = (given_by_account is null));
alter table arming_order add column withdrawn_by_account blob check (length(withdrawn_by_account) = 16);
alter table arming_order add column withdrawn_by_name text
check ((withdrawn_by_name is null) = (withdrawn_by_account is null));

-- What alerts are looked for by: the camera beside what they tell of, the words of their notes one by one, whose they
-- are, and what they were. schema_search.sql says what it means.
create table new_trait (
  trait text not null check (trait glob 'finding.?*' or trait glob 'wears.?*'),
  opened_at_ns integer not null,
  alert_id blob not null references alert (id) on delete cascade,
  camera text not null,
  primary key (trait, opened_at_ns, alert_id)
) strict, without rowid;
insert into new_trait
select trait, alert_trait.opened_at_ns, alert_id, camera from alert_trait join alert on alert.id = alert_id;
drop table alert_trait;
alter table new_trait rename to alert_trait;
create index trait_by_alert on alert_trait (alert_id, trait);
create index trait_by_camera on alert_trait (trait, camera, opened_at_ns, alert_id);

create table alert_word (
  word text not null check (word <> ''),
  opened_at_ns integer not null,
  alert_id blob not null references alert (id) on delete cascade,
  camera text not null,
  primary key (word, opened_at_ns, alert_id)
) strict, without rowid;
create index word_by_alert on alert_word (alert_id, word);
create index word_by_camera on alert_word (word, camera, opened_at_ns, alert_id);
-- The search of texts takes the notes apart; nothing of it stays.
create virtual table temp.old_note using fts5 (words, alert_id unindexed, tokenize = 'unicode61 remove_diacritics 0');
insert into temp.old_note select words, alert_id from alert_action where words is not null;
create virtual table temp.old_word using fts5vocab (temp, old_note, instance);
insert or ignore into alert_word
select term, opened_at_ns, alert_id, camera
from temp.old_word join temp.old_note on old_note.rowid = old_word.doc join alert on alert.id = alert_id;
drop table temp.old_word;
drop table temp.old_note;

create table new_action (
  alert_id blob not null references alert (id) on delete cascade,
  position integer not null check (position >= 0),
  at_ns integer not null,
  account blob check (length(account) = 16),
  name text,
  act text not null check (act in (
    'claimed', 'taken_over', 'resolved', 'corrected', 'escalated', 'noted', 'ticked', 'unticked'
  )),
  verdict text check (verdict in ('true_alarm', 'false_alarm')),
  false_alarm_reason text check (false_alarm_reason in ('insect', 'light', 'animal', 'staff', 'other')),
  note text check (note <> ''),
  step text check (step <> ''),
  primary key (alert_id, position),
  check ((account is null) = (name is null)),
  check ((verdict is null) = (act not in ('resolved', 'corrected'))),
  check ((false_alarm_reason is null) = (verdict is not 'false_alarm')),
  check ((step is null) = (act not in ('ticked', 'unticked')))
) strict, without rowid;
insert into new_action
select alert_id, position, at_ns, account, name, act, verdict, false_alarm_reason, note, step from alert_action;
drop table alert_action;
alter table new_action rename to alert_action;

create index alert_by_owner on alert (owner_name, opened_at_ns, id, camera, severity, state, verdict)
where owner_name is not null;
create index alert_by_verdict on alert (verdict, opened_at_ns, id, camera, severity, state, owner_name)
where verdict is not null;
