-- The database of one appliance: canhdem.db in the data folder. This file is what a fresh database
-- gets and what every older one becomes after the migrations; a test compares the two.
--
-- Ids are UUIDs of version 7 as 16 bytes. Times (…_at_ns) are nanoseconds since 1970-01-01 UTC,
-- lengths of time (…_ns) nanoseconds. Times of one row may be out of order where the clock was set
-- back meanwhile; that must never keep a row from being written, so no constraint speaks of it.

-- Who wrote this database: exactly one row, made with it.
create table appliance (
  only integer primary key check (only = 1),
  -- Names this appliance for ever, also where the records of many are joined.
  id blob not null unique check (length(id) = 16)
) strict;

-- What a guard sees: one intrusion in one camera. Written when it opens, grows and closes.
create table alert (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  -- Zone of the weightiest finding; null when it lay in none.
  zone text,
  opened_at_ns integer not null,
  -- When something was last seen that belongs to it.
  last_seen_at_ns integer not null,
  -- Null while the intrusion lasts.
  closed_at_ns integer,
  severity text not null check (severity in ('notice', 'warning', 'critical')),
  score real not null check (score between 0 and 1),
  -- What guards have done with it.
  state text not null check (state in ('new', 'claimed', 'resolved')),
  -- Why, in a sentence, in Vietnamese and in English.
  reason_vi text not null,
  reason_en text not null,
  -- Size in pixels of the analysed input, to which the findings' boxes refer.
  frame_width integer not null check (frame_width > 0),
  frame_height integer not null check (frame_height > 0),
  -- The case that it belongs to; null for alerts of older versions.
  case_id blob references case_file (id),
  -- How its persons moved outside of protected zones, by track: what a verdict teaches from. A JSON object of objects
  -- with bbox (in 0..1 of the picture), path and at.
  looks text not null default '{}' check (json_valid(looks)),
  -- Whose it is, by the name that they had then, and since when; null while it is new. What follows is the sum of
  -- alert_action, and no business of the camera that writes the rest.
  owner_account blob check (length(owner_account) = 16)
  check ((owner_account is null) = (state = 'new')),
  owner_name text check ((owner_name is null) = (state = 'new')),
  claimed_at_ns integer check ((claimed_at_ns is null) = (state = 'new')),
  -- What the owner says that it was, and when they last said so.
  verdict text check (verdict in ('true_alarm', 'false_alarm'))
  check ((verdict is null) = (state <> 'resolved')),
  false_alarm_reason text
  check (false_alarm_reason in ('insect', 'light', 'animal', 'staff', 'other'))
  check ((false_alarm_reason is null) = (verdict is not 'false_alarm')),
  resolved_at_ns integer check ((resolved_at_ns is null) = (verdict is null)),
  -- Since when it waits for the supervisor; null where nobody called them.
  escalated_at_ns integer,
  -- When its pictures went, and why: their time was over, or somebody deleted them. Null while they are kept.
  pictures_removed_at_ns integer,
  pictures_removed_by text check (pictures_removed_by in ('retention', 'deletion'))
  check ((pictures_removed_by is null) = (pictures_removed_at_ns is null))
) strict;

-- Pages of alerts, newest first. It holds every column by which they are filtered, so that a rare
-- one is found without reading the alerts between.
create index alert_by_time on alert (opened_at_ns, id, camera, severity, state, owner_name, verdict);

-- What may have to be escalated.
create index alert_unclaimed on alert (opened_at_ns, id) where state = 'new' and escalated_at_ns is null;

-- What was open when the appliance was last switched off.
create index alert_unfinished on alert (opened_at_ns, id) where closed_at_ns is null;

-- Which stretches of video alerts still need.
create index alert_by_end on alert (last_seen_at_ns, opened_at_ns, camera);

-- Whose pictures may be over. Of what was deleted while the alert was open, more may have come.
create index alert_with_pictures on alert (last_seen_at_ns, id)
where pictures_removed_at_ns is null or pictures_removed_at_ns < closed_at_ns;

-- The alerts of a case.
create index alert_by_case on alert (case_id) where case_id is not null;

