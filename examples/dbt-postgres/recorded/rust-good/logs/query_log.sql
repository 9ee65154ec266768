-- created_at: 2026-11-21T13:32:58.156062272+00:00
-- finished_at: 2026-11-21T13:32:58.156442261+00:00
-- elapsed: 379us
-- outcome: success
-- dialect: postgres
-- node_id: not available
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create schema if not exists "shop";
-- created_at: 2026-11-21T13:32:58.157046252+00:00
-- finished_at: 2026-11-21T13:32:58.157204295+00:00
-- elapsed: 158us
-- outcome: success
-- dialect: postgres
-- node_id: not available
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create schema if not exists "shop_history";
-- created_at: 2026-11-21T13:32:58.158363872+00:00
-- finished_at: 2026-11-21T13:32:58.158563199+00:00
-- elapsed: 199us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-start-0
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create schema if not exists shop_audit;
-- created_at: 2026-11-21T13:32:58.159725962+00:00
-- finished_at: 2026-11-21T13:32:58.160008696+00:00
-- elapsed: 282us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-start-1
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
create table if not exists shop_audit.runs (invocation_id text, phase text, at timestamptz default now());
-- created_at: 2026-11-21T13:32:58.161134082+00:00
-- finished_at: 2026-11-21T13:32:58.161652285+00:00
-- elapsed: 518us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-start-2
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
insert into shop_audit.runs (invocation_id, phase) values ('01a1fe4f-6359-7973-98be-f03f38f5d29e', 'start');
-- created_at: 2026-11-21T13:32:58.164140765+00:00
-- finished_at: 2026-11-21T13:32:58.166321399+00:00
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
-- created_at: 2026-11-21T13:32:58.167957279+00:00
-- finished_at: 2026-11-21T13:32:58.170116190+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_customers
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "seed.clyra_shop.raw_customers", "profile_name": "clyra_shop", "target_name": "dev"} */
truncate table "postgres"."shop"."raw_customers";
-- created_at: 2026-11-21T13:32:58.172761038+00:00
-- finished_at: 2026-11-21T13:32:58.173196827+00:00
-- elapsed: 435us
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_customers
-- query_id: not available
-- desc: add_query adapter call
insert into "postgres"."shop"."raw_customers" ("customer_id", "region") values
          ('10','north'),('11','north'),('12','south'),('13','west');
-- created_at: 2026-11-21T13:32:58.175307400+00:00
-- finished_at: 2026-11-21T13:32:58.177442865+00:00
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
-- created_at: 2026-11-21T13:32:58.178686415+00:00
-- finished_at: 2026-11-21T13:32:58.179821471+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "seed.clyra_shop.raw_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
truncate table "postgres"."shop"."raw_orders";
-- created_at: 2026-11-21T13:32:58.187180076+00:00
-- finished_at: 2026-11-21T13:32:58.187652478+00:00
-- elapsed: 472us
-- outcome: success
-- dialect: postgres
-- node_id: seed.clyra_shop.raw_orders
-- query_id: not available
-- desc: add_query adapter call
insert into "postgres"."shop"."raw_orders" ("order_id", "customer_id", "cents", "ordered_on", "updated_at") values
          ('1','10','1999','2026-03-01','2026-03-01 08:15:00'),('2','11','4500','2026-03-01','2026-03-01 09:40:00'),('3','10','1250','2026-03-01','2026-03-01 17:05:00'),('4','12','9900','2026-03-02','2026-03-02 07:55:00'),('5','11','2100','2026-03-02','2026-03-02 12:30:00'),('6','13','750','2026-03-02','2026-03-02 18:20:00'),('7','12','-300','2026-03-03','2026-03-03 10:10:00'),('8','10','3300','2026-03-03','2026-03-03 11:45:00');
