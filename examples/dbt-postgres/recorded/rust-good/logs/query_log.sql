-- created_at: 2026-11-21T13:09:23.239981344+00:00
-- finished_at: 2026-11-21T13:09:23.240317207+00:00
-- elapsed: 335us
-- outcome: success
-- dialect: postgres
-- node_id: not available
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create schema if not exists "shop";
-- created_at: 2026-11-21T13:09:23.240864600+00:00
-- finished_at: 2026-11-21T13:09:23.241219432+00:00
-- elapsed: 354us
-- outcome: success
-- dialect: postgres
-- node_id: not available
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create schema if not exists "shop_history";
-- created_at: 2026-11-21T13:09:23.242279650+00:00
-- finished_at: 2026-11-21T13:09:23.242476038+00:00
-- elapsed: 196us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-start-0
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create schema if not exists shop_audit;
-- created_at: 2026-11-21T13:09:23.245632048+00:00
-- finished_at: 2026-11-21T13:09:23.245972835+00:00
-- elapsed: 340us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-start-1
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create table if not exists shop_audit.runs (invocation_id text, phase text, at timestamptz default now());
-- created_at: 2026-11-21T13:09:23.247254512+00:00
-- finished_at: 2026-11-21T13:09:23.247863931+00:00
-- elapsed: 609us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-start-2
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
insert into shop_audit.runs (invocation_id, phase) values ('01a1fe39-cc5a-72a3-8e44-389aa9c8949f', 'start');
-- created_at: 2026-11-21T13:09:23.250324574+00:00
-- finished_at: 2026-11-21T13:09:23.252845995+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_customers
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "seed.clyra_shop.raw_customers", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'raw_customers'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'raw_customers'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'raw_customers'
            ;
-- created_at: 2026-11-21T13:09:23.253452789+00:00
-- finished_at: 2026-11-21T13:09:23.255761874+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "seed.clyra_shop.raw_orders", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'raw_orders'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'raw_orders'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'raw_orders'
            ;
-- created_at: 2026-11-21T13:09:23.254196215+00:00
-- finished_at: 2026-11-21T13:09:23.255676014+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_customers
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "seed.clyra_shop.raw_customers", "profile_name": "clyra_shop", "target_name": "dev"} */
truncate table "postgres"."shop"."raw_customers";
-- created_at: 2026-11-21T13:09:23.257136912+00:00
-- finished_at: 2026-11-21T13:09:23.257944860+00:00
-- elapsed: 807us
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "seed.clyra_shop.raw_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
truncate table "postgres"."shop"."raw_orders";
-- created_at: 2026-11-21T13:09:23.258417489+00:00
-- finished_at: 2026-11-21T13:09:23.258787081+00:00
-- elapsed: 369us
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_customers
-- query_id: not available
-- desc: add_query adapter call
insert into "postgres"."shop"."raw_customers" ("customer_id", "region") values
          ('10','north'),('11','north'),('12','south'),('13','west');
-- created_at: 2026-11-21T13:09:23.265346505+00:00
-- finished_at: 2026-11-21T13:09:23.265771658+00:00
-- elapsed: 425us
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_orders
-- query_id: not available
-- desc: add_query adapter call
insert into "postgres"."shop"."raw_orders" ("order_id", "customer_id", "cents", "ordered_on", "updated_at") values
          ('1','10','1999','2026-03-01','2026-03-01 08:15:00'),('2','11','4500','2026-03-01','2026-03-01 09:40:00'),('3','10','1250','2026-03-01','2026-03-01 17:05:00'),('4','12','9900','2026-03-02','2026-03-02 07:55:00'),('5','11','2100','2026-03-02','2026-03-02 12:30:00'),('6','13','750','2026-03-02','2026-03-02 18:20:00'),('7','12','-300','2026-03-03','2026-03-03 10:10:00'),('8','10','3300','2026-03-03','2026-03-03 11:45:00');
-- created_at: 2026-11-21T13:09:23.269285080+00:00
-- finished_at: 2026-11-21T13:09:23.270186248+00:00
-- elapsed: 901us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'stg_orders'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'stg_orders'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'stg_orders'
            ;
