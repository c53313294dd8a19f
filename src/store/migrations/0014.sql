-- A spot is a place in a camera's view, in whatever zone that is: zones are drawn anew and renamed.
alter table loitering drop column zone;
