{{ config(materialized='materialized_view', enabled=(target.type == 'postgres' and env_var('MATRIX_WITHOUT_MV', 'no') != 'yes')) }}
select status, count(*) as orders from {{ ref('stg_orders') }} group by status
