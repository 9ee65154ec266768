{{ config(alias='MixedCase') }}
select 1 as one
