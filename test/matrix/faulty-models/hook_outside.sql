{{ config(materialized='table', pre_hook=[{"sql": "insert into shop.hook_log values ('pre', 'outside')", "transaction": false}]) }}
select 1 as one
