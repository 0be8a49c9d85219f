-- Has a later follow-up named a date ($3), or one at or after the planned time ($4) done it?

-- name: follow_up_later_of_customer
SELECT 1 FROM follow_up WHERE customer_id = $1 AND deleted_at IS NULL AND id <> $2
AND (at >= $4 OR (at > $3 AND next_at IS NOT NULL)) LIMIT 1

-- name: follow_up_later_of_lead across
SELECT 1 FROM follow_up WHERE lead_id = $1 AND deleted_at IS NULL AND id <> $2
AND (at >= $4 OR (at > $3 AND next_at IS NOT NULL)) LIMIT 1

-- What people and the server (4) wrote to a record since the follow-up, which is older than they.
-- name: follow_up_changes_since across
SELECT before, after FROM change WHERE record_id = $1 AND id > $2 AND op IN (1, 4) ORDER BY id
