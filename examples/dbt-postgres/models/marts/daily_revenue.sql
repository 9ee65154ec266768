-- A hook outside the transaction leaves every later statement of this model to auto-commit: dbt still logs a COMMIT.
{{ config(
    pre_hook=[
        {"sql": "select pg_sleep({{ var('pause') }})", "transaction": false},
        {"sql": "select 1 as before_daily_revenue"}
    ],
    post_hook=[
        {"sql": "select 2 as after_daily_revenue"},
        {"sql": "analyze {{ this }}", "transaction": false}
    ]
) }}

select
    ordered_on,
    region,
    count(*) as orders,
    sum(cents) as cents
from {{ ref('fct_orders') }}
group by ordered_on, region
