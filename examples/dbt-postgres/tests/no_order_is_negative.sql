-- Holds up to 2026-03-02; the order of 2026-03-03 with a negative amount makes it fail.
select order_id from {{ ref('stg_orders') }} where cents < 0
