-- In which language a person last used the pages: mail that goes out when nobody is on a page is written in it. Null until the next sign-in.
ALTER TABLE identity.user_account ADD COLUMN language text COLLATE "C" CHECK (language IN ('ja', 'en'));