-- created_at: 2026-11-21T13:09:23.270898981+00:00
-- finished_at: 2026-11-21T13:09:23.271546567+00:00
-- elapsed: 647us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'stg_orders__dbt_tmp'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'stg_orders__dbt_tmp'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'stg_orders__dbt_tmp'
            ;
-- created_at: 2026-11-21T13:09:23.272171998+00:00
-- finished_at: 2026-11-21T13:09:23.272825791+00:00
-- elapsed: 653us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'stg_orders__dbt_backup'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'stg_orders__dbt_backup'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'stg_orders__dbt_backup'
            ;
-- created_at: 2026-11-21T13:09:23.273347659+00:00
-- finished_at: 2026-11-21T13:09:23.273573681+00:00
-- elapsed: 226us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
select 1 as before_stg_orders;
-- created_at: 2026-11-21T13:09:23.274933177+00:00
-- finished_at: 2026-11-21T13:09:23.275709017+00:00
-- elapsed: 775us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
create view "postgres"."shop"."stg_orders__dbt_tmp"
    
    
  as (
    

select
    order_id,
    customer_id,
    cents,
    ordered_on,
    updated_at
from "postgres"."shop"."raw_orders"
where ordered_on <= '2026-03-02'::date
  );
-- created_at: 2026-11-21T13:09:23.276574486+00:00
-- finished_at: 2026-11-21T13:09:23.276900715+00:00
-- elapsed: 326us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."stg_orders" rename to "stg_orders__dbt_backup";
-- created_at: 2026-11-21T13:09:23.277591595+00:00
-- finished_at: 2026-11-21T13:09:23.277834608+00:00
-- elapsed: 243us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."stg_orders__dbt_tmp" rename to "stg_orders";
-- created_at: 2026-11-21T13:09:23.278694120+00:00
-- finished_at: 2026-11-21T13:09:23.278969779+00:00
-- elapsed: 275us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
comment on view "postgres"."shop"."stg_orders" is 'orders up to the day of the run';
-- created_at: 2026-11-21T13:09:23.279956210+00:00
-- finished_at: 2026-11-21T13:09:23.280483671+00:00
-- elapsed: 527us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
drop view if exists "postgres"."shop"."stg_orders__dbt_backup" cascade;
-- created_at: 2026-11-21T13:09:23.285649283+00:00
-- finished_at: 2026-11-21T13:09:23.288624432+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: test.clyra_shop.unique_stg_orders_order_id.e3b841c71a
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "test.clyra_shop.unique_stg_orders_order_id.e3b841c71a", "profile_name": "clyra_shop", "target_name": "dev"} */
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    order_id as unique_field,
    count(*) as n_records

from "postgres"."shop"."stg_orders"
where order_id is not null
group by order_id
having count(*) > 1



  
  
      
    ) dbt_internal_test;
-- created_at: 2026-11-21T13:09:23.286807115+00:00
-- finished_at: 2026-11-21T13:09:23.288710284+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'fct_orders'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'fct_orders'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'fct_orders'
            ;
-- created_at: 2026-11-21T13:09:23.291272044+00:00
-- finished_at: 2026-11-21T13:09:23.291828310+00:00
-- elapsed: 556us
-- outcome: success
-- dialect: postgres
-- node_id: test.clyra_shop.not_null_stg_orders_order_id.81cfe2fe64
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "test.clyra_shop.not_null_stg_orders_order_id.81cfe2fe64", "profile_name": "clyra_shop", "target_name": "dev"} */
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select order_id
from "postgres"."shop"."stg_orders"
where order_id is null



  
  
      
    ) dbt_internal_test;
-- created_at: 2026-11-21T13:09:23.290624976+00:00
-- finished_at: 2026-11-21T13:09:23.291658311+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: test.clyra_shop.no_order_is_negative
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "test.clyra_shop.no_order_is_negative", "profile_name": "clyra_shop", "target_name": "dev"} */
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- Holds up to 2026-03-02; the order of 2026-03-03 with a negative amount makes it fail.
select order_id from "postgres"."shop"."stg_orders" where cents < 0
  
  
      
    ) dbt_internal_test;
