-- Where Quartz keeps its schedules; its own script makes the tables (see QuartzSchema). No customer data in them.
CREATE SCHEMA quartz;
GRANT USAGE ON SCHEMA quartz TO akashi_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA quartz GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO akashi_app;

-- What ran, where, and how it ended. Work of the service as a whole: no tenant, no customer data.
CREATE TABLE platform.job_run (
    id uuid PRIMARY KEY,
    job text COLLATE "C" NOT NULL CHECK (length(job) BETWEEN 1 AND 100),
    node text COLLATE "C" NOT NULL CHECK (length(node) BETWEEN 1 AND 200),
    cause text COLLATE "C" NOT NULL CHECK (cause IN ('schedule', 'person', 'recovery')),
    asked_by text CHECK (length(asked_by) <= 200),
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('running', 'succeeded', 'failed', 'stopped', 'lost')),
    message text CHECK (length(message) <= 2000),
    CHECK ((outcome = 'running') = (ended_at IS NULL)));
CREATE INDEX job_run_by_job ON platform.job_run (job, id);
CREATE INDEX job_run_running ON platform.job_run (job) WHERE outcome = 'running';
GRANT SELECT, INSERT, DELETE, UPDATE (ended_at, outcome, message) ON platform.job_run TO akashi_app;

-- Which alarm went to the operator when, so that a fault does not become a flood of mail.
CREATE TABLE platform.operator_alarm (
    key text COLLATE "C" PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 200),
    mailed_at timestamptz NOT NULL,
    suppressed integer NOT NULL DEFAULT 0);
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.operator_alarm TO akashi_app;
