-- One row a user whose feature window has closed, with the features and, behind them, how well the user was heard.
SELECT people.user_id,
       people.registered_at + :window AS moment,
       SUM(CASE WHEN name = 'session_start' THEN 1 ELSE 0 END) AS sessions,
       COUNT(DISTINCT CASE WHEN name = 'session_start'
                           THEN FLOOR((occurred_at - people.registered_at) / 86400) END) AS active_days,
       SUM(CASE WHEN name = 'session_start' AND occurred_at >= people.registered_at + :window - 259200
                THEN 1 ELSE 0 END) AS sessions_last_3d,
       (people.registered_at + :window - MAX(CASE WHEN name = 'session_start' THEN occurred_at END)) / 3600
           AS hours_since_last,
       SUM(CASE WHEN name = 'session_start' AND occurred_at < people.registered_at + 86400
                THEN 1 ELSE 0 END) AS sessions_first_day,
       COALESCE(SUM(milliseconds), 0) / 60000 AS minutes,
       SUM(CASE WHEN name = 'lesson_done' THEN 1 ELSE 0 END) AS lessons,
       SUM(CASE WHEN name = 'error_shown' THEN 1 ELSE 0 END) AS errors,
       SUM(CASE WHEN name = 'message_sent' THEN 1 ELSE 0 END) AS messages,
       SUM(CASE WHEN name = 'purchase' THEN 1 ELSE 0 END) AS purchases,
       SUM(CASE WHEN name = 'push_opened' THEN 1 ELSE 0 END) AS pushes_opened,
       MAX(CASE WHEN people.platform = 'ios' THEN 1 ELSE 0 END) AS on_ios,
       MAX(CASE WHEN people.platform = 'web' THEN 1 ELSE 0 END) AS on_web,
       MAX(CASE WHEN people.channel = 'advert' THEN 1 ELSE 0 END) AS from_advert,
       MAX(CASE WHEN people.channel = 'friend' THEN 1 ELSE 0 END) AS from_friend,
       COUNT(known.event_id) AS events_heard,
       COUNT(DISTINCT known.source) AS sources_heard,
       SUM(CASE WHEN received_at - occurred_at > 3600 THEN 1 ELSE 0 END) AS events_late
FROM people LEFT JOIN known ON known.user_id = people.user_id
WHERE people.registered_at + :window <= :as_of
  AND people.user_id NOT IN (SELECT user_id FROM bots)
GROUP BY people.user_id, people.registered_at
ORDER BY people.user_id