-- created_at: 2026-11-21T13:09:23.291222185+00:00
-- finished_at: 2026-11-21T13:09:23.293678102+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop_history'
              and tablename = 'orders_snapshot'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop_history'
              and viewname = 'orders_snapshot'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop_history'
              and matviewname = 'orders_snapshot'
            ;
-- created_at: 2026-11-21T13:09:23.294512819+00:00
-- finished_at: 2026-11-21T13:09:23.296211851+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'fct_orders__dbt_tmp'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'fct_orders__dbt_tmp'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'fct_orders__dbt_tmp'
            ;
-- created_at: 2026-11-21T13:09:23.296827511+00:00
-- finished_at: 2026-11-21T13:09:23.297463891+00:00
-- elapsed: 636us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'fct_orders__dbt_backup'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'fct_orders__dbt_backup'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'fct_orders__dbt_backup'
            ;
-- created_at: 2026-11-21T13:09:23.298360178+00:00
-- finished_at: 2026-11-21T13:09:23.300238846+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
create temporary table "fct_orders__dbt_tmp130923293584733"
  
  
    as
  
  (
    

select
    o.order_id,
    o.customer_id,
    c.region,
    o.cents,
    o.ordered_on,
    o.updated_at
from "postgres"."shop"."stg_orders" o
join "postgres"."shop"."raw_customers" c on c.customer_id = o.customer_id

where o.ordered_on >= (select max(ordered_on) from "postgres"."shop"."fct_orders")

  );
-- created_at: 2026-11-21T13:09:23.301029706+00:00
-- finished_at: 2026-11-21T13:09:23.306715305+00:00
-- elapsed: 5ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from INFORMATION_SCHEMA.columns
      where table_name = 'fct_orders__dbt_tmp130923293584733'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.295357340+00:00
-- finished_at: 2026-11-21T13:09:23.306754843+00:00
-- elapsed: 11ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from postgres.INFORMATION_SCHEMA.columns
      where table_name = 'orders_snapshot'
        
        and table_schema = 'shop_history'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.307601486+00:00
-- finished_at: 2026-11-21T13:09:23.310570991+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from postgres.INFORMATION_SCHEMA.columns
      where table_name = 'fct_orders'
        
        and table_schema = 'shop'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.311479169+00:00
-- finished_at: 2026-11-21T13:09:23.314893874+00:00
-- elapsed: 3ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
create temporary table "orders_snapshot__dbt_tmp130923307942632"
  
  
    as
  
  (
    
    
    with snapshot_query as (

        select * from "postgres"."shop"."stg_orders"

    ),

    snapshotted_data as (

        select *, 
    
        order_id as dbt_unique_key
    

        from "postgres"."shop_history"."orders_snapshot"
        where
            
                dbt_valid_to is null
            

    ),

    insertions_source_data as (

        select *, 
    
        order_id as dbt_unique_key
    
,
            updated_at as dbt_updated_at,
            updated_at as dbt_valid_from,
            
  
  coalesce(nullif(updated_at, updated_at), null)
  as dbt_valid_to
,
            md5(coalesce(cast(order_id as varchar ), '')
         || '|' || coalesce(cast(updated_at as varchar ), '')
        ) as dbt_scd_id

        from snapshot_query
    ),

    updates_source_data as (

        select *, 
    
        order_id as dbt_unique_key
    
,
            updated_at as dbt_updated_at,
            updated_at as dbt_valid_from,
            updated_at as dbt_valid_to

        from snapshot_query
    ),

    insertions as (

        select
            'insert' as dbt_change_type,
            source_data.*

        from insertions_source_data as source_data
        left outer join snapshotted_data
            on 
    
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    

            where 
    
        snapshotted_data.dbt_unique_key is null
    

            or (
    
        snapshotted_data.dbt_unique_key is not null
    
 and (
               (snapshotted_data.dbt_valid_from < source_data.updated_at)
            )

        )

    ),

    updates as (

        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id

        from updates_source_data as source_data
        join snapshotted_data
            on 
    
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    

        where (
            (snapshotted_data.dbt_valid_from < source_data.updated_at)
        )
    )

    select * from insertions
    union all
    select * from updates

  );
