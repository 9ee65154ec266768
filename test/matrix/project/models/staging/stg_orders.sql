{{ config(event_time='ordered_at') }}
select order_id, customer_id, cents, status, ordered_at, updated_at
from {{ ref('raw_orders') }}
