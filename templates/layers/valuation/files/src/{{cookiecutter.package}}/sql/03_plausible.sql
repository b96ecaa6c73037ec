-- Sales that may stand as evidence. A price per m² far from the index is a slipped decimal or a wrong unit of area.
-- Levels are whole millionths of a logarithm: integer sums do not depend on their order.
CREATE OR REPLACE TEMPORARY VIEW plausible AS
SELECT
    described.subject,
    described.town,
    described.cell_x,
    described.cell_y,
    deeds.registered_on,
    CAST(ROUND(1000000 * LN(deeds.price_eur / (described.area_m2 * described.eur_per_m2))) AS BIGINT) AS level_micro
FROM described
JOIN deeds ON deeds.deed = described.subject
WHERE deeds.price_eur / (described.area_m2 * described.eur_per_m2) BETWEEN 0.3 AND 3.0
