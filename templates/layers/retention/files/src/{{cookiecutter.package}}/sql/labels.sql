-- One row a user whose second week, and the grace for late events after it, is over: 1 if a session began in that week.
SELECT people.user_id,
       MAX(CASE WHEN name = 'session_start'
                 AND occurred_at >= people.registered_at + :window
                 AND occurred_at < people.registered_at + :window + :outcome
                THEN 1 ELSE 0 END) AS retained
FROM people LEFT JOIN events
  ON events.user_id = people.user_id AND events.received_at < :as_of
WHERE people.registered_at + :window + :outcome + :grace <= :as_of
GROUP BY people.user_id
ORDER BY people.user_id
