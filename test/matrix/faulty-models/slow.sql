-- depends_on: {{ ref('quick') }}
{{ config(materialized='table') }}
select 1 as one from pg_sleep({{ env_var('MATRIX_PAUSE', '0') }})
