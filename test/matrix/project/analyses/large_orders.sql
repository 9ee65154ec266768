select * from {{ ref('stg_orders') }} where cents > 1000