-- Alerts that belong together across cameras. What a case is, its alerts say.
create table case_file (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  -- When the first of its alerts opened.
  opened_at_ns integer not null,
  -- The older case that it turned out to be a part of, which has its alerts now and has joined no other; null for a
  -- case of its own.
  joined_id blob references case_file (id)
) strict;

-- Pages of cases, newest first.
create index case_by_time on case_file (opened_at_ns, id) where joined_id is null;

-- What joined a case.
create index case_by_joined on case_file (joined_id) where joined_id is not null;

-- The statements of the rules that an alert consists of.
create table finding (
  alert_id blob not null references alert (id) on delete cascade,
  -- From 0, in order of time.
  position integer not null check (position >= 0),
  kind text not null check (kind in (
    'person', 'face_covered', 'head_covered', 'gloves', 'bag', 'vehicle', 'plate_absent',
    'plate_unreadable', 'plate_suspect', 'plate_wanted', 'loitering', 'seen_before',
    'protected_room', 'camera_tampered', 'camera_offline'
  )),
  track blob not null check (length(track) = 16),
  confidence real not null check (confidence between 0 and 1),
  at_ns integer not null,
  -- The box in pixels of the analysed input: left, top, width, height.
  x real not null,
  y real not null,
  w real not null,
  h real not null,
  -- Where it happened; null when in no zone.
  zone text,
  -- What it adds to the alert's log-odds.
  weight real not null,
  primary key (alert_id, position)
) strict, without rowid;

-- What the score of an alert is made of. Alerts of older versions have none.
create table score_part (
  alert_id blob not null references alert (id) on delete cascade,
  -- From 0: what was likely before, the findings by kind, the circumstances.
  position integer not null check (position >= 0),
  -- A kind of finding, or the name of a circumstance.
  part text not null check (part <> ''),
  -- As they were told then, in Vietnamese and in English.
  words_vi text not null,
  words_en text not null,
  -- What it adds to the alert's log-odds, which the score is made of.
  log_odds real not null,
  primary key (alert_id, position)
) strict, without rowid;

-- What guards did with an alert. Rows are only added.
create table alert_action (
  alert_id blob not null references alert (id) on delete cascade,
  -- From 0, in the order in which it was done, whatever the clock said.
  position integer not null check (position >= 0),
  at_ns integer not null,
  -- Who did it, by the name that they had then; null for the appliance itself.
  account blob check (length(account) = 16),
  name text,
  act text not null check (act in (
    'claimed', 'taken_over', 'resolved', 'corrected', 'escalated', 'noted', 'ticked', 'unticked'
  )),
  -- Of what was resolved or corrected.
  verdict text check (verdict in ('true_alarm', 'false_alarm')),
  false_alarm_reason text check (false_alarm_reason in ('insect', 'light', 'animal', 'staff', 'other')),
  note text check (note <> ''),
  -- Of the response plan as it read then; of what was ticked or not.
  step text check (step <> ''),
  primary key (alert_id, position),
  check ((account is null) = (name is null)),
  check ((verdict is null) = (act not in ('resolved', 'corrected'))),
  check ((false_alarm_reason is null) = (verdict is not 'false_alarm')),
  check ((step is null) = (act not in ('ticked', 'unticked')))
) strict, without rowid;

-- What verdicts have taught cameras. Gone when its time is over, when somebody takes it back, when the verdict is
-- corrected, or when a camera has too many.
create table lesson (
  -- In the order in which they were given, whatever the clock said.
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  -- The alert that was none.
  alert_id blob not null references alert (id) on delete cascade,
  -- Where its feet were and how tall it was, in 0..1 of the picture.
  x real not null,
  y real not null,
  height real not null,
  path text not null check (path in ('unknown', 'steady', 'erratic')),
  seen_at_ns integer not null,
  reason text not null check (reason in ('insect', 'light', 'animal')),
  -- Whose verdict it was, by the name that they had then.
  given_by text not null,
  given_at_ns integer not null,
  -- From when on it no longer holds.
  until_ns integer not null
) strict;

create index lesson_by_alert on lesson (alert_id);

