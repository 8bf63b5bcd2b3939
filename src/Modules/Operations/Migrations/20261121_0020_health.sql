-- The service's own health. No tenant, no customer data.
CREATE SCHEMA IF NOT EXISTS operations;
GRANT USAGE ON SCHEMA operations TO akashi_app;

-- What each check found last, since when, and what the operators were told; 0 ok, 1 warning, 2 failing.
CREATE TABLE operations.health (
    check_id text COLLATE "C" PRIMARY KEY CHECK (length(check_id) BETWEEN 1 AND 100),
    state integer NOT NULL CHECK (state BETWEEN 0 AND 2),
    since timestamptz NOT NULL,
    checked_at timestamptz NOT NULL,
    japanese text NOT NULL CHECK (length(japanese) <= 1000),
    english text NOT NULL CHECK (length(english) <= 1000),
    told integer NOT NULL DEFAULT 0 CHECK (told BETWEEN 0 AND 2));
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.health TO akashi_app;

-- The worst state in each quarter of an hour.
CREATE TABLE operations.health_history (
    check_id text COLLATE "C" NOT NULL CHECK (length(check_id) BETWEEN 1 AND 100),
    slot timestamptz NOT NULL,
    worst integer NOT NULL CHECK (worst BETWEEN 0 AND 2),
    PRIMARY KEY (check_id, slot));
CREATE INDEX health_history_by_slot ON operations.health_history (slot);
GRANT SELECT, INSERT, UPDATE, DELETE ON operations.health_history TO akashi_app;

-- Announced maintenance: alarms are silent meanwhile.
CREATE TABLE operations.maintenance_window (
    id uuid PRIMARY KEY,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 200),
    CHECK (ends_at > starts_at));
CREATE INDEX maintenance_window_by_end ON operations.maintenance_window (ends_at);
GRANT SELECT, INSERT, DELETE ON operations.maintenance_window TO akashi_app;
