ALTER TABLE reports ADD COLUMN status text NOT NULL DEFAULT 'new';