-- created_at: 2026-11-21T13:32:58.191365092+00:00
-- finished_at: 2026-11-21T13:32:58.192341827+00:00
-- elapsed: 976us
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
-- created_at: 2026-11-21T13:32:58.193001398+00:00
-- finished_at: 2026-11-21T13:32:58.193732438+00:00
-- elapsed: 731us
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
-- created_at: 2026-11-21T13:32:58.194397078+00:00
-- finished_at: 2026-11-21T13:32:58.198171478+00:00
-- elapsed: 3ms
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
-- created_at: 2026-11-21T13:32:58.198801600+00:00
-- finished_at: 2026-11-21T13:32:58.199022580+00:00
-- elapsed: 220us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
select 1 as before_stg_orders;
-- created_at: 2026-11-21T13:32:58.200408258+00:00
-- finished_at: 2026-11-21T13:32:58.201471701+00:00
-- elapsed: 1ms
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
-- created_at: 2026-11-21T13:32:58.202392095+00:00
-- finished_at: 2026-11-21T13:32:58.202726235+00:00
-- elapsed: 334us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."stg_orders" rename to "stg_orders__dbt_backup";
-- created_at: 2026-11-21T13:32:58.203496573+00:00
-- finished_at: 2026-11-21T13:32:58.203765556+00:00
-- elapsed: 268us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."stg_orders__dbt_tmp" rename to "stg_orders";
-- created_at: 2026-11-21T13:32:58.204710024+00:00
-- finished_at: 2026-11-21T13:32:58.205013277+00:00
-- elapsed: 303us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
comment on view "postgres"."shop"."stg_orders" is 'orders up to the day of the run';
-- created_at: 2026-11-21T13:32:58.206124565+00:00
-- finished_at: 2026-11-21T13:32:58.206759310+00:00
-- elapsed: 634us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.stg_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.stg_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
drop view if exists "postgres"."shop"."stg_orders__dbt_backup" cascade;
-- created_at: 2026-11-21T13:32:58.209855847+00:00
-- finished_at: 2026-11-21T13:32:58.213936581+00:00
-- elapsed: 4ms
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
-- created_at: 2026-11-21T13:32:58.214705808+00:00
-- finished_at: 2026-11-21T13:32:58.215524268+00:00
-- elapsed: 818us
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
-- created_at: 2026-11-21T13:32:58.212971343+00:00
-- finished_at: 2026-11-21T13:32:58.216964460+00:00
-- elapsed: 3ms
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
-- created_at: 2026-11-21T13:32:58.218451247+00:00
-- finished_at: 2026-11-21T13:32:58.220952304+00:00
-- elapsed: 2ms
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
-- created_at: 2026-11-21T13:32:58.220666118+00:00
-- finished_at: 2026-11-21T13:32:58.227053105+00:00
-- elapsed: 6ms
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
-- created_at: 2026-11-21T13:32:58.221009481+00:00
-- finished_at: 2026-11-21T13:32:58.228368068+00:00
-- elapsed: 7ms
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
-- created_at: 2026-11-21T13:32:58.231340169+00:00
-- finished_at: 2026-11-21T13:32:58.232414268+00:00
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
-- created_at: 2026-11-21T13:32:58.229190481+00:00
-- finished_at: 2026-11-21T13:32:58.236275892+00:00
-- elapsed: 7ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
create temporary table "orders_snapshot__dbt_tmp133258228060788"
  
  
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
-- created_at: 2026-11-21T13:32:58.233053022+00:00
-- finished_at: 2026-11-21T13:32:58.238509345+00:00
-- elapsed: 5ms
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
-- created_at: 2026-11-21T13:32:58.239480247+00:00
-- finished_at: 2026-11-21T13:32:58.241525708+00:00
-- elapsed: 2ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
create temporary table "fct_orders__dbt_tmp133258230431803"
  
  
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
-- created_at: 2026-11-21T13:32:58.237408371+00:00
-- finished_at: 2026-11-21T13:32:58.250758317+00:00
-- elapsed: 13ms
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
      where table_name = 'orders_snapshot__dbt_tmp133258228060788'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:32:58.242358825+00:00
-- finished_at: 2026-11-21T13:32:58.252359681+00:00
-- elapsed: 10ms
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
      where table_name = 'fct_orders__dbt_tmp133258230431803'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:32:58.251903270+00:00
-- finished_at: 2026-11-21T13:32:58.255331425+00:00
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
-- created_at: 2026-11-21T13:32:58.253147757+00:00
-- finished_at: 2026-11-21T13:32:58.259086677+00:00
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

      from postgres.INFORMATION_SCHEMA.columns
      where table_name = 'fct_orders'
        
        and table_schema = 'shop'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:32:58.256536746+00:00