-- What is known of the persons of an alert: four rows each, one an attribute.
create table attribute (
  alert_id blob not null references alert (id) on delete cascade,
  -- Of the person: from 0, in the order in which they were looked at.
  position integer not null check (position >= 0),
  attribute text not null check (attribute in ('mask', 'hat', 'gloves', 'bag')),
  -- The person's track; one a position.
  track blob not null check (length(track) = 16),
  answer text not null check (answer in ('yes', 'no', 'unknown')),
  -- Probability of the answer; where it is unknown, of the likelier side.
  confidence real not null check (confidence between 0 and 1),
  -- Pictures behind it.
  frames integer not null check (frames >= 0),
  -- Side of the largest crop behind it.
  pixels integer not null check (pixels >= 0),
  -- 1 where a picture of it was written beside the alert's snapshot: <alert>.<track>.<attribute>.jpg.
  has_crop integer not null check (has_crop in (0, 1)),
  primary key (alert_id, position, attribute)
) strict, without rowid;

-- About ten seconds of a camera's original stream on disk. A row without its file, or a file
-- without its row, is put right when the appliance starts.
create table segment (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  camera text not null check (camera <> ''),
  -- Relative to the data folder.
  path text not null unique check (path <> '' and path not like '/%'),
  codec text not null check (codec in ('h264', 'h265')),
  -- Wall time of its first picture.
  started_at_ns integer not null,
  duration_ns integer not null check (duration_ns >= 0),
  size_bytes integer not null check (size_bytes >= 0),
  -- 1 once nothing more is written to it.
  complete integer not null check (complete in (0, 1))
) strict;

-- The segments of a stretch of time, and what of it is recorded.
create index segment_by_time on segment (camera, started_at_ns, duration_ns);

-- The longest segment of a camera: how far before a stretch of time one may begin that reaches
-- into it.
create index segment_by_length on segment (camera, duration_ns);

-- What has changed, in order: the page's stream of events resumes from here. Only the last ten
-- thousand are kept. It says what changed and not how: whoever reads it wants the present.
create table event (
  -- Never given twice, even when the rows before it are gone.
  seq integer primary key autoincrement,
  kind text not null check (kind in ('alert', 'camera')),
  -- The alert, for kind alert.
  alert_id blob references alert (id) on delete cascade,
  -- The camera, for kind camera.
  camera text check (camera <> ''),
  check ((kind = 'alert') = (alert_id is not null)),
  check ((kind = 'camera') = (camera is not null))
) strict;

-- What goes when an alert goes.
create index event_by_alert on event (alert_id) where alert_id is not null;

-- Plates that somebody knows or watches for.
create table plate_entry (
  id blob primary key check (length(id) = 16),
  appliance blob not null references appliance (id),
  kind text not null check (kind in ('known', 'watched')),
  -- As it was typed: a plate, with ? for one character and * for any number that are not known.
  pattern text not null check (pattern <> ''),
  -- What the vehicle looks like, say; may be empty.
  note text not null,
  -- Whose it is, or why it is watched for.
  reason text not null check (reason <> ''),
  created_at_ns integer not null,
  -- From when on it is no longer in force; null for never.
  expires_at_ns integer
) strict;

