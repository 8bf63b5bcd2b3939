ALTER TABLE probe.busy ADD COLUMN added integer;