-- created_at: 2026-11-21T13:09:23.311543713+00:00
-- finished_at: 2026-11-21T13:09:23.316133069+00:00
-- elapsed: 4ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from postgres.INFORMATION_SCHEMA.columns
      where table_name = 'fct_orders'
        
        and table_schema = 'shop'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.316022021+00:00
-- finished_at: 2026-11-21T13:09:23.319838924+00:00
-- elapsed: 3ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from INFORMATION_SCHEMA.columns
      where table_name = 'orders_snapshot__dbt_tmp130923307942632'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.318198240+00:00
-- finished_at: 2026-11-21T13:09:23.320235536+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
delete from "postgres"."shop"."fct_orders" as DBT_INTERNAL_DEST
        where (order_id) in (
            select distinct order_id
            from "fct_orders__dbt_tmp130923293584733" as DBT_INTERNAL_SOURCE
        );
-- created_at: 2026-11-21T13:09:23.320351434+00:00
-- finished_at: 2026-11-21T13:09:23.323156676+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */


    

    insert into "postgres"."shop"."fct_orders" ("order_id", "customer_id", "region", "cents", "ordered_on", "updated_at")
    (
        select "order_id", "customer_id", "region", "cents", "ordered_on", "updated_at"
        from "fct_orders__dbt_tmp130923293584733"
    );
-- created_at: 2026-11-21T13:09:23.321077304+00:00
-- finished_at: 2026-11-21T13:09:23.324161785+00:00
-- elapsed: 3ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from postgres.INFORMATION_SCHEMA.columns
      where table_name = 'orders_snapshot'
        
        and table_schema = 'shop_history'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.324060138+00:00
-- finished_at: 2026-11-21T13:09:23.326033735+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
analyze "postgres"."shop"."fct_orders";
-- created_at: 2026-11-21T13:09:23.325270202+00:00
-- finished_at: 2026-11-21T13:09:23.327873548+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from INFORMATION_SCHEMA.columns
      where table_name = 'orders_snapshot__dbt_tmp130923307942632'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.329197377+00:00
-- finished_at: 2026-11-21T13:09:23.331432128+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from postgres.INFORMATION_SCHEMA.columns
      where table_name = 'orders_snapshot'
        
        and table_schema = 'shop_history'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.330883735+00:00
-- finished_at: 2026-11-21T13:09:23.333061106+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: test.clyra_shop.accepted_values_fct_orders_region__north__south__west.473bd5b14f
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "test.clyra_shop.accepted_values_fct_orders_region__north__south__west.473bd5b14f", "profile_name": "clyra_shop", "target_name": "dev"} */
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with all_values as (

    select
        region as value_field,
        count(*) as n_records

    from "postgres"."shop"."fct_orders"
    group by region

)

select *
from all_values
where value_field not in (
    'north','south','west'
)



  
  
      
    ) dbt_internal_test;
-- created_at: 2026-11-21T13:09:23.334081339+00:00
-- finished_at: 2026-11-21T13:09:23.334558822+00:00
-- elapsed: 477us
-- outcome: success
-- dialect: postgres
-- node_id: test.clyra_shop.unique_fct_orders_order_id.523ddb6ce5
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "test.clyra_shop.unique_fct_orders_order_id.523ddb6ce5", "profile_name": "clyra_shop", "target_name": "dev"} */
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    order_id as unique_field,
    count(*) as n_records

from "postgres"."shop"."fct_orders"
where order_id is not null
group by order_id
having count(*) > 1



  
  
      
    ) dbt_internal_test;
-- created_at: 2026-11-21T13:09:23.333059254+00:00
-- finished_at: 2026-11-21T13:09:23.335454340+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select
          column_name,
          data_type,
          character_maximum_length,
          numeric_precision,
          numeric_scale

      from INFORMATION_SCHEMA.columns
      where table_name = 'orders_snapshot__dbt_tmp130923307942632'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:09:23.336086778+00:00