-- A vehicle that came by: one track that was looked at. Written when it was first looked at and
-- again when more is known; removed after the configured days, and its pictures before it.
create table passage (
  track blob primary key check (length(track) = 16),
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  class text not null check (class in ('car', 'motorcycle', 'bus', 'truck')),
  -- When it was first and last seen.
  first_at_ns integer not null,
  last_at_ns integer not null,
  -- 1 where it stood still for a while.
  stopped integer not null check (stopped in (0, 1)),
  -- What can be said of its plate, and how probable that is.
  verdict text not null check (verdict in ('readable', 'unreadable', 'absent', 'not_assessable')),
  confidence real not null check (confidence between 0 and 1),
  -- Of the plate's ground; null where it cannot be told.
  color text check (color in ('white', 'yellow', 'blue', 'red', 'green')),
  -- Pictures behind the verdict.
  frames integer not null check (frames >= 0),
  -- Greatest width of the plate or its place, in pixels.
  pixels integer not null check (pixels >= 0),
  -- Local date of the evening on which its night began, such as 2026-02-16; null by day.
  night text check (night glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
  -- 1 where a picture lies among the snapshots: <track>.vehicle.jpg, <track>.plate.jpg.
  has_vehicle_crop integer not null check (has_vehicle_crop in (0, 1)),
  has_plate_crop integer not null check (has_plate_crop in (0, 1)),
  -- The entry that its plate matches, and 1 where it does so without an unsure character.
  entry_id blob references plate_entry (id) on delete set null,
  entry_exact integer not null check (entry_exact in (0, 1))
) strict;

-- Pages of passages, newest first. As with alerts it holds every column by which they are filtered.
create index passage_by_time on passage (first_at_ns, track, camera, class, verdict, night);

-- What expires next.
create index passage_by_end on passage (last_at_ns, track);

-- How long those that passed were in view.
create index passage_without_stop on passage (camera, first_at_ns, last_at_ns) where stopped = 0;

-- What is let go when an entry goes.
create index passage_by_entry on passage (entry_id) where entry_id is not null;

-- What a plate may say; only of readable ones.
create table plate_candidate (
  track blob not null references passage (track) on delete cascade,
  -- From 0, most probable first.
  position integer not null check (position between 0 and 2),
  -- As plates are shown: 12A-123.45.
  text text not null check (text <> ''),
  probability real not null check (probability between 0 and 1),
  -- Letters and digits alone, forwards and backwards, for patterns whose beginning or end is known.
  letters text not null,
  backwards text not null,
  primary key (track, position)
) strict, without rowid;

create index candidate_by_beginning on plate_candidate (letters, position, track);
create index candidate_by_end on plate_candidate (backwards, track);

-- Why a plate is suspect.
create table plate_suspicion (
  track blob not null references passage (track) on delete cascade,
  -- From 0, in the order in which they are told.
  position integer not null check (position >= 0),
  suspicion text not null check (suspicion in (
    'unknown_code', 'unknown_series', 'color_mismatch', 'class_mismatch', 'seen_elsewhere'
  )),
  primary key (track, position)
) strict, without rowid;

-- Whether a track belongs to an alert.
create index finding_by_track on finding (track);

-- Arming and disarming by hand. Kept for ever: it says what was not watched when, and why.
create table arming_order (
  -- In the order in which they were given, whatever the clock said: the last one counts.
  seq integer primary key,
  id blob not null unique check (length(id) = 16),
  appliance blob not null references appliance (id),
  act text not null check (act in ('arm', 'disarm')),
  -- Id of the camera, or name of the group of the configuration, that it is for; all where both are null.
  camera text check (camera <> ''),
  camera_group text check (camera_group <> ''),
  -- It counts from then until then, the end excluded.
  from_ns integer not null,
  until_ns integer not null check (until_ns > from_ns),
  -- Why somebody wanted it.
  reason text not null check (reason <> ''),
  created_at_ns integer not null,
  -- From when on it no longer counts though its time is not over; null where nobody withdrew it.
  withdrawn_at_ns integer,
  -- Who gave it and who withdrew it, by the names that they had then; null for orders of before that was kept.
  given_by_account blob check (length(given_by_account) = 16),
  given_by_name text check ((given_by_name is null) = (given_by_account is null)),
  withdrawn_by_account blob check (length(withdrawn_by_account) = 16),
  withdrawn_by_name text check ((withdrawn_by_name is null) = (withdrawn_by_account is null)),
  check (camera is null or camera_group is null)
) strict;

-- A spot where somebody loitered at night: of each track once, where it stood when it had stayed too long. It says
-- where, and not who; removed after the configured days.
create table loitering (
  track blob primary key check (length(track) = 16),
  appliance blob not null references appliance (id),
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  -- Of the feet, from the left and from the top, in 0..1 of the frame.
  x real not null check (x between 0 and 1),
  y real not null check (y between 0 and 1),
  at_ns integer not null
) strict;

create index loitering_by_time on loitering (camera, at_ns, track);

-- What a camera's loop has learned of its scene and keeps over a restart.
create table camera_memory (
  -- Id of the camera in the configuration; it may have been removed there since.
  camera text not null check (camera <> ''),
  -- What it is: perspective.
  kind text not null check (kind <> ''),
  -- As whoever keeps this kind writes and reads it. One that cannot be read is as good as none.
  body blob not null check (length(body) <= 1048576),
  saved_at_ns integer not null,
  primary key (camera, kind)
) strict, without rowid;
