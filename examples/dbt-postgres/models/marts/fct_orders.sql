{{ config(
    materialized='incremental',
    unique_key='order_id',
    incremental_strategy='delete+insert',
    post_hook="analyze {{ this }}"
) }}

select
    o.order_id,
    o.customer_id,
    c.region,
    o.cents,
    o.ordered_on,
    o.updated_at
from {{ ref('stg_orders') }} o
join {{ ref('raw_customers') }} c on c.customer_id = o.customer_id
{% if is_incremental() %}
where o.ordered_on >= (select max(ordered_on) from {{ this }})
{% endif %}
