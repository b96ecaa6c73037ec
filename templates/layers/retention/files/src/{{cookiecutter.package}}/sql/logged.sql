-- How often each event was logged by each version of the app on each day.
SELECT source, name, version, FLOOR(occurred_at / 86400) AS day, COUNT(*) AS events
FROM events
GROUP BY source, name, version, FLOOR(occurred_at / 86400)
ORDER BY source, name, version, day
