{% macro count_orders() %}
  {% set rows = run_query("select count(*) as n from " ~ ref('stg_orders')) %}
  {{ log("orders: " ~ rows.columns[0].values()[0], info=true) }}
{% endmacro %}

{% macro say_nothing() %}{% endmacro %}

{% macro log_results(results) %}
  {% if execute %}{{ log("ended: " ~ (results | length), info=false) }}{% endif %}
{% endmacro %}
