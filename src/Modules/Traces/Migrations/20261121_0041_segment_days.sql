-- A segment may have lines of several days, one after another.
ALTER TABLE traces.segment ADD COLUMN last_day date;
UPDATE traces.segment SET last_day = day;
ALTER TABLE traces.segment ADD CONSTRAINT segment_days CHECK (last_day >= day);
