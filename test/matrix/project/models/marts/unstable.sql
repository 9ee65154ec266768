-- Fails where the environment says so: for the runs that fail, and for `retry` after one.
select {{ 'no_such_column' if env_var('MATRIX_FAIL', 'no') == 'yes' else '1' }} as one
