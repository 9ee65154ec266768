{{ config(
  pre_hook=[{"sql": "insert into shop.hook_log values ('pre', 'inside')", "transaction": true}],
  post_hook=[
    {"sql": "insert into shop.hook_log values ('post', 'inside')", "transaction": true},
    {"sql": "insert into shop.hook_log values ('post', 'after the commit')", "transaction": target.type == 'duckdb'}
  ]
) }}
select * from {{ ref('paid_large_orders') }}
