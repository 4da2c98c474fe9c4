CREATE INDEX reports_newest ON reports (created_at DESC);
