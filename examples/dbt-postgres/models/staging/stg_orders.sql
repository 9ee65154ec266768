{{ config(
    pre_hook="select 1 as before_stg_orders",
    post_hook="comment on view {{ this }} is 'orders up to the day of the run'"
) }}

select
    order_id,
    customer_id,
    cents,
    ordered_on,
    updated_at
from {{ ref('raw_orders') }}
where ordered_on <= '{{ var("as_of") }}'::date
