{{ config(materialized='ephemeral') }}
select * from {{ ref('paid_orders') }} where cents > 1000
