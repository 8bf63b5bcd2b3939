-- How a run went, in English; message is Japanese from now on. A row without it is from before, or from a node of the previous version.
ALTER TABLE platform.job_run ADD COLUMN english_message text CHECK (length(english_message) <= 2000);
GRANT UPDATE (english_message) ON platform.job_run TO akashi_app;
