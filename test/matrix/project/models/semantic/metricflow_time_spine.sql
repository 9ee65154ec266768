{{ config(materialized='table') }}
select cast('2026-03-01' as date) as date_day
