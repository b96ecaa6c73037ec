-- Users that start sessions like clockwork: many of them, and hardly two different gaps (in minutes) between them.
SELECT user_id
FROM (
    SELECT user_id,
           FLOOR((occurred_at - LAG(occurred_at) OVER (PARTITION BY user_id ORDER BY occurred_at)) / 60) AS gap
    FROM known
    WHERE name = 'session_start'
) AS gaps
GROUP BY user_id
HAVING COUNT(gap) >= :bot_sessions AND COUNT(DISTINCT gap) < :bot_variety * COUNT(gap)
