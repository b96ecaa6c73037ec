-- What is known of each home asked about on its day: area in square metres, cell of the map, shore, newest index.
CREATE OR REPLACE TEMPORARY VIEW described AS
WITH measured AS (
    SELECT
        asked.subject,
        asked.valued_on,
        asked.town,
        asked.x_m,
        asked.y_m,
        CASE WHEN asked.area_unit = 'sqft' THEN asked.area * 0.09290304 ELSE asked.area END AS area_m2,
        asked.rooms,
        asked.condition,
        settings.first_year + CAST(asked.valued_on AS DOUBLE) / 365.25 - asked.built_year AS age_years,
        CAST(FLOOR(asked.x_m / settings.cell_m) AS BIGINT) AS cell_x,
        CAST(FLOOR(asked.y_m / settings.cell_m) AS BIGINT) AS cell_y
    FROM asked
    CROSS JOIN settings
),
shores AS (
    SELECT
        measured.subject,
        MIN(GREATEST(
            SQRT(
                (measured.x_m - lakes.x_m) * (measured.x_m - lakes.x_m)
                + (measured.y_m - lakes.y_m) * (measured.y_m - lakes.y_m)
            ) - lakes.radius_m,
            0.0
        )) AS lake_m
    FROM measured
    JOIN lakes ON lakes.town = measured.town
    GROUP BY measured.subject
),
newest AS (
    SELECT
        measured.subject,
        MAX(market_index.published_on) AS published_on
    FROM measured
    JOIN market_index ON market_index.town = measured.town AND market_index.published_on <= measured.valued_on
    GROUP BY measured.subject
)
SELECT
    measured.*,
    (measured.x_m - towns.x_m) / 1000.0 AS east_km,
    (measured.y_m - towns.y_m) / 1000.0 AS north_km,
    shores.lake_m,
    newest.published_on,
    market_index.eur_per_m2
FROM measured
JOIN towns ON towns.town = measured.town
JOIN shores ON shores.subject = measured.subject
JOIN newest ON newest.subject = measured.subject
JOIN market_index ON market_index.town = measured.town AND market_index.published_on = newest.published_on
