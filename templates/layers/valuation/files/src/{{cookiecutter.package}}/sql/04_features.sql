-- One row of features for each home asked about; of other sales only what was registered before its day.
CREATE OR REPLACE TEMPORARY VIEW features AS
WITH near AS (
    SELECT
        described.subject,
        COALESCE(SUM(evidence.level_micro), 0) AS level_micro,
        COUNT(evidence.subject) AS sales
    FROM described
    CROSS JOIN settings
    LEFT JOIN evidence
        ON evidence.town = described.town
        AND evidence.cell_x = described.cell_x
        AND evidence.cell_y = described.cell_y
        AND evidence.registered_on < described.valued_on
        AND evidence.registered_on >= described.valued_on - settings.evidence_days
    GROUP BY described.subject
)
SELECT
    described.subject,
    described.valued_on,
    described.town,
    described.area_m2,
    described.eur_per_m2,
    CAST(near.sales AS BIGINT) AS near_sales,
    described.valued_on - described.published_on AS index_age_days,
    LN(described.area_m2) AS log_area,
    CAST(described.rooms AS DOUBLE) AS rooms,
    described.area_m2 / described.rooms AS area_per_room,
    CAST(described.age_years AS DOUBLE) AS age_years,
    CAST(described.condition AS DOUBLE) AS condition,
    LN(1 + described.lake_m) AS log_lake,
    described.east_km,
    described.north_km,
    CASE WHEN described.town = 'Ekeby' THEN 1.0 ELSE 0.0 END AS in_ekeby,
    CASE WHEN described.town = 'Sundby' THEN 1.0 ELSE 0.0 END AS in_sundby,
    LN(described.eur_per_m2) AS log_index,
    CAST(near.level_micro AS DOUBLE) / 1000000 / (near.sales + settings.shrink_sales) AS near_level,
    LN(1 + near.sales) AS log_near_sales
FROM described
CROSS JOIN settings
JOIN near ON near.subject = described.subject
