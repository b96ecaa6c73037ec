-- One row an event: the first delivery of each, lengths in milliseconds whatever the layout, no event later than its arrival.
SELECT event_id, source, user_id, name, version, received_at,
       LEAST(occurred_at, received_at) AS occurred_at,
       CASE WHEN name = 'session_end'
            THEN CAST(ROUND(CASE WHEN layout = 1 THEN length * 1000 ELSE length END) AS BIGINT)
            ELSE 0 END AS milliseconds
FROM (
    SELECT stream.*,
           ROW_NUMBER() OVER (PARTITION BY source, event_id ORDER BY received_at) AS delivery
    FROM stream
) AS delivered
WHERE delivery = 1
