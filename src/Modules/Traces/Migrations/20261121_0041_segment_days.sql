-- A segment may have lines of several days, one after another; without a last day it has lines of one.
ALTER TABLE traces.segment ADD COLUMN last_day date;
