{{ config(
  materialized='incremental',
  incremental_strategy='microbatch',
  unique_key=('order_id' if target.type == 'postgres' else none),
  event_time='ordered_at',
  begin='2025-01-01',
  batch_size='year',
  lookback=1,
  enabled=('microbatch' in env_var('MATRIX_STRATEGIES', 'append,delete+insert').split(','))
) }}
select order_id, cents, ordered_at from {{ ref('stg_orders') }}