-- finished_at: 2026-11-21T13:09:23.336929313+00:00
-- elapsed: 842us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'daily_revenue'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'daily_revenue'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'daily_revenue'
            ;
-- created_at: 2026-11-21T13:09:23.337752881+00:00
-- finished_at: 2026-11-21T13:09:23.338407313+00:00
-- elapsed: 654us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'daily_revenue__dbt_tmp'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'daily_revenue__dbt_tmp'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'daily_revenue__dbt_tmp'
            ;
-- created_at: 2026-11-21T13:09:23.338065777+00:00
-- finished_at: 2026-11-21T13:09:23.338687377+00:00
-- elapsed: 621us
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: get_column_schema_from_query adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select * from (
        
    
    with snapshot_query as (

        select * from "postgres"."shop"."stg_orders"

    ),

    snapshotted_data as (

        select *, 
    
        order_id as dbt_unique_key
    

        from "postgres"."shop_history"."orders_snapshot"
        where
            
                dbt_valid_to is null
            

    ),

    insertions_source_data as (

        select *, 
    
        order_id as dbt_unique_key
    
,
            updated_at as dbt_updated_at,
            updated_at as dbt_valid_from,
            
  
  coalesce(nullif(updated_at, updated_at), null)
  as dbt_valid_to
,
            md5(coalesce(cast(order_id as varchar ), '')
         || '|' || coalesce(cast(updated_at as varchar ), '')
        ) as dbt_scd_id

        from snapshot_query
    ),

    updates_source_data as (

        select *, 
    
        order_id as dbt_unique_key
    
,
            updated_at as dbt_updated_at,
            updated_at as dbt_valid_from,
            updated_at as dbt_valid_to

        from snapshot_query
    ),

    insertions as (

        select
            'insert' as dbt_change_type,
            source_data.*

        from insertions_source_data as source_data
        left outer join snapshotted_data
            on 
    
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    

            where 
    
        snapshotted_data.dbt_unique_key is null
    

            or (
    
        snapshotted_data.dbt_unique_key is not null
    
 and (
               (snapshotted_data.dbt_valid_from < source_data.updated_at)
            )

        )

    ),

    updates as (

        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id

        from updates_source_data as source_data
        join snapshotted_data
            on 
    
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
    

        where (
            (snapshotted_data.dbt_valid_from < source_data.updated_at)
        )
    )

    select * from insertions
    union all
    select * from updates

    ) as __dbt_sbq
    where false
    limit 0;
-- created_at: 2026-11-21T13:09:23.339262793+00:00
-- finished_at: 2026-11-21T13:09:23.339916208+00:00
-- elapsed: 653us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: get_relation adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */

            select 'table' as type
            from pg_tables
            where schemaname = 'shop'
              and tablename = 'daily_revenue__dbt_backup'
            union all
            select 'view' as type
            from pg_views
            where schemaname = 'shop'
              and viewname = 'daily_revenue__dbt_backup'
            union all
            select 'materialized_view' as type
            from pg_matviews
            where schemaname = 'shop'
              and matviewname = 'daily_revenue__dbt_backup'
            ;
-- created_at: 2026-11-21T13:09:23.340227525+00:00
-- finished_at: 2026-11-21T13:09:23.340579766+00:00
-- elapsed: 352us
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: get_column_schema_from_query adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
select * from (
        select now()::timestamp without time zone as dbt_snapshot_time
    ) as __dbt_sbq
    where false
    limit 0;
-- created_at: 2026-11-21T13:09:23.340645976+00:00
-- finished_at: 2026-11-21T13:09:23.340902425+00:00
-- elapsed: 256us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
commit;
-- created_at: 2026-11-21T13:09:23.341660830+00:00
-- finished_at: 2026-11-21T13:09:23.341976676+00:00
-- elapsed: 315us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
select pg_sleep(0);
-- created_at: 2026-11-21T13:09:23.342571811+00:00
-- finished_at: 2026-11-21T13:09:23.342771921+00:00
-- elapsed: 200us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
select 1 as before_daily_revenue;
-- created_at: 2026-11-21T13:09:23.342464217+00:00
-- finished_at: 2026-11-21T13:09:23.343253465+00:00
-- elapsed: 789us
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
update "postgres"."shop_history"."orders_snapshot"
    set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
    from "orders_snapshot__dbt_tmp130923307942632" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_scd_id::text = "postgres"."shop_history"."orders_snapshot".dbt_scd_id::text
      and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
      
        and "postgres"."shop_history"."orders_snapshot".dbt_valid_to is null;
