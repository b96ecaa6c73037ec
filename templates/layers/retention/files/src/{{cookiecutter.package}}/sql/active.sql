-- How many users were heard of at all, from any source, by version and day.
SELECT version, FLOOR(occurred_at / 86400) AS day, COUNT(DISTINCT user_id) AS users
FROM events
GROUP BY version, FLOOR(occurred_at / 86400)
ORDER BY version, day
