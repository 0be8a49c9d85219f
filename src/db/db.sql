-- What main/ and the tests ask of any database.

-- name: db_alive
SELECT 1;
