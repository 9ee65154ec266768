{{ config(enabled=(env_var('MATRIX_FUNCTIONS', 'no') == 'yes')) }}
select cents * 2
