{{ config(
  pre_hook=["insert into {{ target.schema }}.hook_log values ('pre', 'inside')"],
  post_hook=[
    "insert into {{ target.schema }}.hook_log values ('post', 'inside')",
    {"sql": "insert into {{ target.schema }}.hook_log values ('post', 'outside')", "transaction": false}
  ]
) }}
select * from {{ ref('paid_large_orders') }}