-- finished_at: 2026-11-21T13:32:58.262041168+00:00
-- elapsed: 5ms
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
      where table_name = 'orders_snapshot__dbt_tmp133258228060788'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:32:58.260103726+00:00
-- finished_at: 2026-11-21T13:32:58.267008473+00:00
-- elapsed: 6ms
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
-- created_at: 2026-11-21T13:32:58.263072229+00:00
-- finished_at: 2026-11-21T13:32:58.268960673+00:00
-- elapsed: 5ms
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
-- created_at: 2026-11-21T13:32:58.270239197+00:00
-- finished_at: 2026-11-21T13:32:58.272683141+00:00
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
      where table_name = 'orders_snapshot__dbt_tmp133258228060788'
        
      order by ordinal_position;
-- created_at: 2026-11-21T13:32:58.270846886+00:00
-- finished_at: 2026-11-21T13:32:58.275742104+00:00
-- elapsed: 4ms
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
delete from "postgres"."shop"."fct_orders" as DBT_INTERNAL_DEST
        where (order_id) in (
            select distinct order_id
            from "fct_orders__dbt_tmp133258230431803" as DBT_INTERNAL_SOURCE
        );
-- created_at: 2026-11-21T13:32:58.275864377+00:00
-- finished_at: 2026-11-21T13:32:58.276114317+00:00
-- elapsed: 249us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */


    

    insert into "postgres"."shop"."fct_orders" ("order_id", "customer_id", "region", "cents", "ordered_on", "updated_at")
    (
        select "order_id", "customer_id", "region", "cents", "ordered_on", "updated_at"
        from "fct_orders__dbt_tmp133258230431803"
    );
-- created_at: 2026-11-21T13:32:58.277096596+00:00
-- finished_at: 2026-11-21T13:32:58.278079610+00:00
-- elapsed: 983us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.fct_orders
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.fct_orders", "profile_name": "clyra_shop", "target_name": "dev"} */
analyze "postgres"."shop"."fct_orders";
-- created_at: 2026-11-21T13:32:58.275051655+00:00
-- finished_at: 2026-11-21T13:32:58.280806345+00:00
-- elapsed: 5ms
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
-- created_at: 2026-11-21T13:32:58.282044325+00:00
-- finished_at: 2026-11-21T13:32:58.283061051+00:00
-- elapsed: 1ms
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
-- created_at: 2026-11-21T13:32:58.287072956+00:00
-- finished_at: 2026-11-21T13:32:58.287702391+00:00
-- elapsed: 629us
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
-- created_at: 2026-11-21T13:32:58.287646336+00:00
-- finished_at: 2026-11-21T13:32:58.289340448+00:00
-- elapsed: 1ms
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */
update "postgres"."shop_history"."orders_snapshot"
    set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to
    from "orders_snapshot__dbt_tmp133258228060788" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_scd_id::text = "postgres"."shop_history"."orders_snapshot".dbt_scd_id::text
      and DBT_INTERNAL_SOURCE.dbt_change_type::text in ('update'::text, 'delete'::text)
      
        and "postgres"."shop_history"."orders_snapshot".dbt_valid_to is null;