-- created_at: 2026-11-21T13:09:23.343471280+00:00
-- finished_at: 2026-11-21T13:09:23.343885696+00:00
-- elapsed: 414us
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */

      


    insert into "postgres"."shop_history"."orders_snapshot" ("order_id", "customer_id", "cents", "ordered_on", "updated_at", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id")
    select DBT_INTERNAL_SOURCE."order_id",DBT_INTERNAL_SOURCE."customer_id",DBT_INTERNAL_SOURCE."cents",DBT_INTERNAL_SOURCE."ordered_on",DBT_INTERNAL_SOURCE."updated_at",DBT_INTERNAL_SOURCE."dbt_updated_at",DBT_INTERNAL_SOURCE."dbt_valid_from",DBT_INTERNAL_SOURCE."dbt_valid_to",DBT_INTERNAL_SOURCE."dbt_scd_id"
    from "orders_snapshot__dbt_tmp130923307942632" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;
-- created_at: 2026-11-21T13:09:23.344208009+00:00
-- finished_at: 2026-11-21T13:09:23.346223789+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
create  table "postgres"."shop"."daily_revenue__dbt_tmp"
  
  
    as
  
  (
    -- A hook outside the transaction leaves every later statement of this model to auto-commit: dbt still logs a COMMIT.


select
    ordered_on,
    region,
    count(*) as orders,
    sum(cents) as cents
from "postgres"."shop"."fct_orders"
group by ordered_on, region
  );
-- created_at: 2026-11-21T13:09:23.347342709+00:00
-- finished_at: 2026-11-21T13:09:23.347634266+00:00
-- elapsed: 291us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."daily_revenue" rename to "daily_revenue__dbt_backup";
-- created_at: 2026-11-21T13:09:23.348500905+00:00
-- finished_at: 2026-11-21T13:09:23.348765929+00:00
-- elapsed: 265us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."daily_revenue__dbt_tmp" rename to "daily_revenue";
-- created_at: 2026-11-21T13:09:23.349370169+00:00
-- finished_at: 2026-11-21T13:09:23.349561495+00:00
-- elapsed: 191us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
select 2 as after_daily_revenue;
-- created_at: 2026-11-21T13:09:23.351075440+00:00
-- finished_at: 2026-11-21T13:09:23.351571260+00:00
-- elapsed: 495us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
drop table if exists "postgres"."shop"."daily_revenue__dbt_backup" cascade;
-- created_at: 2026-11-21T13:09:23.352211624+00:00
-- finished_at: 2026-11-21T13:09:23.352391655+00:00
-- elapsed: 180us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
commit;
-- created_at: 2026-11-21T13:09:23.352937415+00:00
-- finished_at: 2026-11-21T13:09:23.353323701+00:00
-- elapsed: 386us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
analyze "postgres"."shop"."daily_revenue";
-- created_at: 2026-11-21T13:09:23.356476456+00:00
-- finished_at: 2026-11-21T13:09:23.357038502+00:00
-- elapsed: 562us
-- outcome: success
-- dialect: postgres
-- node_id: test.clyra_shop.not_null_daily_revenue_cents.876c5a9af8
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "test.clyra_shop.not_null_daily_revenue_cents.876c5a9af8", "profile_name": "clyra_shop", "target_name": "dev"} */
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select cents
from "postgres"."shop"."daily_revenue"
where cents is null



  
  
      
    ) dbt_internal_test;
-- created_at: 2026-11-21T13:09:23.359307980+00:00
-- finished_at: 2026-11-21T13:09:23.359714969+00:00
-- elapsed: 406us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-end-0
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
insert into shop_audit.runs (invocation_id, phase) values ('01a1fe39-cc5a-72a3-8e44-389aa9c8949f', 'end');
