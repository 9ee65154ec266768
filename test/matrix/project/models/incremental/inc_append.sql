{{ config(materialized='incremental', incremental_strategy='append', enabled=('append' in env_var('MATRIX_STRATEGIES', 'append,delete+insert').split(','))) }}
select order_id, cents, updated_at from {{ ref('stg_orders') }}
{% if is_incremental() %}
where updated_at >= (select max(updated_at) from {{ this }})
{% endif %}
