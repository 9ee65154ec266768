{{ config(materialized='view', enabled=(env_var('MATRIX_FUNCTIONS', 'no') == 'yes')) }}
{% if env_var('MATRIX_FUNCTIONS', 'no') == 'yes' %}
select {{ function('double_cents') }}(cents) as twice from {{ ref('stg_orders') }}
{% else %}
select 1 as twice
{% endif %}