-- created_at: 2026-11-21T13:32:58.289461465+00:00
-- finished_at: 2026-11-21T13:32:58.289783706+00:00
-- elapsed: 322us
-- outcome: success
-- dialect: postgres
-- node_id: snapshot.clyra_shop.orders_snapshot
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "snapshot.clyra_shop.orders_snapshot", "profile_name": "clyra_shop", "target_name": "dev"} */

      


    insert into "postgres"."shop_history"."orders_snapshot" ("order_id", "customer_id", "cents", "ordered_on", "updated_at", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_scd_id")
    select DBT_INTERNAL_SOURCE."order_id",DBT_INTERNAL_SOURCE."customer_id",DBT_INTERNAL_SOURCE."cents",DBT_INTERNAL_SOURCE."ordered_on",DBT_INTERNAL_SOURCE."updated_at",DBT_INTERNAL_SOURCE."dbt_updated_at",DBT_INTERNAL_SOURCE."dbt_valid_from",DBT_INTERNAL_SOURCE."dbt_valid_to",DBT_INTERNAL_SOURCE."dbt_scd_id"
    from "orders_snapshot__dbt_tmp133258228060788" as DBT_INTERNAL_SOURCE
    where DBT_INTERNAL_SOURCE.dbt_change_type::text = 'insert'::text;
-- created_at: 2026-11-21T13:32:58.288671101+00:00
-- finished_at: 2026-11-21T13:32:58.291095904+00:00
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
-- created_at: 2026-11-21T13:32:58.292805922+00:00
-- finished_at: 2026-11-21T13:32:58.293626666+00:00
-- elapsed: 820us
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
-- created_at: 2026-11-21T13:32:58.294822356+00:00
-- finished_at: 2026-11-21T13:32:58.296285394+00:00
-- elapsed: 1ms
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
-- created_at: 2026-11-21T13:32:58.297527208+00:00
-- finished_at: 2026-11-21T13:32:58.302401922+00:00
-- elapsed: 4ms
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
-- created_at: 2026-11-21T13:32:58.303283174+00:00
-- finished_at: 2026-11-21T13:32:58.303505114+00:00
-- elapsed: 221us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
commit;
-- created_at: 2026-11-21T13:32:58.304367560+00:00
-- finished_at: 2026-11-21T13:32:58.304725978+00:00
-- elapsed: 358us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
select pg_sleep(0);
-- created_at: 2026-11-21T13:32:58.305648994+00:00
-- finished_at: 2026-11-21T13:32:58.305910227+00:00
-- elapsed: 261us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
select 1 as before_daily_revenue;
-- created_at: 2026-11-21T13:32:58.308109369+00:00
-- finished_at: 2026-11-21T13:32:58.311295292+00:00
-- elapsed: 3ms
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
-- created_at: 2026-11-21T13:32:58.312899901+00:00
-- finished_at: 2026-11-21T13:32:58.313310194+00:00
-- elapsed: 410us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."daily_revenue" rename to "daily_revenue__dbt_backup";
-- created_at: 2026-11-21T13:32:58.314521889+00:00
-- finished_at: 2026-11-21T13:32:58.314865234+00:00
-- elapsed: 343us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
alter table "postgres"."shop"."daily_revenue__dbt_tmp" rename to "daily_revenue";
-- created_at: 2026-11-21T13:32:58.315781004+00:00
-- finished_at: 2026-11-21T13:32:58.316058668+00:00
-- elapsed: 277us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
select 2 as after_daily_revenue;
-- created_at: 2026-11-21T13:32:58.318348671+00:00
-- finished_at: 2026-11-21T13:32:58.319201224+00:00
-- elapsed: 852us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
drop table if exists "postgres"."shop"."daily_revenue__dbt_backup" cascade;
-- created_at: 2026-11-21T13:32:58.320117005+00:00
-- finished_at: 2026-11-21T13:32:58.320348958+00:00
-- elapsed: 231us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
commit;
-- created_at: 2026-11-21T13:32:58.321148668+00:00
-- finished_at: 2026-11-21T13:32:58.321701900+00:00
-- elapsed: 553us
-- outcome: success
-- dialect: postgres
-- node_id: model.clyra_shop.daily_revenue
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "dbt_version": "2.0.0", "node_id": "model.clyra_shop.daily_revenue", "profile_name": "clyra_shop", "target_name": "dev"} */
analyze "postgres"."shop"."daily_revenue";
-- created_at: 2026-11-21T13:32:58.325590146+00:00
-- finished_at: 2026-11-21T13:32:58.326132500+00:00
-- elapsed: 542us
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
-- created_at: 2026-11-21T13:32:58.328460870+00:00
-- finished_at: 2026-11-21T13:32:58.328822743+00:00
-- elapsed: 361us
-- outcome: success
-- dialect: postgres
-- node_id: operation.clyra_shop.clyra_shop-on-run-end-0
-- query_id: not available
-- desc: execute adapter call
/* {"app": "dbt", "connection_name": "", "dbt_version": "2.0.0", "profile_name": "clyra_shop", "target_name": "dev"} */
insert into shop_audit.runs (invocation_id, phase) values ('01a1fe4f-6359-7973-98be-f03f38f5d29e', 'end');
