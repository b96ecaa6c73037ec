-- What was known of each user when the feature window closed: events that had happened and had arrived by then.
SELECT events.*, people.registered_at
FROM events JOIN people ON people.user_id = events.user_id
WHERE events.occurred_at < people.registered_at + :window
  AND events.received_at < people.registered_at + :window
