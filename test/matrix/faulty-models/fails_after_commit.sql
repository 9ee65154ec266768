{{ config(
  materialized='table',
  post_hook=[{"sql": "select no_such_column from shop.hook_log", "transaction": false}],
  enabled=(env_var('MATRIX_AFTER_COMMIT', 'no') == 'yes')
) }}
select 1 as one
