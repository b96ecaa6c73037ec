-- Every sale as the question that it answers: this home, on that day.
CREATE OR REPLACE TEMPORARY VIEW past AS
SELECT
    deeds.deed AS subject,
    deeds.sold_on AS valued_on,
    properties.town,
    properties.x_m,
    properties.y_m,
    properties.area,
    properties.area_unit,
    properties.rooms,
    properties.built_year,
    properties.condition
FROM deeds
JOIN properties ON deeds.property = properties.property
