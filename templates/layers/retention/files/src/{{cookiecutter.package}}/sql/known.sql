-- What was known of each user when the feature window closed: events that had happened and had arrived by then.
SELECT events.*, users.registered_at
FROM events JOIN users ON users.user_id = events.user_id
WHERE events.occurred_at < users.registered_at + :window
  AND events.received_at < users.registered_at + :window
