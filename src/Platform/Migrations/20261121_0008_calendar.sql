-- The service's own calendar, the same for all tenants. Read before a tenant is known; holds no customer data. Without a row the
-- defaults of BusinessHoursSettings hold.
CREATE TABLE platform.business_hours (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    opens time NOT NULL,
    closes time NOT NULL CHECK (closes > opens),
    -- 0 Sunday to 6 Saturday
    weekdays smallint[] NOT NULL CHECK (cardinality(weekdays) BETWEEN 1 AND 7),
    year_end_from text COLLATE "C" NOT NULL CHECK (year_end_from ~ '^[0-9]{2}-[0-9]{2}$'),
    year_end_to text COLLATE "C" NOT NULL CHECK (year_end_to ~ '^[0-9]{2}-[0-9]{2}$'));
GRANT SELECT, INSERT, UPDATE ON platform.business_hours TO akashi_app;

-- Days that are otherwise than the rules say: closures, and holidays that are moved or worked on.
CREATE TABLE platform.calendar_day (
    day date PRIMARY KEY,
    open boolean NOT NULL,
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 100));
GRANT SELECT, INSERT, UPDATE, DELETE ON platform.calendar_day TO akashi_app;
